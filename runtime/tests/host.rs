//! The host never changes: a table of what is known to lead clients elsewhere, redirects, proxies, variables.

#[path = "support/bypasses.rs"]
mod bypasses;
#[path = "support/child.rs"]
mod child;
#[path = "support/hosts.rs"]
mod hosts;
mod support;

use bypasses::{REFUSED, SENT};
use hosts::{Chosen, Evil};
use service_connect::__private::{
    Answer, Application, Endpoint, JsonAnswer as _, RoutePath, Service,
};
use service_connect::{Client, Error, Method, Response};
use support::{Reply, Server};

#[tokio::test]
async fn no_path_leads_elsewhere() {
    let (mut chosen, evil) = (Chosen::start().await, Evil::listen());
    let client = chosen.client.clone();
    let base = client.base_url().unwrap();
    for (paths, is_sent) in [(SENT, true), (REFUSED, false)] {
        for path in paths {
            let path = path.replace("EVIL", &evil.authority());
            let target = chosen.judge(client.get(&path), &path).await;
            assert_eq!(target.is_some(), is_sent, "{path:?}");
            // Other clients get the same, or nothing.
            let url = target.map(|target| format!("{base}{target}"));
            assert_eq!(client.url(&path).ok(), url, "{path:?}");
        }
    }
    chosen.judge(client.get("/"), "the end").await.unwrap();
    evil.assert_nobody_came();
}

#[tokio::test]
async fn no_parameter_is_more_than_its_place() {
    let (mut chosen, evil) = (Chosen::start().await, Evil::listen());
    let client = chosen.client.clone();
    for text in SENT.iter().chain(REFUSED) {
        let text = text.replace("EVIL", &evil.authority());
        let mut path = RoutePath::new();
        path.text("/kudos/");
        path.segment("id", &text);
        path.text("/end");
        let request = path.request(&client, Method::GET);
        match chosen.judge(request, &text).await {
            Some(target) => {
                let segment = target
                    .strip_prefix("/kudos/")
                    .and_then(|rest| rest.strip_suffix("/end"));
                let segment = segment.unwrap_or_else(|| panic!("{text:?}: {target}"));
                assert!(
                    !segment.contains(['/', '?', ';', '@', ':']),
                    "{text:?}: {target}"
                );
            }
            None => assert!(["", "..", "."].contains(&&*text), "{text:?}"),
        }
        let request = client.get("/kudos").query(&[(&text, &text)]);
        let target = chosen.judge(request, &text).await.unwrap();
        let query = target.strip_prefix("/kudos?").unwrap();
        assert_eq!(
            query.matches(['=', '&', '/', ':', '@']).count(),
            1,
            "{text:?}: {target}"
        );
    }
    chosen.judge(client.get("/"), "the end").await.unwrap();
    evil.assert_nobody_came();
}

#[tokio::test]
async fn no_header_names_another_host() {
    let (mut chosen, evil) = (Chosen::start().await, Evil::listen());
    let client = chosen.client.clone();
    let authority = evil.authority();
    let injected = format!("x\r\nHost: {authority}");
    let requests = [
        client.get("/").header("host", &authority),
        client.get("/").header("Host", &authority),
        client
            .get("/")
            .header("HOST", &*chosen.server.address.to_string()),
        client.get("/").header(":authority", &authority),
        client.get("/").header("host ", &authority),
        client.get("/").header("x: 1\r\nhost", &authority),
        client.get("/").header("x", &injected),
        client.get("/").header("x", injected.replace('\r', "")),
        client.get("/").header("transfer-encoding", "chunked"),
        client.get("/").header("content-length", "100"),
        client.request(Method::CONNECT, &authority),
    ];
    for request in requests {
        let what = format!("{request:?}");
        assert_eq!(chosen.judge(request, &what).await, None, "{what}");
    }
    chosen.judge(client.get("/"), "the end").await.unwrap();
    evil.assert_nobody_came();
}

#[tokio::test]
async fn a_redirect_is_the_answer() {
    let evil = Evil::listen();
    let authority = evil.authority();
    for status in [300, 301, 302, 303, 305, 307, 308] {
        for location in [
            format!("http://{authority}/x"),
            format!("//{authority}"),
            "/else".to_owned(),
        ] {
            let head = format!(
                "HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\nrefresh: 0; url=http://{authority}\r\n\
                 content-location: http://{authority}\r\nalt-svc: http/1.1=\"{authority}\"\r\ncontent-length: 0\r\n\r\n"
            );
            let server = Server::start(move |_| Reply::Bytes(head.clone().into_bytes())).await;
            let client = server.client();
            for request in [client.get("/"), client.post("/").body("secret")] {
                let response = request.await.unwrap();
                assert_eq!(response.status(), status);
                assert_eq!(response.headers()["location"], location);
                assert_eq!(
                    response.error_for_status().unwrap().text().await.unwrap(),
                    ""
                );
            }
            // A typed route has no use for it, also where it asks for the response.
            let error = Answer::<Response>::of(client.get("/"))
                .read_answer()
                .await
                .unwrap_err();
            assert_eq!(error.status().unwrap(), status);
            let error = Answer::<Vec<u8>>::of(client.get("/"))
                .read_answer()
                .await
                .unwrap_err();
            assert!(matches!(error, Error::Status(_)), "{error}");
            assert_eq!(server.seen().len(), 4);
        }
    }
    evil.assert_nobody_came();
}

const CHILD_URL: &str = "TEST_URL";
const OVERRIDE: &str = "SERVICE_CONNECT_URL_API";
const DISCOVERY: &str = "COPILOT_SERVICE_DISCOVERY_ENDPOINT";
const ENVIRONMENT: &str = "COPILOT_ENVIRONMENT_NAME";

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
        port: 80,
        connect: Some("api.${COPILOT_ENVIRONMENT_NAME}"),
        discovery: true,
        reason: "",
    },
);

/// As a child: calls the URL that the parent names, or else the service, and prints what came of it.
fn call() {
    let client = match std::env::var(CHILD_URL) {
        Ok(url) => Client::at(url).unwrap(),
        Err(_) => Client::of(&API),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let answer = runtime.block_on(async { client.get("/").await?.text().await });
    println!("answer: {answer:?}");
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

#[test]
fn no_variable_names_a_proxy() {
    if child::is_child() {
        return call();
    }
    let evil = Evil::listen();
    let proxy = format!("http://{}", evil.authority());
    // The server answers the child while this thread waits for that.
    let runtime = runtime();
    let server = runtime.block_on(Server::saying("chosen"));
    let mut variables = vec![(CHILD_URL, format!("http://{}", server.address))];
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "FTP_PROXY",
    ] {
        variables.push((name, proxy.clone()));
    }
    for (no_proxy, value) in [("NO_PROXY", ""), ("no_proxy", "elsewhere")] {
        variables.push((no_proxy, value.to_owned()));
    }
    let output = child::run("no_variable_names_a_proxy", &variables);
    assert!(output.contains("answer: Ok(\"chosen\")"), "{output}");
    assert_eq!(server.seen()[0].line(), "GET / HTTP/1.1");
    evil.assert_nobody_came();
}

#[test]
fn a_hostile_variable_is_named_and_leads_nowhere() {
    if child::is_child() {
        return call();
    }
    let evil = Evil::listen();
    let long = "a.".repeat(50_000);
    let table = [
        (OVERRIDE, "http://secret@EVIL"),
        (OVERRIDE, "http://user:secret@EVIL/"),
        (OVERRIDE, "http://api:80\\@EVIL"),
        (OVERRIDE, "http://api#@EVIL"),
        (OVERRIDE, "http://EVIL/path?secret"),
        (OVERRIDE, "file://EVIL"),
        (OVERRIDE, "//EVIL"),
        (OVERRIDE, "EVIL"),
        (OVERRIDE, " http://EVIL"),
        (OVERRIDE, "http://EVIL\n"),
        (OVERRIDE, "http://EVIL\r\nx: secret"),
        (OVERRIDE, "http://\u{ff11}27.0.0.1"),
        (OVERRIDE, &*long),
        (DISCOVERY, "x@EVIL"),
        (DISCOVERY, "x/@EVIL"),
        (DISCOVERY, "EVIL/"),
        (DISCOVERY, "EVIL#secret"),
        (DISCOVERY, "x\\@EVIL"),
        (DISCOVERY, " "),
        (DISCOVERY, "\r\nHost: EVIL"),
        (DISCOVERY, &*long),
        (ENVIRONMENT, "x@EVIL"),
        (ENVIRONMENT, "EVIL/"),
        (ENVIRONMENT, "x\r\nHost: EVIL"),
        (ENVIRONMENT, "\u{202e}"),
        (ENVIRONMENT, ".."),
    ];
    for (name, value) in table {
        let value = value.replace("EVIL", &evil.authority());
        let variables = [(name, value.clone()), ("TEST", "secret".to_owned())];
        let output = child::run("a_hostile_variable_is_named_and_leads_nowhere", &variables);
        let answer = output
            .lines()
            .find(|line| line.starts_with("answer: "))
            .unwrap();
        assert!(
            answer.starts_with("answer: Err(") && answer.contains(name),
            "{value:?}: {answer}"
        );
        assert!(
            !answer.contains("secret") && answer.len() < 1000,
            "{value:?}: {answer}"
        );
    }
    evil.assert_nobody_came();
}
