//! The zones of private DNS: which one a name is in, and which one it ought to be in.

use crate::application::{Application, Environment};

/// The zones of an application, seen from one environment.
pub(super) struct Zones<'a> {
    application: &'a Application,
    /// `None` for the base manifest.
    environment: Option<&'a Environment>,
}

/// What a zone is to an environment.
pub(super) enum Zone<'a, 'z> {
    /// Its own, or nobody can say.
    Right,
    /// Another environment's.
    Of(&'a str),
    /// Its own, had it been created before Copilot 1.9.
    OfLegacy,
    /// Its own, had it not been.
    NotOfLegacy,
    /// That of an environment which the workspace does not have, if there is one.
    OfNone(&'z str),
    /// One that lacks the application's name.
    WithoutApplication,
    /// Any other.
    Other,
}

impl<'a> Zones<'a> {
    pub fn of(application: &'a Application, environment: Option<usize>) -> Self {
        let environment = environment.and_then(|index| application.environments.get(index));
        Self {
            application,
            environment,
        }
    }

    /// Whether public DNS cannot have it.
    pub fn is_private(zone: &str) -> bool {
        zone.rsplit('.').next() == Some("local")
    }

    /// Whether it ends as those of the application do.
    pub fn is_of_application(&self, zone: &str) -> bool {
        let before = self.before_application(zone);
        before.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// Whether a name is that of a zone of the application.
    pub fn is_one(&self, name: &str) -> bool {
        let before = self.before_application(name);
        let environment = before.and_then(|before| before.strip_suffix('.'));
        before == Some("") || environment.is_some_and(|name| self.is_environment(name))
    }

    /// Whether it is the one of this environment.
    pub fn is_own(&self, zone: &str) -> bool {
        self.own().as_deref() == Some(zone)
    }

    /// The one of this environment, if it is known.
    pub fn own(&self) -> Option<String> {
        self.application.discovery_endpoint(self.environment?)
    }

    fn before_application<'n>(&self, zone: &'n str) -> Option<&'n str> {
        let name = self.application.name.as_deref();
        let name = name.unwrap_or("${COPILOT_APPLICATION_NAME}");
        zone.strip_suffix(".local")?.strip_suffix(name)
    }

    /// The discovery name of a service, for a manifest.
    pub fn template(&self, service: &str) -> String {
        if self
            .environment
            .is_some_and(|environment| environment.legacy)
        {
            format!("{service}.${{COPILOT_APPLICATION_NAME}}.local")
        } else {
            format!("{service}.${{COPILOT_ENVIRONMENT_NAME}}.${{COPILOT_APPLICATION_NAME}}.local")
        }
    }

    pub fn find<'z>(&self, zone: &'z str) -> Zone<'a, 'z> {
        let (Some(environment), Some(name)) = (self.environment, &self.application.name) else {
            return Zone::Right;
        };
        if self.is_own(zone) {
            return Zone::Right;
        }
        let full = format!("{}.{name}.local", environment.name);
        if zone == full {
            return Zone::NotOfLegacy;
        }
        let mut environments = self.application.environments.iter();
        let endpoint = |environment| self.application.discovery_endpoint(environment);
        if let Some(other) = environments.find(|other| endpoint(other).as_deref() == Some(zone)) {
            return Zone::Of(&other.name);
        }
        let before = self.before_application(zone);
        let label = before.and_then(|before| before.strip_suffix('.'));
        if let Some(label) = label.filter(|label| !label.contains('.')) {
            return Zone::OfNone(label);
        }
        let beginning = zone
            .strip_suffix("local")
            .map(|zone| zone.trim_end_matches('.'));
        match beginning {
            Some(beginning) if beginning == name => Zone::OfLegacy,
            Some(beginning) if beginning.is_empty() || self.is_environment(beginning) => {
                Zone::WithoutApplication
            }
            _ => Zone::Other,
        }
    }

    fn is_environment(&self, name: &str) -> bool {
        let mut environments = self.application.environments.iter();
        name == "${COPILOT_ENVIRONMENT_NAME}"
            || environments.any(|environment| environment.name == name)
    }
}
