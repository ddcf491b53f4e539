//! The services of the application as `dev` runs them: those that are here, and those that are not.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use service_connect::__private::override_name;
use service_connect_codegen::{Deployment, Environment, Kind, nearest};

use crate::context::Context;
use crate::output::{self, DIM, HEADER};
use crate::table::{Cell, Table};

use super::launch::Launch;
use super::ports;
use super::programs::{self, Program};
use super::replicas::Replicas;
use super::task::Task;

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
    /// `PORT` of each of its tasks.
    ports: Vec<u16>,
    /// How many tasks it has.
    number: u16,
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
                ports: Vec::new(),
                number: 1,
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

    /// Whether all of these run here.
    pub fn check_names<'a>(&self, names: impl IntoIterator<Item = &'a String>) -> Result<()> {
        let here = || self.here.iter().map(|member| member.service.as_str());
        for name in names {
            if !here().any(|here| here == name) {
                let meant = match nearest(name, here()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "what runs here is `{}`",
                        here().collect::<Vec<_>>().join("`, `")
                    ),
                };
                bail!("no service `{name}` runs here; {meant}");
            }
        }
        Ok(())
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

    /// Where the first task of the service is reached.
    pub fn url(&self, service: &str) -> Result<String> {
        let member = self.listening(service)?;
        let first = member.ports.first();
        first
            .map(|port| base_url(&[*port]))
            .ok_or_else(|| anyhow!("`{service}` has no port yet"))
    }

    /// Sets how many tasks services have.
    pub fn replicate(&mut self, replicas: &[Replicas]) {
        for member in &mut self.here {
            let is_its = |replicas: &&Replicas| replicas.service == member.service;
            if let Some(replicas) = replicas.iter().rfind(is_its) {
                member.number = replicas.number;
            }
        }
    }

    /// Gives each task a port.
    pub fn take_ports(&mut self) -> Result<()> {
        let number = self.here.iter().map(|member| usize::from(member.number));
        let mut ports = ports::free(number.sum())?.into_iter();
        for member in &mut self.here {
            member.ports = ports.by_ref().take(member.number.into()).collect();
        }
        Ok(())
    }

    /// How all are started.
    pub fn launches(&self) -> Vec<Launch> {
        let tasks = self
            .here
            .iter()
            .flat_map(|member| member.tasks().map(move |task| (member, task)));
        let launch = |(member, (task, port)): (&Member, (Task, u16))| Launch {
            task,
            kind: Some(member.kind),
            program: member.executable.clone(),
            directory: member.program.directory.clone(),
            variables: self.variables(member, port),
            port,
            listens: member.listens,
        };
        tasks.map(launch).collect()
    }

    /// The variables that the service finds in its environment.
    fn variables(&self, member: &Member, port: u16) -> Vec<(String, String)> {
        let variables = [
            ("PORT", port.to_string()),
            ("COPILOT_APPLICATION_NAME", self.application.clone()),
            ("COPILOT_ENVIRONMENT_NAME", self.environment.clone()),
            ("COPILOT_SERVICE_NAME", member.service.clone()),
            (
                "COPILOT_SERVICE_DISCOVERY_ENDPOINT",
                self.discovery_endpoint.clone(),
            ),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value));
        let listening = self.here.iter().filter(|member| member.listens);
        let urls =
            listening.map(|member| (override_name(&member.service), base_url(&member.ports)));
        variables.into_iter().chain(urls).collect()
    }

    /// Services and URLs.
    pub fn table(&self) -> String {
        let mut table = Table::new(["service", "type", "url", "package"]);
        for member in &self.here {
            for (task, port) in member.tasks() {
                let url = if member.listens {
                    Cell::from(&*base_url(&[port]))
                } else {
                    Cell::new("-", DIM)
                };
                table.row([
                    task.to_string().as_str().into(),
                    member.kind.as_str().into(),
                    url,
                    member.program.package.as_str().into(),
                ]);
            }
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
    /// Its tasks, each with its port.
    fn tasks(&self) -> impl Iterator<Item = (Task, u16)> {
        let task = |(index, port): (u16, &u16)| {
            let task = Task {
                service: self.service.clone(),
                number: index + 1,
                is_sole: self.number == 1,
            };
            (task, *port)
        };
        (0..).zip(&self.ports).map(task)
    }
}

/// The base URL of tasks here, as an override variable has it.
fn base_url(ports: &[u16]) -> String {
    let authorities = ports.iter().map(|port| format!("127.0.0.1:{port}"));
    format!("http://{}", authorities.collect::<Vec<_>>().join(","))
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
