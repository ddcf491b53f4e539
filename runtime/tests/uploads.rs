//! Bodies of requests that are streamed.

mod support;

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use service_connect::{Body, Bytes, Client, Error, Method, StatusCode};
use support::bodies::{Foreign, Part, StreamOf, channel, parts, sized};
use support::{Reply, Server, answer, read_head, scripted};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, mpsc};

type Make = fn() -> Body;

#[tokio::test]
async fn every_kind_of_body() {
    let server = Server::saying("").await;
    let client = server.client();
    let table: [(Body, Option<&str>, &str); 13] = [
        (Body::default(), Some("0"), ""),
        (().into(), Some("0"), ""),
        ("text".into(), Some("4"), "text"),
        (String::from("text").into(), Some("4"), "text"),
        (b"text".as_slice().into(), Some("4"), "text"),
        (vec![b't'].into(), Some("1"), "t"),
        (Bytes::from_static(b"text").into(), Some("4"), "text"),
        (parts([Ok("te"), Ok(""), Ok("xt")]), None, "text"),
        (parts([]), None, ""),
        (sized(4, [Ok("te"), Ok("xt")]), Some("4"), "text"),
        (sized(0, []), Some("0"), ""),
        (
            Body::wrap(Foreign(Some(4), Some("text"))),
            Some("4"),
            "text",
        ),
        (Body::wrap(Body::from("text")), Some("4"), "text"),
    ];
    for (body, length, text) in table {
        let shown = format!("{body:?}");
        assert!(!shown.contains("te"), "{shown}");
        client.post("/").body(body).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.header("content-length"), Vec::from_iter(length));
        assert_eq!(
            seen.header("transfer-encoding").is_empty(),
            length.is_some()
        );
        assert_eq!(seen.body, text.as_bytes(), "{shown}");
    }
    // hyper would leave out the body of these.
    for method in [Method::GET, Method::HEAD, Method::DELETE] {
        let request = client.request(method, "/").body(parts([Ok("text")]));
        request.await.unwrap();
        assert_eq!(server.seen().pop().unwrap().body, b"text");
    }
    assert!(server.seen().iter().all(|seen| seen.connection == 1));
}

#[tokio::test]
async fn an_upload_is_never_held_as_a_whole() {
    const PART: usize = 1024 * 1024;
    const ALL: usize = 100 * PART;
    let given = Arc::new(AtomicUsize::new(0));
    let read = Arc::new(AtomicUsize::new(0));
    let ahead = Arc::new(AtomicUsize::new(0));
    let body = {
        let (given, read, ahead) = (given.clone(), read.clone(), ahead.clone());
        Body::wrap_stream(StreamOf(move |_: &mut Context<'_>| {
            let before = given.fetch_add(PART, Ordering::Relaxed);
            ahead.fetch_max(
                before.saturating_sub(read.load(Ordering::Relaxed)),
                Ordering::Relaxed,
            );
            Poll::Ready((before < ALL).then(|| io::Result::Ok(Bytes::from(vec![7; PART]))))
        }))
    };
    let client = scripted(move |mut stream| {
        let read = read.clone();
        async move {
            read_head(&mut stream).await;
            let mut buffer = vec![0; PART];
            let mut last = Vec::new();
            while !last.ends_with(b"\r\n0\r\n\r\n") {
                let length = stream.read(&mut buffer).await.unwrap();
                let sevens = buffer[..length]
                    .iter()
                    .map(|byte| usize::from(*byte == 7))
                    .sum();
                read.fetch_add(sevens, Ordering::Relaxed);
                last.extend_from_slice(&buffer[length.saturating_sub(7)..length]);
                last.drain(..last.len().saturating_sub(7));
            }
            let read = read.load(Ordering::Relaxed).to_string();
            stream.write_all(&answer("200 OK", &read)).await.unwrap();
        }
    })
    .await;
    let response = client.put("/").body(body).await.unwrap();
    assert_eq!(response.text().await.unwrap(), ALL.to_string());
    // What the kernel holds for both sides is most of it.
    let ahead = ahead.load(Ordering::Relaxed);
    assert!(ahead < ALL / 4, "{ahead} bytes ahead");
}

#[tokio::test]
async fn a_source_that_fails_ends_the_call() {
    let rows: [(Make, &str); 7] = [
        (|| parts([Err(io::Error::other("disk"))]), "disk"),
        (
            || parts([Ok("kudos"), Err(io::Error::other("disk"))]),
            "disk",
        ),
        (
            || Body::wrap(Body::wrap(parts([Err(io::Error::other("disk"))]))),
            "disk",
        ),
        (|| sized(9, [Ok("kudos")]), "less than"),
        (|| sized(3, [Ok("ku"), Ok("dos")]), "more than"),
        (|| Body::wrap(Foreign(Some(9), Some("kudos"))), "less than"),
        (|| Body::wrap(Foreign(Some(3), Some("kudos"))), "more than"),
    ];
    for (body, expected) in rows {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let client = scripted(move |mut stream| {
            let sender = sender.clone();
            async move {
                let mut all = Vec::new();
                let _ = stream.read_to_end(&mut all).await;
                sender.send(all).unwrap();
            }
        })
        .await;
        let error = client.post("/").body(body()).await.unwrap_err();
        assert!(matches!(error, Error::Body(_)), "{error:?}");
        assert!(format!("{error:?}").contains(expected), "{error:?}");
        assert!(
            error.to_string().contains("the source of the body"),
            "{error}"
        );
        if expected == "disk" {
            let source = error.source().unwrap();
            assert_eq!(source.to_string(), "disk");
            assert!(source.is::<io::Error>());
        }
        let seen = receiver.recv().await.unwrap();
        assert!(!seen.ends_with(b"0\r\n\r\n"), "{seen:?}");
        assert!(receiver.try_recv().is_err(), "it was sent once");
    }
}

#[tokio::test]
async fn a_service_that_hangs_up_ends_the_call() {
    for reset in [false, true] {
        let client = scripted(move |mut stream| async move {
            read_head(&mut stream).await;
            stream.read_exact(&mut vec![0; 100_000]).await.unwrap();
            if reset {
                stream.set_zero_linger().unwrap();
            }
        })
        .await;
        let body = Body::wrap_stream(StreamOf(|_: &mut Context<'_>| {
            Poll::Ready(Some(io::Result::Ok(vec![0; 1024 * 1024])))
        }));
        let error = client.post("/").body(body).await.unwrap_err();
        assert!(matches!(error, Error::Transport(_)), "{error:?}");
        assert!(
            error.to_string().contains("may have been carried out"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_body_of_which_nothing_was_sent_goes_on_to_another_connection() {
    let server = Server::start(|seen| match seen.connection {
        1 => Reply::Last(answer("200 OK", "")),
        _ => Reply::Bytes(answer("200 OK", "")),
    })
    .await;
    let client = server.client();
    client.get("/").await.unwrap();
    server.closed().await;
    let response = client.post("/").body(parts([Ok("once")])).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let seen = server.seen();
    assert_eq!((seen.len(), &*seen[1].body), (2, b"once".as_slice()));
}

#[tokio::test]
async fn an_answer_may_come_before_the_end() {
    let (closed, client) = {
        let closed = Arc::new(Notify::new());
        let server = closed.clone();
        let client = scripted(move |mut stream| {
            let closed = server.clone();
            async move {
                let head = read_head(&mut stream).await;
                if head.starts_with("POST /whole ") {
                    stream
                        .write_all(&answer("413 Content Too Large", "no"))
                        .await
                        .unwrap();
                } else {
                    let begin = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n";
                    stream.write_all(begin).await.unwrap();
                }
                let _ = stream.read_to_end(&mut Vec::new()).await;
                closed.notify_one();
            }
        })
        .await;
        (closed, client)
    };
    // Nobody waits for the rest of the upload: it ends with the answer.
    let (sender, body) = channel();
    let response = client.post("/whole").body(body).await.unwrap();
    assert_eq!(response.status(), 413);
    assert_eq!(response.text().await.unwrap(), "no");
    closed.notified().await;
    sender.closed().await;

    // Or with the one who waits.
    let (sender, body) = channel();
    drop(client.post("/part").body(body).await.unwrap());
    closed.notified().await;
    sender.closed().await;

    // What fails meanwhile comes out where the answer is read.
    let (sender, body) = channel();
    let mut response = client.post("/part").body(body).await.unwrap();
    sender.send(Err(io::Error::other("disk"))).unwrap();
    let error = response.chunk().await.unwrap_err();
    assert!(matches!(error, Error::Body(_)), "{error:?}");
    assert_eq!(error.source().unwrap().to_string(), "disk");
}

/// Answers with `answer` at the head of a request, and says how much of its body came, once nothing more does.
async fn early(answer: &'static str) -> (Client, mpsc::UnboundedReceiver<usize>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let client = scripted(move |mut stream| {
        let sender = sender.clone();
        async move {
            read_head(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
            let mut body = Vec::new();
            let _ = stream.read_to_end(&mut body).await;
            sender.send(body.len()).unwrap();
        }
    })
    .await;
    (client, receiver)
}

#[tokio::test]
async fn the_rest_of_a_request_goes_out_after_an_early_answer_that_is_no_error() {
    const ALL: usize = 16 * 1024 * 1024;
    let part = 1024 * 1024;
    let streamed = || {
        let mut left = ALL;
        let stream = StreamOf(move |_: &mut Context<'_>| {
            left = left.saturating_sub(part);
            Poll::Ready((left > 0).then(|| io::Result::Ok(vec![7; part])))
        });
        Body::wrap_stream(stream)
    };
    let accepted = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
    let refused = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n";
    for (answer, all) in [(accepted, true), (refused, false)] {
        for (name, body) in [
            ("whole", Body::from(vec![7; ALL])),
            ("streamed", streamed()),
        ] {
            let (client, mut received) = early(answer).await;
            let response = client.post("/").body(body).await.unwrap();
            assert_eq!(response.bytes().await.unwrap(), "");
            let received = received.recv().await.unwrap();
            assert_eq!(
                received >= ALL - part,
                all,
                "{name}, {answer:?}: {received}"
            );
        }
    }
}

#[tokio::test]
async fn an_upload_goes_on_while_nobody_reads_the_answer() {
    let (client, mut received) = early("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let (sender, body) = channel();
    sender.send(Ok("begin")).unwrap();
    let response = client.post("/").body(body).await.unwrap();
    sender.send(Ok("end")).unwrap();
    drop(sender);
    // With the chunks' sizes, and the last one: it came, though the response is only held.
    assert_eq!(received.try_recv().ok(), None);
    assert_eq!(response.text().await.unwrap(), "ok");
    let begin_end = "5\r\nbegin\r\n3\r\nend\r\n0\r\n\r\n".len();
    assert_eq!(received.recv().await, Some(begin_end));
}

#[tokio::test]
async fn a_producer_may_be_awaited_before_the_answer_is_read() {
    let client = scripted(|mut stream| async move {
        read_head(&mut stream).await;
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n";
        stream.write_all(head).await.unwrap();
        let mut last = Vec::new();
        while !last.ends_with(b"0\r\n\r\n") {
            stream.read_buf(&mut last).await.unwrap();
        }
        stream.write_all(b"done").await.unwrap();
    })
    .await;
    // One part at a time: the next is given only when the last was taken.
    let (sender, mut receiver) = mpsc::channel::<Part>(1);
    let stream = StreamOf(move |cx: &mut Context<'_>| receiver.poll_recv(cx));
    let call = client.post("/").body(Body::wrap_stream(stream));
    let response = call.await.unwrap();
    for _ in 0..100 {
        sender.send(Ok("kudos")).await.unwrap();
    }
    drop(sender);
    assert_eq!(response.text().await.unwrap(), "done");
}

#[tokio::test]
async fn a_server_of_http_1_0_gets_a_connection_each() {
    let server = Server::start(|_| {
        Reply::Bytes(
            b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n".to_vec(),
        )
    })
    .await;
    let client = server.client();
    for number in 1..=2 {
        client.post("/").body(parts([Ok("text")])).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!((seen.connection, &*seen.body), (number, b"text".as_slice()));
    }
}

/// Whoever drops the answer may hold what the source waits for, or be no tokio task.
#[tokio::test]
async fn an_answer_that_is_dropped_asks_the_source_for_nothing() {
    let client = scripted(async |mut stream| {
        read_head(&mut stream).await;
        let refused = b"HTTP/1.1 413 X\r\ncontent-length: 9\r\n\r\nkudos";
        stream.write_all(refused).await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let polls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&polls);
    let source = StreamOf(move |_: &mut Context<'_>| {
        let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        if is_first {
            Poll::Ready(Some(Part::Ok("part")))
        } else {
            Poll::Pending
        }
    });
    let response = client
        .post("/")
        .body(Body::wrap_stream(source))
        .await
        .unwrap();
    assert_eq!(response.status(), 413);
    let before = polls.load(Ordering::SeqCst);
    drop(response);
    assert_eq!(polls.load(Ordering::SeqCst), before);
}
