//! What is checked where a crate names a service: in every environment, for every service it runs as.
//!
//! ```
//! use service_connect_codegen::{Application, Need, Reference};
//!
//! let findings = Reference { service: "api", need: Need::ServiceConnect, environments: None }
//!     .check(&Application::default(), &[]);
//! assert_eq!(findings[0].message, "there is no service `api`");
//! ```

use std::collections::HashMap;

use crate::application::{Application, Deployment, Service};
use crate::code::Code;
use crate::finding::{Finding, listed, nearest};
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
        self.check_knowing(&DuplicateNames::find(application), application, callers)
    }

    /// The same for who has many references.
    #[must_use]
    pub fn check_knowing(
        &self,
        duplicates: &DuplicateNames,
        application: &Application,
        callers: &[&Service],
    ) -> Vec<Finding> {
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
                let barrier = self.barrier(duplicates, application, caller, callee, index);
                let Some(finding) = barrier else {
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
        duplicates: &DuplicateNames,
        application: &Application,
        caller: Option<&Service>,
        callee: &Service,
        environment: Option<usize>,
    ) -> Option<Finding> {
        let way = route::service_connect(application, caller, callee, environment);
        let mut finding = match way {
            Ok(authority) => return duplicates.of(&authority.host, environment).cloned(),
            Err(finding) => finding,
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

/// The names of Service Connect that two services have, by environments: what is meant for the one may arrive at the other.
#[derive(Clone, Debug, Default)]
pub struct DuplicateNames(HashMap<(Option<usize>, String), Finding>);

impl DuplicateNames {
    /// Those of the application.
    #[must_use]
    pub fn find(application: &Application) -> Self {
        let environments = (0..application.environments.len()).map(Some);
        let mut all = HashMap::new();
        for environment in environments.chain([None]) {
            for (name, finding) in duplicate_names(application, environment) {
                all.entry((environment, name.to_owned())).or_insert(finding);
            }
        }
        Self(all)
    }

    fn of(&self, name: &str, environment: Option<usize>) -> Option<&Finding> {
        // There are none, mostly, and then there is nothing to make a key for.
        let duplicates = Some(&self.0).filter(|duplicates| !duplicates.is_empty())?;
        duplicates.get(&(environment, name.to_owned()))
    }
}

/// Each service whose Service Connect name is another one's before it in that environment, by that name.
pub(crate) fn duplicate_names(
    application: &Application,
    environment: Option<usize>,
) -> Vec<(&str, Finding)> {
    let mut known: HashMap<&str, (&Service, &Deployment)> = HashMap::new();
    let mut duplicates = Vec::new();
    for service in &application.services {
        let Ok(deployment) = application.deployment(service, environment) else {
            continue;
        };
        if deployment.service_connect_port().is_err() {
            continue;
        }
        let name = service.service_connect_name(deployment);
        let first = *known.entry(name).or_insert((service, deployment));
        // Two services of one name are a finding of their own.
        if first.0.name != service.name {
            duplicates.push((name, duplicate_name(name, first, (service, deployment))));
        }
    }
    duplicates
}

fn duplicate_name(
    name: &str,
    first: (&Service, &Deployment),
    second: (&Service, &Deployment),
) -> Finding {
    let message = format!(
        "`{name}` is the Service Connect name of both `{}` and `{}`",
        first.0.name, second.0.name
    );
    let alias = second.1.alias.as_ref().or(first.1.alias.as_ref());
    Finding::error(Code::DuplicateAlias, message)
        .at(alias.map_or(&second.0.place, |alias| &alias.place))
        .help("give one of them another alias")
}

/// ` in environment `a``, ` in environments `a` and `b``.
pub(crate) fn in_environments(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [_] => format!(" in environment {}", listed(names)),
        _ => format!(" in environments {}", listed(names)),
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
