//! The address that a service listens on: what `listen_addr!()` calls.
//!
//! ```no_run
//! use service_connect::__private::{ListenPort, listen_addr};
//!
//! let ports = &[ListenPort { service: "api", environments: &[], base: Some(8080) }];
//! assert_eq!(listen_addr(&["api"], ports).unwrap().to_string(), "0.0.0.0:8080");
//! ```

use std::net::{Ipv4Addr, SocketAddr};

use crate::Result;
use crate::choose::{ENVIRONMENT, PORT, SERVICE, Variables, parse_port, variable};

/// The port of a service that the crate runs as.
#[derive(Debug)]
pub struct ListenPort {
    /// The service's name.
    pub service: &'static str,
    /// The environments known at build time whose port differs from `base`.
    pub environments: &'static [(&'static str, Option<u16>)],
    /// The port by the manifest's base values; `None` if it has none.
    pub base: Option<u16>,
}

/// The address to bind, on all interfaces: `PORT`, else the port of `COPILOT_SERVICE_NAME` (or of
/// the sole caller) in `COPILOT_ENVIRONMENT_NAME`.
///
/// # Errors
/// [`Error::Variable`](crate::Error::Variable) if `PORT` is no port, or if nothing says which port it is.
pub fn listen_addr(
    callers: &'static [&'static str],
    ports: &'static [ListenPort],
) -> Result<SocketAddr> {
    let port = port(callers, ports, Variables::process())?;
    Ok(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)))
}

fn port(callers: &[&str], ports: &[ListenPort], variables: &Variables) -> Result<u16> {
    if let Some(text) = variables.get(PORT) {
        return parse_port(text).ok_or_else(|| {
            variable(format!(
                "{PORT} is {text:?}: write a port number from 1 to 65535"
            ))
        });
    }
    let Some(service) = variables.caller(callers) else {
        return Err(variable(format!(
            "neither {PORT} nor {SERVICE} is set, and this crate runs as {}: set {PORT}, or \
             {SERVICE} as ECS tasks have it",
            match callers {
                [] => "no service".to_owned(),
                _ => callers.join(", "),
            }
        )));
    };
    let Some(known) = ports.iter().find(|known| known.service == service) else {
        return Err(variable(format!(
            "{PORT} is not set, and the service {service:?} is none that this crate runs as ({}): \
             set {PORT}, or list it under `services` of `package.metadata.service-connect`",
            callers.join(", ")
        )));
    };
    let environment = variables.get(ENVIRONMENT);
    known
        .environments
        .iter()
        .find(|(name, _)| Some(*name) == environment)
        .map_or(known.base, |(_, port)| *port)
        .ok_or_else(|| {
            variable(format!(
                "{PORT} is not set, and the manifest of `{service}` has no port{}: set {PORT}, or \
                 write `image.port` in that manifest",
                environment
                    .map_or_else(String::new, |name| format!(" in the environment {name:?}"))
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    static PORTS: &[ListenPort] = &[
        ListenPort {
            service: "api",
            environments: &[("prod", Some(9000)), ("old", None)],
            base: Some(8080),
        },
        ListenPort {
            service: "worker",
            environments: &[],
            base: None,
        },
    ];

    #[test]
    fn first_of_variable_environment_and_base() {
        type Row<'a> = (
            &'a [&'a str],
            &'a [(&'a str, &'a str)],
            Result<u16, &'a str>,
        );
        let table: &[Row] = &[
            (&["api"], &[], Ok(8080)),
            (&["api"], &[("PORT", "3000")], Ok(3000)),
            (&["api"], &[("PORT", "")], Ok(8080)),
            (&["api"], &[("COPILOT_ENVIRONMENT_NAME", "prod")], Ok(9000)),
            (&["api"], &[("COPILOT_ENVIRONMENT_NAME", "new")], Ok(8080)),
            (
                &["api"],
                &[("COPILOT_ENVIRONMENT_NAME", "old")],
                Err("image.port"),
            ),
            (
                &["api", "worker"],
                &[("COPILOT_SERVICE_NAME", "api")],
                Ok(8080),
            ),
            (&["api", "worker"], &[], Err("api, worker")),
            (&[], &[], Err("no service")),
            (&["worker"], &[], Err("manifest of `worker`")),
            (
                &["api"],
                &[("COPILOT_SERVICE_NAME", "else")],
                Err("\"else\""),
            ),
            (&["api"], &[("PORT", "0")], Err("PORT is \"0\"")),
            (&["api"], &[("PORT", "http")], Err("1 to 65535")),
            (&["api"], &[("PORT", "+80")], Err("1 to 65535")),
            (&["api"], &[("PORT", "65536")], Err("1 to 65535")),
            (&["api"], &[("PORT", " 80")], Err("1 to 65535")),
        ];
        for (callers, variables, expected) in table {
            let answer = port(callers, PORTS, &Variables::of(variables));
            match (answer, expected) {
                (Ok(port), Ok(expected)) => assert_eq!(port, *expected, "{variables:?}"),
                (Err(error), Err(part)) => {
                    assert!(error.to_string().contains(part), "{error} has no {part}");
                }
                (answer, _) => panic!("{variables:?}: {answer:?}"),
            }
        }
    }
}
