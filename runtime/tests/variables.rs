//! The chain end to end: a process of its own for each set of variables.

#[path = "support/child.rs"]
mod child;
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use service_connect::__private::{Application, Endpoint, ListenPort, Service, listen_addr};
use service_connect::{Client, Error};
use support::Server;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

static APPLICATION: Application = Application {
    callers: &["front-end"],
    environments: &[],
    base: "front-end",
};

static WARNINGS: AtomicUsize = AtomicUsize::new(0);

/// Counts warnings.
struct Counter;

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::WARN && metadata.target().starts_with("service_connect")
    }
    fn event(&self, _: &Event<'_>) {
        WARNINGS.fetch_add(1, Ordering::Relaxed);
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// As a child: calls the service `127` three times. With the endpoint `0.0.1` its discovery name resolves.
fn call() {
    tracing::subscriber::set_global_default(Counter).unwrap();
    let variable = |name| std::env::var(name).ok();
    let alias = variable("TEST_ALIAS").map(|alias| &*alias.leak());
    let endpoint = Endpoint {
        port: variable("TEST_PORT").unwrap().parse().unwrap(),
        connect: alias,
        discovery: true,
        reason: "",
    };
    let service = Box::leak(Box::new(Service::new("127", &APPLICATION, &[], endpoint)));
    let client = Client::of(service);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for _ in 0..3 {
        let answer = runtime.block_on(async { client.get("/").await?.text().await });
        match answer {
            Ok(text) => println!("answer: {text}"),
            Err(error) => {
                println!("error: {}: {error:?}", kind(&error));
                let details = error.details();
                let (environment, way) = (details.environment(), details.way());
                println!("where: {environment:?} {way:?} {:?}", details.url());
            }
        }
    }
    println!("base: {:?}", client.base_url().ok());
    println!("warnings: {}", WARNINGS.load(Ordering::Relaxed));
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Variable(_) => "variable",
        Error::Resolve(_) => "resolve",
        _ => "another",
    }
}

type Variable = (&'static str, &'static str);

const NOWHERE: Variable = ("TEST_ALIAS", "nowhere.invalid");
const LOCALHOST: Variable = ("TEST_ALIAS", "localhost");
const DISCOVERY: Variable = ("COPILOT_SERVICE_DISCOVERY_ENDPOINT", "0.0.1");

fn run(test: &str, port: u16, variables: &[Variable]) -> String {
    let mut all = vec![("TEST_PORT", port.to_string())];
    all.extend(
        variables
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    child::run(test, &all)
}

#[test]
fn a_call_goes_where_the_variables_say() {
    if child::is_child() {
        return call();
    }
    child::runtime().block_on(calls_go_where_the_variables_say());
}

async fn calls_go_where_the_variables_say() {
    let server = Server::saying("kudos").await;
    let port = server.address.port();
    let url: &str = format!("http://127.0.0.1:{port}").leak();
    // With the host that is called, the host of the base URL, and the warnings.
    let table: &[(&[Variable], &str, &str, u8)] = &[
        (
            &[("SERVICE_CONNECT_URL_127", url), NOWHERE],
            "127.0.0.1",
            "127.0.0.1",
            0,
        ),
        (&[LOCALHOST], "localhost", "localhost", 0),
        (&[LOCALHOST, DISCOVERY], "localhost", "localhost", 0),
        (&[DISCOVERY], "127.0.0.1", "127.0.0.1", 0),
        (&[NOWHERE, DISCOVERY], "127.0.0.1", "nowhere.invalid", 1),
    ];
    for (variables, host, base, warnings) in table {
        let before = server.seen().len();
        let output = run("a_call_goes_where_the_variables_say", port, variables);
        assert_eq!(
            output.matches("answer: kudos").count(),
            3,
            "{variables:?}: {output}"
        );
        for part in [
            format!("base: Some(\"http://{base}:{port}\")"),
            format!("warnings: {warnings}"),
        ] {
            assert!(
                output.contains(&part),
                "{variables:?}: no {part} in {output}"
            );
        }
        let seen = server.seen().split_off(before);
        let hosts: Vec<_> = seen.iter().flat_map(|seen| seen.header("host")).collect();
        assert_eq!(hosts, vec![format!("{host}:{port}"); 3], "{variables:?}");
        // The connection is kept, also that of a fallback.
        let first = seen[0].connection;
        assert!(
            seen.iter().all(|seen| seen.connection == first),
            "{variables:?}"
        );
    }
}

#[test]
fn a_call_that_cannot_go_says_why() {
    if child::is_child() {
        return call();
    }
    let table: &[(&[Variable], &[&str])] = &[
        (
            &[NOWHERE, DISCOVERY, ("SERVICE_CONNECT_FALLBACK", "off")],
            &[
                "error: resolve: ",
                "`nowhere.invalid` does not resolve",
                "has to be redeployed, or Service Connect is off in what is deployed",
                "where: None Some(\"Service Connect\") Some(\"http://nowhere.invalid:1/\")",
            ],
        ),
        (
            &[NOWHERE, ("COPILOT_SERVICE_DISCOVERY_ENDPOINT", "invalid")],
            &["neither the host `nowhere.invalid` nor its fallback `127.invalid` resolves"],
        ),
        (
            &[
                ("COPILOT_SERVICE_DISCOVERY_ENDPOINT", "invalid"),
                ("COPILOT_ENVIRONMENT_NAME", "prod"),
            ],
            &[
                "error: resolve: ",
                "no task of `127` is in DNS",
                "where: Some(\"prod\") Some(\"discovery\") Some(\"http://127.invalid:1/\")",
            ],
        ),
        (
            &[NOWHERE],
            &["cargo service-connect dev", "SERVICE_CONNECT_URL_127"],
        ),
        (
            &[("SERVICE_CONNECT_URL_127", "http://nowhere.invalid")],
            &["error: resolve: ", "SERVICE_CONNECT_URL_127"],
        ),
        (
            &[("SERVICE_CONNECT_URL_127", "localhost")],
            &["error: variable: ", "SERVICE_CONNECT_URL_127", "base: None"],
        ),
        (
            &[("COPILOT_SERVICE_DISCOVERY_ENDPOINT", "http://x")],
            &[
                "error: variable: ",
                "COPILOT_SERVICE_DISCOVERY_ENDPOINT",
                "base: None",
            ],
        ),
        (
            &[NOWHERE, DISCOVERY, ("SERVICE_CONNECT_FALLBACK", "no")],
            &["error: variable: ", "SERVICE_CONNECT_FALLBACK"],
        ),
        (&[], &["COPILOT_SERVICE_DISCOVERY_ENDPOINT is not set"]),
    ];
    for (variables, parts) in table {
        let output = run("a_call_that_cannot_go_says_why", 1, variables);
        assert_eq!(
            output.matches("error: ").count(),
            3,
            "{variables:?}: {output}"
        );
        for part in parts.iter().chain(&["warnings: 0"]) {
            assert!(
                output.contains(part),
                "{variables:?}: no {part:?} in {output}"
            );
        }
    }
}

fn listen() {
    let ports = &[ListenPort {
        service: "front-end",
        environments: &[("prod", Some(9000))],
        base: Some(8080),
    }];
    println!("listen: {:?}", listen_addr(&["front-end"], ports));
}

#[test]
fn a_server_listens_where_the_variables_say() {
    if child::is_child() {
        return listen();
    }
    let table: &[(&[(&str, String)], &str)] = &[
        (&[], "Ok(0.0.0.0:8080)"),
        (&[("PORT", "3000".into())], "Ok(0.0.0.0:3000)"),
        (
            &[("COPILOT_ENVIRONMENT_NAME", "prod".into())],
            "Ok(0.0.0.0:9000)",
        ),
        (&[("PORT", "http".into())], "Err(PORT is \"http\""),
    ];
    for (variables, expected) in table {
        let output = child::run("a_server_listens_where_the_variables_say", variables);
        assert!(output.contains(&format!("listen: {expected}")), "{output}");
    }
}
