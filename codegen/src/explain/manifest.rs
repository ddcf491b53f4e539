//! Fields of a manifest that Copilot refuses, or takes for something else than was meant.

use super::Explanation;

pub(super) const INVALID_VALUE: Explanation = Explanation {
    title: "a value has the wrong form",
    meaning: "\
The field takes another kind of value: a number, a string, true or false, a list or a map.
Quotes matter in YAML: `8080` is a number and `\"8080\"` is a string. Copilot refuses the manifest,
so the service cannot be deployed.",
    wrong: "image:\n  port: \"8080\"",
    right: "image:\n  port: 8080",
    source: "Copilot's manifest code, which decodes every field into one type",
};

pub(super) const MISSING_FIELD: Explanation = Explanation {
    title: "a required field is missing",
    meaning: "\
Every manifest needs `name` and `type`, and all but a Static Site's an `image`. A Load Balanced or
Request-Driven Web Service needs `image.port`, a rule of `http` needs a `path`, a listener of `nlb`
a `port`, and a sidecar an `image`. Copilot refuses the manifest without them.",
    wrong: "type: Load Balanced Web Service\nimage:\n  build: Dockerfile",
    right: "type: Load Balanced Web Service\nimage:\n  build: Dockerfile\n  port: 8080",
    source: "Copilot's manifest code (`validate.go`)",
};

pub(super) const UNKNOWN_TYPE: Explanation = Explanation {
    title: "the type is not one of Copilot's",
    meaning: "\
The types are Load Balanced Web Service, Backend Service, Worker Service, Request-Driven Web
Service, Scheduled Job and Static Site, in this very spelling. The type decides whether a service
can be called at all, so nothing more is known of one without it, and Copilot does not deploy it.",
    wrong: "type: backend-service",
    right: "type: Backend Service",
    source: "Copilot's manifest code",
};

pub(super) const NO_LOAD_BALANCER: Explanation = Explanation {
    title: "a load balanced service has no load balancer",
    meaning: "\
A Load Balanced Web Service needs `http`, `nlb` or both. With `http: false` and no `nlb`, nothing
leads to it from outside, and Copilot refuses the manifest. A service that only other services
call is a Backend Service.",
    wrong: "type: Load Balanced Web Service\nhttp: false",
    right: "type: Backend Service",
    source: "Copilot's manifest code (`validate.go`)",
};

pub(super) const TARGET_CONTAINER: Explanation = Explanation {
    title: "the target container does not exist or has no port",
    meaning: "\
`target_container` names the container that gets the requests: the service itself, or one of its
`sidecars` that has a `port`. Its port is also the one that Service Connect and discovery lead to.
Copilot refuses a name that it does not find.",
    wrong: "http: {path: /, target_container: ngnix}\nsidecars:\n  nginx: {image: nginx, port: 80}",
    right: "http: {path: /, target_container: nginx}\nsidecars:\n  nginx: {image: nginx, port: 80}",
    source: "Copilot's manifest code (`validate.go`)",
};

pub(super) const PORT_CONFLICT: Explanation = Explanation {
    title: "one port is used twice",
    meaning: "\
The containers of a task share one network, so only one of them can listen on a port. The same
port can also not be TCP in one place and UDP in another. Copilot refuses the manifest; without
that check the second container would fail to start.",
    wrong: "image: {build: Dockerfile, port: 8080}\nsidecars:\n  proxy: {image: envoy, port: 8080}",
    right: "image: {build: Dockerfile, port: 8080}\nsidecars:\n  proxy: {image: envoy, port: 9000}",
    source: "Copilot's manifest code (`validate.go`)",
};

pub(super) const HTTPS_TARGET: Explanation = Explanation {
    title: "the target port is 443, so callers speak HTTPS",
    meaning: "\
Copilot takes a target port of 443 as HTTPS: the load balancer and all clients speak TLS to the
container. A container that serves plain HTTP there fails its health checks and is never
reachable. The load balancer already ends TLS for users, so most services want another port.",
    wrong: "image:\n  port: 443",
    right: "image:\n  port: 8080",
    source: "Copilot's templates, which set the protocol of the target group by the port",
};
