//! Where the hosts of URLs lead: to which service of the application, by which way, and what is wrong with them.
//!
//! ```
//! use service_connect_codegen::Application;
//! use service_connect_codegen::urls::Names;
//!
//! let application = Application::default();
//! let names = Names::of(&application);
//! // Without a service there is nobody who could call.
//! assert!(application.services.iter().all(|caller| names.leads(caller, None, "http://api").is_empty()));
//! ```

mod hosts;
mod lead;
mod names;
mod zones;

use std::ops::Range;

use crate::application::{Application, Deployment, Service};
use crate::finding::Finding;
use crate::route::Via;

#[cfg(feature = "map")]
pub(crate) use hosts::fold;
pub(crate) use hosts::hosts;
pub use names::Names;

/// So many hosts are looked at for each service, over all environments.
pub(crate) const MAX_HOSTS: usize = 10_000;

/// A host in a text, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// The host as it is written.
    pub host: String,
    /// Where it stands in the text, with its port.
    pub span: Range<usize>,
    /// The port that is called, be it written or the scheme's; `None` where neither says.
    pub port: Option<u16>,
    /// The name of the service that is meant, even if the host does not lead to it.
    pub service: Option<String>,
    /// The way to that service; `None` where it does not arrive, and where there is no such service.
    pub via: Option<Via>,
    /// What is wrong with it. The message does not say where the host is written. There may be a way all the same, as to
    /// the tasks of another environment.
    pub finding: Option<Finding>,
    /// Whether that is about the service that calls, and not about the one that is called.
    pub is_of_caller: bool,
    /// Where no service is meant, the name of the one that is nearly the host's: a slip, as far as names tell. Short names
    /// that are near one another, and those with other numbers, tell nothing.
    pub near: Option<String>,
}

/// The services whose manifest says something there.
pub(crate) fn deployed(
    application: &Application,
    environment: Option<usize>,
) -> impl Iterator<Item = (&Service, &Deployment)> {
    let services = application.services.iter();
    services.filter_map(move |service| {
        Some((service, application.deployment(service, environment).ok()?))
    })
}
