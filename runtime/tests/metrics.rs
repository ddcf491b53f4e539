//! What a recorder of metrics is told of calls, and what calls do where it misbehaves.

#[path = "support/child.rs"]
mod child;
#[path = "support/locks.rs"]
mod locks;
#[path = "support/recorder.rs"]
mod recorder;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use recorder::Kept;
use service_connect::{Client, Resilience, drain};
use support::{Reply, Server, answer};
use tokio::task::LocalSet;

const CALLS: &str = "http.client.request.duration";
const IN_FLIGHT: &str = "http.client.active_requests";
const TRIES: &str = "service_connect.client.try.duration";
const RETRIES: &str = "service_connect.client.retries";

fn keys(numbers: BTreeMap<String, Vec<f64>>) -> Vec<(String, usize)> {
    let numbers = numbers.into_iter();
    numbers
        .map(|(labels, values)| (labels, values.len()))
        .collect()
}

#[tokio::test]
async fn calls_and_tries_are_counted_and_timed() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let server = Server::failing(2).await;
    let port = server.address.port();
    let at = format!("server.address=127.0.0.1,server.port={port}");
    let task = format!("network.peer.address=127.0.0.1,network.peer.port={port}");
    for _ in 0..2 {
        server.client().get("/?secret=1").await.unwrap();
    }
    let calls = kept.of(CALLS);
    assert!(
        calls
            .values()
            .flatten()
            .all(|seconds| (0.0..5.0).contains(seconds))
    );
    let labels = format!("http.request.method=GET,http.response.status_code=200,{at}");
    assert_eq!(keys(calls), [(labels, 2)]);
    let retries = [(format!("error.type=503,{at}"), 2)];
    assert_eq!(keys(kept.of(RETRIES)), retries);
    let tries = ["answered", "failed"].map(|outcome| {
        let outcome = format!("service_connect.outcome={outcome}");
        (format!("{task},{at},{outcome}"), 2)
    });
    assert_eq!(keys(kept.of(TRIES)), tries);
}

#[tokio::test]
async fn what_fails_is_counted_by_why() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let missing = Server::start(|_| Reply::Bytes(answer("404 X", ""))).await;
    let hanging = Server::start(|_| Reply::Hang).await;
    missing.client().post("/").await.unwrap();
    let short = Duration::from_millis(30);
    hanging.client().post("/").timeout(short).await.unwrap_err();
    let dropped = hanging.client().post("/").send();
    assert!(tokio::time::timeout(short, dropped).await.is_err());
    let (missing, hanging) = (missing.address.port(), hanging.address.port());
    let at = |port| format!("server.address=127.0.0.1,server.port={port}");
    let mut expected = [
        (
            format!(
                "error.type=404,http.request.method=POST,http.response.status_code=404,{}",
                at(missing)
            ),
            1,
        ),
        (
            format!(
                "error.type=cancelled,http.request.method=POST,{}",
                at(hanging)
            ),
            1,
        ),
        (
            format!(
                "error.type=timeout,http.request.method=POST,{}",
                at(hanging)
            ),
            1,
        ),
    ];
    expected.sort();
    assert_eq!(keys(kept.of(CALLS)), expected);
}

#[tokio::test]
async fn a_request_is_in_flight_until_its_answer_is_read() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let server = Server::saying("kudos").await;
    let in_flight = || -> f64 { kept.of(IN_FLIGHT).values().flatten().sum() };
    // Its parts come with the head, so what is kept is the response.
    let slow = Server::start(|_| {
        Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nkudo".to_vec())
    });
    let slow = slow.await;
    let one = slow.client().get("/").await.unwrap();
    assert!((in_flight() - 1.0).abs() < 0.1);
    server
        .client()
        .get("/")
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let two = slow.client().get("/").await.unwrap();
    assert!((in_flight() - 2.0).abs() < 0.1);
    drop((one, two));
    assert!(in_flight().abs() < 0.1);
}

/// One request may be in flight: one that is left over would keep the last call from its turn.
#[tokio::test]
async fn a_recorder_that_panics_breaks_its_call_and_no_count() {
    for name in [CALLS, IN_FLIGHT, TRIES, RETRIES] {
        let server = Server::failing(1).await;
        let mut resilience = Resilience::DEFAULT;
        resilience.max_in_flight = 1;
        let client = server.client().with_resilience(resilience);
        let tasks = LocalSet::new();
        let call = {
            let client = client.clone();
            tasks.spawn_local(async move {
                let is_first = AtomicUsize::new(0);
                let kept = Kept::with(move |told| {
                    let is_it = told.starts_with(name);
                    // What is dropped while a thread panics must not panic again, whoever's it is.
                    let panics = is_it && is_first.fetch_add(1, Ordering::Relaxed) == 0;
                    assert!(!panics, "a recorder may panic");
                });
                let _guard = metrics::set_default_local_recorder(&kept);
                client.get("/").await
            })
        };
        let outcome = tasks.run_until(call).await;
        assert!(outcome.is_err_and(|error| error.is_panic()), "{name}");
        support::rests(&client).await;
        let status = client.get("/").await.map(|response| response.status());
        assert_eq!(status.unwrap(), 200, "after a panic over {name}");
    }
}

/// What takes the locks of all pools, on another thread, whatever is told: it would wait for ever for one that is held.
#[tokio::test]
async fn no_lock_is_held_where_a_recorder_is_slow() {
    let kept = Kept::with(|name| {
        locks::are_free(|| drain(Duration::ZERO), name);
    });
    let _guard = metrics::set_default_local_recorder(&kept);
    let server = Server::failing(2).await;
    assert_eq!(server.client().get("/").await.unwrap().status(), 200);
    assert!(kept.all().len() >= 5, "{:?}", kept.all());
}

/// As a child: it is the process that knows so many. Elsewhere a machine is no network of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_thousand_servers_have_labels_and_the_others_share_one() {
    const NAME: &str = "a_thousand_servers_have_labels_and_the_others_share_one";
    if !child::is_child() {
        child::run(NAME, &[("SERVICE_CONNECT_RESILIENCE", "off".to_owned())]);
        return;
    }
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        for number in 0..1500 {
            // Nobody is there, on port 1.
            let (high, low) = (number / 250, number % 250 + 1);
            let client = Client::at(format!("http://127.1.{high}.{low}:1")).unwrap();
            client.get("/").await.unwrap_err();
        }
    });
    for (metric, label, times) in [
        (CALLS, "server.address=", 1500),
        (TRIES, "network.peer.address=", 1500),
        (IN_FLIGHT, "server.address=", 3000),
    ] {
        let numbers = kept.of(metric);
        let values = numbers.keys().map(|labels| {
            let value = labels.split(',').find_map(|part| part.strip_prefix(label));
            value.unwrap_or_else(|| panic!("{labels} has no {label}"))
        });
        let values: BTreeSet<_> = values.collect();
        assert_eq!(values.len(), 1001, "{metric}");
        assert!(
            values.contains("_OTHER") && values.contains("127.1.0.1"),
            "{metric}"
        );
        assert_eq!(
            numbers.values().flatten().count(),
            times,
            "{metric}: all are counted"
        );
    }
}
