//! An application as it is deployed: services × environments.
//!
//! Nothing here knows where it came from; `copilot/` is one source of it (feature `copilot`).
//!
//! ```
//! use service_connect_codegen::{Deployment, Kind, Place, Port};
//!
//! let place = Place::new("copilot/api/manifest.yml", 9, 9, 120..122);
//! let api = Deployment {
//!     connect: true,
//!     port: Some(Port { number: 80, udp: false, place }),
//!     ..Deployment::new(Kind::BackendService)
//! };
//! assert_eq!(api.service_connect_port(), Ok(80));
//! ```

use std::fmt;

use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;

/// The services of one application and the environments they run in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// Its name; `None` where nothing gives it one.
    pub name: Option<String>,
    /// The environments, in the order of their names.
    pub environments: Vec<Environment>,
    /// The services, jobs and sites, in the order of their directories.
    pub services: Vec<Service>,
}

/// One environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Created before Copilot 1.9: its private DNS zone is `{app}.local`, without the environment.
    pub legacy: bool,
    /// The workspace has it, and if only some are asked for, it is one of these. Nothing is checked for the others: one
    /// that only sections of manifests name may live in another workspace, but a task that runs there gets what the
    /// sections say.
    pub listed: bool,
}

/// One service, job or site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name: what it is known by in code, in variables and in DNS.
    pub name: String,
    /// The directory that its manifest is in.
    pub directory: String,
    /// Where the name is written.
    pub place: Place,
    /// What it is; `None` where the manifest does not say.
    pub kind: Option<Kind>,
    /// Where that is written; where the name is if it is not.
    pub kind_place: Place,
    /// It belongs to another repository, and `Cargo.toml` declares it.
    pub external: bool,
    /// As deployed to an environment that overrides nothing.
    pub base: Result<Deployment, Finding>,
    /// As deployed to each of [`Application::environments`], in that order.
    pub deployments: Vec<Result<Deployment, Finding>>,
}

/// A workload type of Copilot, with its exact spelling as [`Display`](fmt::Display).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ECS behind a public load balancer.
    LoadBalancedWebService,
    /// ECS, private.
    BackendService,
    /// ECS, fed by a queue; has no endpoint.
    WorkerService,
    /// App Runner.
    RequestDrivenWebService,
    /// ECS tasks on a schedule.
    ScheduledJob,
    /// Files in S3 behind a CDN.
    StaticSite,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::LoadBalancedWebService,
        Self::BackendService,
        Self::WorkerService,
        Self::RequestDrivenWebService,
        Self::ScheduledJob,
        Self::StaticSite,
    ];

    /// The kind that is spelled so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// As in a manifest's `type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoadBalancedWebService => "Load Balanced Web Service",
            Self::BackendService => "Backend Service",
            Self::WorkerService => "Worker Service",
            Self::RequestDrivenWebService => "Request-Driven Web Service",
            Self::ScheduledJob => "Scheduled Job",
            Self::StaticSite => "Static Site",
        }
    }

    /// Whether others can call it at all: it is in private DNS and may serve through Service Connect.
    #[must_use]
    pub const fn has_endpoint(self) -> bool {
        matches!(self, Self::LoadBalancedWebService | Self::BackendService)
    }

    /// Whether its tasks get `COPILOT_SERVICE_DISCOVERY_ENDPOINT` and can resolve names below it, if nothing else is
    /// said: those of App Runner are in the VPC only where the manifest puts them there.
    #[must_use]
    pub const fn calls_discovery(self) -> bool {
        !matches!(self, Self::StaticSite | Self::RequestDrivenWebService)
    }

    /// Whether its tasks can call through Service Connect: only those of ECS services can.
    #[must_use]
    pub const fn can_connect(self) -> bool {
        matches!(
            self,
            Self::LoadBalancedWebService | Self::BackendService | Self::WorkerService
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What one service is in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// What it is.
    pub kind: Kind,
    /// `network.connect` is on.
    pub connect: bool,
    /// Where `network.connect` is written; `None` where it is not.
    pub connect_place: Option<Place>,
    /// The Service Connect alias, where one is set.
    pub alias: Option<Alias>,
    /// The target port: the one that Service Connect and discovery lead to.
    pub port: Option<Port>,
    /// The port of the main container, which the program itself listens on.
    pub image_port: Option<u16>,
    /// Its tasks get `COPILOT_SERVICE_DISCOVERY_ENDPOINT` and so can call by discovery.
    pub calls_discovery: bool,
}

/// A Service Connect alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The name that clients use.
    pub name: String,
    /// The same with `${COPILOT_APPLICATION_NAME}` and `${COPILOT_ENVIRONMENT_NAME}` left in.
    pub template: String,
    /// Where it is written.
    pub place: Place,
}

/// A port that others call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The container's port.
    pub number: u16,
    /// It speaks UDP, which Service Connect cannot carry.
    pub udp: bool,
    /// Where it is written.
    pub place: Place,
}

/// Why a service cannot be called through Service Connect, or at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Its kind has no endpoint.
    Kind,
    /// It exposes no port.
    NoPort,
    /// Its port is a UDP one.
    Udp,
    /// Service Connect is off.
    Off,
}

impl Deployment {
    /// A deployment of `kind` with nothing on.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            connect: false,
            connect_place: None,
            alias: None,
            port: None,
            image_port: None,
            calls_discovery: false,
        }
    }

    /// The port that it serves through Service Connect.
    ///
    /// # Errors
    ///
    /// The first thing in the way.
    pub fn service_connect_port(&self) -> Result<u16, Obstacle> {
        let port = self.endpoint()?;
        match port {
            _ if !self.connect => Err(Obstacle::Off),
            port if port.udp => Err(Obstacle::Udp),
            port => Ok(port.number),
        }
    }

    /// The port under which it is in private DNS.
    ///
    /// # Errors
    ///
    /// The first thing in the way.
    pub fn discovery_port(&self) -> Result<u16, Obstacle> {
        Ok(self.endpoint()?.number)
    }

    /// Whether its tasks can call through Service Connect.
    #[must_use]
    pub fn connects(&self) -> bool {
        self.connect && self.kind.can_connect()
    }

    fn endpoint(&self) -> Result<&Port, Obstacle> {
        if self.kind.has_endpoint() {
            self.port.as_ref().ok_or(Obstacle::NoPort)
        } else {
            Err(Obstacle::Kind)
        }
    }
}

impl Service {
    /// Whether calls need TLS anywhere: Copilot takes a target port of 443 for HTTPS.
    #[must_use]
    pub fn needs_tls(&self) -> bool {
        let mut deployments = std::iter::once(&self.base)
            .chain(&self.deployments)
            .flatten();
        deployments.any(|deployment| deployment.endpoint().is_ok_and(|port| port.number == 443))
    }

    /// The name that clients use through Service Connect.
    #[must_use]
    pub fn service_connect_name<'a>(&'a self, deployment: &'a Deployment) -> &'a str {
        deployment
            .alias
            .as_ref()
            .map_or(&self.name, |alias| &alias.name)
    }
}

impl Application {
    /// The service of that name, if it is the only one.
    ///
    /// # Errors
    ///
    /// If there are two, so that nobody can say which is meant.
    pub fn unique_service(&self, name: &str) -> Result<Option<&Service>, Finding> {
        let mut named = self.services.iter().filter(|service| service.name == name);
        match (named.next(), named.next()) {
            (Some(first), Some(second)) => Err(duplicate_service(first, second)),
            (first, _) => Ok(first),
        }
    }

    /// The service of that name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The indices of the environments that are looked at; the base manifest counts as one where there is none.
    #[must_use]
    pub fn looked_at(&self) -> Vec<Option<usize>> {
        looked_at(&self.environments)
    }

    /// `service` in the environment of that index, or as its base manifest has it.
    ///
    /// # Errors
    ///
    /// What is wrong with the manifest there.
    pub fn deployment<'a>(
        &self,
        service: &'a Service,
        environment: Option<usize>,
    ) -> Result<&'a Deployment, &'a Finding> {
        environment
            .and_then(|index| service.deployments.get(index))
            .unwrap_or(&service.base)
            .as_ref()
    }

    /// What `COPILOT_SERVICE_DISCOVERY_ENDPOINT` is in `environment`.
    /// Copilot names the zone `{env}.{app}.local`, before version 1.9 `{app}.local`.
    #[must_use]
    pub fn discovery_endpoint(&self, environment: &Environment) -> Option<String> {
        let application = self.name.as_deref()?;
        Some(if environment.legacy {
            format!("{application}.local")
        } else {
            format!("{}.{application}.local", environment.name)
        })
    }
}

/// [`Application::looked_at`], before there is one.
pub(crate) fn looked_at(environments: &[Environment]) -> Vec<Option<usize>> {
    let all = environments.iter().enumerate();
    let listed: Vec<_> = all
        .filter(|(_, environment)| environment.listed)
        .map(|(index, _)| Some(index))
        .collect();
    if listed.is_empty() {
        vec![None]
    } else {
        listed
    }
}

/// Two services have one name.
pub(crate) fn duplicate_service(first: &Service, second: &Service) -> Finding {
    Finding::error(
        Code::DuplicateService,
        format!(
            "there are two services `{}`, the other at {}",
            second.name, first.place
        ),
    )
    .at(&second.place)
    .help("give one of the two another `name`")
}
