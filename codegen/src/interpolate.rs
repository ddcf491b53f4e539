//! `${NAME}` in a manifest's strings, as Copilot's interpolator fills it in (`interpolate.go`, v1.33).

use std::cell::Cell;
use std::fmt;

use crate::application::Alias;
use crate::place::Place;

/// What the variables of a manifest stand for.
pub(crate) struct Variables<'a> {
    /// `COPILOT_APPLICATION_NAME`.
    pub application: Option<&'a str>,
    /// `COPILOT_ENVIRONMENT_NAME`; `None` for the base manifest.
    pub environment: Option<&'a str>,
    /// The deployer's shell.
    pub shell: &'a dyn Fn(&str) -> Option<String>,
    /// Whether the environment's name was asked for.
    pub names_environment: Cell<bool>,
}

/// An alias as it is known where there is no shell to fill it in; what stays is no DNS name, which is found.
pub(crate) fn alias(
    template: &str,
    place: Place,
    application: Option<&str>,
    environment: Option<&str>,
) -> Alias {
    let variables = Variables::new(application, environment, &|_| None);
    let name = variables.fill(None, template);
    Alias {
        name: name.unwrap_or_else(|_| template.to_owned()),
        template: template.to_owned(),
        place,
    }
}

/// A variable that is neither predefined nor set in the shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Undefined(pub String);

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the variable `{}` is not defined", self.0)
    }
}

/// Not predefined by Copilot, although its own page on leaving service discovery uses it.
pub(crate) const SERVICE_NAME: &str = "COPILOT_SERVICE_NAME";

/// Set in every task, but not predefined in a manifest.
pub(crate) const DISCOVERY_ENDPOINT: &str = "COPILOT_SERVICE_DISCOVERY_ENDPOINT";

const APPLICATION_NAME: &str = "COPILOT_APPLICATION_NAME";
const ENVIRONMENT_NAME: &str = "COPILOT_ENVIRONMENT_NAME";

impl<'a> Variables<'a> {
    /// In that environment, or for the base manifest.
    pub fn new(
        application: Option<&'a str>,
        environment: Option<&'a str>,
        shell: &'a dyn Fn(&str) -> Option<String>,
    ) -> Self {
        Self {
            application,
            environment,
            shell,
            names_environment: Cell::new(false),
        }
    }

    /// The same in another environment, or for the base manifest.
    pub fn within(&self, environment: Option<&'a str>) -> Self {
        Self::new(self.application, environment, self.shell)
    }

    /// `text` with its variables filled in. A predefined one that is not known stays as it is written.
    pub fn fill(&self, service: Option<&str>, text: &str) -> Result<String, Undefined> {
        self.replace(service, text, true)
    }

    /// `text` with `${COPILOT_APPLICATION_NAME}` and `${COPILOT_ENVIRONMENT_NAME}` left for the task to fill in.
    pub fn template(&self, service: Option<&str>, text: &str) -> Result<String, Undefined> {
        self.replace(service, text, false)
    }

    fn replace(&self, service: Option<&str>, text: &str, fill: bool) -> Result<String, Undefined> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, name, after)) = next_variable(rest) {
            if let Some(before) = before.strip_suffix('\\') {
                out.push_str(before);
                out.push_str(&rest[before.len() + 1..rest.len() - after.len()]);
            } else {
                out.push_str(before);
                out.push_str(&self.value(service, name, fill)?);
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(&self, service: Option<&str>, name: &str, fill: bool) -> Result<String, Undefined> {
        let predefined = match name {
            APPLICATION_NAME => Some(self.application),
            ENVIRONMENT_NAME => {
                self.names_environment.set(true);
                Some(self.environment)
            }
            _ => None,
        };
        if let Some(known) = predefined {
            let known = known.filter(|_| fill);
            return Ok(known.map_or_else(|| format!("${{{name}}}"), str::to_owned));
        }
        let value = (self.shell)(name)
            .or_else(|| service.filter(|_| name == SERVICE_NAME).map(str::to_owned));
        value.ok_or_else(|| Undefined(name.to_owned()))
    }
}

/// Whether Copilot sets the variable itself.
pub(crate) fn is_predefined(name: &str) -> bool {
    matches!(name, APPLICATION_NAME | ENVIRONMENT_NAME)
}

/// The names of the variables in `text` that are to be filled in.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (before, name, after) = next_variable(rest)?;
        rest = after;
        Some((!before.ends_with('\\')).then_some(name))
    })
    .flatten()
}

/// What stands before `${NAME}`, the name, and what follows.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find('$')?;
        let Some(inner) = text[start + 1..].strip_prefix('{') else {
            from = start + 1;
            continue;
        };
        let length = inner
            .find(|c: char| c != '_' && !c.is_ascii_alphanumeric())
            .unwrap_or(inner.len());
        let name = &inner[..length];
        let is_name = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
        match inner[length..].strip_prefix('}') {
            Some(after) if is_name => return Some((&text[..start], name, after)),
            _ => from = start + 2,
        }
    }
}
