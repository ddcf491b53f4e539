//! How long the streamed body of a request may take, and who is named when it stops.

mod support;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use service_connect::Body;
use support::bodies::{StreamOf, channel, slow};
use support::{Reply, Server, answer, read_head, scripted};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::time::{self, Instant};

#[tokio::test]
async fn a_source_that_gives_nothing_is_named() {
    let (sender, body) = channel();
    let (seen, began) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let client = {
        let (seen, began) = (seen.clone(), began.clone());
        scripted(move |mut stream| {
            let (seen, began) = (seen.clone(), began.clone());
            async move {
                read_head(&mut stream).await;
                stream.read_exact(&mut [0; 4]).await.unwrap();
                began.notify_one();
                // The connection is closed, and not as if the body were complete.
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
                assert!(!rest.ends_with(b"0\r\n\r\n"), "{rest:?}");
                seen.notify_one();
            }
        })
        .await
    };
    sender.send(Ok("kudos")).unwrap();
    let start = Instant::now();
    let call = tokio::spawn(client.post("/x?key=secret").body(body).send());
    began.notified().await;
    time::pause();
    let error = call.await.unwrap().unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("the source of the request's body gave nothing for 15s")
            && !text.contains("secret"),
        "{text}"
    );
    assert_eq!(start.elapsed().as_secs(), 15);
    seen.notified().await;
    assert!(sender.is_closed(), "the source is dropped with the call");
}

#[tokio::test]
async fn a_service_that_takes_nothing_is_named() {
    let (given, began) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let client = {
        let began = began.clone();
        scripted(move |mut stream| {
            let began = began.clone();
            async move {
                read_head(&mut stream).await;
                began.notify_one();
                std::future::pending::<()>().await;
            }
        })
        .await
    };
    for (timeout, seconds, expected) in [
        (
            None,
            15,
            "the service took nothing of the request's body for 15s",
        ),
        (
            Some(9),
            9,
            "within the deadline of 9s, and the service was not taking it",
        ),
        (
            Some(60),
            15,
            "the service took nothing of the request's body for 15s",
        ),
    ] {
        given.store(0, Ordering::Relaxed);
        let body = {
            let given = given.clone();
            Body::wrap_stream(StreamOf(move |_: &mut Context<'_>| {
                given.fetch_add(1, Ordering::Relaxed);
                Poll::Ready(Some(io::Result::Ok(vec![0; 1024 * 1024])))
            }))
        };
        let mut request = client.post("/").body(body);
        if let Some(seconds) = timeout {
            request = request.timeout(Duration::from_secs(seconds));
        }
        let start = Instant::now();
        let call = tokio::spawn(request.send());
        began.notified().await;
        time::pause();
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(start.elapsed().as_secs(), seconds);
        time::resume();
        // In MB: what the kernel holds, and what is on its way there.
        assert!(given.load(Ordering::Relaxed) < 25, "{given:?}");
    }
}

#[tokio::test]
async fn an_upload_that_moves_has_time() {
    let server = Server::start(|seen| match seen.line() {
        line if line.contains("/hang") => Reply::Hang,
        _ => Reply::Bytes(answer("200 OK", "")),
    })
    .await;
    let client = server.client();
    // The connection is there before the clock jumps.
    client.get("/").await.unwrap();
    time::pause();
    let start = Instant::now();
    client.post("/").body(slow(6)).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 60);
    assert_eq!(server.seen().pop().unwrap().body, b"kudos".repeat(6));

    // The clock of the deadline goes on once the body is there.
    let start = Instant::now();
    let error = client.post("/hang").body(slow(3)).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 30 + 15);
    let text = error.to_string();
    assert!(
        error.is_timeout() && text.contains("may have been carried out") && text.contains("15s"),
        "{text}"
    );
}

#[tokio::test]
async fn a_service_that_takes_its_time_takes_parts_of_any_size() {
    // More than it takes in 15 s, and so much at a time that what the kernel holds at the end is soon taken.
    const ALL: usize = 64 * 1024 * 1024;
    for part in [64 * 1024, ALL] {
        let began = Arc::new(Notify::new());
        let server = began.clone();
        let client = scripted(move |mut stream| {
            let began = server.clone();
            async move {
                read_head(&mut stream).await;
                began.notify_one();
                let (mut read, mut buffer) = (0, vec![0; 4 * 1024 * 1024]);
                while read < ALL {
                    // The next timer to ring, whatever is on its way: the clock is paused.
                    time::sleep(Duration::from_secs(2)).await;
                    let mut left = buffer.len();
                    while let Ok(length @ 1..) = stream.try_read(&mut buffer[..left]) {
                        (left, read) = (left - length, read + length);
                    }
                }
                stream.write_all(&answer("200 OK", "")).await.unwrap();
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
        })
        .await;
        let mut parts = vec![vec![7; part]; ALL / part].into_iter();
        let stream =
            StreamOf(move |_: &mut Context<'_>| Poll::Ready(parts.next().map(io::Result::Ok)));
        let body = Body::wrap_sized_stream(ALL as u64, stream);
        let call = tokio::spawn(client.post("/").body(body).send());
        began.notified().await;
        time::pause();
        assert_eq!(call.await.unwrap().unwrap().status(), 200, "{part}");
        time::resume();
    }
}

#[tokio::test]
async fn an_answer_that_has_begun_waits_for_the_upload() {
    let began = Arc::new(Notify::new());
    let server = began.clone();
    let client = scripted(move |mut stream| {
        let began = server.clone();
        async move {
            read_head(&mut stream).await;
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n";
            stream.write_all(head).await.unwrap();
            began.notify_one();
            let mut body = Vec::new();
            while !body.ends_with(b"0\r\n\r\n") {
                stream.read_buf(&mut body).await.unwrap();
            }
            stream.write_all(b"done").await.unwrap();
        }
    })
    .await;
    let (sender, body) = channel();
    sender.send(Ok("begin")).unwrap();
    let mut response = client.post("/").body(body).await.unwrap();
    began.notified().await;
    time::pause();
    let (start, ten) = (Instant::now(), Duration::from_secs(10));
    let source = async {
        for _ in 0..6 {
            time::sleep(ten).await;
            sender.send(Ok("kudos")).unwrap();
        }
        drop(sender);
    };
    let (chunk, ()) = tokio::join!(response.chunk(), source);
    assert_eq!(chunk.unwrap().unwrap(), "done");
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test]
async fn a_deadline_of_ones_own_covers_the_upload() {
    let server = Server::saying("").await;
    let client = server.client();
    client.get("/").await.unwrap();
    time::pause();
    let start = Instant::now();
    let request = client.post("/").body(slow(6));
    let error = request.timeout(Duration::from_secs(25)).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 25);
    let text = error.to_string();
    assert!(
        error.is_timeout()
            && text.contains("within the deadline of 25s, and its source was waited for"),
        "{text}"
    );
}
