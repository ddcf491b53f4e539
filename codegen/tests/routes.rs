//! `Route::find`: the best way from one service to another, and why there is no better one.

mod support;

use service_connect_codegen::{Code, Route, Via};
use support::{every_kind, index, service};

/// Caller, callee, the URL in `test`, the code of why there is no better way.
const ROUTES: &[(&str, &str, Option<&str>, Option<Code>)] = &[
    ("web", "api", Some("http://api"), None),
    ("api", "web", Some("http://www:8080"), None),
    ("api", "api", Some("http://api"), None),
    ("worker", "api", Some("http://api"), None),
    ("half", "api", Some("http://api"), None),
    ("udp", "api", Some("http://api"), None),
    ("portless", "api", Some("http://api"), None),
    ("api", "tls", Some("https://tls"), None),
    (
        "api",
        "off",
        Some("http://off.test.kudos.local"),
        Some(Code::ConnectOff),
    ),
    (
        "off",
        "off",
        Some("http://off.test.kudos.local"),
        Some(Code::ConnectOff),
    ),
    (
        "off",
        "web",
        Some("http://web.test.kudos.local:8080"),
        Some(Code::CallerConnectOff),
    ),
    (
        "unsaid",
        "tls",
        Some("https://tls.test.kudos.local"),
        Some(Code::CallerConnectOff),
    ),
    (
        "api",
        "udp",
        Some("http://udp.test.kudos.local:53"),
        Some(Code::UdpPort),
    ),
    (
        "job",
        "api",
        Some("http://api.test.kudos.local"),
        Some(Code::CallerCannotConnect),
    ),
    (
        "private",
        "api",
        Some("http://api.test.kudos.local"),
        Some(Code::CallerCannotConnect),
    ),
    ("public", "api", None, Some(Code::NoWay)),
    ("site", "api", None, Some(Code::NoWay)),
    ("api", "portless", None, Some(Code::NoPort)),
    ("api", "worker", None, Some(Code::NoEndpoint)),
    ("api", "job", None, Some(Code::NoEndpoint)),
    ("api", "private", None, Some(Code::NoEndpoint)),
    ("api", "site", None, Some(Code::NoEndpoint)),
    ("api", "broken", None, Some(Code::InvalidValue)),
    ("broken", "api", None, Some(Code::InvalidValue)),
    ("public", "worker", None, Some(Code::NoEndpoint)),
];

#[test]
fn a_route_is_the_best_way_and_says_why_it_is_no_better() {
    let application = every_kind();
    let test = index(&application, "test");
    for (from, to, url, reason) in ROUTES {
        let route = Route::find(
            &application,
            service(&application, from),
            service(&application, to),
            Some(test),
        );
        assert_eq!(route.url.as_deref(), *url, "from {from} to {to}");
        assert_eq!(
            route.reason.as_ref().map(|reason| reason.code),
            *reason,
            "from {from} to {to}"
        );
        let via = match (url, reason) {
            (None, _) => None,
            (_, None) => Some(Via::ServiceConnect),
            (_, Some(_)) => Some(Via::Discovery),
        };
        assert_eq!(route.via, via, "from {from} to {to}");
    }
}

#[test]
fn a_route_differs_by_environment() {
    let application = every_kind();
    let [api, half] = ["api", "half"].map(|name| service(&application, name));
    let route = |environment: Option<&str>| {
        let environment = environment.map(|name| index(&application, name));
        Route::find(&application, api, half, environment)
            .url
            .unwrap()
    };
    assert_eq!(route(Some("test")), "http://half");
    assert_eq!(route(Some("prod")), "http://half.prod.kudos.local");
    assert_eq!(route(None), "http://half", "the base");
    let unsaid = Route::find(&application, api, service(&application, "unsaid"), None);
    let url = unsaid.url.as_deref();
    assert_eq!(
        url,
        Some("http://unsaid.$COPILOT_SERVICE_DISCOVERY_ENDPOINT"),
        "known in the task only"
    );
}
