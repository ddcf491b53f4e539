//! How one service reaches another in one environment, and if it cannot, why.
//!
//! The rules are those of Copilot's templates: Service Connect works where caller and callee have
//! `network.connect` on, private DNS wherever the callee exposes a port.
//!
//! ```
//! use service_connect_codegen::{Application, Deployment, Kind, Place, Port, Route, Service, Via};
//!
//! let place = Place::new("copilot/api/manifest.yml", 1, 7, 6..9);
//! let deployment = Deployment {
//!     connect: true,
//!     port: Some(Port { number: 80, udp: false, place: place.clone() }),
//!     ..Deployment::new(Kind::BackendService)
//! };
//! let service = |name: &str| Service {
//!     name: name.into(),
//!     directory: name.into(),
//!     place: place.clone(),
//!     kind: Some(Kind::BackendService),
//!     kind_place: place.clone(),
//!     external: false,
//!     base: Ok(deployment.clone()),
//!     deployments: vec![],
//! };
//! let application = Application { services: vec![service("api"), service("web")], ..Application::default() };
//!
//! let [api, web] = &application.services[..] else { unreachable!() };
//! let route = Route::find(&application, web, api, None);
//! assert_eq!(route.via, Some(Via::ServiceConnect));
//! assert_eq!(route.url.as_deref(), Some("http://api"));
//! ```

use std::fmt;

use crate::application::{Application, Deployment, Kind, Obstacle, Service};
use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;

/// A way to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// `http://<alias or name>`, through the Envoy in the caller's task.
    ServiceConnect,
    /// `http://<name>.$COPILOT_SERVICE_DISCOVERY_ENDPOINT`, through private DNS.
    Discovery,
}

impl Via {
    /// `service-connect` or `discovery`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServiceConnect => "service-connect",
            Self::Discovery => "discovery",
        }
    }
}

/// The way from one service to another in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The best way; `None` where there is none.
    pub via: Option<Via>,
    /// The base URL of that way.
    pub url: Option<String>,
    /// Why there is no better one.
    pub reason: Option<Finding>,
}

impl Route {
    /// The way from `caller` to `callee` in the environment of that index, or by the base manifests.
    #[must_use]
    pub fn find(
        application: &Application,
        caller: &Service,
        callee: &Service,
        environment: Option<usize>,
    ) -> Self {
        let reason = match service_connect(application, Some(caller), callee, environment) {
            Ok(authority) => return Self::through(Via::ServiceConnect, &authority, None),
            Err(reason) => reason,
        };
        match discovery(application, Some(caller), callee, environment) {
            Ok(authority) => Self::through(Via::Discovery, &authority, Some(reason)),
            Err(reason) => Self {
                via: None,
                url: None,
                reason: Some(reason),
            },
        }
    }

    fn through(via: Via, authority: &Authority, reason: Option<Finding>) -> Self {
        Self {
            via: Some(via),
            url: Some(authority.url()),
            reason,
        }
    }
}

/// A host and a port; displayed as `host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The name to resolve.
    pub host: String,
    /// The port to connect to.
    pub port: u16,
}

impl Authority {
    /// The base URL. Copilot takes a target port of 443 for HTTPS.
    #[must_use]
    pub fn url(&self) -> String {
        match self.port {
            80 => format!("http://{}", self.host),
            443 => format!("https://{}", self.host),
            port => format!("http://{}:{port}", self.host),
        }
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Where `caller` reaches `callee` through Service Connect; without a caller, where anyone could.
///
/// # Errors
///
/// The first thing in the way, the callee's before the caller's. Its message names no environment.
pub fn service_connect(
    application: &Application,
    caller: Option<&Service>,
    callee: &Service,
    environment: Option<usize>,
) -> Result<Authority, Finding> {
    let offer = deployment(application, callee, environment)?;
    let port = offer
        .service_connect_port()
        .map_err(|obstacle| written(callee_obstacle(callee, offer, obstacle), callee))?;
    if let Some(caller) = caller {
        let client = deployment(application, caller, environment)?;
        if !client.kind.can_connect() {
            return Err(written(caller_cannot_connect(caller, client), caller));
        }
        if !client.connect {
            let message = format!("Service Connect is off for the caller `{}`", caller.name);
            let finding = switched_off(caller, client, Code::CallerConnectOff, message);
            return Err(written(finding, caller));
        }
    }
    Ok(Authority {
        host: callee.service_connect_name(offer).to_owned(),
        port,
    })
}

/// Where `caller` reaches `callee` through private DNS; without a caller, where anyone could.
///
/// # Errors
///
/// The first thing in the way, the callee's before the caller's. Its message names no environment.
pub fn discovery(
    application: &Application,
    caller: Option<&Service>,
    callee: &Service,
    environment: Option<usize>,
) -> Result<Authority, Finding> {
    let offer = deployment(application, callee, environment)?;
    let port = offer
        .discovery_port()
        .map_err(|obstacle| written(callee_obstacle(callee, offer, obstacle), callee))?;
    if let Some(caller) = caller {
        let client = deployment(application, caller, environment)?;
        if !client.calls_discovery {
            return Err(written(caller_cannot_discover(caller, client), caller));
        }
    }
    let endpoint = environment
        .and_then(|index| application.environments.get(index))
        .and_then(|environment| application.discovery_endpoint(environment))
        .unwrap_or_else(|| "$COPILOT_SERVICE_DISCOVERY_ENDPOINT".to_owned());
    Ok(Authority {
        host: format!("{}.{endpoint}", callee.name),
        port,
    })
}

fn deployment<'a>(
    application: &Application,
    service: &'a Service,
    environment: Option<usize>,
) -> Result<&'a Deployment, Finding> {
    application
        .deployment(service, environment)
        .map_err(|finding| {
            let what = if service.external {
                "declaration"
            } else {
                "manifest"
            };
            let message = format!(
                "the {what} of `{}` is wrong: {}",
                service.name, finding.message
            );
            let finding = Finding {
                message,
                ..finding.clone()
            };
            written(finding, service)
        })
}

/// Nothing is written by hand into a lock: there, what to do is to be done where it comes from.
fn written(finding: Finding, service: &Service) -> Finding {
    if !finding.place.as_ref().is_some_and(Place::is_in_lock) {
        return finding;
    }
    let help = format!(
        "change the manifest of `{}` and run `cargo service-connect lock` there; it may be done and the lock be old",
        service.name
    );
    Finding {
        replacement: None,
        ..finding.help(help)
    }
}

fn callee_obstacle(callee: &Service, offer: &Deployment, obstacle: Obstacle) -> Finding {
    let name = &callee.name;
    match obstacle {
        Obstacle::Kind => Finding::error(
            Code::NoEndpoint,
            format!(
                "service `{name}` is a {}, which nothing can call",
                offer.kind
            ),
        )
        .at(&callee.kind_place)
        .help("only a Backend Service or a Load Balanced Web Service can be called: make it one, or call another service"),
        Obstacle::NoPort => {
            Finding::error(Code::NoPort, format!("service `{name}` exposes no port"))
                .at(&callee.place)
                .help(if callee.external {
                    "add `port = <its target port>` there"
                } else {
                    "add `port: <the port it listens on>` below `image:` in that manifest"
                })
        }
        Obstacle::Udp => {
            let place = offer
                .port
                .as_ref()
                .map_or(&callee.place, |port| &port.place);
            Finding::error(
                Code::UdpPort,
                format!("service `{name}` listens on UDP, which Service Connect cannot carry"),
            )
            .at(place)
            .help("serve TCP on another port and make it `image.port`")
        }
        Obstacle::Off => {
            let message = format!("Service Connect is off for service `{name}`");
            switched_off(callee, offer, Code::ConnectOff, message)
        }
    }
}

fn caller_cannot_connect(caller: &Service, client: &Deployment) -> Finding {
    Finding::error(
        Code::CallerCannotConnect,
        format!(
            "`{}` is a {}, which cannot call through Service Connect",
            caller.name, client.kind
        ),
    )
    .at(&caller.kind_place)
}

fn caller_cannot_discover(caller: &Service, client: &Deployment) -> Finding {
    Finding::error(
        Code::NoWay,
        format!(
            "`{}` is a {} outside the VPC, which cannot call other services",
            caller.name, client.kind
        ),
    )
    .at(&caller.kind_place)
    .help(if client.kind == Kind::RequestDrivenWebService {
        "write `placement: private` below `network:`, `vpc:` in that manifest, or make it another kind of service"
    } else {
        "call from another kind of service: this one runs no code of its own"
    })
}

/// On the value that switches it off, or on the service's name where nothing is written.
fn switched_off(
    service: &Service,
    deployment: &Deployment,
    code: Code,
    message: String,
) -> Finding {
    let finding = Finding::error(code, message);
    if service.external {
        let place = deployment.connect_place.as_ref();
        return finding
            .at(place.unwrap_or(&service.place))
            .help("write `connect = true` there if its manifest has it on");
    }
    match &deployment.connect_place {
        Some(place) => finding
            .at(place)
            .help("write `connect: true` there")
            .replace_with("true"),
        None => finding
            .at(&service.place)
            .help("write `connect: true` below `network:` in that manifest"),
    }
}
