//! What has changed since a lock was written, as far as others see it.
//!
//! ```
//! use service_connect_codegen::{Application, lock};
//!
//! assert_eq!(lock::changes(&Application::default(), &Application::default()), []);
//! ```

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use crate::application::{Application, Service};
use crate::route::{self, Route, Via};

/// How many of the services that may have to be redeployed a text names.
const NAMED: usize = 10;

/// An endpoint of a service in one environment that is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The environment; `None` for the base manifests, where the application has no environment.
    pub environment: Option<String>,
    /// The service.
    pub service: String,
    /// Whose endpoint: that of Service Connect or that of discovery.
    pub via: Via,
    /// What has become of it.
    pub difference: Difference,
    /// The services of the lock that may call it there, and whose tasks do not find it before they are built and
    /// started anew: the endpoint is compiled in, and the hosts file with the names of Service Connect is written when
    /// a task starts, and never again.
    pub redeploy: Vec<String>,
}

/// What has become of an endpoint, each `host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The lock has none.
    Added(String),
    /// It was another one.
    Moved {
        /// By the lock.
        from: String,
        /// Now.
        to: String,
    },
    /// There is none any more.
    Removed(String),
}

/// Every endpoint that differs, in the order of environments and services.
#[must_use]
pub fn changes(old: &Application, new: &Application) -> Vec<Change> {
    let environments: BTreeSet<_> = [old, new].into_iter().flat_map(looked_at).collect();
    let services = old.services.iter().chain(&new.services);
    let services: BTreeSet<_> = services.map(|known| known.name.as_str()).collect();
    let mut changes = Vec::new();
    for environment in environments {
        let [before, after] = [old, new].map(|application| View::of(application, environment));
        for service in &services {
            for via in [Via::ServiceConnect, Via::Discovery] {
                let endpoints = [&before, &after].map(|view| view.endpoint(service, via));
                let difference = match endpoints {
                    [Some(from), Some(to)] if from == to => continue,
                    [Some(from), Some(to)] => Difference::Moved { from, to },
                    [None, Some(to)] => Difference::Added(to),
                    [Some(from), None] => Difference::Removed(from),
                    [None, None] => continue,
                };
                // Those that called it there call it in vain. A new name of Service Connect is in no hosts file yet,
                // while names of discovery are looked up again and again.
                let called = before.callers(service, via);
                let will_call = match via {
                    Via::ServiceConnect => after.callers(service, via),
                    Via::Discovery => BTreeSet::new(),
                };
                let running = |caller: &&&str| before.has(caller);
                let redeploy = called.union(&will_call).filter(running);
                changes.push(Change {
                    environment: environment.map(str::to_owned),
                    service: (*service).to_owned(),
                    via,
                    difference,
                    redeploy: redeploy.map(ToString::to_string).collect(),
                });
            }
        }
    }
    changes
}

/// The names of the environments that are looked at; `None` for the base manifests.
fn looked_at(application: &Application) -> impl Iterator<Item = Option<&str>> {
    let indices = application.looked_at().into_iter();
    indices.map(|index| index.map(|index| application.environments[index].name.as_str()))
}

/// An application in one environment.
struct View<'a> {
    application: &'a Application,
    /// Which one, `None` for the base manifests.
    environment: Option<usize>,
    /// Whether it has that one.
    is_there: bool,
    services: HashMap<&'a str, &'a Service>,
    /// One of those that call others in the same way, and the names of all of these.
    callers: Vec<(&'a Service, Vec<&'a str>)>,
}

impl<'a> View<'a> {
    fn of(application: &'a Application, environment: Option<&str>) -> Self {
        let mut all = application.environments.iter();
        let mut view = Self {
            application,
            environment: environment.and_then(|name| all.position(|known| known.name == name)),
            is_there: looked_at(application).any(|known| known == environment),
            services: HashMap::new(),
            callers: Vec::new(),
        };
        // What of a caller decides on its way: asking for each of them is too much where there are a thousand.
        let mut alike = HashMap::new();
        for service in &application.services {
            view.services.entry(&service.name).or_insert(service);
            if service.external {
                continue;
            }
            let deployment = application.deployment(service, view.environment).ok();
            let kind = deployment.map(|known| (known.connects(), known.calls_discovery));
            let index = *alike.entry(kind).or_insert_with(|| {
                view.callers.push((service, Vec::new()));
                view.callers.len() - 1
            });
            view.callers[index].1.push(service.name.as_str());
        }
        view
    }

    fn has(&self, service: &str) -> bool {
        self.is_there && self.services.contains_key(service)
    }

    fn endpoint(&self, service: &str, via: Via) -> Option<String> {
        let service = self.services.get(service)?;
        let endpoint = match via {
            Via::ServiceConnect => route::service_connect,
            Via::Discovery => route::discovery,
        };
        let endpoint = endpoint(self.application, None, service, self.environment);
        Some(endpoint.ok()?.to_string()).filter(|_| self.is_there)
    }

    /// Those whose way to it is that one.
    fn callers(&self, service: &str, via: Via) -> BTreeSet<&'a str> {
        let Some(callee) = self.services.get(service).filter(|_| self.is_there) else {
            return BTreeSet::new();
        };
        let calls = |caller: &Service| {
            Route::find(self.application, caller, callee, self.environment).via == Some(via)
        };
        let callers = self.callers.iter().filter(|(one, _)| calls(one));
        callers
            .flat_map(|(_, names)| names.iter().copied())
            .filter(|name| *name != service)
            .collect()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            environment,
            service,
            via,
            difference,
            redeploy,
        } = self;
        let via = match via {
            Via::ServiceConnect => "Service Connect",
            Via::Discovery => "discovery",
        };
        if let Some(environment) = environment {
            write!(f, "in `{environment}`, ")?;
        }
        write!(f, "`{service}` ")?;
        match difference {
            Difference::Added(to) => write!(f, "is new in {via}, as `{to}`")?,
            Difference::Moved { from, to } => write!(f, "is `{to}` in {via}, and was `{from}`")?,
            Difference::Removed(from) => {
                write!(f, "is no longer in {via}, where it was `{from}`")?;
            }
        }
        let clients = redeploy.iter().take(NAMED).map(|name| format!("`{name}`"));
        let clients: Vec<_> = clients.collect();
        if clients.is_empty() {
            return Ok(());
        }
        let when = match difference {
            Difference::Removed(_) => "before that",
            Difference::Added(_) | Difference::Moved { .. } => "once it is deployed",
        };
        let clients = clients.join(", ");
        write!(f, ": {when}, build and redeploy those of {clients}")?;
        if redeploy.len() > NAMED {
            write!(f, " and {} more", redeploy.len() - NAMED)?;
        }
        f.write_str(" that call it")
    }
}
