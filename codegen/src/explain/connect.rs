//! `network.connect`: where it cannot work, or not as it was meant.

use super::Explanation;

pub(super) const ALIAS_WITHOUT_PORT: Explanation = Explanation {
    title: "an alias on a service without a port",
    meaning: "\
An alias is the name under which others call the service, so the service has to listen somewhere.
Without a port, or as a Worker Service, it can only call others, for which `connect: true` is
enough. Copilot refuses the manifest.",
    wrong: "type: Worker Service\nnetwork:\n  connect: {alias: worker}",
    right: "type: Worker Service\nnetwork:\n  connect: true",
    source: "Copilot's manifest code (`validate.go`)",
};

pub(super) const WINDOWS_CONNECT: Explanation = Explanation {
    title: "Service Connect on Windows",
    meaning: "\
The proxy of Service Connect runs in Linux tasks only. Copilot refuses a service on Windows that
has `connect` on. Such a service is reached through discovery, and callers accept that with
`#[service_client(\"api\", discovery)]`.",
    wrong: "platform: windows/amd64\nnetwork:\n  connect: true",
    right: "platform: windows/amd64\nnetwork:\n  connect: false",
    source: "the ECS documentation of Service Connect and Copilot's manifest code (`validate.go`)",
};

pub(super) const INVALID_ALIAS: Explanation = Explanation {
    title: "an alias is not a DNS name",
    meaning: "\
Clients use the alias as a host name. It may have up to 127 characters, of `a` to `z`, `0` to
`9`, `_`, `-` and `.`, and no `-` in front. Copilot does not check this: the deployment fails
later in ECS, or the name never resolves.",
    wrong: "connect: {alias: \"API server\"}",
    right: "connect: {alias: api-server}",
    source: "the ECS API reference (`ServiceConnectClientAlias`)",
};

pub(super) const DUPLICATE_ALIAS: Explanation = Explanation {
    title: "two services have one name in Service Connect",
    meaning: "\
A name in Service Connect, an alias or the service's own name, belongs to one service in each
environment. Where two services have it, a client cannot tell which of them it gets, and requests
for the one arrive at the other.",
    wrong: "connect: {alias: api}        # in copilot/api-v1 and in copilot/api-v2",
    right: "connect: {alias: api-v2}     # in copilot/api-v2",
    source: "ECS Service Connect, which writes one host name for each alias into every task",
};

pub(super) const ALIAS_HIDES_SERVICE: Explanation = Explanation {
    title: "an alias is the name of another service",
    meaning: "\
Whoever calls the other service by its name gets this one through Service Connect, as soon as the
other one has Service Connect off or another alias. Nothing fails; the wrong service answers.",
    wrong: "name: billing\nnetwork:\n  connect: {alias: api}   # there is a service `api`",
    right: "name: billing\nnetwork:\n  connect: true",
    source: "this crate",
};

pub(super) const CONNECT_WITHOUT_EFFECT: Explanation = Explanation {
    title: "`connect` on a workload that Service Connect does not reach",
    meaning: "\
Service Connect works between ECS services only. Scheduled Jobs run as single tasks, and
Request-Driven Web Services and Static Sites are not on ECS. Copilot ignores the setting there:
the names of Service Connect do not resolve, and calls have to go through discovery.",
    wrong: "type: Scheduled Job\nnetwork:\n  connect: true",
    right: "type: Scheduled Job   # without `connect`",
    source: "the ECS documentation of Service Connect, which excludes standalone tasks",
};

pub(super) const CONNECT_DIFFERS: Explanation = Explanation {
    title: "Service Connect is on in one environment and off in another",
    meaning: "\
A call by the name of Service Connect works in the one environment and fails in the other, which
is most often found out in production. If it is meant so, let callers accept both ways with
`#[service_client(\"api\", discovery)]`.",
    wrong: "network: {connect: true}\nenvironments:\n  prod:\n    network: {connect: false}",
    right: "network: {connect: true}   # and nothing below `environments`",
    source: "this crate; Copilot deploys each environment by itself",
};
