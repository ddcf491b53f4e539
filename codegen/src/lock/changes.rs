//! What has changed since a lock was written, as far as others see it.
//!
//! ```
//! use service_connect_codegen::{Application, lock};
//!
//! assert_eq!(lock::changes(&Application::default(), &Application::default()), []);
//! ```

use std::collections::BTreeSet;
use std::fmt;

use crate::application::{Application, Deployment, Service};
use crate::route::{self, Via};

/// An endpoint of a service in one environment that is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The environment.
    pub environment: String,
    /// The service.
    pub service: String,
    /// Whose endpoint: that of Service Connect or that of discovery.
    pub via: Via,
    /// `host:port` by the lock; `None` where there was no such endpoint.
    pub from: Option<String>,
    /// `host:port` now; `None` where there is no such endpoint any more.
    pub to: Option<String>,
    /// The services whose tasks have to be started anew to find it: the hosts file with the names of Service Connect is
    /// written when a task starts, and never again.
    pub redeploy: Vec<String>,
}

/// Every endpoint that differs, in the order of environments and services.
#[must_use]
pub fn changes(old: &Application, new: &Application) -> Vec<Change> {
    let environments = old.environments.iter().chain(&new.environments);
    let environments: BTreeSet<_> = environments.map(|known| known.name.as_str()).collect();
    let services = old.services.iter().chain(&new.services);
    let services: BTreeSet<_> = services.map(|known| known.name.as_str()).collect();
    let mut changes = Vec::new();
    for environment in environments {
        let [before, after] = [old, new].map(|application| View::of(application, environment));
        for service in &services {
            for via in [Via::ServiceConnect, Via::Discovery] {
                let [from, to] = [&before, &after].map(|view| view.endpoint(service, via));
                if from == to {
                    continue;
                }
                let is_new_name =
                    via == Via::ServiceConnect && host(from.as_ref()) != host(to.as_ref());
                let redeploy = if is_new_name && to.is_some() {
                    after.clients(service)
                } else {
                    Vec::new()
                };
                changes.push(Change {
                    environment: environment.to_owned(),
                    service: (*service).to_owned(),
                    via,
                    from,
                    to,
                    redeploy,
                });
            }
        }
    }
    changes
}

fn host(endpoint: Option<&String>) -> Option<&str> {
    let (host, _) = endpoint?.rsplit_once(':')?;
    Some(host)
}

/// An application in one environment.
struct View<'a> {
    application: &'a Application,
    /// `None` where it has no such environment.
    environment: Option<usize>,
}

impl<'a> View<'a> {
    fn of(application: &'a Application, environment: &str) -> Self {
        let mut environments = application.environments.iter();
        Self {
            application,
            environment: environments.position(|known| known.name == environment),
        }
    }

    fn endpoint(&self, service: &str, via: Via) -> Option<String> {
        let environment = Some(self.environment?);
        let service = self.application.service(service)?;
        let endpoint = match via {
            Via::ServiceConnect => route::service_connect,
            Via::Discovery => route::discovery,
        };
        let endpoint = endpoint(self.application, None, service, environment).ok()?;
        Some(endpoint.to_string())
    }

    /// Those that may call it through Service Connect.
    fn clients(&self, service: &str) -> Vec<String> {
        let connects = |client: &&Service| {
            let deployment = self.application.deployment(client, self.environment);
            client.name != service && deployment.is_ok_and(Deployment::connects)
        };
        let clients = self.application.services.iter().filter(connects);
        clients.map(|client| client.name.clone()).collect()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            environment,
            service,
            via,
            from,
            to,
            redeploy,
        } = self;
        let via = match via {
            Via::ServiceConnect => "Service Connect",
            Via::Discovery => "discovery",
        };
        write!(f, "in `{environment}`, `{service}` ")?;
        match (from, to) {
            (Some(from), Some(to)) => write!(f, "is `{to}` in {via}, and was `{from}`")?,
            (None, Some(to)) => write!(f, "is new in {via}, as `{to}`")?,
            (Some(from), None) => write!(f, "is no longer in {via}, where it was `{from}`")?,
            (None, None) => write!(f, "is not in {via}")?,
        }
        match redeploy.as_slice() {
            [] => Ok(()),
            clients => {
                let clients: Vec<_> = clients.iter().map(|name| format!("`{name}`")).collect();
                write!(
                    f,
                    ": once it is deployed, redeploy those of its clients that run already ({})",
                    clients.join(", ")
                )
            }
        }
    }
}
