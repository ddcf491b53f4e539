//! URLs and host names in `variables` that are right, or not of the application: nothing is found.

mod support;

use support::urls::check_values;

/// `(rule, value)`.
const RIGHT: &[(&str, &str)] = &[
    ("a Service Connect name", "http://api:8080/v1"),
    ("port 80 is the default", "http://plain"),
    ("port 443 is that of HTTPS", "https://tls/"),
    ("any port may speak TLS", "https://api:8080"),
    ("an alias", "http://shop-v2:8080"),
    (
        "a discovery name",
        "http://api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local:8080",
    ),
    (
        "a discovery name of a service with an alias",
        "http://shop.${COPILOT_ENVIRONMENT_NAME}.kudos.local:8080",
    ),
    (
        "a discovery name of a service with Service Connect off",
        "http://off.${COPILOT_ENVIRONMENT_NAME}.kudos.local:9000",
    ),
    (
        "an alias that looks like a discovery name",
        "http://moved.${COPILOT_ENVIRONMENT_NAME}.kudos.local:8080",
    ),
    (
        "the program behind a sidecar is in discovery",
        "http://proxied.${COPILOT_ENVIRONMENT_NAME}.kudos.local:5000",
    ),
    (
        "so is the sidecar",
        "http://proxied.${COPILOT_ENVIRONMENT_NAME}.kudos.local",
    ),
    (
        "the endpoint itself",
        "${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local",
    ),
    ("the endpoint of an old environment", "kudos.local"),
    (
        "every host of it",
        "*.${COPILOT_ENVIRONMENT_NAME}.kudos.local",
    ),
    ("a suffix", ".kudos.local"),
    (
        "hosts that need no proxy",
        "localhost,127.0.0.1,api.kudos.local,.kudos.local",
    ),
    (
        "a discovery name alone",
        "api.${COPILOT_ENVIRONMENT_NAME}.kudos.local",
    ),
    (
        "a discovery name and a port",
        "api.${COPILOT_ENVIRONMENT_NAME}.kudos.local:8080",
    ),
    ("a module, or a file", "api.settings.local"),
    ("a file", "config.local"),
    ("a name without a scheme may be anything", "off"),
    ("so may a name with a port", "api:80"),
    ("public hosts", "https://www.example.com"),
    (
        "public hosts that begin like a service",
        "https://off.io:8443",
    ),
    (
        "a public host that is an alias",
        "https://api.example.com:8080",
    ),
    ("localhost", "http://localhost:3000"),
    ("a host below localhost", "http://api.localhost:80"),
    (
        "the machine of a container",
        "http://host.docker.internal:80",
    ),
    ("an IPv4 address", "http://10.0.0.12:80"),
    ("a number", "http://2130706433"),
    ("all addresses", "tcp://0.0.0.0:80"),
    ("an IPv6 address", "http://[::1]:80"),
    ("an e-mail address", "root@api.test.kudos.local"),
    ("a mailto", "mailto:root@off"),
    (
        "a database",
        "postgres://me:secret@db.abc.eu-west-1.rds.amazonaws.com:5432/x",
    ),
    ("a port that is not HTTP's", "redis://cache:6379/0"),
    ("a scheme without a usual port", "redis://cache"),
    (
        "a password of odd signs",
        "postgres://me:pa#ss@db.example.com/x",
    ),
    ("a bucket", "s3://off/key"),
    ("a bucket of nobody", "s3://warehouse"),
    ("a file's path", "file:///etc/off"),
    ("an app's own scheme", "kudos://warehouse"),
    ("an extension's", "chrome-http://off"),
    ("a socket", "http+unix://%2Fvar%2Frun"),
    ("an escaped variable", r"http://\${HOST}:80"),
    ("a shell's variable", "http://$HOST:80"),
    ("a port to be filled in", "http://off:$PORT"),
    ("a host to be filled in", "http://{host}:80/%s"),
    (
        "a part of a host to be filled in",
        "http://{tenant}.test.kudos.local",
    ),
    ("a place to write the host", "http://CHANGE_ME"),
    ("no host at all", "http://"),
    ("a port of its own", "http://:8080"),
    (
        "several right ones",
        "http://api:8080,http://plain;https://example.com http://localhost",
    ),
    (
        "a JSON object",
        r#"{"api": "http://api:8080", "hosts": ["http://plain"]}"#,
    ),
    ("services whose manifests are refused", "http://broken:80"),
    (
        "so by discovery",
        "http://broken.${COPILOT_ENVIRONMENT_NAME}.kudos.local:80",
    ),
    ("services whose manifests are no YAML", "http://torn:80"),
];

#[test]
fn what_is_right_or_not_ours_is_left_alone() {
    let rows: Vec<_> = RIGHT
        .iter()
        .map(|(rule, value)| (*rule, *value, ""))
        .collect();
    check_values(&rows);
}
