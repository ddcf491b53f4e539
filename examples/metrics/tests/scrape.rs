//! What Prometheus reads of a running `web`, whose `api` answers, fails, and has to be asked again.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use service_connect::testing::{Answer, Server};
use service_connect::{Client, Method, Resilience};

/// A running `web`, stopped when it goes.
struct Web(Child);

impl Drop for Web {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(api: &Server) -> (Web, Client) {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut process = Command::new(env!("CARGO_BIN_EXE_metrics-example"))
        .env_clear()
        .env("PORT", port.to_string())
        .env("SERVICE_CONNECT_URL_API", api.url())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = process.stdout.take().unwrap();
    let web = Web(process);
    let first = BufReader::new(stdout).lines().next().unwrap().unwrap();
    assert!(first.starts_with("listening on "), "{first}");
    let client = Client::at(format!("http://127.0.0.1:{port}")).unwrap();
    // What is counted is what `web` does, so each request to it goes out once.
    (web, client.with_resilience(Resilience::OFF))
}

/// The value of a metric that has all these labels, and no others but `le`.
fn value(text: &str, name: &str, labels: &[(&str, &str)]) -> String {
    let mut expected: Vec<_> = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\""))
        .collect();
    expected.sort_unstable();
    let line = text.lines().find(|line| {
        let Some((found, rest)) = line.split_once('{') else {
            return false;
        };
        let (labels, _) = rest.split_once('}').unwrap();
        let mut labels: Vec<_> = labels.split(',').collect();
        labels.sort_unstable();
        found == name && labels == expected
    });
    let line = line.unwrap_or_else(|| panic!("no {name} with {expected:?} in\n{text}"));
    line.rsplit(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_numbers_are_those_of_what_happened() {
    let api = Server::start().await;
    let well = || Answer::text("well");
    api.on(Method::GET, "/").in_turn([
        well(),
        Answer::status(404),
        // Asked again once, and then twice in vain.
        Answer::status(503),
        well(),
        Answer::reset(),
        Answer::status(503),
        Answer::status(502),
        well(),
    ]);
    let (_web, client) = start(&api);
    for status in [200, 502, 200, 502, 200] {
        assert_eq!(client.get("/").await.unwrap().status(), status);
    }
    let text = client.get("/metrics").await.unwrap().text().await.unwrap();
    let (_, port) = api.url().rsplit_once(':').unwrap();
    let server = [("server_address", "127.0.0.1"), ("server_port", port)];
    let with = |more: &[(&'static str, &'static str)]| [&server[..], more].concat();
    let of_calls = [
        ("http_request_method", "GET"),
        ("service_connect_service", "api"),
    ];
    let calls = |status, error: &[(&'static str, &'static str)]| {
        let status = [("http_response_status_code", status)];
        let labels = with(&[&of_calls[..], &status, error].concat());
        value(&text, "http_client_request_duration_seconds_count", &labels)
    };
    assert_eq!(calls("200", &[]), "3");
    assert_eq!(calls("404", &[("error_type", "404")]), "1");
    assert_eq!(calls("502", &[("error_type", "502")]), "1");

    let retries = |why| {
        let labels = with(&[("error_type", why)]);
        value(&text, "service_connect_client_retries_total", &labels)
    };
    assert_eq!(
        (retries("503"), retries("transport")),
        ("2".into(), "1".into())
    );

    let tries = |outcome| {
        let task = [
            ("network_peer_address", "127.0.0.1"),
            ("network_peer_port", port),
        ];
        let outcome = [("service_connect_outcome", outcome)];
        let labels = [&server[..], &task, &outcome].concat();
        value(
            &text,
            "service_connect_client_try_duration_seconds_count",
            &labels,
        )
    };
    assert_eq!(
        (tries("answered"), tries("failed")),
        ("4".into(), "4".into())
    );
    assert_eq!(value(&text, "http_client_active_requests", &server), "0");
    assert_eq!(api.requests().len(), 8);

    let seconds = text
        .lines()
        .find(|line| line.contains("_sum{") && line.contains("\"200\""));
    let seconds: f64 = seconds
        .unwrap()
        .rsplit(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!((0.0..5.0).contains(&seconds), "{seconds}");
    assert!(text.contains("le=\"0.005\""), "{text}");
    assert!(
        text.contains("# HELP http_client_request_duration_seconds How long"),
        "{text}"
    );
}
