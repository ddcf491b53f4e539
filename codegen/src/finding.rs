//! What is wrong, where, and what to write instead.
//!
//! ```
//! use service_connect_codegen::{Code, Finding, Place};
//!
//! let finding = Finding::error(Code::UnknownService, "there is no service `apu`")
//!     .at(&Place::new("copilot/api/manifest.yml", 3, 7, 20..23))
//!     .help("did you mean `api`?");
//! assert_eq!(
//!     finding.to_string(),
//!     "there is no service `apu` [unknown-service]\nat copilot/api/manifest.yml:3\nhelp: did you mean `api`?",
//! );
//! ```

use std::fmt;

use crate::place::Place;

/// One thing that is wrong or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about, for programs.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where; `None` where it is in no file.
    pub place: Option<Place>,
    /// What to do about it.
    pub help: Option<String>,
    /// What to write in place of the bytes of `place`, where that alone mends it.
    pub replacement: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Note,
    /// Probably not what was meant.
    Warning,
    /// Does not work.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Finding {
    /// A finding that stops something from working.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            place: None,
            help: None,
            replacement: None,
        }
    }

    /// A finding that is probably not what was meant.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// A finding that is good to know.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(code, message)
        }
    }

    /// Whether it stops something from working.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }

    /// Says what to write in its place.
    #[must_use]
    pub fn replace_with(mut self, replacement: impl Into<String>) -> Self {
        self.replacement = Some(replacement.into());
        self
    }

    /// Says which of `candidates` was probably meant where `word` stands, else what to do.
    #[must_use]
    pub fn meant<'a>(
        self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
        otherwise: impl FnOnce() -> String,
    ) -> Self {
        match nearest(word, candidates) {
            Some(near) => self
                .help(format!("did you mean `{near}`?"))
                .replace_with(near),
            None => self.help(otherwise()),
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Finding {
    /// All of it in one line: place, message, code, help.
    #[must_use]
    pub fn line(&self) -> String {
        let place = self
            .place
            .as_ref()
            .map_or_else(String::new, |place| format!("{place}: "));
        let help = self
            .help
            .as_ref()
            .map_or_else(String::new, |help| format!("; {help}"));
        let line = format!("{place}{} [{}]{help}", self.message, self.code);
        // What stands in a manifest may hold anything, and this goes to terminals and logs.
        line.replace(|c: char| c.is_control(), " ")
    }
}

/// As a compile error shows it: the message and the code, then the place, then the help.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)?;
        if let Some(place) = &self.place {
            write!(f, "\nat {place}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// What a finding is about; its [`Display`](fmt::Display) is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// In kebab case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

codes! {
    /// There is no `copilot/` directory.
    NoApplication = "no-application",
    /// A file cannot be read.
    UnreadableFile = "unreadable-file",
    /// A file is not YAML.
    InvalidYaml = "invalid-yaml",
    /// A key of a manifest stands twice.
    DuplicateKey = "duplicate-key",
    /// A value of a manifest has the wrong form.
    InvalidValue = "invalid-value",
    /// A manifest lacks a field.
    MissingField = "missing-field",
    /// A manifest's `type` is none of Copilot's.
    UnknownType = "unknown-type",
    /// `${NAME}` in a manifest is neither predefined nor set.
    UndefinedVariable = "undefined-variable",
    /// An alias uses `${COPILOT_SERVICE_NAME}`, which Copilot does not predefine.
    ServiceNameVariable = "service-name-variable",
    /// Two manifests have one name.
    DuplicateService = "duplicate-service",
    /// A manifest's `name` is not the one of its directory.
    NameDiffers = "name-differs",
    /// A load balanced service has neither `http` nor `nlb`.
    NoLoadBalancer = "no-load-balancer",
    /// `network.connect.alias` where no port is exposed.
    AliasWithoutPort = "alias-without-port",
    /// `target_container` is no container with a port.
    TargetContainer = "target-container",
    /// Two containers expose one port, or one port has two protocols.
    PortConflict = "port-conflict",
    /// Service Connect on Windows.
    WindowsConnect = "windows-connect",
    /// The metadata in a `Cargo.toml` has the wrong form.
    InvalidMetadata = "invalid-metadata",
    /// The package is no service of the application.
    UnknownCaller = "unknown-caller",
    /// No service has that name.
    UnknownService = "unknown-service",
    /// No environment has that name.
    UnknownEnvironment = "unknown-environment",
    /// The called service has Service Connect off.
    ConnectOff = "connect-off",
    /// The calling service has Service Connect off.
    CallerConnectOff = "caller-connect-off",
    /// The calling service is of a kind that cannot use Service Connect.
    CallerCannotConnect = "caller-cannot-connect",
    /// The called service is of a kind that has no endpoint.
    NoEndpoint = "no-endpoint",
    /// The called service exposes no port.
    NoPort = "no-port",
    /// The called service's port speaks UDP.
    UdpPort = "udp-port",
    /// The calling service has no way to the called one.
    NoWay = "no-way",
    /// The attribute or a route is not written as it has to be.
    InvalidReference = "invalid-reference",
    /// An alias is no DNS name.
    InvalidAlias = "invalid-alias",
    /// Two services have one name in Service Connect.
    DuplicateAlias = "duplicate-alias",
    /// An alias is the name of another service.
    AliasHidesService = "alias-hides-service",
    /// `network.connect` on a workload that Service Connect does not reach.
    ConnectWithoutEffect = "connect-without-effect",
    /// Service Connect is on in one environment and off in another.
    ConnectDiffers = "connect-differs",
    /// A public load balancer's target port is 443.
    HttpsTarget = "https-target",
    /// An override touches Service Connect or ports.
    OverridesConnect = "overrides-connect",
    /// The resources are changed by code.
    CodeOverride = "code-override",
    /// A URL in a variable names another port than the target port.
    UrlPort = "url-port",
    /// A URL in a variable has a Service Connect name where that is off on one side.
    UrlConnectOff = "url-connect-off",
    /// A URL in a variable has the discovery name of a service that is not in discovery.
    UrlNotInDiscovery = "url-not-in-discovery",
    /// A URL in a variable has a discovery name in another zone than the environment's.
    UrlZone = "url-zone",
    /// `${COPILOT_SERVICE_DISCOVERY_ENDPOINT}` in a manifest.
    DiscoveryVariable = "discovery-variable",
    /// A private host name in a variable belongs to no service.
    UnknownHost = "unknown-host",
    /// The package has no build script that writes a catalog.
    NoBuildScript = "no-build-script",
    /// The catalog is of another version, or damaged.
    InvalidCatalog = "invalid-catalog",
    /// The target port is 443, so that calls need TLS.
    NeedsTls = "needs-tls",
}

impl Code {
    /// The code that is spelled so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The candidate that `word` was probably meant to be.
///
/// ```
/// # use service_connect_codegen::nearest;
/// assert_eq!(nearest("fron-end", ["api", "front-end"]), Some("front-end"));
/// assert_eq!(nearest("mail", ["api", "front-end"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.to_lowercase().replace('_', "-");
    let word = fold(word);
    // rustc's measure: a third of the word may differ.
    let length = word.chars().count();
    let limit = length.max(3) / 3;
    candidates
        .into_iter()
        // The lengths alone rule most of them out, and a word may be as long as a file.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(&word, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
