//! The chain, as a table: variables in, way and URL or error out.

mod errors;

use super::*;
use crate::definition::{Application, Environment};

static KUDOS: Application = Application {
    callers: &["front-end"],
    environments: &[
        Environment {
            name: "test",
            connected: "api\nfront-end\nbilling\nshop",
        },
        Environment {
            name: "prod",
            connected: "api\nfront-end",
        },
        Environment {
            name: "off",
            connected: "",
        },
    ],
    base: "api\nfront-end",
};
static TWO_CALLERS: Application = Application {
    callers: &["front-end", "job"],
    environments: &[],
    base: "front-end",
};

const NOWHERE: Endpoint = Endpoint {
    port: 0,
    connect: None,
    discovery: false,
    reason: "the Worker Service `mail` has no endpoint (copilot/mail/manifest.yml:2)",
};

const fn endpoint(port: u16, connect: Option<&'static str>) -> Endpoint {
    Endpoint {
        port,
        connect,
        discovery: true,
        reason: "",
    }
}

const fn definition(
    name: &'static str,
    application: &'static Application,
    endpoints: &'static [(&'static str, Endpoint)],
    base: Endpoint,
) -> Definition {
    Definition {
        name,
        application,
        endpoints,
        base,
    }
}

static API: Definition = definition("api", &KUDOS, &[], endpoint(80, Some("api")));
static BILLING: Definition = definition(
    "billing",
    &KUDOS,
    &[("prod", endpoint(8080, None))],
    endpoint(8080, Some("billing")),
);
static SECURE: Definition = definition("secure", &KUDOS, &[], endpoint(443, Some("secure")));
static SHOP: Definition = definition(
    "shop",
    &KUDOS,
    &[],
    endpoint(
        8080,
        Some("shop.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local"),
    ),
);
static MAIL: Definition = definition("mail", &KUDOS, &[], NOWHERE);
static LOCAL: Definition = definition(
    "local",
    &KUDOS,
    &[],
    Endpoint {
        discovery: false,
        ..endpoint(80, Some("local.${COPILOT_APPLICATION_NAME}"))
    },
);
static SHARED: Definition = definition("shared", &TWO_CALLERS, &[], endpoint(80, Some("shared")));

const ENV: &str = ENVIRONMENT;
const TEST: (&str, &str) = (ENV, "test");
const APP: (&str, &str) = (APPLICATION, "kudos");
const DNS: (&str, &str) = (DISCOVERY, "test.kudos.local");

/// The service, the variables; the way, the URL, and the URL of the fallback.
type Row<'a> = (
    &'a Definition,
    &'a [(&'a str, &'a str)],
    Way,
    &'a str,
    Option<&'a str>,
);

fn check(table: &[Row]) {
    for (service, variables, way, url, fallback) in table {
        let choice = choose(service, &Variables::of(variables))
            .unwrap_or_else(|error| panic!("{service:?} {variables:?}: {error}"));
        assert_eq!(choice.way, *way, "{service:?} {variables:?}");
        assert_eq!(choice.target.to_string(), *url, "{variables:?}");
        let found = choice.fallback.map(|target| target.to_string());
        assert_eq!(found.as_deref(), *fallback, "{variables:?}");
    }
}

#[test]
fn an_override_beats_everything() {
    check(&[
        (
            &API,
            &[
                TEST,
                DNS,
                ("SERVICE_CONNECT_URL_API", "http://127.0.0.1:3000/"),
            ],
            Way::Override,
            "http://127.0.0.1:3000",
            None,
        ),
        (
            &MAIL,
            &[("SERVICE_CONNECT_URL_MAIL", "https://[::1]")],
            Way::Override,
            "https://[::1]",
            None,
        ),
        (
            &API,
            &[(
                "SERVICE_CONNECT_URL_API",
                "http://127.0.0.1:3000,127.0.0.1:3001/",
            )],
            Way::Override,
            "http://127.0.0.1:3000",
            None,
        ),
    ]);
}

#[test]
fn an_override_may_name_several_tasks() {
    let url = "http://[::1]:4001,api,127.0.0.1:4002";
    let variables = Variables::of(&[("SERVICE_CONNECT_URL_API", url)]);
    let target = choose(&API, &variables).unwrap().target;
    let places: Vec<_> = target.places().collect();
    assert_eq!(places, [("::1", 4001), ("api", 80), ("127.0.0.1", 4002)]);
    assert_eq!(target.authority(), "[::1]:4001");
    assert!(!target.is_address());
    // Elsewhere a URL is one.
    assert!(Target::parse(url).is_err());
}

#[test]
fn behind_https_the_tasks_of_an_override_have_one_name() {
    for (url, is_right) in [
        ("https://api.example:1,API.example:2", true),
        ("https://api.example:1,other.example:1", false),
        ("http://api.example:1,other.example:1", true),
    ] {
        let target = Target::parse_tasks(url);
        assert_eq!(target.is_ok(), is_right, "{url}");
        if let Err(problem) = target {
            assert!(
                problem.starts_with("a certificate is for one name"),
                "{problem}"
            );
        }
    }
}

#[test]
fn service_connect_where_both_sides_have_it() {
    check(&[
        (&API, &[], Way::ServiceConnect, "http://api", None),
        (&API, &[TEST], Way::ServiceConnect, "http://api", None),
        (
            &API,
            &[TEST, DNS],
            Way::ServiceConnect,
            "http://api",
            Some("http://api.test.kudos.local"),
        ),
        (
            &API,
            &[TEST, DNS, (FALLBACK, "off")],
            Way::ServiceConnect,
            "http://api",
            None,
        ),
        (
            &API,
            &[TEST, DNS, (FALLBACK, "on")],
            Way::ServiceConnect,
            "http://api",
            Some("http://api.test.kudos.local"),
        ),
        (
            &API,
            &[TEST, (DISCOVERY, "not a host")],
            Way::ServiceConnect,
            "http://api",
            None,
        ),
    ]);
}

#[test]
fn an_empty_variable_is_unset() {
    check(&[(
        &API,
        &[("SERVICE_CONNECT_URL_API", ""), (ENV, ""), (FALLBACK, "")],
        Way::ServiceConnect,
        "http://api",
        None,
    )]);
}

#[test]
fn discovery_where_service_connect_is_off() {
    check(&[
        (
            &API,
            &[(ENV, "off"), DNS],
            Way::Discovery,
            "http://api.test.kudos.local",
            None,
        ),
        (
            &BILLING,
            &[(ENV, "prod"), (DISCOVERY, "prod.kudos.local")],
            Way::Discovery,
            "http://billing.prod.kudos.local:8080",
            None,
        ),
        (
            &BILLING,
            &[TEST, DNS],
            Way::ServiceConnect,
            "http://billing:8080",
            Some("http://billing.test.kudos.local:8080"),
        ),
    ]);
}

#[test]
fn an_unknown_environment_has_the_base_values() {
    check(&[(
        &BILLING,
        &[(ENV, "new"), (DISCOVERY, "new.kudos.local")],
        Way::ServiceConnect,
        "http://billing:8080",
        Some("http://billing.new.kudos.local:8080"),
    )]);
}

#[test]
fn the_endpoint_of_environments_created_before_copilot_1_9() {
    check(&[(
        &BILLING,
        &[(ENV, "prod"), (DISCOVERY, "kudos.local")],
        Way::Discovery,
        "http://billing.kudos.local:8080",
        None,
    )]);
}

#[test]
fn port_443_means_https() {
    check(&[(
        &SECURE,
        &[TEST, DNS],
        Way::ServiceConnect,
        "https://secure",
        Some("https://secure.test.kudos.local"),
    )]);
}

#[test]
fn a_template_is_filled() {
    // It is no fallback to itself where it equals the discovery name.
    check(&[
        (
            &SHOP,
            &[TEST, APP, DNS],
            Way::ServiceConnect,
            "http://shop.test.kudos.local:8080",
            None,
        ),
        (
            &SHOP,
            &[TEST, DNS],
            Way::Discovery,
            "http://shop.test.kudos.local:8080",
            None,
        ),
        (
            &LOCAL,
            &[TEST, APP],
            Way::ServiceConnect,
            "http://local.kudos",
            None,
        ),
    ]);
}

#[test]
fn the_caller_is_the_task_or_the_sole_one() {
    check(&[
        (
            &API,
            &[TEST, DNS, (SERVICE, "worker")],
            Way::Discovery,
            "http://api.test.kudos.local",
            None,
        ),
        (
            &SHARED,
            &[DNS],
            Way::Discovery,
            "http://shared.test.kudos.local",
            None,
        ),
        (
            &SHARED,
            &[(SERVICE, "front-end")],
            Way::ServiceConnect,
            "http://shared",
            None,
        ),
        (
            &SHARED,
            &[DNS, (SERVICE, "job")],
            Way::Discovery,
            "http://shared.test.kudos.local",
            None,
        ),
    ]);
}
