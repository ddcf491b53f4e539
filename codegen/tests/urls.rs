//! URLs and host names in `variables` that lead to another place than their authors meant.

mod support;

use support::urls::{calling, check, check_values};

/// `(rule, value, the one finding)`, as [`check_values`] takes them.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "the port of a Service Connect name is the target port",
        "http://api:80/v1",
        "error url-port | `api` is called on port 80, and `api` listens on 8080 | write `:8080` instead of `:80`",
    ),
    (
        "a URL without a port has its scheme's",
        "http://api",
        "error url-port | `api` is called on port 80, the default of `http`, and `api` listens on 8080 | write `:8080` after the host",
    ),
    (
        "a path, a query and a user are no part of the host",
        "ws://me:secret@api/a:1?b=c@d:2",
        "error url-port | `api` is called on port 80, the default of `ws`",
    ),
    (
        "HTTPS has another port",
        "https://api",
        "error url-port | port 443, the default of `https` | write `:8080` after the host",
    ),
    (
        "HTTPS to port 80 is a mistake of the scheme",
        "https://plain",
        "error url-port | write `http://`: what answers on port 80 is not the load balancer",
    ),
    (
        "HTTP to port 443",
        "http://tls",
        "error url-port | `tls` listens on 443 | write `:443` after the host",
    ),
    (
        "so with what is not HTTP",
        "redis://:secret@cache:6380/0",
        "error url-port | `cache` is called on port 6380, and `cache` listens on 6379",
    ),
    (
        "a driver may stand in the scheme",
        "postgresql+asyncpg://me@cache:5432/x",
        "error url-port | `cache` is called on port 5432",
    ),
    (
        "the port of an alias is the target port, too",
        "http://shop-v2",
        "error url-port | `shop-v2` is called on port 80, the default of `http`, and `shop` listens on 8080",
    ),
    (
        "a service with an alias is not known by its name",
        "http://shop:8080",
        "error url-connect-off | `shop` does not resolve: the Service Connect name of that service is `shop-v2` | write `shop-v2:8080`",
    ),
    (
        "the called service has Service Connect off",
        "http://off:9000",
        "error url-connect-off | `off` does not resolve: Service Connect is off for service `off` | \
     turn it on, or call `off.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local:9000`",
    ),
    (
        "nothing can call a worker",
        "http://queue",
        "error url-connect-off | service `queue` is a Worker Service, which nothing can call | only a Backend Service",
    ),
    (
        "a service without a port is not reached",
        "http://silent",
        "error url-connect-off | service `silent` exposes no port | below `image:`",
    ),
    (
        "a worker is not in discovery",
        "http://queue.${COPILOT_ENVIRONMENT_NAME}.kudos.local",
        "error url-not-in-discovery | service `queue` is a Worker Service, which nothing can call",
    ),
    (
        "without a port, neither is a Backend Service",
        "http://silent.${COPILOT_ENVIRONMENT_NAME}.kudos.local:80",
        "error url-not-in-discovery | service `silent` exposes no port",
    ),
    (
        "in discovery, another port may be open all the same",
        "http://api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local",
        "warning url-port | and `api` listens on 8080 | write `:8080` after the host",
    ),
    (
        "an alias that looks like a discovery name leads to its own port only",
        "http://moved.${COPILOT_ENVIRONMENT_NAME}.kudos.local:81",
        "error url-port | and `moved` listens on 8080",
    ),
    (
        "a service that is a sidecar's target has another port for Service Connect",
        "http://proxied:5000",
        "error url-port | `proxied` listens on 80",
    ),
    (
        "a name of discovery may stand alone",
        "api.${COPILOT_ENVIRONMENT_NAME}.kudos.local:80",
        "warning url-port | write `:8080` instead of `:80`",
    ),
    (
        "without the application, in any environment",
        "http://api.test.local:8080",
        "warning url-zone | `api.test.local` lacks the name of the application | \
     write `api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local`",
    ),
    (
        "without the application and the environment",
        "http://api.local:8080",
        "warning url-zone | `api.local` lacks the name of the application",
    ),
    (
        "without the environment, which may be an old one",
        "http://api.kudos.local:8080",
        "note url-zone | `api.kudos.local` lacks the name of the environment | .${COPILOT_APPLICATION_NAME}.local` | `legacy-environments`",
    ),
    (
        "a note hides no warning",
        "http://api.kudos.local",
        "warning url-port | and `api` listens on 8080",
    ),
    (
        "another application may have a service of that name",
        "http://api.test.other.local:8080",
        "note url-zone | `api.test.other.local` is in no zone of this application | if the service `api` is meant",
    ),
    (
        "an environment that there is not",
        "http://api.staging.kudos.local:8080",
        "warning url-zone | `api.staging.kudos.local` is in environment `staging`, which the workspace does not have | write `api.$",
    ),
    (
        "a name of nobody",
        "http://warehouse:8080",
        "note unknown-host | `warehouse` is not the name of a service here | `[workspace.metadata.service-connect.external.warehouse]`",
    ),
    (
        "a name of nobody in private DNS",
        "http://warehouse.test.kudos.local:8080",
        "note unknown-host | `warehouse` is not the name",
    ),
    (
        "capitals and a final dot are as nothing, and stand in messages as they are written",
        "HTTP://API",
        "error url-port | `API` is called on port 80, the default of `http`, and `api` listens on 8080",
    ),
    (
        "so in discovery, where a task fills in the rest",
        "http://Api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local.:1",
        "warning url-port | `Api` is called on port 1, and `api` listens on 8080",
    ),
    (
        "so in a wrong zone",
        "http://API.kudos.local.:8080",
        "note url-zone | `API.kudos.local.` lacks the name of the environment",
    ),
    (
        "a name that was meant otherwise",
        "http://prxied:80",
        "note unknown-host | did you mean `proxied`?",
    ),
];

#[test]
fn what_leads_nowhere_or_elsewhere_is_found() {
    check_values(WRONG);
}

#[test]
fn each_host_of_a_value_is_looked_at() {
    check(&[
        (
            "several in one variable",
            calling(r#"  URLS: '["http://api:8080", "http://api:1|http://off", "http://api:1"]'"#),
            &["error invalid-value web:6 | `|`"],
        ),
        (
            "several in one variable",
            calling("  URLS: http://api:8080,http://api:1|http://plain:2 (http://api:1)"),
            &[
                "error url-port web:6 | in the variable `URLS`, `api` is called on port 1, ",
                "error url-port web:6 | in the variable `URLS`, `plain` is called on port 2, ",
            ],
        ),
        (
            "several variables, in the order of their lines",
            calling(
                "  B: http://api:1\n  A: http://api:1\n  N: 1\n  C: {from_cfn: 'http://api:1'}\n  NONE:",
            ),
            &[
                "error url-port web:6 | in the variable `B`, ",
                "error url-port web:7 | in the variable `A`, ",
            ],
        ),
        (
            "those of sidecars too, which are in the same task",
            calling(
                "  A: http://api:1\nsidecars:\n  nginx:\n    image: x\n    variables: {A: 'http://api:2', B: 'http://api:8080'}",
            ),
            &[
                "error url-port web:6 | in the variable `A`, `api` is called on port 1, ",
                "error url-port web:10 | in the variable `A` of the sidecar `nginx`, `api` is called on port 2, ",
            ],
        ),
    ]);
}
