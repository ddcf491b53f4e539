//! The server for users' tests: what goes wrong in it on purpose, and that it leaves nothing behind.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::time::Duration;

use service_connect::testing::{Answer, Server};
use service_connect::{Client, Error, Method};
use tokio::runtime::Handle;
use tokio::time::{self, Instant};

async fn text(client: &Client, path: &str) -> String {
    client.get(path).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_port_that_refuses_is_nobody_elses() {
    let server = Server::refusing();
    for _ in 0..3 {
        let error = server.client().get("/").await.unwrap_err();
        assert!(
            error.is_connect() && error.to_string().contains("refused"),
            "{error}"
        );
    }
    let address = server.url().replace("http://", "");
    let taken = std::net::TcpListener::bind(&address).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_reset_is_one() {
    let server = Server::start().await;
    server.on(Method::POST, "/").answer(Answer::reset());
    let error = server.client().post("/").body("once").await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error}");
    let mut source = error.source();
    let mut kinds = Vec::new();
    while let Some(error) = source {
        kinds.extend(error.downcast_ref::<io::Error>().map(io::Error::kind));
        source = error.source();
    }
    assert_eq!(kinds, [ErrorKind::ConnectionReset], "{error:?}");
    assert_eq!(server.requests().len(), 1);
    assert_eq!(server.requests()[0].text(), "once");
}

#[tokio::test(start_paused = true)]
async fn a_delay_and_no_answer_meet_the_deadline() {
    let server = Server::start().await;
    server
        .on(Method::GET, "/late")
        .answer(Answer::text("late").delay(Duration::from_secs(10)));
    server
        .on(Method::GET, "/later")
        .answer(Answer::text("later").delay(Duration::from_secs(20)));
    server.on(Method::GET, "/never").answer(Answer::hang());
    let start = Instant::now();
    assert_eq!(text(&server.client(), "/late").await, "late");
    assert_eq!(start.elapsed().as_secs(), 10);
    for path in ["/later", "/never"] {
        let start = Instant::now();
        assert!(server.client().get(path).await.unwrap_err().is_timeout());
        assert_eq!(start.elapsed().as_secs(), 15);
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_body_is_cut_off() {
    let server = Server::start().await;
    for (after, whole) in [(0, false), (3, false), (5, false), (9, true)] {
        let answer = Answer::json("kudos").trickle(2, Duration::ZERO);
        server.on(Method::GET, "/").answer(answer.cut_off(after));
        let mut response = server.client().get("/").await.unwrap();
        assert_eq!(response.headers()["content-length"], "7");
        let mut read = 0;
        let end = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => read += chunk.len(),
                end => break end,
            }
        };
        assert_eq!((read, end.is_ok()), (after.min(7), whole), "{end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_trickles() {
    let server = Server::start().await;
    let pause = Duration::from_secs(2);
    server
        .on(Method::GET, "/")
        .answer(Answer::text("kudos").trickle(2, pause));
    let start = Instant::now();
    let mut response = server.client().get("/").await.unwrap();
    assert_eq!(response.headers()["content-length"], "5");
    let mut chunks = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        chunks.push((start.elapsed().as_secs(), chunk));
    }
    let expected = [(0, "ku"), (2, "do"), (4, "s")];
    assert_eq!(
        chunks,
        expected.map(|(second, chunk)| (second, chunk.into()))
    );
    // Slower than a body may be.
    let pause = Duration::from_secs(16);
    server
        .on(Method::GET, "/")
        .answer(Answer::text("kudos").trickle(2, pause));
    let error = server
        .client()
        .get("/")
        .await
        .unwrap()
        .text()
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test]
async fn nothing_is_left_of_a_server_that_is_dropped() {
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let server = Server::start().await;
    let client = server.client();
    server.on(Method::GET, "/text").text("text");
    server.on(Method::GET, "/hang").answer(Answer::hang());
    server
        .on(Method::GET, "/body")
        .answer(Answer::text("body").trickle(1, Duration::from_secs(3600)));
    text(&client, "/text").await;
    let mut body = client.get("/body").await.unwrap();
    assert_eq!(body.chunk().await.unwrap().unwrap(), "b");
    let hanging = tokio::spawn(client.get("/hang").send());
    server.wait_for_requests(3).await;
    drop(server);
    assert!(matches!(hanging.await.unwrap(), Err(Error::Transport(_))));
    assert!(matches!(body.chunk().await, Err(Error::Transport(_))));
    assert!(client.get("/text").await.unwrap_err().is_connect());
    drop(body);
    // The client's own tasks end with their connections, and the one that closes idle ones seconds later.
    time::pause();
    let start = Instant::now();
    while tasks() > 0 {
        time::sleep(Duration::from_millis(10)).await;
        assert!(start.elapsed().as_secs() < 10, "{} tasks are left", tasks());
    }
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_nothing() {
    let server = Server::start().await;
    server.otherwise().answer(Answer::hang());
    let before = Handle::current().metrics().num_alive_tasks();
    let call = tokio::spawn(server.client().get("/").send());
    server.wait_for_requests(1).await;
    call.abort();
    while Handle::current().metrics().num_alive_tasks() > before {
        tokio::task::yield_now().await;
    }
}

#[test]
fn what_stands_in_for_a_client_can_fail_like_one() {
    use service_connect::StatusCode;
    use service_connect::testing::errors;
    let unwell = errors::status(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(unwell.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert!(matches!(unwell, Error::Status(_)));
    assert!(errors::timeout().is_timeout());
    assert!(errors::connect().is_connect());
    assert!(errors::resolve().is_resolve());
    assert!(matches!(errors::busy(), Error::Busy(_)));
    assert!(matches!(errors::transport(), Error::Transport(_)));
}
