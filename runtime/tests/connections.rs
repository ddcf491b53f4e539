//! Connections: kept, given up, refused; deadlines.

mod support;

use std::error::Error as _;
use std::net::Ipv4Addr;
use std::time::Duration;

use service_connect::{Client, Error};
use support::{Reply, Server, answer};
use tokio::net::TcpListener;
use tokio::time::{self, Instant};

const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_connection_is_kept_where_all_of_the_body_came() {
    let length = |length: usize| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        [head.into_bytes(), vec![b'x'; length]].concat()
    };
    let chunks = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let whole = [&chunks[..], b"3\r\nkud\r\n2\r\nos\r\n0\r\n\r\n"].concat();
    let begun = [&chunks[..], b"3\r\nkud\r\n"].concat();
    let broken = [&chunks[..], b"kudos"].concat();
    for (what, bytes, is_read, is_kept) in [
        ("read", length(5), true, true),
        ("read, and large", length(1 << 20), true, true),
        ("unread", length(5), false, true),
        ("unread, and in chunks", whole, false, true),
        // The rest may never come, or be without an end.
        ("unread, and not all of it", begun, false, false),
        ("unread, and large", length(150_000), false, false),
        ("unread, and no HTTP", broken, false, false),
    ] {
        let server = Server::start(move |_| Reply::Bytes(bytes.clone())).await;
        let client = server.client();
        for _ in 0..3 {
            let response = client.get("/").await.unwrap();
            if is_read {
                response.bytes().await.unwrap();
            }
        }
        let seen = server.seen();
        let connections: Vec<_> = seen.iter().map(|seen| seen.connection).collect();
        assert_eq!(connections == [1, 1, 1], is_kept, "{what}: {connections:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_dropped_before_its_end_closes_its_connection() {
    let part = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nkudos";
    let server = Server::start(|_| Reply::Bytes(part.to_vec())).await;
    let mut response = server.client().get("/").await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "kudos");
    drop(response);
    server.closed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_at_once_have_a_connection_each() {
    let server = Server::saying("kudos").await;
    let calls: Vec<_> = (0..32)
        .map(|_| {
            let client = server.client();
            tokio::spawn(async move {
                for _ in 0..20 {
                    let response = client.get("/").await.unwrap();
                    assert_eq!(response.text().await.unwrap(), "kudos");
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 32 * 20);
    // Some margin: a connection that winds up late is replaced.
    assert!(seen.iter().map(|seen| seen.connection).max().unwrap() <= 64);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_replaced() {
    let server = Server::start(|seen| match seen.connection {
        1..=3 => Reply::Last(answer("200 OK", "kudos")),
        _ => Reply::Bytes(answer("200 OK", "kudos")),
    })
    .await;
    let client = server.client();
    for number in 1..=5 {
        let response = client
            .post(format!("/{number}"))
            .body("once")
            .await
            .unwrap();
        assert_eq!(response.text().await.unwrap(), "kudos");
        if number <= 3 {
            server.closed().await;
        }
    }
    let lines: Vec<_> = server
        .seen()
        .iter()
        .map(|seen| seen.line().to_owned())
        .collect();
    assert_eq!(
        lines,
        (1..=5)
            .map(|n| format!("POST /{n} HTTP/1.1"))
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn what_may_have_been_sent_is_not_sent_again() {
    let answers: [&[u8]; 4] = [
        b"",
        b"HTTP/1.1 200",
        b"this is no HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: one\r\n\r\n",
    ];
    for bytes in answers {
        let server = Server::start(|_| Reply::Last(bytes.to_vec())).await;
        let error = server.client().post("/?key=secret").await.unwrap_err();
        assert!(matches!(error, Error::Transport(_)), "{error:?}");
        assert!(
            error.to_string().contains("may have been carried out"),
            "{error}"
        );
        assert!(error.source().is_some());
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error() {
    let short = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nkudos";
    let server = Server::start(|_| Reply::Last(short.to_vec())).await;
    let error = server
        .client()
        .get("/")
        .await
        .unwrap()
        .text()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
}

#[tokio::test]
async fn the_deadline_ends_a_call_that_nobody_answers() {
    let server = Server::start(|_| Reply::Hang).await;
    let error = server
        .client()
        .get("/x?key=secret")
        .timeout(SHORT)
        .await
        .unwrap_err();
    assert!(
        error.is_timeout() && !error.is_connect() && !error.is_resolve(),
        "{error:?}"
    );
    let error = error.to_string();
    assert!(error.contains("/x: ") && error.contains("200ms") && !error.contains("secret"));
    assert!(error.contains("may have been carried out"), "{error}");
    // The connection is closed: its answer would come too late.
    server.closed().await;
}

#[tokio::test]
async fn the_deadline_does_not_end_a_body() {
    let server = Server::start(|_| {
        Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nkudos".to_vec())
    })
    .await;
    let mut response = server.client().get("/").timeout(SHORT).await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "kudos");
    // The rest never comes; past the deadline the body is still waited for.
    assert!(
        tokio::time::timeout(SHORT * 2, response.chunk())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_body_that_has_nothing_for_too_long_is_an_error() {
    let server = Server::start(|_| {
        Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nkudos".to_vec())
    })
    .await;
    let (client, seconds) = (server.client(), Duration::from_secs);
    let patient = client.clone().with_idle_timeout(seconds(30));
    let table = [
        (client.get("/"), 15),
        (client.get("/").idle_timeout(seconds(40)), 40),
        (patient.get("/"), 30),
        (patient.get("/").idle_timeout(seconds(1)), 1),
    ];
    for (request, expected) in table {
        let mut response = request.await.unwrap();
        assert_eq!(response.chunk().await.unwrap().unwrap(), "kudos");
        // The clock jumps to the next timer as soon as there is nothing else to do.
        time::pause();
        let start = Instant::now();
        let error = response.chunk().await.unwrap_err();
        let part = format!("nothing more of the body came within {expected}s");
        assert!(
            error.is_timeout() && error.to_string().contains(&part),
            "{error:?}"
        );
        assert_eq!(start.elapsed().as_secs(), expected);
        time::resume();
        // It does not look like the end afterwards.
        let error = response.chunk().await.unwrap_err();
        assert!(error.to_string().contains("failed before"), "{error:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_waited_for_again_and_again_has_one_clock() {
    let server =
        Server::start(|_| Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n".to_vec()))
            .await;
    let mut response = server.client().get("/").await.unwrap();
    time::pause();
    let start = Instant::now();
    let error = loop {
        let second = Duration::from_secs(1);
        if let Ok(chunk) = time::timeout(second, response.chunk()).await {
            break chunk.unwrap_err();
        }
    };
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(start.elapsed().as_secs(), 15);
}

#[tokio::test]
async fn a_client_has_a_deadline_of_its_own() {
    let server = Server::start(|_| Reply::Hang).await;
    let client = server.client().with_timeout(SHORT);
    for (request, part) in [
        (client.get("/"), "200ms"),
        (client.get("/").timeout(SHORT / 2), "100ms"),
    ] {
        let error = request.await.unwrap_err();
        assert!(
            error.is_timeout() && error.to_string().contains(part),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_before_servers_do() {
    let server = Server::saying("kudos").await;
    let client = server.client();
    for (idle, expected) in [(0, 1), (3, 1), (5, 2)] {
        time::pause();
        time::advance(Duration::from_secs(idle)).await;
        time::resume();
        if expected == 2 {
            server.closed().await;
        }
        client.get("/").await.unwrap().text().await.unwrap();
        assert_eq!(server.seen().pop().unwrap().connection, expected);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_that_does_not_answer_has_a_second_three_times() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody accepts: once its queue is full, the kernel drops what asks to connect.
    for _ in 0..8 {
        tokio::spawn(tokio::net::TcpStream::connect(address));
        tokio::task::yield_now().await;
    }
    let client = Client::at(format!("http://{address}")).unwrap();
    time::pause();
    let start = Instant::now();
    let error = client.get("/").await.unwrap_err();
    assert!(error.is_connect() && !error.is_timeout(), "{error:?}");
    assert!(
        error
            .to_string()
            .contains(&format!("{address} did not answer within 1s"))
    );
    assert_eq!(start.elapsed().as_secs(), 3);
    // A deadline before that is a timeout, and says that nothing was sent.
    let error = client.get("/").timeout(SHORT).await.unwrap_err();
    assert!(
        error.is_timeout() && error.to_string().contains("nothing was sent"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_port_that_refuses_is_named() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::at(format!("http://{address}")).unwrap();
    let error = client.get("/").await.unwrap_err();
    assert!(error.is_connect() && !error.is_timeout(), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&format!("{address} refused")), "{text}");
    assert!(error.source().is_some() && error.status().is_none());
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_named() {
    let client = Client::at("http://nowhere.invalid").unwrap();
    let error = client.get("/").await.unwrap_err();
    assert!(error.is_resolve() && !error.is_connect(), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("`nowhere.invalid` does not resolve"),
        "{error}"
    );
}

#[tokio::test]
async fn localhost_is_tried_over_ipv4_first() {
    let server = Server::saying("kudos").await;
    let client = Client::at(format!("http://localhost:{}", server.address.port())).unwrap();
    assert_eq!(
        client.get("/").await.unwrap().text().await.unwrap(),
        "kudos"
    );
    let host = format!("localhost:{}", server.address.port());
    assert_eq!(server.seen()[0].header("host"), [host]);
}

#[test]
fn a_connection_stays_with_its_runtime() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let servers = tokio::runtime::Builder::new_multi_thread();
    let servers = { servers }.worker_threads(1).enable_all().build().unwrap();
    let server = servers.block_on(Server::saying("kudos"));
    let client = server.client();
    let call = async || client.get("/").await.unwrap().text().await.unwrap();
    // The first rests while the second calls, and ends before the third begins.
    let (first, second) = (runtime(), runtime());
    first.block_on(call());
    second.block_on(call());
    first.block_on(call());
    drop(first);
    runtime().block_on(call());
    let connections: Vec<_> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [1, 2, 1, 3]);
}

#[cfg(not(feature = "tls"))]
#[tokio::test]
async fn https_names_the_feature() {
    let error = Client::at("https://nowhere.invalid")
        .unwrap()
        .get("/")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NoWay(_)) && error.to_string().contains("feature `tls`"));
}
