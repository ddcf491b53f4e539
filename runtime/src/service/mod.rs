//! A service as generated code makes it: one static, which keeps the choice made for it.
//!
//! ```
//! use service_connect::Client;
//! use service_connect::__private::{Application, Endpoint, Environment, Service};
//!
//! static KUDOS: Application = Application {
//!     callers: &["front-end"],
//!     environments: &[Environment { name: "test", connected: "api\nfront-end" }],
//!     base: "api\nfront-end",
//! };
//! static API: Service = Service::new(
//!     "api",
//!     &KUDOS,
//!     &[],
//!     Endpoint { port: 80, connect: Some("api"), discovery: true, reason: "" },
//! );
//! assert_eq!(Client::of(&API).base_url().unwrap(), "http://api");
//! ```

mod listen;

use std::fmt;
use std::sync::OnceLock;

pub use self::listen::{ListenPort, listen_addr};
use crate::choose::{Choice, Variables, choose};
use crate::definition::Definition;
pub use crate::definition::{Application, Endpoint, Environment};
use crate::route::Route;
use crate::{Resilience, Result};

/// A service of the application, and the choice made for it.
pub struct Service {
    definition: Definition,
    choice: OnceLock<Choice>,
    route: OnceLock<Route>,
}

impl Service {
    /// A service. `endpoints` holds the environments that differ from `base`, which also serves
    /// those unknown at build time.
    #[must_use]
    pub const fn new(
        name: &'static str,
        application: &'static Application,
        endpoints: &'static [(&'static str, Endpoint)],
        base: Endpoint,
    ) -> Service {
        Service {
            definition: Definition {
                name,
                application,
                endpoints,
                base,
            },
            choice: OnceLock::new(),
            route: OnceLock::new(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.definition.name
    }

    /// The way of this process to it, chosen once. An error is not kept: it costs nothing that matters to find it again.
    pub(crate) fn choice(&self) -> Result<&Choice> {
        if let Some(choice) = self.choice.get() {
            return Ok(choice);
        }
        let choice = choose(&self.definition, Variables::process())?;
        Ok(self.choice.get_or_init(|| choice))
    }

    /// The way that calls went, if there were any.
    pub(crate) fn used_route(&self) -> Option<&Route> {
        self.route.get()
    }

    /// The same with its settings, which are decided by the first call.
    pub(crate) fn route(&self) -> Result<&Route> {
        if let Some(route) = self.route.get() {
            return Ok(route);
        }
        let choice = self.choice()?;
        let resilience = Resilience::of(Some(self.name()))?;
        let route = || Route::new(choice.clone(), resilience);
        Ok(self.route.get_or_init(route))
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Service").field(&self.name()).finish()
    }
}

/// What no stub is: its implementation keeps rustc from advising to add another.
#[derive(Debug)]
pub enum Never {}

/// Holds for `()` where https is compiled in. Stubs of services on port 443 ask for it.
#[diagnostic::on_unimplemented(
    message = "this service is called over https, which needs the feature `tls` of `service-connect`",
    label = "port 443 means https",
    note = "in Cargo.toml: service-connect = {{ version = \"…\", features = [\"tls\"] }}"
)]
pub trait Tls {}

#[cfg(feature = "tls")]
impl Tls for () {}
