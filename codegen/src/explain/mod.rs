//! Every code in words: what it means, why it matters, how it looks when it is wrong and when it is right.
//!
//! ```
//! use service_connect_codegen::Code;
//!
//! let explanation = Code::ConnectOff.explanation();
//! assert_eq!(explanation.title, "the called service has Service Connect off");
//! assert!(explanation.right.contains("connect: true"));
//! ```

mod attribute;
mod build;
mod connect;
mod files;
mod manifest;
mod pipeline;
mod reference;
mod route;
mod variables;

use std::fmt;

use crate::code::Code;

/// A code in words; its [`Display`](fmt::Display) is all of it but the title, for a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What is wrong, in one line without a full stop.
    pub title: &'static str,
    /// What it means, and what happens in production.
    pub meaning: &'static str,
    /// What it looks like, in YAML, TOML, Rust or a shell's words.
    pub wrong: &'static str,
    /// What to write instead.
    pub right: &'static str,
    /// Whose rule it is.
    pub source: &'static str,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.meaning)?;
        for (label, example) in [("Wrong:", self.wrong), ("Right:", self.right)] {
            writeln!(f, "{label}")?;
            for line in example.lines() {
                writeln!(f, "    {line}")?;
            }
        }
        write!(f, "\nThe rule is from {}.", self.source)
    }
}

impl Code {
    /// What is wrong, in one line.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.explanation().title
    }

    /// All that is to be said about it.
    #[must_use]
    pub const fn explanation(self) -> &'static Explanation {
        match self {
            Self::NoApplication => &build::NO_APPLICATION,
            Self::UnreadableFile => &files::UNREADABLE_FILE,
            Self::InvalidYaml => &files::INVALID_YAML,
            Self::DuplicateKey => &files::DUPLICATE_KEY,
            Self::InvalidValue => &manifest::INVALID_VALUE,
            Self::UnknownKey => &files::UNKNOWN_KEY,
            Self::MissingField => &manifest::MISSING_FIELD,
            Self::UnknownType => &manifest::UNKNOWN_TYPE,
            Self::UndefinedVariable => &variables::UNDEFINED_VARIABLE,
            Self::ServiceNameVariable => &variables::SERVICE_NAME_VARIABLE,
            Self::DuplicateService => &files::DUPLICATE_SERVICE,
            Self::NameDiffers => &files::NAME_DIFFERS,
            Self::NoLoadBalancer => &manifest::NO_LOAD_BALANCER,
            Self::AliasWithoutPort => &connect::ALIAS_WITHOUT_PORT,
            Self::TargetContainer => &manifest::TARGET_CONTAINER,
            Self::PortConflict => &manifest::PORT_CONFLICT,
            Self::WindowsConnect => &connect::WINDOWS_CONNECT,
            Self::InvalidMetadata => &build::INVALID_METADATA,
            Self::UnknownCaller => &build::UNKNOWN_CALLER,
            Self::UnknownService => &reference::UNKNOWN_SERVICE,
            Self::UnknownEnvironment => &reference::UNKNOWN_ENVIRONMENT,
            Self::ConnectOff => &reference::CONNECT_OFF,
            Self::CallerConnectOff => &reference::CALLER_CONNECT_OFF,
            Self::CallerCannotConnect => &reference::CALLER_CANNOT_CONNECT,
            Self::NoEndpoint => &reference::NO_ENDPOINT,
            Self::NoPort => &reference::NO_PORT,
            Self::UdpPort => &reference::UDP_PORT,
            Self::NoWay => &reference::NO_WAY,
            Self::InvalidAlias => &connect::INVALID_ALIAS,
            Self::DuplicateAlias => &connect::DUPLICATE_ALIAS,
            Self::AliasHidesService => &connect::ALIAS_HIDES_SERVICE,
            Self::ConnectWithoutEffect => &connect::CONNECT_WITHOUT_EFFECT,
            Self::ConnectDiffers => &connect::CONNECT_DIFFERS,
            Self::HttpsTarget => &manifest::HTTPS_TARGET,
            Self::OverridesConnect => &files::OVERRIDES_CONNECT,
            Self::CodeOverride => &files::CODE_OVERRIDE,
            Self::UrlPort => &variables::URL_PORT,
            Self::UrlConnectOff => &variables::URL_CONNECT_OFF,
            Self::UrlNotInDiscovery => &variables::URL_NOT_IN_DISCOVERY,
            Self::UrlZone => &variables::URL_ZONE,
            Self::DiscoveryVariable => &variables::DISCOVERY_VARIABLE,
            Self::UnknownHost => &variables::UNKNOWN_HOST,
            Self::PipelineStage => &pipeline::PIPELINE_STAGE,
            Self::PipelineDeployment => &pipeline::PIPELINE_DEPLOYMENT,
            Self::PipelineDependency => &pipeline::PIPELINE_DEPENDENCY,
            Self::PipelineCycle => &pipeline::PIPELINE_CYCLE,
            Self::PipelineOrder => &pipeline::PIPELINE_ORDER,
            Self::MissingService => &attribute::MISSING_SERVICE,
            Self::ServiceLiteral => &attribute::SERVICE_LITERAL,
            Self::UnknownArgument => &attribute::UNKNOWN_ARGUMENT,
            Self::InvalidArgument => &attribute::INVALID_ARGUMENT,
            Self::InvalidItem => &attribute::INVALID_ITEM,
            Self::UnexpectedInput => &attribute::UNEXPECTED_INPUT,
            Self::NotAMethod => &route::NOT_A_METHOD,
            Self::PublicMethod => &route::PUBLIC_METHOD,
            Self::MissingRoute => &route::MISSING_ROUTE,
            Self::DuplicateRoute => &route::DUPLICATE_ROUTE,
            Self::UnknownMethod => &route::UNKNOWN_METHOD,
            Self::MissingPath => &route::MISSING_PATH,
            Self::RelativePath => &route::RELATIVE_PATH,
            Self::InvalidPath => &route::INVALID_PATH,
            Self::MissingParameter => &route::MISSING_PARAMETER,
            Self::UnusedParameter => &route::UNUSED_PARAMETER,
            Self::InvalidParameter => &route::INVALID_PARAMETER,
            Self::DuplicateBody => &route::DUPLICATE_BODY,
            Self::BodyOnGet => &route::BODY_ON_GET,
            Self::NotAsync => &route::NOT_ASYNC,
            Self::MissingResult => &route::MISSING_RESULT,
            Self::MissingSelf => &route::MISSING_SELF,
            Self::OwnBody => &route::OWN_BODY,
            Self::NoBuildScript => &build::NO_BUILD_SCRIPT,
            Self::InvalidCatalog => &build::INVALID_CATALOG,
            Self::InvalidLock => &build::INVALID_LOCK,
            Self::StaleLock => &build::STALE_LOCK,
            Self::NeedsTls => &build::NEEDS_TLS,
            Self::UnseenSource => &build::UNSEEN_SOURCE,
            Self::HandBuiltUrl => &build::HAND_BUILT_URL,
        }
    }
}
