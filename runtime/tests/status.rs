//! What a client knows of its service, as data.

#[path = "support/child.rs"]
mod child;
mod support;

use serde_json::{Value, json};
use service_connect::__private::{Application, Endpoint, Service};
use service_connect::{Client, with_override};
use support::{Reply, Server, answer};
use tokio::task::JoinSet;

static APPLICATION: Application = Application {
    callers: &["front-end"],
    environments: &[],
    base: "front-end",
};

static API: Service = Service::new(
    "api",
    &APPLICATION,
    &[],
    Endpoint {
        port: 8080,
        connect: None,
        discovery: true,
        reason: "",
    },
);

fn json(client: &Client) -> Value {
    serde_json::to_value(client.status()).unwrap()
}

#[tokio::test]
async fn a_client_says_where_it_goes_and_how_it_is_there() {
    let server = Server::start(|seen| match seen.line() {
        "GET /hang HTTP/1.1" => Reply::Hang,
        "GET /bad HTTP/1.1" => Reply::Bytes(answer("503 X", "")),
        _ => Reply::Bytes(answer("200 OK", "")),
    })
    .await;
    let client = server.client();
    let url = format!("http://{}", server.address);
    let mut expected = json!({
        "service": null, "environment": null, "way": "url", "url": url, "fell_back": false, "problem": null,
        "in_flight": 0, "tasks": [], "lookup": null,
    });
    assert_eq!(json(&client), expected, "before the first call");

    client
        .get("/?password=secret")
        .bearer_auth("secret")
        .await
        .unwrap();
    client.post("/bad").await.unwrap();
    let post = client.request(service_connect::Method::POST, "/bad");
    post.await.unwrap();
    let mut hanging = JoinSet::new();
    hanging.spawn(client.get("/hang").send());
    server.wait_for(4).await;
    let mut status = json(&client);
    assert!(!status.to_string().contains("secret"), "{status}");
    let task = &mut status["tasks"][0];
    let latency = task["latency_ms"].take();
    assert!(
        latency.as_f64().is_some_and(|latency| latency > 0.0),
        "{latency}"
    );
    let age = status["lookup"]["age_ms"].take();
    assert!(age.as_f64().is_some_and(|age| age >= 0.0), "{age}");
    expected["in_flight"] = 1.into();
    expected["tasks"] = json!([{
        "address": server.address, "proxy": false, "in_flight": 1, "idle_connections": 0, "failures": 0,
        "ejected_for_ms": null, "latency_ms": null,
    }]);
    expected["lookup"] = json!({ "age_ms": null, "problem": null });
    assert_eq!(status, expected);
    hanging.shutdown().await;
    let status = client.status();
    assert_eq!((status.in_flight, status.tasks[0].in_flight), (0, 0));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_says_so() {
    let client = Client::at("http://nowhere.invalid").unwrap();
    client.get("/").await.unwrap_err();
    let status = client.status();
    assert!(status.tasks.is_empty());
    let lookup = status.lookup.unwrap();
    assert!(lookup.problem.is_some_and(|problem| !problem.is_empty()));
}

/// In a process without variables.
#[test]
fn without_a_way_it_says_why_and_an_override_is_one() {
    if !child::is_child() {
        child::run("without_a_way_it_says_why_and_an_override_is_one", &[]);
        return;
    }
    let client = Client::of(&API);
    let status = client.status();
    assert_eq!(
        (status.service, status.way, status.url),
        (Some("api"), None, None)
    );
    let problem = status.problem.unwrap();
    assert!(
        problem.contains("COPILOT_SERVICE_DISCOVERY_ENDPOINT is not set"),
        "{problem}"
    );
    let other = Client::at("http://127.0.0.1:9").unwrap();
    let status = with_override(client.clone(), other, async { client.status() });
    let status = child::runtime().block_on(status);
    assert_eq!((status.service, status.way), (Some("api"), Some("url")));
    assert_eq!(status.url.as_deref(), Some("http://127.0.0.1:9"));
}
