//! What generated code says about a service: constants only.
//!
//! ```
//! use service_connect::__private::{Application, Environment};
//!
//! static KUDOS: Application = Application {
//!     callers: &["front-end"],
//!     environments: &[Environment { name: "test", connected: "front-end\nmail" }],
//!     base: "",
//! };
//! ```

/// The application as the crate that calls sees it; one static a generated module.
#[derive(Debug)]
pub struct Application {
    /// The services that the crate runs as.
    pub callers: &'static [&'static str],
    /// The environments that differ from `base`.
    pub environments: &'static [Environment],
    /// The services whose tasks have Service Connect on by the manifests' base values, one a line: a list would cost
    /// the compiler an expression for each.
    pub base: &'static str,
}

/// An environment in which Service Connect is on for others than by the base values.
#[derive(Debug)]
pub struct Environment {
    /// Its name, as in `COPILOT_ENVIRONMENT_NAME`.
    pub name: &'static str,
    /// The services whose tasks have Service Connect on there, one a line.
    pub connected: &'static str,
}

/// Where a service is reached in an environment.
#[derive(Debug)]
pub struct Endpoint {
    /// The target port; 0 if there is none.
    pub port: u16,
    /// The Service Connect name; `${COPILOT_ENVIRONMENT_NAME}` and `${COPILOT_APPLICATION_NAME}`
    /// in it are filled at run time. `None` where Service Connect is off.
    pub connect: Option<&'static str>,
    /// Whether it is in private DNS.
    pub discovery: bool,
    /// Why there is no way at all, naming the manifest's line; empty where there is one.
    pub reason: &'static str,
}

/// What is known of a service at build time.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) application: &'static Application,
    /// The environments that differ from `base`.
    pub(crate) endpoints: &'static [(&'static str, Endpoint)],
    pub(crate) base: Endpoint,
}

impl Definition {
    /// Where it is in `environment`.
    pub(crate) fn endpoint(&self, environment: Option<&str>) -> &Endpoint {
        self.endpoints
            .iter()
            .find(|(name, _)| Some(*name) == environment)
            .map_or(&self.base, |(_, endpoint)| endpoint)
    }
}

impl Application {
    /// Whether the tasks of `caller` have Service Connect on in `environment`.
    pub(crate) fn connects(&self, caller: &str, environment: Option<&str>) -> bool {
        let mut own = self.environments.iter();
        let own = own.find(|known| Some(known.name) == environment);
        let connected = own.map_or(self.base, |known| known.connected);
        connected.split('\n').any(|name| name == caller)
    }
}
