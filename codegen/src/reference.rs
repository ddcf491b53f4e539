//! What is checked where a crate names a service: in every environment, for every service it runs as.
//!
//! ```
//! use service_connect_codegen::{Application, Need, Reference};
//!
//! let findings = Reference { service: "api", need: Need::ServiceConnect, environments: None }
//!     .check(&Application::default(), &[]);
//! assert_eq!(findings[0].message, "there is no service `api`");
//! ```

use crate::application::{Application, Deployment, Service};
use crate::code::Code;
use crate::finding::{Finding, nearest};
use crate::route;

/// A service that a crate names, and what it needs of it.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'a> {
    /// The name of the service.
    pub service: &'a str,
    /// Which ways will do.
    pub need: Need,
    /// The environments that matter; `None` for all of them.
    pub environments: Option<&'a [String]>,
}

/// Which ways to a service will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Service Connect only.
    ServiceConnect,
    /// Service Connect or discovery.
    Any,
}

impl Reference<'_> {
    /// What is in the way, for each of `callers`; for nobody in particular if there are none.
    #[must_use]
    pub fn check(&self, application: &Application, callers: &[&Service]) -> Vec<Finding> {
        let callee = match application.unique_service(self.service) {
            Ok(Some(callee)) => callee,
            Ok(None) => return vec![unknown_service(application, self.service)],
            Err(finding) => return vec![finding],
        };
        let environments = self.chosen(application);
        let callers: Vec<_> = if callers.is_empty() {
            vec![None]
        } else {
            callers.iter().copied().map(Some).collect()
        };

        let mut barriers: Vec<(Finding, Vec<&str>)> = Vec::new();
        for &(index, name) in &environments {
            for &caller in &callers {
                let Some(finding) = self.barrier(application, caller, callee, index) else {
                    continue;
                };
                match barriers.iter_mut().find(|(known, _)| *known == finding) {
                    Some((_, names)) if names.contains(&name) => {}
                    Some((_, names)) => names.push(name),
                    None => barriers.push((finding, vec![name])),
                }
            }
        }
        let scoped = barriers.into_iter().map(|(mut finding, names)| {
            // What holds everywhere needs no list.
            if names.len() < environments.len() || self.environments.is_some() {
                finding.message += &in_environments(&names);
            }
            finding
        });
        scoped.collect()
    }

    fn barrier(
        &self,
        application: &Application,
        caller: Option<&Service>,
        callee: &Service,
        environment: Option<usize>,
    ) -> Option<Finding> {
        let way = route::service_connect(application, caller, callee, environment);
        let Err(mut finding) = way else {
            return rival(application, callee, environment);
        };
        // What is in the way of both is the nearer cause.
        if let Err(finding) = route::discovery(application, caller, callee, environment) {
            return Some(finding);
        }
        if self.need == Need::Any {
            return None;
        }
        // Over UDP nothing that speaks HTTP gets through either.
        if finding.code == Code::UdpPort {
            return Some(finding);
        }
        let accept = format!(
            "accept discovery: `#[service_client(\"{}\", discovery)]`",
            callee.name
        );
        finding.help = Some(match finding.help {
            Some(help) => format!("{help}, or {accept}"),
            None => accept,
        });
        Some(finding)
    }

    /// The environments to look at. Where the application has none, its base manifests count as one.
    fn chosen<'a>(&self, application: &'a Application) -> Vec<(Option<usize>, &'a str)> {
        let name = |index: Option<usize>| {
            let environment = index.and_then(|index| application.environments.get(index));
            environment.map_or("", |environment| environment.name.as_str())
        };
        let chosen = match self.environments {
            None => application.looked_at(),
            Some(wanted) => (0..application.environments.len())
                .filter(|index| wanted.contains(&application.environments[*index].name))
                .map(Some)
                .collect(),
        };
        chosen
            .into_iter()
            .map(|index| (index, name(index)))
            .collect()
    }
}

/// Another service of the same Service Connect name: what is meant for the one may arrive at the other.
fn rival(
    application: &Application,
    callee: &Service,
    environment: Option<usize>,
) -> Option<Finding> {
    let name = callee.service_connect_name(application.deployment(callee, environment).ok()?);
    let serves = |service: &&Service| {
        let deployment = application.deployment(service, environment);
        deployment.is_ok_and(|deployment| {
            deployment.service_connect_port().is_ok()
                && service.service_connect_name(deployment) == name
        })
    };
    let mut serving = application.services.iter().filter(serves);
    let (first, second) = (serving.next()?, serving.next()?);
    Some(duplicate_name(application, environment, first, second))
}

/// Two services have one Service Connect name in that environment.
pub(crate) fn duplicate_name(
    application: &Application,
    environment: Option<usize>,
    first: &Service,
    second: &Service,
) -> Finding {
    let alias = |service| {
        let deployment: Option<&Deployment> = application.deployment(service, environment).ok();
        deployment.and_then(|deployment| deployment.alias.as_ref())
    };
    let [first_alias, second_alias] = [first, second].map(alias);
    let name = first_alias.map_or(&first.name, |alias| &alias.name);
    let message = format!(
        "`{name}` is the Service Connect name of both `{}` and `{}`",
        first.name, second.name
    );
    let alias = second_alias.or(first_alias);
    Finding::error(Code::DuplicateAlias, message)
        .at(alias.map_or(&second.place, |alias| &alias.place))
        .help("give one of them another alias")
}

/// ` in environment `a``, ` in environments `a` and `b``.
pub(crate) fn in_environments(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => format!(" in environment {last}"),
        Some((last, rest)) => format!(" in environments {} and {last}", rest.join(", ")),
    }
}

/// The service's target port is 443 and the crate was built without TLS.
#[must_use]
pub fn needs_tls(service: &Service) -> Finding {
    let deployments = service.deployments.iter().chain([&service.base]).flatten();
    let mut ports = deployments.filter_map(|deployment| deployment.port.as_ref());
    let port = ports.find(|port| port.number == 443);
    Finding::error(
        Code::NeedsTls,
        format!(
            "service `{}` is called over HTTPS, because its target port is 443",
            service.name
        ),
    )
    .at(port.map_or(&service.place, |port| &port.place))
    .help("turn on the feature `tls` of `service-connect` in Cargo.toml")
}

/// No service of the application has that name.
#[must_use]
pub fn unknown_service(application: &Application, name: &str) -> Finding {
    let names = || {
        application
            .services
            .iter()
            .map(|service| service.name.as_str())
    };
    let finding = Finding::error(
        Code::UnknownService,
        format!("there is no service `{name}`"),
    );
    match (nearest(name, names()), names().next()) {
        (Some(near), _) => {
            let place = application.service(near).map(|service| &service.place);
            let finding = finding.help(format!("did you mean `{near}`?"));
            match place {
                Some(place) => finding.at(place),
                None => finding,
            }
        }
        (None, Some(_)) => {
            let mut own = application
                .services
                .iter()
                .filter(|service| !service.external);
            let more = if own.any(|service| service.place.is_in_lock()) {
                "a new one is known once `cargo service-connect lock` has been run where its manifest is"
            } else {
                "a new one needs a directory with a `manifest.yml` below `copilot/`"
            };
            finding.help(format!("the services are {}; {more}", list(names())))
        }
        (None, None) => {
            finding.help("`copilot/` holds no service yet: `copilot/<name>/manifest.yml` makes one")
        }
    }
}

/// No environment of the application has that name.
#[must_use]
pub fn unknown_environment(application: &Application, name: &str) -> Finding {
    let names = || {
        let listed = application
            .environments
            .iter()
            .filter(|environment| environment.listed);
        listed.map(|environment| environment.name.as_str())
    };
    let finding = Finding::error(
        Code::UnknownEnvironment,
        format!("there is no environment `{name}`"),
    );
    match (nearest(name, names()), names().next()) {
        (Some(near), _) => finding.help(format!("did you mean `{near}`?")),
        (None, Some(_)) => finding.help(format!("the environments are {}", list(names()))),
        (None, None) => finding.help("the application names no environment at all"),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
