//! Headers: which are refused, which take the place of others, and `Authorization`.

mod support;

use service_connect::{Error, HeaderMap, HeaderName, HeaderValue};
use support::Server;

#[tokio::test]
async fn the_headers_of_the_connection_are_the_client_s() {
    let server = Server::saying("").await;
    let client = server.client();
    for name in [
        "host",
        "Content-Length",
        "TRANSFER-ENCODING",
        "connection",
        "keep-alive",
        "proxy-connection",
        "upgrade",
        "te",
        "expect",
    ] {
        let one = client.post("/").header(name, "secret");
        let mut map = HeaderMap::new();
        map.insert("x-other", HeaderValue::from_static("1"));
        let key = HeaderName::from_bytes(name.as_bytes()).unwrap();
        map.insert(key, HeaderValue::from_static("secret"));
        for request in [one, client.post("/").headers(map)] {
            let error = request.await.unwrap_err();
            assert!(matches!(error, Error::Request(_)), "{error:?}");
            let text = format!("{error:?}");
            let part = format!("`{}` is set by the client", name.to_lowercase());
            assert!(text.contains(&part) && !text.contains("secret"), "{text}");
        }
    }
    assert!(server.seen().is_empty());
    // These do no harm.
    let request = client.get("/").header("trailer", "x-sum");
    request.header("proxy-authorization", "x").await.unwrap();
    assert_eq!(server.seen()[0].header("trailer"), ["x-sum"]);
}

#[tokio::test]
async fn headers_take_the_place_of_their_names() {
    let server = Server::saying("").await;
    let client = server.client();
    let mut map = HeaderMap::new();
    for (name, value) in [("x-one", "3"), ("x-one", "4"), ("x-three", "5")] {
        map.append(name, HeaderValue::from_static(value));
    }
    let request = client.get("/").header("x-one", "1").header("x-two", "2");
    request.headers(map).header("x-one", "6").await.unwrap();
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.header("x-one"), ["3", "4", "6"]);
    assert_eq!(seen.header("x-two"), ["2"]);
    assert_eq!(seen.header("x-three"), ["5"]);
    assert_eq!(seen.header("host"), [server.address.to_string()]);
}

#[tokio::test]
async fn one_authorization() {
    let server = Server::saying("").await;
    let client = server.client();
    let table = [
        (client.get("/").bearer_auth("abc"), "Bearer abc"),
        // RFC 7617, 2 and 2.1.
        (
            client.get("/").basic_auth("Aladdin", Some("open sesame")),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        ),
        (
            client.get("/").basic_auth("test", Some("123\u{a3}")),
            "Basic dGVzdDoxMjPCow==",
        ),
        (client.get("/").basic_auth("a", None::<&str>), "Basic YTo="),
        (
            client.get("/").basic_auth("a", Some(":b:")),
            "Basic YTo6Yjo=",
        ),
        (
            client.get("/").basic_auth("a", Some(1)).bearer_auth(2),
            "Bearer 2",
        ),
    ];
    for (request, expected) in table {
        let shown = format!("{request:?}");
        assert!(
            !shown.contains("Bearer") && !shown.contains("Basic"),
            "{shown}"
        );
        request.await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.header("authorization"), [expected]);
    }
}
