//! The client as a `tower` service.

mod support;

use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use service_connect::{Body, Error, Method};
use support::bodies::{Foreign, StreamOf};
use support::{Reply, Server, answer};
use tower::timeout::error::Elapsed;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceBuilder, ServiceExt};

async fn text(response: Response<Body>, server: &Server) -> String {
    // Another service reads it, as one body of this crate is the next one's.
    let request = Request::post("/echo").body(response.into_body()).unwrap();
    server.client().oneshot(request).await.unwrap();
    String::from_utf8(server.seen().pop().unwrap().body).unwrap()
}

#[tokio::test]
async fn any_body_goes_out_and_ours_comes_back() {
    let server = Server::saying("kudos").await;
    let mut client = server.client();
    let request = Request::get("/x?y=1").body(Body::default()).unwrap();
    let response: Response<Body> = client.call(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(server.seen()[0].line(), "GET /x?y=1 HTTP/1.1");
    assert_eq!(text(response, &server).await, "kudos");

    let request = Request::put("/")
        .body(Foreign(None, Some("foreign")))
        .unwrap();
    (&client).oneshot(request).await.unwrap();
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.header("transfer-encoding"), ["chunked"]);
    assert_eq!(seen.body, b"foreign");

    // Bytes stay bytes, with their length.
    let request = Request::put("/").body(Body::from("text")).unwrap();
    client.oneshot(request).await.unwrap();
    assert_eq!(server.seen().pop().unwrap().header("content-length"), ["4"]);
}

#[tokio::test]
async fn layers_go_on_top() {
    let server = Server::start(|seen| match seen.line() {
        line if line.contains("/hang") => Reply::Hang,
        _ => Reply::Bytes(answer("200 OK", "")),
    })
    .await;
    let service = ServiceBuilder::new()
        .timeout(Duration::from_millis(200))
        .map_request(|mut request: Request<Body>| {
            request
                .headers_mut()
                .insert("x-layer", "1".parse().unwrap());
            request
        })
        .service(server.client());
    let service: BoxCloneSyncService<Request<Body>, Response<Body>, tower::BoxError> =
        BoxCloneSyncService::new(service);
    let get = |path| Request::get(path).body(Body::default()).unwrap();
    service.clone().oneshot(get("/")).await.unwrap();
    assert_eq!(server.seen()[0].header("x-layer"), ["1"]);
    let error = service.oneshot(get("/hang")).await.unwrap_err();
    assert!(error.is::<Elapsed>(), "{error:?}");
    // The connection went with the call.
    server.closed().await;
}

#[tokio::test]
async fn what_is_about_another_connection_is_not_passed_on() {
    let server = Server::saying("").await;
    let incoming = Request::post("/x")
        .version(http::Version::HTTP_10)
        .extension("an extension")
        .header("host", "front.example")
        .header("connection", "keep-alive, X-Hop")
        .header("connection", "close")
        .header("keep-alive", "timeout=5")
        .header("x-hop", "1")
        .header("proxy-authorization", "Basic x")
        .header("proxy-connection", "close")
        .header("te", "trailers, gzip")
        .header("upgrade", "websocket")
        .header("expect", "100-continue")
        .header("transfer-encoding", "gzip, chunked")
        .header("content-length", "99")
        .header("x-end", "1")
        .header("x-end", "2")
        .header("authorization", "Bearer x")
        .body(Body::from("text"))
        .unwrap();
    server.client().oneshot(incoming).await.unwrap();
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.line(), "POST /x HTTP/1.1");
    let mut names: Vec<_> = seen
        .head
        .lines()
        .skip(1)
        .filter_map(|line| Some(line.split_once(": ")?.0))
        .collect();
    names.sort_unstable();
    let expected = ["authorization", "content-length", "host", "x-end", "x-end"];
    assert_eq!(names, expected);
    assert_eq!(seen.header("host"), [server.address.to_string()]);
    assert_eq!(seen.header("content-length"), ["4"]);
    assert_eq!(seen.body, b"text");
}

#[tokio::test]
async fn whatever_host_a_uri_names_the_request_goes_to_the_chosen_one() {
    let server = Server::saying("").await;
    let call = async |method, uri: &str| {
        let request = Request::builder().method(method).uri(uri);
        let request = request.body(Body::default()).unwrap();
        server.client().oneshot(request).await
    };
    for uri in [
        "http://front.example/x?y",
        "https://front.example:8443/x?y",
        "http://user:secret@evil/x?y",
        "/x?y",
    ] {
        call(Method::GET, uri).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.line(), "GET /x?y HTTP/1.1", "{uri}");
        assert_eq!(seen.header("host"), [server.address.to_string()], "{uri}");
    }
    // It has no path.
    call(Method::GET, "evil:80").await.unwrap();
    assert_eq!(server.seen().pop().unwrap().line(), "GET / HTTP/1.1");
    let sent = server.seen().len();
    let tunnel = call(Method::CONNECT, "evil:80").await;
    assert!(matches!(tunnel, Err(Error::Request(_))));
    assert_eq!(server.seen().len(), sent, "nothing was sent");
}

#[tokio::test]
async fn a_body_that_fails_fails_the_call() {
    let server = Server::saying("").await;
    let body = Body::wrap_stream(StreamOf(|_: &mut Context<'_>| {
        Poll::Ready(Some(io::Result::<Vec<u8>>::Err(io::Error::other("disk"))))
    }));
    let request = Request::post("/").body(body).unwrap();
    let error = server.client().oneshot(request).await.unwrap_err();
    assert!(matches!(error, Error::Body(_)), "{error:?}");
}
