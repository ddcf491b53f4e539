//! What keeps calls from a service, before the first one: each cause but those that need a network of their own, which are
//! in `tests/data-plane`.
#![cfg(target_os = "linux")]

#[path = "support/child.rs"]
mod child;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use serde_json::Value;
use service_connect::__private::{Application, Endpoint, Service};
use service_connect::{Cause, Client, preflight, with_override};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

static APPLICATION: Application = Application {
    callers: &["front-end"],
    environments: &[],
    base: "front-end",
};

fn service(alias: Option<String>, port: u16) -> Client {
    let endpoint = Endpoint {
        port,
        connect: alias.map(|alias| &*alias.leak()),
        discovery: true,
        reason: "",
    };
    // With the endpoint `0.0.1` its discovery name is an address.
    let service = Service::new("127", &APPLICATION, &[], endpoint);
    Client::of(Box::leak(Box::new(service)))
}

/// The resolver of this machine may take its time to say that there is no such name.
const PATIENT: Duration = Duration::from_secs(60);

/// As a child: checks the service `127`, and prints what came of it.
fn check() {
    let variable = |name| std::env::var(name).ok();
    let client = service(
        variable("TEST_ALIAS"),
        variable("TEST_PORT").unwrap().parse().unwrap(),
    );
    let report = child::runtime().block_on(preflight([client]).timeout(PATIENT).into_future());
    println!("json: {}", serde_json::to_string(&report).unwrap());
    println!("text: {report}");
}

/// What a child finds out.
fn checked(name: &str, port: u16, variables: &[(&str, &str)]) -> (Value, String) {
    let mut all: Vec<_> = variables.to_vec();
    let port = port.to_string();
    all.push(("TEST_PORT", &port));
    let all: Vec<_> = all
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect();
    let printed = child::run(name, &all);
    let line = |start| {
        let mut lines = printed.lines();
        lines
            .find_map(|line| line.split(start).nth(1))
            .unwrap()
            .to_owned()
    };
    let json: Value = serde_json::from_str(&line("json: ")).unwrap();
    (json, line("text: "))
}

const ALIAS: &str = "TEST_ALIAS";
const IN_ECS: (&str, &str) = ("COPILOT_SERVICE_NAME", "front-end");
const ENDPOINT: (&str, &str) = ("COPILOT_SERVICE_DISCOVERY_ENDPOINT", "0.0.1");
const NOWHERE: (&str, &str) = ("COPILOT_SERVICE_DISCOVERY_ENDPOINT", "invalid");
const NO_FALLBACK: (&str, &str) = ("SERVICE_CONNECT_FALLBACK", "off");

type Set = &'static [(&'static str, &'static str)];
/// Whether something listens, the variables, the way, whether it is ready, the cause, and some of the words.
type Case = (
    bool,
    Set,
    &'static str,
    bool,
    Option<&'static str>,
    &'static str,
);

/// The hosts file of this machine has no name of Service Connect.
const CASES: &[Case] = &[
    (
        true,
        &[ENDPOINT],
        "discovery",
        true,
        None,
        "ready: http://127.0.0.1",
    ),
    (
        false,
        &[ENDPOINT],
        "discovery",
        false,
        Some("nothing-listens"),
        "listens on all interfaces",
    ),
    (
        true,
        &[NOWHERE],
        "discovery",
        false,
        Some("no-task"),
        "`127.invalid` has no address",
    ),
    (
        true,
        &[(ALIAS, "nowhere.invalid"), IN_ECS, ENDPOINT],
        "discovery",
        true,
        Some("service-connect-off"),
        "ready, but: http://127.0.0.1",
    ),
    (
        true,
        &[(ALIAS, "nowhere.invalid"), IN_ECS, ENDPOINT, NO_FALLBACK],
        "service-connect",
        false,
        Some("service-connect-off"),
        "deploy `127`, and after it `front-end`",
    ),
    (
        true,
        &[(ALIAS, "nowhere.invalid"), IN_ECS, NOWHERE],
        "service-connect",
        false,
        Some("no-task"),
        "no task of `127`",
    ),
    (
        true,
        &[(ALIAS, "nowhere.invalid")],
        "service-connect",
        false,
        Some("not-in-ecs"),
        "SERVICE_CONNECT_URL_127",
    ),
    (
        false,
        &[(ALIAS, "127.255.0.1"), IN_ECS, ENDPOINT],
        "service-connect",
        false,
        Some("no-proxy"),
        "still starting",
    ),
    (
        true,
        &[("SERVICE_CONNECT_URL_127", "http://nowhere.invalid")],
        "override",
        false,
        Some("no-task"),
        "nowhere.invalid",
    ),
];

/// Without a way there is nothing to connect to.
const NO_WAY: &[(Set, &str, &str)] = &[
    // Wrong, not missing.
    (
        &[("SERVICE_CONNECT_URL_127", "http://x/p")],
        "variable",
        "it has a path",
    ),
    (
        &[
            ("SERVICE_CONNECT_URL_127", "http://127.0.0.1"),
            ("SERVICE_CONNECT_RESILIENCE", "maybe"),
        ],
        "variable",
        "`on` nor `off`",
    ),
    (&[], "not-in-ecs", "cargo service-connect dev"),
    (
        &[IN_ECS],
        "variable",
        "COPILOT_SERVICE_DISCOVERY_ENDPOINT is not set",
    ),
    (
        &[("SERVICE_CONNECT_URL_127", "nonsense"), IN_ECS],
        "variable",
        "SERVICE_CONNECT_URL_127",
    ),
    (
        &[("SERVICE_CONNECT_URL_127", "https://127.0.0.1"), IN_ECS],
        "no-way",
        "feature `tls`",
    ),
];

/// Where something listens, and a port where nothing does.
async fn ports() -> (TcpListener, u16, u16) {
    let open = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let ports = [&open, &other].map(|listener| listener.local_addr().unwrap().port());
    (open, ports[0], ports[1])
}

#[test]
fn each_cause_is_explained() {
    if child::is_child() {
        return check();
    }
    let runtime = child::runtime();
    let (_open, open, closed) = runtime.block_on(ports());
    for (is_open, variables, way, ready, cause, words) in CASES {
        let port = if *is_open { open } else { closed };
        let (json, text) = checked("each_cause_is_explained", port, variables);
        let check = &json["checks"][0];
        assert_eq!(check["way"], *way, "{text}");
        assert_eq!(
            (&check["ready"], &json["ready"]),
            (&(*ready).into(), &(*ready).into()),
            "{text}"
        );
        assert_eq!(check["cause"].as_str(), *cause, "{text}");
        assert!(text.starts_with("127: ") && text.contains(words), "{text}");
        assert_eq!(check["connected"].as_array().unwrap().is_empty(), !*ready);
        assert!(check["took_ms"].as_f64().is_some_and(|took| took > 0.0));
    }
    // Without a way there is nothing to connect to.
    for (variables, cause, words) in NO_WAY {
        if *cause == "no-way" && cfg!(feature = "tls") {
            continue;
        }
        let (json, text) = checked("each_cause_is_explained", open, variables);
        assert_eq!(json["checks"][0]["cause"], *cause, "{text}");
        assert!(
            text.starts_with("127: not ready") && text.contains(words),
            "{text}"
        );
    }
}

#[test]
fn each_host_of_an_override_that_fails_is_named() {
    if child::is_child() {
        return check();
    }
    let name = "each_host_of_an_override_that_fails_is_named";
    let (_open, open, closed) = child::runtime().block_on(ports());
    let checked = |hosts: &str| {
        let url = format!("http://127.0.0.1:{open},{hosts}");
        checked(name, open, &[("SERVICE_CONNECT_URL_127", &url)])
    };
    let refused = format!("127.0.0.1:{closed} refuses connections");
    let (json, text) = checked(&format!("127.0.0.1:{closed}"));
    assert_eq!(json["checks"][0]["cause"], "nothing-listens", "{text}");
    assert!(text.contains(&refused), "{text}");
    let (json, text) = checked(&format!("typo.invalid:80,127.0.0.1:{closed}"));
    assert_eq!(json["checks"][0]["cause"], "no-task", "{text}");
    // Calls go to the one that is there.
    assert_eq!(json["ready"], true, "{text}");
    for words in ["ready, but", "`typo.invalid` has no address (", &refused] {
        assert!(text.contains(words), "no {words} in {text}");
    }
}

/// What takes connections in the place of the proxy closes them at once, as Envoy does that has no task for one.
#[test]
fn what_the_proxy_closes_is_looked_at_directly() {
    if child::is_child() {
        return check();
    }
    let runtime = child::runtime();
    let (open, closed) = runtime.block_on(async {
        let (listener, open, closed) = ports().await;
        for port in [open, closed] {
            let address = SocketAddr::from((Ipv4Addr::new(127, 255, 0, 1), port));
            let proxy = TcpListener::bind(address).await.unwrap();
            tokio::spawn(async move {
                loop {
                    drop(proxy.accept().await);
                }
            });
        }
        // It takes them for as long as this runtime lasts.
        tokio::spawn(async move { while listener.accept().await.is_ok() {} });
        (open, closed)
    });
    let alias = (ALIAS, "127.255.0.1");
    for (port, variables, cause, words) in [
        (
            open,
            &[alias, IN_ECS, ENDPOINT][..],
            "proxy-cut-off",
            "take some directly",
        ),
        (
            closed,
            &[alias, IN_ECS, ENDPOINT],
            "nothing-listens",
            "refuses connections",
        ),
        (
            open,
            &[alias, IN_ECS, NOWHERE],
            "no-task",
            "`127.invalid` has no address",
        ),
        (
            open,
            &[alias, IN_ECS, ENDPOINT, NO_FALLBACK],
            "no-task",
            "takes the connection and closes it",
        ),
    ] {
        let (json, text) = checked(
            "what_the_proxy_closes_is_looked_at_directly",
            port,
            variables,
        );
        assert_eq!(json["checks"][0]["cause"], cause, "{text}");
        assert!(text.contains(words), "{text}");
        assert_eq!(json["ready"], false);
    }
}

#[tokio::test]
async fn who_does_not_answer_is_waited_for_until_the_deadline_and_no_longer() {
    // Nobody accepts: once its queue is full, the kernel drops what asks to connect.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(0).unwrap();
    let silent = listener.local_addr().unwrap();
    let mut waiting = JoinSet::new();
    for _ in 0..8 {
        waiting.spawn(TcpStream::connect(silent));
        tokio::task::yield_now().await;
    }
    let (_open, open, _) = ports().await;
    let clients = [silent, SocketAddr::from((Ipv4Addr::LOCALHOST, open))];
    let clients = clients.map(|address| Client::at(format!("http://{address}")).unwrap());
    let start = Instant::now();
    let report = preflight(clients).timeout(Duration::from_millis(300)).await;
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(report.checks[0].cause, Some(Cause::Silent), "{report}");
    assert!(
        report.checks[1].is_ready() && !report.is_ready(),
        "{report}"
    );
}

#[tokio::test]
async fn a_thousand_services_take_no_longer_than_one() {
    let (_open, open, closed) = ports().await;
    let clients: Vec<_> = (0..1000_u32)
        .map(|number| {
            let port = if number == 1 { open } else { closed };
            let [_, _, high, low] = number.to_be_bytes();
            // Each is a target of its own; only one address listens.
            Client::at(format!("http://127.0.{high}.{low}:{port}")).unwrap()
        })
        .collect();
    let report = preflight(clients).await;
    assert_eq!(report.checks.len(), 1000);
    for (number, check) in report.checks.iter().enumerate() {
        let cause = (number != 1).then_some(Cause::NothingListens);
        let is_itself = check
            .url
            .as_ref()
            .is_some_and(|url| url.contains(&format!(".{}.{}:", number / 256, number % 256)));
        assert!(is_itself, "in their order: {check}");
        assert_eq!(check.cause, cause, "{check}");
    }
    assert_eq!(report.to_string().lines().count(), 1000);
}

/// The connection that was made serves the first call.
#[tokio::test]
async fn an_override_counts_and_what_was_connected_is_used() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Client::at(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let client = service(None, 1);
    let report = with_override(client.clone(), server, async { preflight([client]).await }).await;
    assert!(report.is_ready(), "{report}");
    assert_eq!(report.checks[0].service, Some("127"));
    assert_eq!(report.checks[0].way, Some("url"));
}

#[test]
fn outside_of_a_runtime_each_says_so() {
    let client = Client::at("http://127.0.0.1:1").unwrap();
    let mut report = std::pin::pin!(preflight([client]).into_future());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(report) = report.as_mut().poll(&mut context) else {
        panic!("it waits for nothing");
    };
    let text = report.to_string();
    assert!(
        text.starts_with("http://127.0.0.1:1: not ready") && text.contains("tokio runtime"),
        "{text}"
    );
}
