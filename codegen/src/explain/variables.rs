//! Variables of manifests: those that are filled in, and those that hold the URL of a service.

use super::Explanation;

pub(super) const UNDEFINED_VARIABLE: Explanation = Explanation {
    title: "a variable is not defined",
    meaning: "\
Copilot fills in `${NAME}` from the shell of the person or pipeline that deploys, and refuses the
manifest where it is not set. A field that decides how the service is reached has to be known at
build time too, so there it is an error; elsewhere it is a warning.",
    wrong: "image:\n  port: ${PORT}",
    right: "image:\n  port: 8080      # or set PORT wherever the crate is built",
    source: "Copilot's manifest code (`interpolate.go`)",
};

pub(super) const SERVICE_NAME_VARIABLE: Explanation = Explanation {
    title: "`${COPILOT_SERVICE_NAME}` in an alias",
    meaning: "\
Copilot's own page on leaving service discovery uses it in an alias, but only the names of the
application and of the environment are predefined in a manifest. `copilot svc deploy` stops unless
the shell sets it. Here it stands for the service's name.",
    wrong: "connect: {alias: \"${COPILOT_SERVICE_NAME}.${COPILOT_ENVIRONMENT_NAME}.kudos.local\"}",
    right: "connect: {alias: \"api.${COPILOT_ENVIRONMENT_NAME}.kudos.local\"}",
    source: "Copilot's manifest code (`interpolate.go`)",
};

pub(super) const DISCOVERY_VARIABLE: Explanation = Explanation {
    title: "`${COPILOT_SERVICE_DISCOVERY_ENDPOINT}` in a manifest",
    meaning: "\
Every task has this variable, but a manifest is filled in before there is a task. Copilot refuses
to deploy it, or, if the shell that deploys happens to have the variable, writes that value into
every environment.",
    wrong: "API_URL: http://api.${COPILOT_SERVICE_DISCOVERY_ENDPOINT}:8080",
    right: "API_URL: http://api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local:8080",
    source: "Copilot's manifest code (`interpolate.go`)",
};

pub(super) const URL_PORT: Explanation = Explanation {
    title: "a URL has another port than the service listens on",
    meaning: "\
Service Connect and discovery both lead to the target port of the called service, not to port 80
or 443. A URL without a port means 80. Through Service Connect nothing answers on another port, so
that is an error; through discovery a task may listen on more ports, so that is a warning.",
    wrong: "API_URL: http://api            # `api` has `port: 8080`",
    right: "API_URL: http://api:8080",
    source: "Copilot's templates, which use the target port for both",
};

pub(super) const URL_CONNECT_OFF: Explanation = Explanation {
    title: "a URL has a Service Connect name that does not resolve",
    meaning: "\
The short name or alias of a service resolves only through Service Connect, and that has to be on
for both services in the environment. Where one side has it off, each call ends with a DNS error,
and so does a call by the service's name where it has an alias. The discovery name always works.",
    wrong: "API_URL: http://api:8080       # `connect` is off for one of the two",
    right: "API_URL: http://api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local:8080",
    source: "Copilot's templates and the ECS documentation of Service Connect",
};

pub(super) const URL_NOT_IN_DISCOVERY: Explanation = Explanation {
    title: "a URL has the discovery name of a service that has none",
    meaning: "\
Only a Load Balanced Web Service, and a Backend Service with a port, are in the private DNS. The
caller has to be in the VPC as well. The name in this URL does not resolve in any environment in
which that is not so.",
    wrong: "name: mail     # another service has `http://mail.test.kudos.local:8080` in a variable\ntype: Worker Service\nimage: {build: Dockerfile}",
    right: "name: mail\ntype: Backend Service\nimage: {build: Dockerfile, port: 8080}",
    source: "Copilot's templates, which register only these services",
};

pub(super) const URL_ZONE: Explanation = Explanation {
    title: "a URL names a service in another zone than its environment's",
    meaning: "\
The discovery name of a service ends with `<environment>.<application>.local`; environments that
were made before Copilot 1.9 have `<application>.local`, which only `legacy-environments` in
Cargo.toml can tell. With another ending the name does not resolve, or `test` calls `prod`.",
    wrong: "API_URL: http://api.prod.kudos.local:8080     # in every environment",
    right: "API_URL: http://api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local:8080",
    source: "Copilot, which makes one private DNS zone for each environment",
};

pub(super) const UNKNOWN_HOST: Explanation = Explanation {
    title: "a private host name belongs to no known service",
    meaning: "\
The host is not public, and no service of this application has its name: a spelling mistake, or a
service that lives in another repository. The former fails with a DNS error; the latter can be
declared, so that calls to it are checked too.",
    wrong: "API_URL: http://apj:8080",
    right: "[workspace.metadata.service-connect.external.apj]   # in Cargo.toml\nport = 8080",
    source: "this crate",
};
