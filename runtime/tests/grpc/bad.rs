//! Servers that are none: each call ends in bounded time, with a status that says what is wrong.

use std::time::Duration;

use h2::Reason;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{self, Instant};
use tonic::{Code, Status};

use crate::h2_server::{Reply, Server};
use crate::support::{Clock, EchoClient, bytes, messages, text};

/// The client of a server that does with each connection what `script` says.
async fn scripted<F>(script: impl Fn(TcpStream) -> F + Send + 'static) -> EchoClient
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(script(stream));
        }
    });
    EchoClient::new(service_connect::Client::at(url).unwrap().channel())
}

/// Nothing more comes, but it stays open.
async fn linger(mut stream: TcpStream) {
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
}

const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];

async fn status_of(mut client: EchoClient) -> Status {
    let start = Instant::now();
    let call = client.unary("kudos");
    let outcome = time::timeout(Duration::from_secs(30), call).await;
    let status = outcome.expect("it ends").unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(20), "{status:?}");
    status
}

#[tokio::test]
async fn what_does_not_speak_http_2_gets_no_request() {
    for (answer, words) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"[..],
            "no HTTP/2",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no HTTP/2"),
        (&[0; 64], "no HTTP/2"),
        (&[0xff; 64], "no HTTP/2"),
        (b"", "closed before it spoke HTTP/2"),
        // It goes away before anything came.
        (&[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], ""),
    ] {
        let client = scripted(move |mut stream| async move {
            let mut preface = [0; 24];
            let _ = stream.read_exact(&mut preface).await;
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
            linger(stream).await;
        })
        .await;
        let status = status_of(client).await;
        assert_eq!(status.code(), Code::Unavailable, "{answer:?}: {status:?}");
        let message = status.message();
        assert!(
            message.contains("no connection could be made"),
            "{answer:?}: {message}"
        );
        assert!(message.contains(words), "{answer:?}: {message}");
    }
}

/// What only listens, such as a process that hangs, is no task that a request could be lost in.
#[tokio::test]
async fn what_says_nothing_gets_no_request() {
    let status = status_of(scripted(linger).await).await;
    assert_eq!(status.code(), Code::Unavailable);
    assert!(
        status.message().contains("did not answer within 1s"),
        "{status:?}"
    );
}

#[tokio::test]
async fn a_server_of_http_1_gets_no_request() {
    let server = crate::http1::Server::saying("kudos").await;
    let status = status_of(EchoClient::new(server.client().channel())).await;
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("HTTP/2"), "{status:?}");
}

#[tokio::test]
async fn a_reset_in_the_middle_is_a_status() {
    let server = Server::start(|_| Reply::ResetLater(Reason::PROTOCOL_ERROR)).await;
    let mut client = EchoClient::new(server.client().channel());
    let mut stream = client.download(bytes("kudos")).await.unwrap().into_inner();
    let mut message = stream.message().await;
    if let Ok(Some(first)) = &message {
        assert_eq!(text(first), "kudos");
        message = stream.message().await;
    }
    let status = message.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert!(
        status.message().contains("before the end of the answer"),
        "{status:?}"
    );
}

/// The connection breaks in the middle of a message.
#[tokio::test]
async fn half_a_message_is_none() {
    let client = scripted(|mut stream| async move {
        stream.write_all(&SETTINGS).await.unwrap();
        // The head `:status: 200`, and data: a message of 100 bytes, of which one comes.
        stream
            .write_all(&[0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88])
            .await
            .unwrap();
        stream
            .write_all(&[0, 0, 6, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 100, b'x'])
            .await
            .unwrap();
        time::sleep(Duration::from_millis(200)).await;
    })
    .await;
    // The answer came before the request, which is no HTTP/2 either.
    let status = status_of(client).await;
    assert!(
        matches!(status.code(), Code::Unavailable | Code::Internal),
        "{status:?}"
    );
}

/// It takes the first 64 KiB and no more.
#[tokio::test]
async fn flow_control_that_never_opens_has_its_time() {
    let (mut client, pings) = silent().await;
    let call = tokio::spawn(async move { client.call(bytes(&"x".repeat(1024 * 1024))).await });
    pings.begun().await;
    let clock = Clock::stop();
    let start = Instant::now();
    clock.pass(6).await;
    pings.answered(1).await;
    while !call.is_finished() {
        clock.pass(1).await;
    }
    let status = call.await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    assert!(status.message().contains("took nothing"), "{status:?}");
    let took = start.elapsed().as_secs();
    assert!((15..32).contains(&took), "{took}");
}

/// A connection that says nothing is asked, and given up after 10 s: also under a call that may take for ever.
#[tokio::test(start_paused = true)]
async fn a_dead_connection_is_found() {
    let mut client = scripted(|mut stream| async move {
        stream.write_all(&SETTINGS).await.unwrap();
        linger(stream).await;
    })
    .await;
    let (_sender, stream) = messages();
    let start = Instant::now();
    let status = client.chat(stream).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    let took = start.elapsed().as_secs();
    assert!((9..12).contains(&took), "{took}");
}

/// One that is only silent is asked seldom, and goes on for as long as its caller waits.
#[tokio::test]
async fn a_silent_stream_goes_on() {
    let (mut client, pings) = silent().await;
    let (_sender, stream) = messages();
    let call = tokio::spawn(async move { client.chat(stream).await.map(drop) });
    pings.begun().await;
    let clock = Clock::stop();
    clock.pass(6).await;
    for count in 1..4 {
        pings.answered(count).await;
        clock.pass(300).await;
        assert_eq!(pings.count(), count);
        clock.pass(16).await;
    }
    assert!(!call.is_finished());
}

/// How many streams and pings came.
struct Pings(watch::Receiver<(usize, usize)>);

impl Pings {
    fn count(&self) -> usize {
        self.0.borrow().1
    }

    /// Waits until a stream came.
    async fn begun(&self) {
        let mut pings = self.0.clone();
        pings.wait_for(|(streams, _)| *streams > 0).await.unwrap();
    }

    /// Waits until so many came, and the client has the answers.
    async fn answered(&self, count: usize) {
        let mut pings = self.0.clone();
        pings.wait_for(|(_, pings)| *pings >= count).await.unwrap();
    }
}

/// The client of a server that answers pings, and nothing else.
async fn silent() -> (EchoClient, Pings) {
    let (sender, pings) = watch::channel((0, 0));
    let client = scripted(move |mut stream| {
        let sender = sender.clone();
        async move {
            stream.write_all(&SETTINGS).await.unwrap();
            let mut preface = [0; 24];
            stream.read_exact(&mut preface).await.unwrap();
            loop {
                let mut head = [0; 9];
                if stream.read_exact(&mut head).await.is_err() {
                    return;
                }
                let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
                let mut payload = vec![0; length];
                if stream.read_exact(&mut payload).await.is_err() {
                    return;
                }
                match (head[3], head[4]) {
                    (6, 0) => {
                        let answer = [&[0, 0, 8, 6, 1, 0, 0, 0, 0][..], &payload].concat();
                        stream.write_all(&answer).await.unwrap();
                        // The answer to this one says that the client has that one.
                        let own = [0, 0, 8, 6, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9];
                        stream.write_all(&own).await.unwrap();
                    }
                    (1, _) => sender.send_modify(|(streams, _)| *streams += 1),
                    (6, _) => sender.send_modify(|(_, pings)| *pings += 1),
                    _ => {}
                }
            }
        }
    })
    .await;
    (client, Pings(pings))
}
