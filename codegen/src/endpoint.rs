//! What the runtime has to know of a service in one environment, and of who may call it.
//!
//! ```
//! use service_connect_codegen::{Application, endpoint};
//!
//! assert!(endpoint::connected(&Application::default(), None).is_empty());
//! ```

use crate::application::{Application, Deployment, Service};
use crate::route;

/// Where a service is reached by whoever may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The target port; 0 if there is none.
    pub port: u16,
    /// The Service Connect name, in which variables of Copilot may stand; `None` where it is off.
    pub connect: Option<String>,
    /// Whether it is in private DNS.
    pub discovery: bool,
    /// Why there is no way at all; empty where there is one.
    pub reason: String,
}

impl Endpoint {
    /// The one of a service in the environment of that index, or by the base manifests.
    #[must_use]
    pub fn find(application: &Application, service: &Service, environment: Option<usize>) -> Self {
        let deployment = application.deployment(service, environment).ok();
        let connect = route::service_connect(application, None, service, environment);
        let connect = connect.is_ok().then(|| {
            let alias = deployment.and_then(|deployment| deployment.alias.as_ref());
            alias.map_or(&service.name, |alias| &alias.template).clone()
        });
        let (port, reason) = match route::discovery(application, None, service, environment) {
            Ok(authority) => (authority.port, String::new()),
            Err(finding) => (0, finding.line()),
        };
        Self {
            port,
            connect,
            discovery: reason.is_empty(),
            reason,
        }
    }
}

/// The services whose tasks have Service Connect on there. No task has a name of two lines.
#[must_use]
pub fn connected(application: &Application, environment: Option<usize>) -> Vec<&str> {
    let services = application.services.iter().filter(|service| {
        let deployment = application.deployment(service, environment);
        deployment.is_ok_and(Deployment::connects)
    });
    let names = services.map(|service| service.name.as_str());
    names.filter(|name| !name.contains('\n')).collect()
}
