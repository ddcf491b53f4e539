//! The services that a package runs as.
//!
//! ```
//! use service_connect_codegen::{Application, Code, callers};
//!
//! let (callers, findings) = callers(&Application::default(), "front-end", None);
//! assert!(callers.is_empty());
//! assert_eq!(findings[0].code, Code::UnknownCaller);
//! ```

use crate::application::Application;
use crate::code::Code;
use crate::finding::{Finding, nearest};

/// Those that the package lists (`services` in its metadata), else the one of its name. What is wrong with the list is
/// an error; that an unlisted package is no service, a warning.
#[must_use]
pub fn callers(
    application: &Application,
    package: &str,
    listed: Option<&[String]>,
) -> (Vec<String>, Vec<Finding>) {
    let Some(listed) = listed else {
        return match application.service(package) {
            Some(service) => (vec![service.name.clone()], Vec::new()),
            None => (Vec::new(), vec![no_service(package)]),
        };
    };
    let unknown = listed
        .iter()
        .filter(|service| application.service(service).is_none());
    let findings = unknown.map(|service| unknown_caller(application, service));
    (listed.to_vec(), findings.collect())
}

fn no_service(package: &str) -> Finding {
    Finding::warning(
        Code::UnknownCaller,
        format!("the package `{package}` is no service, so only the called side is checked"),
    )
    .help(
        "list the services that it runs as in Cargo.toml: `[package.metadata.service-connect]` with \
         `services = [\"…\"]`, or `services = []` for a library",
    )
}

fn unknown_caller(application: &Application, service: &str) -> Finding {
    let names = application.services.iter();
    let help = match nearest(service, names.map(|service| service.name.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "every entry of `services` has to be the name of a service".to_owned(),
    };
    Finding::error(
        Code::UnknownCaller,
        format!("the package is said to run as `{service}`, and there is no such service"),
    )
    .help(help)
}
