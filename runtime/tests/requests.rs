//! What goes over the wire, and what comes back.

mod support;

use service_connect::{Error, HeaderValue, Method, StatusCode};
use support::{Reply, Server, answer};

#[tokio::test]
async fn every_method() {
    let server = Server::saying("").await;
    let client = server.client();
    let propfind = Method::from_bytes(b"PROPFIND").unwrap();
    let requests = [
        (client.get("/x"), "GET", None),
        (client.post("/x"), "POST", Some("0")),
        (client.put("/x"), "PUT", Some("0")),
        (client.patch("/x"), "PATCH", Some("0")),
        (client.delete("/x"), "DELETE", None),
        (client.head("/x"), "HEAD", None),
        (client.request(propfind, "/x"), "PROPFIND", None),
        (client.post("/x").body("four"), "POST", Some("4")),
    ];
    for (request, method, length) in requests {
        assert_eq!(request.await.unwrap().status(), StatusCode::OK);
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.line(), format!("{method} /x HTTP/1.1"));
        assert_eq!(seen.header("host"), [server.address.to_string()]);
        assert_eq!(seen.header("content-length"), Vec::from_iter(length));
        assert!(
            seen.head.lines().nth(1).unwrap().starts_with("host: "),
            "{}",
            seen.head
        );
    }
}

#[tokio::test]
async fn whatever_the_path_the_request_comes_here() {
    let server = Server::saying("").await;
    let client = server.client();
    let table = [
        ("", "/"),
        ("/", "/"),
        ("x", "/x"),
        ("?q=1", "/?q=1"),
        ("*", "/*"),
        ("//evil", "//evil"),
        ("///evil", "///evil"),
        ("//evil:80/x", "//evil:80/x"),
        ("http://evil/x", "/http://evil/x"),
        ("HTTPS://evil", "/HTTPS://evil"),
        ("@evil", "/@evil"),
        ("user:pass@evil/x", "/user:pass@evil/x"),
        (":80@evil", "/:80@evil"),
        (".evil", "/.evil"),
        ("\\evil", "/%5Cevil"),
        ("\\\\evil\\x", "/%5C%5Cevil%5Cx"),
        ("/\\evil", "/%5Cevil"),
        ("/../../etc/passwd", "/../../etc/passwd"),
        ("/%2e%2e/%2Fevil", "/%2e%2e/%2Fevil"),
        ("/%0d%0aHost:%20evil", "/%0d%0aHost:%20evil"),
        ("/x#fragment", "/x"),
        ("#//evil", "/"),
        ("/a b", "/a%20b"),
        (" HTTP/1.1", "/%20HTTP/1.1"),
        ("/zoë/€?q=ü", "/zo%C3%AB/%E2%82%AC?q=%C3%BC"),
        ("/100%", "/100%25"),
        ("/%zz%4", "/%25zz%254"),
        ("/a?b=c&d=http://evil#e", "/a?b=c&d=http://evil"),
        ("/\"<>^`{|}", "/%22%3C%3E%5E%60%7B%7C%7D"),
        ("/\u{202e}", "/%E2%80%AE"),
    ];
    for (path, expected) in table {
        client.get(path).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.line(), format!("GET {expected} HTTP/1.1"), "{path:?}");
        assert_eq!(
            seen.header("host"),
            [server.address.to_string()],
            "{path:?}"
        );
        let url = format!("http://{}{expected}", server.address);
        assert_eq!(client.url(path).unwrap(), url);
    }
    assert_eq!(server.seen().len(), table.len());
}

#[tokio::test]
async fn what_is_not_a_request_is_not_sent() {
    let server = Server::saying("").await;
    let client = server.client();
    let refused = [
        (client.get("/a\r\nHost: evil"), "'\\r'"),
        (client.get("/a\nb"), "'\\n'"),
        (client.get("/a\tb"), "'\\t'"),
        (client.get("/a\0"), "'\\0'"),
        (client.get("/\u{7f}"), "'\\u{7f}'"),
        (client.get("/\u{85}"), "'\\u{85}'"),
        (client.get("/x".repeat(40_000)), "path"),
        (
            client.get("/").header("x-key", "secret\r\nHost: evil"),
            "`x-key`",
        ),
        (client.get("/").header("x key", "secret"), "name"),
        (client.get("/").header("", "secret"), "name"),
        (client.get("/").bearer_auth("secret\n"), "bearer_auth"),
        (client.get("/").basic_auth("a:b", Some("secret")), "a colon"),
        (
            client.get("/").basic_auth("a\r", Some("secret")),
            "the user name of basic_auth",
        ),
        (
            client.get("/").basic_auth("a", Some("secret\u{85}")),
            "the password of basic_auth",
        ),
        (client.request(Method::CONNECT, "evil:443"), "CONNECT"),
    ];
    for (request, part) in refused {
        // What follows does not mend it.
        let error = request
            .header("x-other", "1")
            .body("secret")
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Request(_)), "{error:?}");
        let error = format!("{error:?}");
        assert!(error.contains(part), "{error} has no {part}");
        assert!(error.contains(&server.address.to_string()), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn headers_and_json() {
    let server = Server::saying("").await;
    let client = server.client();
    let request = client
        .post("/")
        .header("x-one", "1")
        .header("x-one", HeaderValue::from_static("2"))
        .json(&[1, 2]);
    request.send().await.unwrap();
    client
        .post("/")
        .header("content-type", "application/ld+json")
        .json("x")
        .await
        .unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].header("x-one"), ["1", "2"]);
    assert_eq!(seen[0].header("content-type"), ["application/json"]);
    assert_eq!(seen[0].body, b"[1,2]");
    assert_eq!(seen[1].header("content-type"), ["application/ld+json"]);
    assert_eq!(seen[1].body, b"\"x\"");
}

#[tokio::test]
async fn a_status_is_an_answer_until_it_is_asked_about() {
    let server = Server::start(|seen| {
        let status = seen.line().split(['/', '?']).nth(1).unwrap();
        Reply::Bytes(answer(&format!("{status} Something"), ""))
    })
    .await;
    let client = server.client();
    for status in [200, 204, 302, 404, 429, 500, 503] {
        let response = client.get(format!("/{status}?key=secret")).await.unwrap();
        assert_eq!(response.status(), status);
        match response.error_for_status() {
            Ok(response) => assert!(status < 400, "{response:?}"),
            Err(error) => {
                assert!(status >= 400 && matches!(error, Error::Status(_)));
                assert_eq!(error.status().unwrap(), status);
                let error = error.to_string();
                assert!(error.contains(&format!("/{status}: ")) && !error.contains("secret"));
            }
        }
    }
    // A redirect is not followed; the last one was tried three times.
    assert_eq!(server.seen().len(), 9);
}

#[tokio::test]
async fn bodies() {
    let long = "kudos ".repeat(100_000);
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
        4\r\nkudo\r\n1\r\ns\r\n0\r\nx-trailer: 1\r\n\r\n";
    let expected = long.clone();
    let server = Server::start(move |seen| match seen.line() {
        line if line.contains("/long") => Reply::Bytes(answer("200 OK", &long)),
        line if line.contains("/chunked") => Reply::Bytes(chunked.to_vec()),
        line if line.contains("/rest") => {
            Reply::Last(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nkudos".to_vec())
        }
        _ => Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\xff\xfe".to_vec()),
    })
    .await;
    let client = server.client();
    assert_eq!(
        client.get("/long").await.unwrap().text().await.unwrap(),
        expected
    );
    assert_eq!(
        client.get("/chunked").await.unwrap().bytes().await.unwrap(),
        "kudos"
    );
    assert_eq!(
        client.get("/rest").await.unwrap().text().await.unwrap(),
        "kudos"
    );
    assert_eq!(
        client.get("/").await.unwrap().bytes().await.unwrap(),
        [255, 254].as_slice()
    );

    let mut response = client.get("/long").await.unwrap();
    let (mut length, mut chunks) = (0, 0);
    while let Some(chunk) = response.chunk().await.unwrap() {
        (length, chunks) = (length + chunk.len(), chunks + 1);
    }
    assert_eq!(length, expected.len());
    assert!(chunks > 1);
    assert!(response.chunk().await.unwrap().is_none());

    let error = client.get("/").await.unwrap().text().await.unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error}");
}

#[tokio::test]
async fn json_that_does_not_fit_is_an_error_without_the_body() {
    type Kudo = std::collections::HashMap<String, u64>;
    let server = Server::start(|seen| {
        let body = match seen.line() {
            line if line.contains("/good") => r#"{"id": 1}"#,
            line if line.contains("/type") => r#"{"id": "secret, expected secret"}"#,
            line if line.contains("/end") => r#"{"id": "secr"#,
            _ => "<html>secret",
        };
        Reply::Bytes(answer("200 OK", body))
    })
    .await;
    let client = server.client();
    let kudo: Kudo = client.get("/good").await.unwrap().json().await.unwrap();
    assert_eq!(kudo["id"], 1);
    for (path, part) in [
        ("/type", "expected u64"),
        ("/end", "too early"),
        ("/html", "no JSON"),
    ] {
        let response = client.get(path).await.unwrap();
        let error = response.json::<Kudo>().await.unwrap_err();
        assert!(matches!(error, Error::Decode(_)), "{error}");
        let error = format!("{error:?}");
        assert!(error.contains(part) && !error.contains("secr"), "{error}");
    }
}

#[tokio::test]
async fn a_query_is_added_to_the_one_of_the_path() {
    let server = Server::saying("").await;
    let client = server.client();
    let table = [
        (client.get("/x").query(&[("a", "1 ä&")]), "/x?a=1+%C3%A4%26"),
        (client.get("/x?").query(&[("a", 1)]), "/x?a=1"),
        (client.get("/x?b=%20#c").query(&[("a", 1)]), "/x?b=%20&a=1"),
        (
            client.get("/x").query(&[("a", Some(1)), ("b", None)]),
            "/x?a=1",
        ),
        (client.get("/x").query(&[("a", vec![1, 2])]), "/x?a=1&a=2"),
        (
            client.get("/x").query(&[("a", 1)]).query(&[("a", 2)]),
            "/x?a=1&a=2",
        ),
        (client.get("/x").query::<[(&str, u8)]>(&[]), "/x"),
    ];
    for (request, expected) in table {
        request.await.unwrap();
        assert_eq!(
            server.seen().pop().unwrap().line(),
            format!("GET {expected} HTTP/1.1")
        );
    }
    let sent = server.seen().len();
    let error = client.get("/x").query(&5).await.unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error}");
    assert_eq!(server.seen().len(), sent, "nothing was sent");
}

#[tokio::test]
async fn a_form_is_a_body() {
    let server = Server::saying("").await;
    let client = server.client();
    client
        .post("/")
        .form(&[("a", "ä b"), ("c", "&")])
        .await
        .unwrap();
    let seen = server.seen().pop().unwrap();
    assert_eq!(
        seen.header("content-type"),
        ["application/x-www-form-urlencoded"]
    );
    assert_eq!(seen.body, b"a=%C3%A4+b&c=%26");
    let typed = client
        .post("/")
        .header("content-type", "x/y")
        .form(&[("a", 1)]);
    typed.await.unwrap();
    assert_eq!(server.seen().pop().unwrap().header("content-type"), ["x/y"]);
}
