//! Credentials, values of queries and bodies are in no error, no Debug output and no event of `tracing`.

mod support;

use std::error::Error as _;
use std::fmt::{Debug, Write};
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use service_connect::{Client, Error, RequestBuilder, Response, Result};
use support::{Reply, Server, answer};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const SECRET: &str = "hunter2";

static EVENTS: Mutex<String> = Mutex::new(String::new());

/// Keeps everything that any crate says, at every level.
struct Everything;

struct Fields;

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut events = EVENTS.lock().unwrap_or_else(PoisonError::into_inner);
        write!(events, "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields);
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Fields);
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields);
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// A request that has the secret everywhere it can be.
fn loaded(client: &Client, path: &str) -> RequestBuilder {
    client
        .post(format!("{path}?inline=hunter2"))
        .query(&[("key", SECRET)])
        .header("authorization", "Bearer hunter2")
        .header("cookie", "session=hunter2")
        .header("x-hunter", SECRET)
        .timeout(Duration::from_millis(100))
        .json(&[SECRET])
}

/// All that an error says to anybody.
fn told(error: &Error) -> String {
    let mut all = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        write!(all, " {error} {error:?}").unwrap();
        source = error.source();
    }
    all
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kudo {
    level: Level,
}

#[derive(Debug, Deserialize)]
enum Level {
    High,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Debug, serde::Deserialize)]
enum Never {}

/// Says what it read where it does not fit, as types of other crates do.
#[derive(Debug)]
struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(D::Error::custom(format!("cannot use {text}")))
    }
}

/// Answers by the path, with the secret in each answer.
fn reply(line: &str) -> Reply {
    let path = line.split(['/', '?']).nth(1).unwrap();
    Reply::Last(match path {
        "status" => {
            b"HTTP/1.1 500 hunter2\r\nset-cookie: a=hunter2\r\ncontent-length: 7\r\n\r\nhunter2"
                .to_vec()
        }
        "redirect" => {
            b"HTTP/1.1 302 Found\r\nlocation: http://hunter2/\r\ncontent-length: 0\r\n\r\n".to_vec()
        }
        "type" => answer("200 OK", r#"{"level": ["hunter2, expected hunter2"]}"#),
        "variant" => answer("200 OK", r#"{"level": "hunter2, expected hunter2"}"#),
        "field" => answer("200 OK", r#"{"hunter2, expected hunter2": 1}"#),
        "no-fields" => answer("200 OK", r#"{"x, expected hunter2": 1}"#),
        "no-variants" => answer("200 OK", r#""x, expected hunter2""#),
        "text" => answer("200 OK", r#""hunter2, expected hunter2""#),
        "html" => answer("200 OK", "<hunter2>"),
        "end" => answer("200 OK", r#"{"level": "hunter2"#),
        "bytes" => b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhunter2\xff".to_vec(),
        "short" => b"HTTP/1.1 200 OK\r\nx-a: hunter2\r\ncontent-length: 99\r\n\r\nhunter2".to_vec(),
        "chunk" => b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhunter2\r\n".to_vec(),
        "no-http" => b"hunter2\r\n\r\n".to_vec(),
        "header" => b"HTTP/1.1 200 OK\r\nhunter2 hunter2\r\n\r\n".to_vec(),
        "length" => b"HTTP/1.1 200 OK\r\ncontent-length: hunter2\r\n\r\n".to_vec(),
        "closed" => Vec::new(),
        _ => return Reply::Hang,
    })
}

async fn failure(client: &Client, path: &str) -> (Option<String>, Error) {
    let response = match loaded(client, &format!("/{path}")).await {
        Ok(response) => response,
        Err(error) => return (None, error),
    };
    let told = format!("{response:?} {response:#?}");
    let error = match path {
        "status" => response.error_for_status().map(drop),
        "type" | "variant" | "field" | "html" | "end" => {
            response.json::<Kudo>().await.map(|kudo| {
                let Level::High = kudo.level;
            })
        }
        "no-fields" => response.json::<Nothing>().await.map(drop),
        "no-variants" => response.json::<Never>().await.map(|never| match never {}),
        "text" => response.json::<Strict>().await.map(drop),
        _ => response.text().await.map(drop),
    };
    (Some(told), error.unwrap_err())
}

/// Keeps events from here on, for all tests of this process.
fn keep_events() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Everything).unwrap());
}

fn assert_no_event_tells() {
    tracing::trace!(proof = 42, "events are kept");
    let events = EVENTS.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(
        events.contains("events are kept") && events.contains("proof=42"),
        "{events}"
    );
    assert!(!events.contains(SECRET), "{events}");
}

type Kind = fn(&Error) -> bool;

#[tokio::test]
async fn a_secret_is_told_to_nobody_but_the_service() {
    keep_events();
    let server = Server::start(|seen| reply(seen.line())).await;
    let client = server.client();
    let decode: Kind = |error| matches!(error, Error::Decode(_));
    let transport: Kind = |error| matches!(error, Error::Transport(_));
    let table: &[(&str, Kind)] = &[
        ("status", |error| matches!(error, Error::Status(_))),
        ("type", decode),
        ("variant", decode),
        ("field", decode),
        ("no-fields", decode),
        ("no-variants", decode),
        ("text", decode),
        ("html", decode),
        ("end", decode),
        ("bytes", decode),
        ("short", transport),
        ("chunk", transport),
        ("no-http", transport),
        ("header", transport),
        ("length", transport),
        ("closed", transport),
        ("hang", Error::is_timeout),
    ];
    for (path, kind) in table {
        let (response, error) = failure(&client, path).await;
        assert!(kind(&error), "{path}: {error:?}");
        let told = told(&error) + &response.unwrap_or_default();
        assert!(told.contains(&format!("/{path}")), "{told}");
        assert!(!told.contains(SECRET), "{path}: {told}");
    }
    // The service was told each time.
    assert_eq!(server.seen().len(), table.len());
    for seen in server.seen() {
        assert_eq!(seen.head.matches(SECRET).count(), 5, "{}", seen.head);
        assert_eq!(seen.body, br#"["hunter2"]"#);
    }
    assert_no_event_tells();
}

#[tokio::test]
async fn what_is_not_sent_is_not_told() {
    keep_events();
    let mut all = String::new();
    let unsent = [
        (
            Client::at("http://127.0.0.1:1").unwrap(),
            Error::is_connect as Kind,
        ),
        (
            Client::at("http://nowhere.invalid").unwrap(),
            Error::is_resolve,
        ),
    ];
    for (client, kind) in unsent {
        let error = loaded(&client, "/").await.unwrap_err();
        assert!(kind(&error), "{error:?}");
        all += &told(&error);
    }
    let client = Client::at("http://127.0.0.1:1").unwrap();
    let wrong = [
        loaded(&client, "/").header("x-key", "hunter2\n"),
        loaded(&client, "/").header("hunter2 hunter2", "1"),
        loaded(&client, "/").header("host", SECRET),
        loaded(&client, "/").query(SECRET),
        loaded(&client, "/").form(SECRET),
        loaded(&client, "/").json(&std::collections::BTreeMap::from([([SECRET], 1)])),
        loaded(&client, "/x\n"),
    ];
    for request in wrong {
        write!(all, "{request:?} {request:#?}").unwrap();
        let error = request.await.unwrap_err();
        assert!(matches!(error, Error::Request(_)), "{error:?}");
        all += &told(&error);
    }
    for url in [
        "http://hunter2@x",
        "http://x:hunter2@x/",
        "http://x/hunter2",
        "http://x?hunter2",
        "hunter2://x",
        "http://x:hunter2",
    ] {
        all += &told(&Client::at(url).unwrap_err());
    }
    write!(all, "{client:?}").unwrap();
    assert!(!all.contains(SECRET), "{all}");
    assert_no_event_tells();
}

#[tokio::test]
async fn a_redirect_is_not_told_either() {
    let server = Server::start(|seen| reply(seen.line())).await;
    let response: Response = loaded(&server.client(), "/redirect").await.unwrap();
    assert_eq!(response.headers()["location"], "http://hunter2/");
    assert!(!format!("{response:?} {response:#?}").contains(SECRET));
}
