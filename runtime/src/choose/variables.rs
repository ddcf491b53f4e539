//! The variables that decide, read once a process.
//!
//! ```text
//! let variables = Variables::of(&[("COPILOT_SERVICE_NAME", "api")]);
//! assert_eq!(variables.caller(&["front-end", "api"]), Some("api"));
//! ```

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::variable;
use crate::Result;

/// The application's name; fills aliases.
pub(crate) const APPLICATION: &str = "COPILOT_APPLICATION_NAME";
/// The environment that the task is in.
pub(crate) const ENVIRONMENT: &str = "COPILOT_ENVIRONMENT_NAME";
/// The service that the task belongs to: the caller.
pub(crate) const SERVICE: &str = "COPILOT_SERVICE_NAME";
/// The domain of discovery, `{env}.{app}.local`, or `{app}.local` in environments created before
/// Copilot v1.9.
pub(crate) const DISCOVERY: &str = "COPILOT_SERVICE_DISCOVERY_ENDPOINT";
/// Whether a Service Connect name that does not resolve falls back to discovery: `on` or `off`.
pub(crate) const FALLBACK: &str = "SERVICE_CONNECT_FALLBACK";
/// Whether calls do more than send their request once: `on` or `off`.
pub(crate) const RESILIENCE: &str = "SERVICE_CONNECT_RESILIENCE";
/// The port to listen on.
pub(crate) const PORT: &str = "PORT";

const OVERRIDE: &str = "SERVICE_CONNECT_URL_";

/// The variables, by name. An empty one counts as unset.
#[derive(Debug)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of this process, as they are at the first call.
    pub(crate) fn process() -> &'static Variables {
        static PROCESS: OnceLock<Variables> = OnceLock::new();
        PROCESS.get_or_init(|| {
            // What is not UTF-8 gets U+FFFD, which no value that is looked at may hold.
            std::env::vars_os()
                .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
                .filter(|(name, _)| is_ours(name))
                .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
                .collect()
        })
    }

    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Variables {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// What a switch is set to; `None` where it is not.
    ///
    /// # Errors
    /// Where it is neither `on` nor `off`, in whichever case.
    pub(crate) fn switch(&self, name: &str) -> Result<Option<bool>> {
        match self.get(name).map(str::trim) {
            None => Ok(None),
            Some(value) if value.eq_ignore_ascii_case("on") => Ok(Some(true)),
            Some(value) if value.eq_ignore_ascii_case("off") => Ok(Some(false)),
            Some(_) => Err(variable(format!(
                "{name} is neither `on` nor `off`: write one of them, or unset it"
            ))),
        }
    }

    /// Who calls: what the task says, else the sole service that the crate runs as.
    pub(crate) fn caller<'a>(&'a self, callers: &[&'a str]) -> Option<&'a str> {
        self.get(SERVICE).or(match callers {
            [sole] => Some(sole),
            _ => None,
        })
    }

    /// Whether this looks like a task that Copilot deployed.
    pub(crate) fn deployed(&self) -> bool {
        [APPLICATION, ENVIRONMENT, SERVICE, DISCOVERY]
            .iter()
            .any(|name| self.get(name).is_some())
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Variables {
        let set = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        Variables(set.collect())
    }
}

fn is_ours(name: &str) -> bool {
    [FALLBACK, RESILIENCE, PORT].contains(&name)
        || name.starts_with(OVERRIDE)
        || name.starts_with("COPILOT_")
}

/// The variable that overrides where `service` is: `http://host[:port]`, or several tasks as
/// `http://host:port,host:port`.
#[must_use]
pub fn override_name(service: &str) -> String {
    format!(
        "{OVERRIDE}{}",
        service.to_ascii_uppercase().replace('-', "_")
    )
}
