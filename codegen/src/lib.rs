//! Reads the manifests of an application on AWS Copilot at build time and generates checked clients of its
//! services for `service-connect`.
//!
//! A build script is one call:
//!
//! ```no_run
//! fn main() -> Result<(), service_connect_codegen::Error> {
//!     service_connect_codegen::generate()
//! }
//! ```
//!
//! Data flows one way: `copilot/` ([`copilot`]) → [`Application`] (services × environments) → [`Route`] (the
//! way from one to another, or what is in it) → [`Finding`]s at a [`Reference`] and the [`Catalog`] → [`stubs`].
//! The macros and the cargo plugin start from the same routes and findings.
//!
//! # Stability
//!
//! [`generate`] and [`Error`] are what build scripts use. All else is for the macros and the plugin, which are pinned to
//! this very version, and may change with any release.
//!
//! Without the default feature `copilot` only what comes after [`Application`] is there, as the macros need it. The feature
//! `map` adds what only the plugin needs: who calls whom.

mod application;
mod callers;
mod catalog;
mod code;
#[cfg(feature = "copilot")]
pub mod copilot;
pub mod endpoint;
mod explain;
#[cfg(feature = "copilot")]
mod external;
mod finding;
#[cfg(feature = "copilot")]
mod generate;
#[cfg(feature = "copilot")]
mod interpolate;
#[cfg(feature = "copilot")]
pub mod lock;
#[cfg(feature = "copilot")]
mod manifest;
#[cfg(feature = "map")]
pub mod map;
#[cfg(feature = "copilot")]
mod metadata;
mod naming;
mod place;
mod reference;
#[cfg(feature = "copilot")]
mod review;
pub mod route;
#[cfg(feature = "copilot")]
mod scalar;
#[cfg(feature = "copilot")]
mod setting;
#[cfg(feature = "copilot")]
mod source;
pub mod stubs;
#[cfg(feature = "copilot")]
mod tables;
#[cfg(feature = "copilot")]
pub mod text_file;
#[cfg(feature = "copilot")]
pub mod urls;
#[cfg(feature = "copilot")]
mod yaml;

pub use application::{Alias, Application, Deployment, Environment, Kind, Obstacle, Port, Service};
pub use callers::callers;
pub use catalog::{Catalog, CatalogError, FILE as CATALOG_FILE, FORMAT as CATALOG_FORMAT};
pub use code::Code;
pub use explain::Explanation;
#[cfg(feature = "copilot")]
pub use external::{Declared, External, Origin};
pub use finding::{Finding, Severity, nearest};
#[cfg(feature = "copilot")]
pub use generate::{Error, generate, generate_into};
#[cfg(feature = "map")]
pub use metadata::{StandIn, StandInSource};
pub use naming::type_names;
pub use place::Place;
pub use reference::{
    DuplicateNames, Need, Reference, needs_tls, unknown_environment, unknown_service,
};
pub use route::{Route, Via};
#[cfg(feature = "copilot")]
pub use setting::{Setting, Value};
