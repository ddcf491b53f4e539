//! What a subscriber of `tracing` is told of calls, and what calls do where it misbehaves.

#[path = "support/child.rs"]
mod child;
#[path = "support/listener.rs"]
mod listener;
#[path = "support/locks.rs"]
mod locks;
mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use listener::{Listener, OCCASIONS, Told};
use service_connect::__private::{Application, Endpoint, Service};
use service_connect::{Client, Method, Resilience, drain};
use support::{Reply, Server, answer};
use tracing::Level;

/// Of the one span that there is.
fn span(listener: &Listener) -> Told {
    let spans = listener.spans();
    let [span] = &spans[..] else {
        panic!("{spans:?}");
    };
    assert!(span.has_ended);
    span.clone()
}

fn fields(expected: &[(&str, &str)]) -> BTreeMap<String, String> {
    let fields = expected.iter();
    fields
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_call_is_a_span_with_the_conventions_names() {
    for (status, failed) in [
        ("200 OK", false),
        ("302 X", false),
        ("404 X", true),
        ("500 X", true),
    ] {
        let server = Server::start(move |_| Reply::Bytes(answer(status, ""))).await;
        let listener = Listener::default();
        let guard = listener.listen();
        let request = server.client().post("/kudos/7?token=secret");
        let request = request
            .bearer_auth("secret")
            .query(&[("also", "secret")])
            .body("secret");
        assert!(
            listener.spans().is_empty(),
            "nothing is told before it is polled"
        );
        request.await.unwrap();
        drop(guard);
        let (address, code) = (server.address, &status[..3]);
        let (port, url) = (
            address.port().to_string(),
            format!("http://{address}/kudos/7"),
        );
        let mut expected = fields(&[
            ("otel.name", "POST"),
            ("otel.kind", "client"),
            ("http.request.method", "POST"),
            ("http.response.status_code", code),
            ("network.peer.address", "127.0.0.1"),
            ("network.peer.port", &port),
            ("server.address", "127.0.0.1"),
            ("server.port", &port),
            ("url.full", &url),
            ("service_connect.way", "url"),
        ]);
        if failed {
            expected.extend(fields(&[
                ("error.type", code),
                ("otel.status_code", "ERROR"),
            ]));
        }
        let span = span(&listener);
        assert_eq!(span.fields, expected);
        assert_eq!(span.level, Level::INFO);
        assert_eq!(listener.events().len(), 0);
    }
}

#[tokio::test]
async fn a_method_of_ones_own_is_one_of_few() {
    let server = Server::saying("").await;
    let listener = Listener::default();
    let _guard = listener.listen();
    let purge = Method::from_bytes(b"PURGE").unwrap();
    server.client().request(purge, "/").await.unwrap();
    let span = span(&listener);
    assert_eq!(span.get("otel.name"), Some("HTTP"));
    assert_eq!(span.get("http.request.method"), Some("_OTHER"));
    assert_eq!(span.get("http.request.method_original"), Some("PURGE"));
}

#[tokio::test]
async fn what_fails_without_an_answer_says_why() {
    let hanging = Server::start(|_| Reply::Hang).await;
    let breaking = Server::start(|_| Reply::Last(Vec::new())).await;
    let at = |url: &str| Client::at(url).unwrap();
    let short = Duration::from_millis(50);
    let over_https = if cfg!(feature = "tls") {
        "connect"
    } else {
        "no_way"
    };
    let nobody = || at("http://127.0.0.1:1").get("/");
    for (request, kind) in [
        (hanging.client().post("/").timeout(short), "timeout"),
        (breaking.client().post("/"), "transport"),
        (at("http://nowhere.invalid").get("/"), "resolve"),
        (nobody(), "connect"),
        (nobody().header("no name", ""), "request"),
        (at("https://127.0.0.1:1").get("/"), over_https),
    ] {
        let listener = Listener::default();
        let guard = listener.listen();
        let error = request.await.unwrap_err().to_string();
        drop(guard);
        let span = span(&listener);
        assert_eq!(span.get("error.type"), Some(kind), "{error}");
        assert_eq!(span.get("otel.status_code"), Some("ERROR"));
        assert_eq!(span.get("http.response.status_code"), None);
        assert!(span.get("url.full").is_some());
        let why = span.get("otel.status_description").unwrap();
        assert!(error.ends_with(why), "{error:?} is not {why:?}");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled() {
    let server = Server::start(|_| Reply::Hang).await;
    let listener = Listener::default();
    let _guard = listener.listen();
    let call = tokio::time::timeout(Duration::from_millis(20), server.client().get("/").send());
    assert!(call.await.is_err());
    let span = span(&listener);
    assert_eq!(span.get("error.type"), Some("cancelled"));
    assert_eq!(span.get("otel.status_code"), Some("ERROR"));
}

/// The span is over with the head: what comes after that is its reader's.
#[tokio::test]
async fn a_span_ends_with_the_head_of_the_response() {
    let server = Server::saying("kudos").await;
    let listener = Listener::default();
    let _guard = listener.listen();
    let response = server.client().get("/").await.unwrap();
    span(&listener);
    assert_eq!(response.text().await.unwrap(), "kudos");
}

#[tokio::test]
async fn each_retry_is_an_event_in_the_span() {
    let server = Server::failing(2).await;
    let listener = Listener::default();
    let _guard = listener.listen();
    assert_eq!(server.client().get("/").await.unwrap().status(), 200);
    let span = span(&listener);
    assert_eq!(span.get("http.request.resend_count"), Some("2"));
    assert_eq!(span.get("error.type"), None);
    let events = listener.events();
    let numbers = ["1", "2"].map(|number| (Level::DEBUG, Some(number), Some("503"), Some(0)));
    let told = events.iter().map(|event| {
        let number = event.get("http.request.resend_count");
        (event.level, number, event.get("error.type"), event.within)
    });
    assert_eq!(told.collect::<Vec<_>>(), numbers);
}

#[tokio::test]
async fn a_second_try_is_an_event_too() {
    let turn = AtomicUsize::new(0);
    let server = Server::start(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::Hang,
        _ => Reply::Bytes(answer("200 OK", "")),
    });
    let server = server.await;
    let listener = Listener::default();
    let _guard = listener.listen();
    let call = server.client().get("/").timeout(Duration::from_millis(600));
    assert_eq!(call.await.unwrap().status(), 200);
    assert_eq!(span(&listener).get("http.request.resend_count"), Some("1"));
    let events = listener.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].get("error.type"), Some("slow"));
}

static APPLICATION: Application = Application {
    callers: &["front-end"],
    environments: &[],
    base: "front-end",
};

/// As a child, because variables are read once. The service `127` has a name that resolves, with the endpoint `0.0.1`.
#[test]
fn a_fallback_is_told_with_the_way_that_calls_go() {
    const NAME: &str = "a_fallback_is_told_with_the_way_that_calls_go";
    if child::is_child() {
        let port = std::env::var("TEST_PORT").unwrap();
        let endpoint = Endpoint {
            port: port.parse().unwrap(),
            connect: Some("nowhere.invalid"),
            discovery: true,
            reason: "",
        };
        let service = Box::leak(Box::new(Service::new("127", &APPLICATION, &[], endpoint)));
        let client = Client::of(service);
        let listener = Listener::default();
        let _guard = listener.listen();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            client.get("/").await.unwrap();
            client.get("/").await.unwrap();
        });
        for span in listener.spans() {
            let expected = [
                ("server.address", "127.0.0.1"),
                ("server.port", &port),
                ("url.full", &format!("http://127.0.0.1:{port}/")),
                ("service_connect.service", "127"),
                ("service_connect.environment", "test"),
                ("service_connect.way", "discovery"),
            ];
            for (name, value) in expected {
                assert_eq!(span.get(name), Some(value), "{name}");
            }
        }
        let events = listener.events();
        assert_eq!((listener.spans().len(), events.len()), (2, 1));
        assert_eq!((events[0].level, events[0].within), (Level::WARN, Some(0)));
        assert_eq!(events[0].get("server.address"), Some("127.0.0.1"));
        return;
    }
    let runtime = child::runtime();
    let server = runtime.block_on(Server::saying(""));
    let variables = [
        ("TEST_PORT", server.address.port().to_string()),
        ("COPILOT_SERVICE_NAME", "front-end".to_owned()),
        ("COPILOT_ENVIRONMENT_NAME", "test".to_owned()),
        ("COPILOT_SERVICE_DISCOVERY_ENDPOINT", "0.0.1".to_owned()),
    ];
    child::run(NAME, &variables);
}

/// One request may be in flight: one that is left over would keep the last call from its turn.
fn one_at_a_time() -> Resilience {
    let mut resilience = Resilience::DEFAULT;
    resilience.max_in_flight = 1;
    resilience
}

#[tokio::test]
async fn a_subscriber_that_panics_breaks_its_call_and_no_count() {
    for occasion in OCCASIONS {
        let server = Server::failing(1).await;
        let client = server.client().with_resilience(one_at_a_time());
        // On this thread, which is the one that listens.
        let tasks = tokio::task::LocalSet::new();
        let call = {
            let client = client.clone();
            tasks.spawn_local(async move {
                let _guard = Listener::upset(occasion).listen();
                client.get("/").await
            })
        };
        let outcome = tasks.run_until(call).await;
        assert!(outcome.is_err_and(|error| error.is_panic()), "{occasion}");
        support::rests(&client).await;
        let status = client.get("/").await.map(|response| response.status());
        assert_eq!(status.unwrap(), 200, "after a panic in {occasion}");
    }
}

/// What takes the locks of all pools, on another thread, whatever is told: it would wait for ever for one that is held.
#[tokio::test]
async fn no_lock_is_held_where_a_subscriber_is_slow() {
    let listener = Listener::with(|occasion| {
        locks::are_free(|| drain(Duration::ZERO), occasion);
    });
    let server = Server::failing(2).await;
    let _guard = listener.listen();
    assert_eq!(server.client().get("/").await.unwrap().status(), 200);
    assert_eq!(listener.events().len(), 2);
}
