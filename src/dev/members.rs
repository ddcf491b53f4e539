//! The services of the application as `dev` runs them: those that are here, and those that are not.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use service_connect::__private::override_name;
use service_connect_codegen::{Deployment, Environment, Kind};
use tokio::time::{sleep, timeout};

use crate::context::Context;
use crate::output::{self, DIM, HEADER};
use crate::table::{Cell, Table};

use super::ports;
use super::programs::{self, Program};

/// How long all of them may take until they accept connections, where a request waits for it.
const STARTUP: Duration = Duration::from_secs(60);

/// After how long it is said what is waited for.
const HINT: Duration = Duration::from_secs(10);

/// A service that runs here.
pub struct Member {
    /// Its name.
    pub service: String,
    /// What it is.
    pub kind: Kind,
    /// What it runs.
    pub program: Program,
    /// The file to run, once it is built.
    pub executable: PathBuf,
    /// Whether it is called, so that it has to listen.
    listens: bool,
    /// `PORT`.
    port: u16,
}

/// The services in one environment.
pub struct Members {
    application: String,
    environment: String,
    discovery_endpoint: String,
    here: Vec<Member>,
    /// Names and types of the others.
    elsewhere: Vec<(String, Option<Kind>)>,
}

impl Members {
    /// Those of the environment that was asked for.
    pub fn find(context: &Context, directory: &Path) -> Result<Self> {
        let application = context.application();
        let name = context.name()?.to_owned();
        let environments = context.environments()?;
        let (index, environment) =
            default_environment(&environments).ok_or_else(|| anyhow!("there is no environment"))?;
        let mut programs = programs::find(context, directory)?;
        let mut members = Self {
            application: name,
            environment: environment.name.clone(),
            discovery_endpoint: application
                .discovery_endpoint(environment)
                .unwrap_or_default(),
            here: Vec::new(),
            elsewhere: Vec::new(),
        };
        for service in &application.services {
            let Some(found) = programs
                .iter()
                .position(|program| program.service == service.name)
            else {
                members.elsewhere.push((service.name.clone(), service.kind));
                continue;
            };
            let deployment = application.deployment(service, Some(index));
            let deployment = deployment.map_err(|finding| anyhow!(output::one_line(finding)))?;
            members.here.push(Member {
                service: service.name.clone(),
                kind: deployment.kind,
                program: programs.swap_remove(found),
                executable: PathBuf::new(),
                listens: listens(deployment),
                port: 0,
            });
        }
        Ok(members)
    }

    /// Those that run here.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.here.iter()
    }

    /// Those that run here.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Member> {
        self.here.iter_mut()
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.here
            .iter()
            .map(|member| member.service.clone())
            .collect()
    }

    /// Whether that one can be asked.
    pub fn check(&self, service: &str) -> Result<()> {
        self.listening(service).map(drop)
    }

    fn listening(&self, service: &str) -> Result<&Member> {
        let Some(member) = self.here.iter().find(|member| member.service == service) else {
            bail!(
                "no package of this cargo workspace runs as `{service}`: add `services = [\"{service}\"]` below \
                 `[package.metadata.service-connect]` in the Cargo.toml of the one that does"
            );
        };
        if !member.listens {
            bail!(
                "`{service}` is a {} without a port, so no request can be made to it",
                member.kind
            );
        }
        Ok(member)
    }

    /// Where the service is reached.
    pub fn url(&self, service: &str) -> Result<String> {
        Ok(self.listening(service)?.url())
    }

    /// Gives each a port.
    pub fn take_ports(&mut self) -> Result<()> {
        let ports = ports::free(self.here.len())?;
        for (member, port) in self.here.iter_mut().zip(ports) {
            member.port = port;
        }
        Ok(())
    }

    /// The variables that the service finds in its environment.
    pub fn variables(&self, member: &Member) -> Vec<(String, String)> {
        let mut variables = vec![
            ("PORT".to_owned(), member.port.to_string()),
            (
                "COPILOT_APPLICATION_NAME".to_owned(),
                self.application.clone(),
            ),
            (
                "COPILOT_ENVIRONMENT_NAME".to_owned(),
                self.environment.clone(),
            ),
            ("COPILOT_SERVICE_NAME".to_owned(), member.service.clone()),
            (
                "COPILOT_SERVICE_DISCOVERY_ENDPOINT".to_owned(),
                self.discovery_endpoint.clone(),
            ),
        ];
        let listening = self.here.iter().filter(|member| member.listens);
        variables.extend(listening.map(|member| (override_name(&member.service), member.url())));
        variables
    }

    /// Waits until all accept connections: not for long if a request waits for it, else for good.
    pub async fn ready(&self, is_awaited: bool) -> Result<()> {
        let awaited = std::cell::Cell::new(None);
        let all = async {
            for member in self.here.iter().filter(|member| member.listens) {
                awaited.set(Some(member));
                tokio::select! {
                    () = ports::accepts(member.port) => continue,
                    () = sleep(HINT) => output::note(&format!("waiting for {}", member.unready())),
                }
                ports::accepts(member.port).await;
            }
        };
        if !is_awaited {
            all.await;
            return Ok(());
        }
        timeout(STARTUP, all).await.map_err(|_| {
            let what = awaited
                .get()
                .map_or_else(|| "all".to_owned(), Member::unready);
            anyhow!("waited {} s for {what}", STARTUP.as_secs())
        })
    }

    /// Services and URLs.
    pub fn table(&self) -> String {
        let mut table = Table::new(["service", "type", "url", "package"]);
        for member in &self.here {
            let url = if member.listens {
                Cell::from(&*member.url())
            } else {
                Cell::new("-", DIM)
            };
            let kind = member.kind.as_str().into();
            table.row([
                member.service.as_str().into(),
                kind,
                url,
                member.program.package.as_str().into(),
            ]);
        }
        for (service, kind) in &self.elsewhere {
            let kind = Cell::new(kind.map_or("?", Kind::as_str), DIM);
            table.row([
                Cell::new(service, DIM),
                kind,
                Cell::new("not here: set", DIM),
                Cell::new(&override_name(service), DIM),
            ]);
        }
        let [application, environment] =
            [&self.application, &self.environment].map(|name| output::printable(name));
        format!(
            "{HEADER}{application}{HEADER:#} as in {HEADER}{environment}{HEADER:#}\n{}",
            table.render()
        )
    }
}

impl Member {
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn unready(&self) -> String {
        format!(
            "`{}` to accept connections on 127.0.0.1:{}: it has to listen on the port in `PORT`, as \
             `service_connect::listen_addr!()` does",
            self.service, self.port
        )
    }
}

/// One for developing where there is one by its name, so that nobody runs as in production without asking for it.
fn default_environment<'a>(
    environments: &[(usize, &'a Environment)],
) -> Option<(usize, &'a Environment)> {
    let named = ["dev", "test"].into_iter();
    let mut found = named.filter_map(|name| {
        environments
            .iter()
            .find(|(_, environment)| environment.name == name)
    });
    found.next().or(environments.first()).copied()
}

/// Whether others call it: App Runner's services are public and have a port too.
fn listens(deployment: &Deployment) -> bool {
    let has_port = deployment.port.is_some() || deployment.image_port.is_some();
    has_port && (deployment.kind.has_endpoint() || deployment.kind == Kind::RequestDrivenWebService)
}
