//! Which URL a service has in the environment that the task is in: the chain, as a pure function.
//!
//! ```text
//! let choice = choose(&API, &Variables::of(&[("COPILOT_ENVIRONMENT_NAME", "test")]))?;
//! assert_eq!(choice.target.to_string(), "http://api");
//! ```

mod target;
#[cfg(test)]
mod tests;
mod variables;

pub(crate) use self::target::{Target, parse_port};
pub use self::variables::override_name;
use self::variables::{APPLICATION, FALLBACK};
pub(crate) use self::variables::{DISCOVERY, ENVIRONMENT, PORT, RESILIENCE, SERVICE, Variables};
use crate::definition::{Definition, Endpoint};
use crate::error::{ErrorDetails, Place};
use crate::{Error, Result};

/// The way to a service, and what messages about it need to know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) target: Target,
    pub(crate) way: Way,
    /// The discovery name, where a Service Connect name may turn out not to resolve.
    pub(crate) fallback: Option<Target>,
    pub(crate) environment: Option<String>,
    /// Whether any variable says that this is an ECS task.
    pub(crate) deployed: bool,
}

/// The step of the chain that hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Way {
    /// The base URL of a `Client::at`, which may stand in for a service.
    Url,
    Override,
    ServiceConnect,
    Discovery,
}

impl Choice {
    /// Where a call goes, and by which step: `fell_back` where the Service Connect name does not resolve.
    pub(crate) fn way_of(&self, fell_back: bool) -> (&Target, Way) {
        match &self.fallback {
            Some(fallback) if fell_back => (fallback, Way::Discovery),
            _ => (&self.target, self.way),
        }
    }
}

/// What one step of the chain comes to.
enum Step {
    To(Target),
    /// It would be the way if this variable were set.
    Missing(&'static str),
    Off,
}

/// Chooses the way to `service`; the first hit wins.
///
/// # Errors
/// [`Error::Variable`] where a variable is malformed, or missing and nothing else is left;
/// [`Error::NoWay`] where the manifests leave none.
pub(crate) fn choose(service: &Definition, variables: &Variables) -> Result<Choice> {
    let environment = variables.get(ENVIRONMENT);
    decide(service, environment, variables).map_err(|error| {
        error.at(Place {
            service: Some(service.name),
            environment: environment.map(str::to_owned),
            ..Place::default()
        })
    })
}

fn decide(
    service: &Definition,
    environment: Option<&str>,
    variables: &Variables,
) -> Result<Choice> {
    let choice = |target, way, fallback| Choice {
        target,
        way,
        fallback,
        environment: environment.map(str::to_owned),
        deployed: variables.deployed(),
    };
    let name = override_name(service.name);
    if let Some(url) = variables.get(&name) {
        let target = Target::parse_tasks(url).map_err(|problem| {
            variable(format!(
                "{name} is not a base URL, because {problem}: write http://host[:port] or https://…"
            ))
        })?;
        return Ok(choice(target, Way::Override, None));
    }

    let endpoint = service.endpoint(environment);
    let missing = match connect(service, endpoint, environment, variables)? {
        Step::To(target) => {
            let is_on = variables.switch(FALLBACK)?.unwrap_or(true);
            let fallback = match discovery(service, endpoint, variables) {
                Ok(Step::To(fallback)) if is_on && fallback != target => Some(fallback),
                _ => None,
            };
            return Ok(choice(target, Way::ServiceConnect, fallback));
        }
        Step::Missing(variable) => Some(variable),
        Step::Off => None,
    };
    match discovery(service, endpoint, variables)? {
        Step::To(target) => Ok(choice(target, Way::Discovery, None)),
        Step::Missing(variable) => Err(unset(missing.unwrap_or(variable), &name)),
        Step::Off => Err(match missing {
            Some(variable) => unset(variable, &name),
            None => no_way(service, endpoint),
        }),
    }
}

/// Service Connect: both sides have it on.
fn connect(
    service: &Definition,
    endpoint: &Endpoint,
    environment: Option<&str>,
    variables: &Variables,
) -> Result<Step> {
    let Some(template) = endpoint.connect else {
        return Ok(Step::Off);
    };
    let application = service.application;
    let Some(caller) = variables.caller(application.callers) else {
        return Ok(Step::Missing(SERVICE));
    };
    if !application.connects(caller, environment) {
        return Ok(Step::Off);
    }
    let mut alias = template.to_owned();
    let mut filled = None;
    for variable in [ENVIRONMENT, APPLICATION] {
        let hole = format!("${{{variable}}}");
        if alias.contains(&hole) {
            let Some(value) = variables.get(variable) else {
                return Ok(Step::Missing(variable));
            };
            alias = alias.replace(&hole, value);
            filled.get_or_insert(variable);
        }
    }
    match (Target::new(&alias, endpoint.port), filled) {
        (Ok(target), _) => Ok(Step::To(target)),
        (Err(problem), Some(name)) => Err(variable(format!(
            "the Service Connect name {template} filled from {name} is no host name, because \
             {problem}: {name} must hold what ECS Copilot set"
        ))),
        (Err(problem), None) => Err(Error::NoWay(ErrorDetails::new(format!(
            "the Service Connect name {template:?} is no host name, because {problem}: change \
             `network.connect.alias` in the manifest"
        )))),
    }
}

/// Discovery: the service's name in the environment's private DNS.
fn discovery(service: &Definition, endpoint: &Endpoint, variables: &Variables) -> Result<Step> {
    if !endpoint.discovery {
        return Ok(Step::Off);
    }
    let Some(domain) = variables.get(DISCOVERY) else {
        return Ok(Step::Missing(DISCOVERY));
    };
    Target::new(&format!("{}.{domain}", service.name), endpoint.port)
        .map(Step::To)
        .map_err(|problem| {
            variable(format!(
                "{DISCOVERY} does not make a host name, because {problem}: it must hold what ECS Copilot \
                 set, such as test.kudos.local"
            ))
        })
}

/// How an error says that a variable is missing.
const UNSET: &str = "is not set:";

/// Whether an error is about a variable that is missing, and not about one that is wrong.
pub(crate) fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Variable(_)) && error.details().problem().contains(UNSET)
}

fn unset(name: &str, override_name: &str) -> Error {
    variable(format!(
        "{name} {UNSET} ECS tasks that Copilot deployed have it; elsewhere run `cargo \
         service-connect dev`, or set {override_name}"
    ))
}

fn no_way(service: &Definition, endpoint: &Endpoint) -> Error {
    Error::NoWay(ErrorDetails::new(
        match (endpoint.reason, endpoint.connect) {
            ("", Some(_)) => format!(
                "Service Connect is off for the calling service here, and `{}` is not in discovery: \
             write `network.connect: true` in the caller's manifest",
                service.name
            ),
            ("", None) => format!(
                "`{}` has Service Connect off and is not in discovery: write `network.connect: true` \
             in its manifest",
                service.name
            ),
            (reason, _) => reason.to_owned(),
        },
    ))
}

pub(crate) fn variable(problem: String) -> Error {
    Error::Variable(ErrorDetails::new(problem))
}

impl Way {
    /// As data names it.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Way::Url => "url",
            Way::Override => "override",
            Way::ServiceConnect => "service-connect",
            Way::Discovery => "discovery",
        }
    }

    /// As messages name it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Way::Url => "a URL set in code",
            Way::Override => "its override variable",
            Way::ServiceConnect => "Service Connect",
            Way::Discovery => "discovery",
        }
    }
}
