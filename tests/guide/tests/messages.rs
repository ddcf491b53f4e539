//! Each kind of error is brought about, and what it says stands in the guide.

use std::process::Command;
use std::time::Duration;

use futures_util::stream;
use service_connect::testing::{Answer, Server};
use service_connect::{Body, Error, Method, Resilience, with_override};

service_connect::clients!();

const GUIDE: &str = include_str!("../../../docs/guide.md");

/// What a task has in `test`.
const TASK: [(&str, &str); 4] = [
    ("COPILOT_APPLICATION_NAME", "kudos"),
    ("COPILOT_ENVIRONMENT_NAME", "test"),
    ("COPILOT_SERVICE_NAME", "front-end"),
    ("COPILOT_SERVICE_DISCOVERY_ENDPOINT", "test.kudos.local"),
];

/// What `src/bin/call.rs` says with these variables alone.
fn said(variables: &[(&str, &str)]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_call"))
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The part of the guide below a heading.
fn section(heading: &str) -> &'static str {
    let (_, rest) = GUIDE.split_once(&format!("\n{heading}\n")).expect(heading);
    let ends = ["\n## ", "\n### "].map(|next| rest.find(next).unwrap_or(rest.len()));
    &rest[..ends[0].min(ends[1])]
}

/// A block of text there is this message, without the call that it begins with.
#[track_caller]
fn shows(heading: &str, message: &str) {
    let problem = message
        .split_once("): ")
        .map_or(message, |(_, problem)| problem);
    let block = format!("\n```text\n{problem}\n```\n");
    assert!(
        section(heading).contains(&block),
        "{heading} does not show:\n{problem}"
    );
}

/// The same of an error, with the address in the guide in the place of the server's.
#[track_caller]
fn explains(heading: &str, error: &Error, server: &Server) {
    let address = server.url().trim_start_matches("http://");
    shows(
        heading,
        &error.to_string().replace(address, "10.0.1.7:8080"),
    );
}

#[test]
fn what_a_process_says_that_finds_no_way() {
    let nobody = said(&TASK);
    let whole = format!("\n```text\n{nobody}\n```\n");
    assert!(
        section("## What to do about each error").contains(&whole),
        "{nobody}"
    );
    shows("### `Error::Resolve`", &said(&[]));
    let off = said(&[&TASK[..], &[("SERVICE_CONNECT_FALLBACK", "off")]].concat());
    shows("### `Error::Resolve`", &off);
    let path = [("SERVICE_CONNECT_URL_BILLING", "http://127.0.0.1:8080/v1")];
    shows("### `Error::Variable`", &said(&path));
    let https = [("SERVICE_CONNECT_URL_BILLING", "https://billing.example")];
    shows("### `Error::NoWay`", &said(&https));
}

#[tokio::test]
async fn what_a_call_says_that_fails() {
    let server = Server::start().await;
    let get = |answer: Answer| {
        server.on(Method::GET, "/").answer(answer);
        with_override(Billing::client(), server.client(), Billing::get("/").send())
    };
    server.on(Method::POST, "/").answer(Answer::hang());
    let late = Billing::post("/").timeout(Duration::from_secs(2));
    let error = with_override(Billing::client(), server.client(), late.send()).await;
    explains("### `Error::Timeout`", &error.unwrap_err(), &server);
    let error = get(Answer::reset()).await.unwrap_err();
    explains("### `Error::Transport`", &error, &server);
    let cut = get(Answer::text("two teapots").cut_off(3)).await.unwrap();
    let error = cut.text().await.unwrap_err().to_string();
    let problem = error.split_once("): ").unwrap().1;
    assert!(
        section("### `Error::Transport`").contains(&format!("`{problem}`")),
        "{problem}"
    );
    let error = get(Answer::status(503)).await.unwrap().error_for_status();
    explains("### `Error::Status`", &error.unwrap_err(), &server);
    let error = get(Answer::json(&7)).await.unwrap().json::<Vec<String>>();
    explains("### `Error::Decode`", &error.await.unwrap_err(), &server);
    let error = Billing::get("/")
        .header("host", "billing")
        .await
        .unwrap_err();
    explains("### `Error::Request`", &error, &server);
    let broken = stream::iter([Ok("two"), Err(std::io::Error::other("the disk is gone"))]);
    let upload = Billing::post("/").body(Body::wrap_stream(broken));
    let error = with_override(Billing::client(), server.client(), upload.send()).await;
    explains("### `Error::Body`", &error.unwrap_err(), &server);
    let down = Server::refusing();
    let error = with_override(Billing::client(), down.client(), Billing::post("/").send()).await;
    explains("### `Error::Connect`", &error.unwrap_err(), &down);
}

/// Time is paused: it takes none.
#[tokio::test(start_paused = true)]
async fn what_a_body_says_that_rests() {
    let server = Server::start().await;
    let slow = Answer::text("two teapots").trickle(3, Duration::from_mins(1));
    server.on(Method::GET, "/").answer(slow);
    let call = with_override(Billing::client(), server.client(), Billing::get("/").send());
    let error = call.await.unwrap().text().await.unwrap_err();
    explains("### `Error::Timeout`", &error, &server);
}

/// One request is in flight in the place of the 1024 of the guide.
#[tokio::test]
async fn what_a_call_says_that_is_one_too_many() {
    let server = Server::start().await;
    server.on(Method::GET, "/").answer(Answer::hang());
    let mut resilience = Resilience::DEFAULT;
    let many = resilience.max_in_flight.to_string();
    resilience.max_in_flight = 1;
    let client = server.client().with_resilience(resilience);
    let first = tokio::spawn(client.get("/").send());
    server.wait_for_requests(1).await;
    let call = with_override(Billing::client(), client, Billing::get("/").send());
    let error = call.await.unwrap_err().to_string();
    first.abort();
    shows(
        "### `Error::Busy`",
        &error.replacen("): 1 ", &format!("): {many} "), 1),
    );
}
