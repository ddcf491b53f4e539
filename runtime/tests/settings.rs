//! What may be set, in code and by a variable, and for whom it holds: a process of its own for each.

#[path = "support/child.rs"]
mod child;
mod support;

use std::time::Duration;

use service_connect::__private::{Application, Endpoint, Service};
use service_connect::{Client, Error, Resilience, drain};
use support::{Reply, Server, answer};
use tokio::time::{self, Instant};

static APPLICATION: Application = Application {
    callers: &["front-end"],
    environments: &[],
    base: "front-end",
};

/// A service whose only way is an override, as a stub has it.
fn service(name: &'static str) -> Client {
    let endpoint = Endpoint {
        port: 80,
        connect: None,
        discovery: true,
        reason: "",
    };
    let service = Service::new(name, &APPLICATION, &[], endpoint);
    Client::of(Box::leak(Box::new(service)))
}

fn retries(retries: u32) -> Resilience {
    let mut resilience = Resilience::DEFAULT;
    resilience.retries = retries;
    resilience
}

/// As a child: calls a server that answers 503 to everything.
fn call() {
    let what = std::env::var("TEST_SET").unwrap_or_default();
    // Asking for a URL is no call.
    for name in ["api", "web"] {
        service(name).authority().unwrap();
    }
    if what.contains("all") {
        retries(1).set_for_all().unwrap();
    }
    if what.contains("api") {
        retries(0).set_for(&service("api")).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let at = Client::at(std::env::var("SERVICE_CONNECT_URL_API").unwrap());
    let clients = [
        ("/api", Ok(service("api"))),
        ("/web", Ok(service("web"))),
        ("/own", Ok(service("api").with_resilience(retries(1)))),
        ("/at", at.map(|at| at.with_resilience(retries(1)))),
    ];
    for (path, client) in clients {
        let outcome = client.and_then(|client| runtime.block_on(client.get(path).send()));
        println!(
            "{path}: {:?}",
            outcome.map(|answer| answer.status().as_u16())
        );
    }
    for late in [
        retries(1).set_for_all(),
        retries(1).set_for(&service("api")),
    ] {
        println!("late: {:?}", late.map_err(|error| error.to_string()));
    }
    println!("other: {:?}", retries(1).set_for(&service("other")).is_ok());
    let at = Client::at("http://127.0.0.1:1").unwrap();
    println!(
        "at: {:?}",
        retries(1).set_for(&at).map_err(|error| error.to_string())
    );
}

#[test]
fn settings_hold_for_whom_they_are_set() {
    if child::is_child() {
        return call();
    }
    child::runtime().block_on(async {
        // How often each of the four sends.
        for (set, variable, expected) in [
            ("", "", [3, 3, 2, 2]),
            ("all", "on", [2, 2, 2, 2]),
            ("api", "", [1, 3, 2, 2]),
            ("all api", "", [1, 2, 2, 2]),
            ("all api", " OFF", [1, 1, 1, 1]),
        ] {
            let server = Server::start(|_| Reply::Bytes(answer("503 X", ""))).await;
            let url = format!("http://{}", server.address);
            let variables = [
                ("TEST_SET", set.to_owned()),
                ("SERVICE_CONNECT_RESILIENCE", variable.to_owned()),
                ("SERVICE_CONNECT_URL_API", url.clone()),
                ("SERVICE_CONNECT_URL_WEB", url),
            ];
            let output = child::run("settings_hold_for_whom_they_are_set", &variables);
            let sent = ["/api", "/web", "/own", "/at"].map(|path| {
                let line = format!("GET {path} HTTP/1.1");
                let seen = server.seen();
                seen.iter().filter(|seen| seen.line() == line).count()
            });
            assert_eq!(sent, expected, "{set:?} {variable:?}: {output}");
            let late = output.matches("is in use already").count();
            assert_eq!(late, 2, "{output}");
            assert!(output.contains("other: true"), "{output}");
            assert!(
                output.contains("at: Err(\"this client is one of a base URL"),
                "{output}"
            );
        }
    });
}

#[test]
fn a_variable_that_is_neither_on_nor_off_is_an_error() {
    if child::is_child() {
        return call();
    }
    let variables = [
        ("SERVICE_CONNECT_RESILIENCE", "yes".to_owned()),
        ("SERVICE_CONNECT_URL_API", "http://127.0.0.1:1".to_owned()),
        ("SERVICE_CONNECT_URL_WEB", "http://127.0.0.1:1".to_owned()),
    ];
    let name = "a_variable_that_is_neither_on_nor_off_is_an_error";
    let output = child::run(name, &variables);
    let told = output.matches("SERVICE_CONNECT_RESILIENCE is neither `on` nor `off`");
    assert_eq!(told.count(), 4, "{output}");
}

/// No other test of this process has a request in flight.
#[test]
fn what_is_in_flight_is_waited_for() {
    if child::is_child() {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        return runtime.enable_all().build().unwrap().block_on(drained());
    }
    let output = child::run("what_is_in_flight_is_waited_for", &[]);
    assert!(output.contains("as it should"), "{output}");
}

async fn drained() {
    assert!(drain(Duration::from_secs(5)).await, "nothing is in flight");
    let server = Server::start(|seen| match seen.line() {
        "GET /slow HTTP/1.1" => Reply::Hang,
        _ => Reply::Bytes(answer("200 OK", "kudos")),
    })
    .await;
    let client = server.client();
    drop(client.get("/").await.unwrap());
    let slow = tokio::spawn(client.get("/slow").timeout(Duration::from_secs(2)).send());
    server.wait_for(2).await;
    time::pause();
    let start = Instant::now();
    assert!(!drain(Duration::from_secs(1)).await);
    assert_eq!(start.elapsed().as_secs(), 1);
    assert!(!slow.is_finished());
    assert!(drain(Duration::from_secs(5)).await);
    assert_eq!(start.elapsed().as_secs(), 2);
    assert!(matches!(slow.await.unwrap(), Err(Error::Timeout(_))));
    println!("as it should");
}
