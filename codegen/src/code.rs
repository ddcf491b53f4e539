//! What a finding can be about. Each code has an [explanation](Code::explanation).
//!
//! ```
//! use service_connect_codegen::Code;
//!
//! assert_eq!(Code::parse("connect-off"), Some(Code::ConnectOff));
//! assert_eq!(Code::ConnectOff.to_string(), "connect-off");
//! ```

use std::fmt;

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
    /// A key of a manifest is read by nobody and looks like another.
    UnknownKey = "unknown-key",
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
    /// A stage of a pipeline names no environment.
    PipelineStage = "pipeline-stage",
    /// A pipeline deploys what is not there.
    PipelineDeployment = "pipeline-deployment",
    /// A deployment depends on one that its stage does not have.
    PipelineDependency = "pipeline-dependency",
    /// Deployments depend on each other in a circle.
    PipelineCycle = "pipeline-cycle",
    /// A pipeline deploys a client before its server, or beside it.
    PipelineOrder = "pipeline-order",
    /// The attribute names no service.
    MissingService = "missing-service",
    /// The service of the attribute is no string literal.
    ServiceLiteral = "service-literal",
    /// The attribute has no such argument.
    UnknownArgument = "unknown-argument",
    /// An argument of the attribute has the wrong form.
    InvalidArgument = "invalid-argument",
    /// The attribute stands on what is neither a unit struct nor a trait.
    InvalidItem = "invalid-item",
    /// A macro that takes no arguments is given some.
    UnexpectedInput = "unexpected-input",
    /// A trait with routes has a member that is no method.
    NotAMethod = "not-a-method",
    /// A method of a trait is `pub`.
    PublicMethod = "public-method",
    /// A method has no route.
    MissingRoute = "missing-route",
    /// A method has two routes.
    DuplicateRoute = "duplicate-route",
    /// A route's method is none of HTTP's that a route can have.
    UnknownMethod = "unknown-method",
    /// A route has no path.
    MissingPath = "missing-path",
    /// A route's path does not start with `/`.
    RelativePath = "relative-path",
    /// A route's path cannot be one.
    InvalidPath = "invalid-path",
    /// A placeholder has no parameter.
    MissingParameter = "missing-parameter",
    /// A parameter is not sent.
    UnusedParameter = "unused-parameter",
    /// A parameter cannot be sent as it is written.
    InvalidParameter = "invalid-parameter",
    /// A route has two bodies.
    DuplicateBody = "duplicate-body",
    /// A GET or HEAD request has a body.
    BodyOnGet = "body-on-get",
    /// A route is not async.
    NotAsync = "not-async",
    /// A route returns nothing.
    MissingResult = "missing-result",
    /// A route does not take `&self`.
    MissingSelf = "missing-self",
    /// A route has a body of its own.
    OwnBody = "own-body",
    /// The package has no build script that writes a catalog.
    NoBuildScript = "no-build-script",
    /// The catalog is of another version, or damaged.
    InvalidCatalog = "invalid-catalog",
    /// The lock is of another version, or damaged.
    InvalidLock = "invalid-lock",
    /// The lock says something else than the manifests.
    StaleLock = "stale-lock",
    /// The target port is 443, so that calls need TLS.
    NeedsTls = "needs-tls",
    /// Rust that could not be looked at.
    UnseenSource = "unseen-source",
    /// The URL of a service is put together by hand.
    HandBuiltUrl = "hand-built-url",
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
