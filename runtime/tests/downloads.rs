//! Bodies of responses: streamed, and passed on.

mod support;

use std::error::Error as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_core::Stream;
use http_body::Body as _;
use service_connect::{Body, Bytes, Error, Response, Result, Version};
use support::{Reply, Server, answer, read_head, scripted};
use tokio::io::AsyncWriteExt;
use tokio::time::{self, Instant};

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-kind: chunked\r\n\r\n\
    4\r\nkudo\r\n1\r\ns\r\n0\r\nx-trailer: 1\r\n\r\n";

const CUT: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nkudos";

async fn next(stream: &mut (impl Stream<Item = Result<Bytes>> + Unpin)) -> Option<Result<Bytes>> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}

/// Answers by the path: in chunks, cut off, stalled, or with nothing.
async fn server() -> Server {
    Server::start(|seen| match seen.line() {
        line if line.contains("/chunked") => Reply::Bytes(CHUNKED.to_vec()),
        line if line.contains("/cut") => Reply::Last(CUT.to_vec()),
        line if line.contains("/stall") => Reply::Bytes(CUT.to_vec()),
        line if line.contains("/none") => Reply::Bytes(answer("204 No Content", "")),
        _ => Reply::Bytes(answer("200 OK", "kudos")),
    })
    .await
}

#[tokio::test]
async fn a_download_is_never_held_as_a_whole() {
    const PART: usize = 1024 * 1024;
    const ALL: usize = 100 * PART;
    let written = Arc::new(AtomicUsize::new(0));
    let client = {
        let written = written.clone();
        scripted(move |mut stream| {
            let written = written.clone();
            async move {
                read_head(&mut stream).await;
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {ALL}\r\n\r\n");
                stream.write_all(head.as_bytes()).await.unwrap();
                for _ in 0..ALL / PART {
                    stream.write_all(&vec![7; PART]).await.unwrap();
                    written.fetch_add(PART, Ordering::Relaxed);
                }
            }
        })
        .await
    };
    let response = client.get("/").await.unwrap();
    assert_eq!(response.content_length(), Some(ALL as u64));
    let mut stream = response.bytes_stream();
    let mut read = next(&mut stream).await.unwrap().unwrap().len();

    // The clock jumps as soon as nothing moves any more: what came by then is mostly held by the kernel.
    time::pause();
    time::sleep(Duration::from_secs(1)).await;
    time::resume();
    let ahead = written.load(Ordering::Relaxed);
    assert!(ahead < ALL / 4, "{ahead} bytes ahead");

    while let Some(chunk) = next(&mut stream).await {
        let chunk = chunk.unwrap();
        assert!(chunk.len() <= PART && chunk.iter().all(|byte| *byte == 7));
        read += chunk.len();
    }
    assert_eq!(read, ALL);
}

#[tokio::test]
async fn a_stream_has_the_idle_time_and_the_errors_of_chunks() {
    let client = server().await.client();
    let mut stream = client.get("/chunked").await.unwrap().bytes_stream();
    assert_eq!(next(&mut stream).await.unwrap().unwrap(), "kudo");
    assert_eq!(next(&mut stream).await.unwrap().unwrap(), "s");
    assert!(next(&mut stream).await.is_none());
    assert!(next(&mut stream).await.is_none());

    let mut stream = client.get("/cut?key=secret").await.unwrap().bytes_stream();
    assert_eq!(next(&mut stream).await.unwrap().unwrap(), "kudos");
    let error = next(&mut stream).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("/cut: ") && !text.contains("secret"),
        "{text}"
    );
    assert!(next(&mut stream).await.is_none());

    let mut stream = client.get("/stall").await.unwrap().bytes_stream();
    assert_eq!(next(&mut stream).await.unwrap().unwrap(), "kudos");
    time::pause();
    let start = Instant::now();
    let error = next(&mut stream).await.unwrap().unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 15);
    assert!(error.is_timeout() && error.status().is_some(), "{error:?}");
    assert!(next(&mut stream).await.is_none());
}

#[tokio::test]
async fn a_stream_that_is_read_gives_the_connection_back() {
    let server = server().await;
    let client = server.client();
    for path in ["/", "/chunked", "/none", "/"] {
        let mut stream = client.get(path).await.unwrap().bytes_stream();
        while next(&mut stream).await.transpose().unwrap().is_some() {}
    }
    assert!(server.seen().iter().all(|seen| seen.connection == 1));
    drop(client.get("/stall").await.unwrap().bytes_stream());
    server.closed().await;
}

#[tokio::test]
async fn a_response_becomes_one_of_the_http_crate() {
    let client = server().await.client();
    let response: http::Response<Body> = client.get("/chunked").await.unwrap().into();
    assert_eq!(response.status(), 200);
    assert_eq!(response.version(), Version::HTTP_11);
    assert_eq!(response.headers()["x-kind"], "chunked");
    let mut body = response.into_body();
    assert_eq!(body.content_length(), None);
    let mut frames = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        frames.push(frame.unwrap());
    }
    assert_eq!(frames[0].data_ref().unwrap(), "kudo");
    assert_eq!(frames[2].trailers_ref().unwrap()["x-trailer"], "1");

    let response: http::Response<Body> = client.get("/none").await.unwrap().into();
    assert!(response.body().is_end_stream());

    // The errors stay ours.
    let response: http::Response<Body> = client.get("/stall").await.unwrap().into();
    let mut body = response.into_body();
    assert_eq!(body.content_length(), Some(100));
    assert!(
        poll_fn(|cx| Pin::new(&mut body).poll_frame(cx))
            .await
            .is_some()
    );
    time::pause();
    let late: Option<Result<_, Error>> = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
    assert!(late.unwrap().unwrap_err().is_timeout());
}

#[tokio::test]
async fn what_a_response_says_of_itself() {
    let client = server().await.client();
    let response = client.get("/").await.unwrap();
    assert_eq!(response.version(), Version::HTTP_11);
    assert_eq!(response.content_length(), Some(5));
    assert!(response.error_for_status_ref().is_ok());
    assert_eq!(client.get("/chunked").await.unwrap().content_length(), None);
}

#[tokio::test]
async fn a_body_is_handed_on() {
    let (from, to) = (server().await, Server::saying("").await);
    let (source, target) = (from.client(), to.client());
    let get = async |path| -> Response { source.get(path).await.unwrap() };

    // With its length, if that is known.
    target.put("/").body(get("/").await).await.unwrap();
    let seen = to.seen().pop().unwrap();
    assert_eq!(seen.header("content-length"), ["5"]);
    assert_eq!(seen.body, b"kudos");

    target.put("/").body(get("/chunked").await).await.unwrap();
    let seen = to.seen().pop().unwrap();
    assert_eq!(seen.header("transfer-encoding"), ["chunked"]);
    assert_eq!(seen.body, b"kudos");

    let stream = get("/chunked").await.bytes_stream();
    let request = target.put("/").body(Body::wrap_stream(stream));
    request.await.unwrap();
    assert_eq!(to.seen().pop().unwrap().body, b"kudos");
    let calls = to.seen().len();

    // Where it breaks off, so does the request, and the cause is named.
    let request = target.put("/").body(get("/cut").await);
    let error = request.await.unwrap_err();
    assert!(matches!(error, Error::Body(_)), "{error:?}");
    assert!(error.to_string().contains(&to.address.to_string()));
    let cause = error.source().unwrap().downcast_ref::<Error>().unwrap();
    assert!(matches!(cause, Error::Transport(_)), "{cause:?}");
    assert!(cause.to_string().contains(&from.address.to_string()));
    assert_eq!(to.seen().len(), calls, "no request was complete");
}
