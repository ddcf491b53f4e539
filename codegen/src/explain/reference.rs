//! A service that is called, and what is in the way of the call.

use super::Explanation;

pub(super) const UNKNOWN_SERVICE: Explanation = Explanation {
    title: "no service has that name",
    meaning: "\
The name in `#[service_client]` or on the command line is the `name` of no manifest below
`copilot/`, nor of a service of another repository that Cargo.toml declares. No host name would
resolve to it in any environment, so the crate does not compile.",
    wrong: "#[service_client(\"apu\")]\nstruct Calls;",
    right: "#[service_client(\"api\")]\nstruct Calls;",
    source: "this crate; a service is known by the `name` in its manifest",
};

pub(super) const UNKNOWN_ENVIRONMENT: Explanation = Explanation {
    title: "no environment has that name",
    meaning: "\
The environments are the directories of `copilot/environments/` that have a manifest; in older
workspaces without any, the sections below `environments` of the manifests. A section for another
name is never deployed, and a reference that names one checks nothing.",
    wrong: "environments:\n  prdo:\n    network: {connect: true}",
    right: "environments:\n  prod:\n    network: {connect: true}",
    source: "Copilot, which keeps one manifest for each environment",
};

pub(super) const CONNECT_OFF: Explanation = Explanation {
    title: "the called service has Service Connect off",
    meaning: "\
Service Connect has to be on at both ends of a call. Where it is off for the called service, its
name does not resolve in other tasks, and calls by that name fail. A service with a port is still
in discovery: `#[service_client(\"api\", discovery)]` accepts that way.",
    wrong: "name: api\nnetwork:\n  connect: false",
    right: "name: api\nnetwork:\n  connect: true",
    source: "Copilot's templates and the ECS documentation of Service Connect",
};

pub(super) const CALLER_CONNECT_OFF: Explanation = Explanation {
    title: "the calling service has Service Connect off",
    meaning: "\
Service Connect has to be on at both ends of a call: the proxy that knows the names runs in the
task of the caller. Without it `http://api` does not resolve there, even though `api` offers it.
`#[service_client(\"api\", discovery)]` accepts discovery instead.",
    wrong: "name: front-end        # calls `api`\nnetwork:\n  connect: false",
    right: "name: front-end\nnetwork:\n  connect: true",
    source: "Copilot's templates and the ECS documentation of Service Connect",
};

pub(super) const CALLER_CANNOT_CONNECT: Explanation = Explanation {
    title: "a caller of this type cannot use Service Connect",
    meaning: "\
Only tasks of ECS services have the proxy of Service Connect. Scheduled Jobs and Request-Driven
Web Services never do, whatever their manifest says. A job reaches the service through discovery.",
    wrong: "#[service_client(\"api\")]              // in a crate that runs as a Scheduled Job\nstruct Calls;",
    right: "#[service_client(\"api\", discovery)]\nstruct Calls;",
    source: "the ECS documentation of Service Connect, which excludes standalone tasks",
};

pub(super) const NO_ENDPOINT: Explanation = Explanation {
    title: "a service of this type cannot be called",
    meaning: "\
Only a Backend Service and a Load Balanced Web Service have a name that other services can call.
Worker Services read from a queue, jobs run by a schedule, Request-Driven Web Services and Static
Sites have public URLs only. No private name exists for them in any environment.",
    wrong: "name: mail\ntype: Worker Service\nimage: {build: Dockerfile}",
    right: "name: mail\ntype: Backend Service\nimage: {build: Dockerfile, port: 8080}",
    source: "Copilot's templates, which register only these two types",
};

pub(super) const NO_PORT: Explanation = Explanation {
    title: "the service exposes no port",
    meaning: "\
A Backend Service may leave out `image.port`. Then it has no name in discovery, and with Service
Connect on it is only a client: it can call, and no one can call it. The port of a sidecar alone
does not change that.",
    wrong: "type: Backend Service\nimage:\n  build: Dockerfile",
    right: "type: Backend Service\nimage:\n  build: Dockerfile\n  port: 8080",
    source: "Copilot's templates, which register a service by its target port",
};

pub(super) const UDP_PORT: Explanation = Explanation {
    title: "the service listens on UDP",
    meaning: "\
A listener of `nlb` with `/udp` makes its target port UDP. Service Connect carries TCP only, so
the service is not reachable through it, and nothing that speaks HTTP gets through over UDP. What
other services call needs a TCP port of its own as `image.port`.",
    wrong: "image: {build: Dockerfile, port: 5514}\nnlb: {port: 5514/udp}",
    right: "image: {build: Dockerfile, port: 8080}\nnlb: {port: 5514/udp, target_port: 5514}",
    source: "the ECS documentation of Service Connect and Copilot's manifest code",
};

pub(super) const NO_WAY: Explanation = Explanation {
    title: "the caller has no way to the service",
    meaning: "\
A Request-Driven Web Service runs outside the VPC unless its manifest places it there. Outside,
private names do not resolve and private addresses cannot be reached, so every call would fail.
A Static Site runs no code that could call anyone.",
    wrong: "type: Request-Driven Web Service",
    right: "type: Request-Driven Web Service\nnetwork:\n  vpc: {placement: private}",
    source: "Copilot's templates, which set the discovery endpoint only in the VPC",
};
