//! What the macros of `service-connect` do, as a library.
//!
//! `service-connect-macros` hands over to it, because a crate of macros exports nothing else; the cargo plugin checks
//! attributes with the same code, and compiles nothing.
//!
//! ```
//! use service_connect_codegen::{Application, Code, DuplicateNames};
//! use service_connect_macros_core::{Known, check};
//!
//! let application = Application::default();
//! let duplicates = DuplicateNames::find(&application);
//! let known = Known { application: &application, callers: Vec::new(), duplicates: &duplicates, tls: false, asked: None };
//!
//! let (arguments, item) = (r#""api""#.parse().unwrap(), "struct Calls;".parse().unwrap());
//! let checked = check(arguments, &item, &known, &[]);
//! assert_eq!(checked.findings[0].1.code, Code::UnknownService);
//! ```
//!
//! # Stability
//!
//! It is pinned to this very version by the macros and the plugin, and may change with any release.

mod arguments;
mod catalog;
mod client;
mod diagnostic;
#[cfg(test)]
mod goldens;
mod item;
mod known;
mod routes;
mod tokens;

pub use catalog::no_build_script;
pub use client::{clients, listen_addr, service_client};
pub use known::{Checked, Known, check, check_input};
