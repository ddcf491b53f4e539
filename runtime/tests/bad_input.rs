//! What a server can do wrong at every point of an answer: a clear error in time, bounded memory, and the next call is
//! fine.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use service_connect::{Bytes, Client, Error, Resilience, Response, Result};
use support::{answer, read_head};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time;

const SHORT: Duration = Duration::from_millis(200);

const GOOD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nkudos";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nkudos\r\n";

/// What the server does once it has written what it has to write.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Close,
    /// A packet of the kind that aborts a connection.
    Reset,
    Stall,
    /// This again and again, as fast as it is taken.
    Repeat(&'static str),
    /// This again and again, every few milliseconds.
    Trickle(&'static str),
}

use Then::{Close, Repeat, Reset, Stall, Trickle};

/// A server whose first connection goes wrong, and whose others answer `kudos`.
struct Server {
    client: Client,
    connections: Arc<AtomicUsize>,
    /// How much the first connection could write before it was closed.
    written: Arc<AtomicUsize>,
    over: Arc<Notify>,
}

impl Server {
    async fn start(bytes: &str, then: Then) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server {
            client: Client::at(format!("http://{}", listener.local_addr().unwrap()))
                .unwrap()
                // What it misbehaves with is to be seen, not what a retry makes of it.
                .with_resilience(Resilience::OFF),
            connections: Arc::default(),
            written: Arc::default(),
            over: Arc::default(),
        };
        let (connections, written) = (server.connections.clone(), server.written.clone());
        let (over, bytes) = (server.over.clone(), bytes.to_owned());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let is_first = connections.fetch_add(1, Ordering::Relaxed) == 0;
                let (written, over, bytes) = (written.clone(), over.clone(), bytes.clone());
                tokio::spawn(async move {
                    read_head(&mut stream).await;
                    if is_first {
                        misbehave(stream, &bytes, then, &written).await;
                        over.notify_one();
                    } else {
                        stream.write_all(&answer("200 OK", "kudos")).await.unwrap();
                    }
                });
            }
        });
        server
    }

    async fn call(&self) -> Result<Response> {
        self.client.get("/x?key=secret").timeout(SHORT).await
    }

    /// The next call is not hurt by what came before, and has the connection that it should.
    async fn is_fine(&self, what: &str, connection: usize) {
        let request = self.client.get("/").timeout(Duration::from_secs(5));
        let text = request.await.unwrap().text().await.unwrap();
        assert_eq!(text, "kudos", "{what}");
        assert_eq!(
            self.connections.load(Ordering::Relaxed),
            connection,
            "{what}"
        );
    }
}

async fn misbehave(mut stream: TcpStream, bytes: &str, then: Then, written: &AtomicUsize) {
    stream.write_all(bytes.as_bytes()).await.unwrap();
    match then {
        Close => {}
        Reset => stream.set_zero_linger().unwrap(),
        Stall => drop(stream.read_to_end(&mut Vec::new()).await),
        Repeat(more) => {
            let more = more.repeat(1 + 8192 / more.len());
            while stream.write_all(more.as_bytes()).await.is_ok() {
                written.fetch_add(more.len(), Ordering::Relaxed);
            }
        }
        Trickle(more) => {
            while stream.write_all(more.as_bytes()).await.is_ok() {
                time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
}

/// What comes of it: by the variant's name and a part of the message.
fn check(what: &str, error: &Error, (kind, part): (&str, &str)) {
    let found = match error {
        Error::Transport(_) => "transport",
        Error::Timeout(_) => "timeout",
        _ => "another",
    };
    let text = format!("{error:?}");
    assert_eq!(found, kind, "{what}: {text}");
    assert!(text.contains(part), "{what}: {text}");
    assert!(
        text.contains("/x: ") && !text.contains("secret"),
        "{what}: {text}"
    );
}

const BROKE: (&str, &str) = ("transport", "the connection broke before an answer came");
const NO_HTTP: (&str, &str) = (
    "transport",
    "what came back is not HTTP/1.1 with a head of at most 64 KiB and 100 headers",
);
const LATE: (&str, &str) = ("timeout", "within the deadline of 200ms");
const CUT: (&str, &str) = (
    "transport",
    "the connection broke before the end of the body",
);
const BAD_BODY: (&str, &str) = ("transport", "the body is not sent as HTTP/1.1 asks");

#[tokio::test]
async fn a_head_that_is_none() {
    let table: &[(&str, Then, (&str, &str))] = &[
        // Nothing, or not all of it.
        ("", Close, BROKE),
        ("", Reset, BROKE),
        ("", Stall, LATE),
        ("H", Close, BROKE),
        ("HTTP/1.1 200", Close, BROKE),
        ("HTTP/1.1 200", Reset, BROKE),
        ("HTTP/1.1 200", Stall, LATE),
        ("HTTP/1.1 200 OK\r\nx-he", Close, BROKE),
        ("HTTP/1.1 200 OK\r\nx-head: 1\r\n", Close, BROKE),
        ("HTTP/1.1 200 OK\r\nx-head: 1\r\n", Stall, LATE),
        ("HTTP/1.1 100 Continue\r\n\r\n", Close, BROKE),
        ("HTTP/1.1 100 Continue\r\n\r\n", Stall, LATE),
        // Too slow.
        ("", Trickle("\r\n"), LATE),
        ("HTTP/1.1 200 OK\r\nx-head: ", Trickle("1"), LATE),
        ("", Trickle("HTTP/1.1 100 Continue\r\n\r\n"), LATE),
        ("", Repeat("HTTP/1.1 100 Continue\r\n\r\n"), LATE),
        // Something else.
        ("this is no HTTP\r\n\r\n", Stall, NO_HTTP),
        ("SSH-2.0-OpenSSH_9.6\r\n", Stall, NO_HTTP),
        ("-ERR unknown command 'GET'\r\n", Stall, NO_HTTP),
        ("\0\0\u{12}\u{4}\0\0\0\0\0\0", Stall, NO_HTTP),
        ("\u{15}\u{3}\u{1}\0\u{2}\u{2}F", Stall, NO_HTTP),
        ("<html>kudos</html>", Close, NO_HTTP),
        ("HTTP/2 200\r\n\r\n", Stall, NO_HTTP),
        ("HTTP/1.1 2000 OK\r\n\r\n", Stall, NO_HTTP),
        ("HTTP/1.1 OK\r\n\r\n", Stall, NO_HTTP),
        ("HTTP/1.1 099 OK\r\n\r\n", Stall, NO_HTTP),
        ("HTTP/1.1 200 OK\r\nno header\r\n\r\n", Stall, NO_HTTP),
        ("HTTP/1.1 200 OK\r\nx head: 1\r\n\r\n", Stall, NO_HTTP),
        ("HTTP/1.1 200 OK\r\nx-head: a\0b\r\n\r\n", Stall, NO_HTTP),
        // No length, or two.
        (
            "HTTP/1.1 200 OK\r\ncontent-length: one\r\n\r\n",
            Stall,
            NO_HTTP,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            Stall,
            NO_HTTP,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n",
            Stall,
            NO_HTTP,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\n",
            Stall,
            NO_HTTP,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            Stall,
            NO_HTTP,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551616\r\n\r\n",
            Stall,
            NO_HTTP,
        ),
        (
            "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            Stall,
            NO_HTTP,
        ),
        // No end.
        ("", Repeat("\r\n"), NO_HTTP),
        ("HTTP/1.1 200 ", Repeat("OK"), NO_HTTP),
        ("HTTP/1.1 200 OK\r\n", Repeat("x"), NO_HTTP),
        ("HTTP/1.1 200 OK\r\nx-head: ", Repeat("1"), NO_HTTP),
        ("HTTP/1.1 200 OK\r\n", Repeat("x-head: 1\r\n"), NO_HTTP),
    ];
    for (bytes, then, expected) in table {
        let what = format!("{bytes:?}, then {then:?}");
        let server = Server::start(bytes, *then).await;
        check(&what, &server.call().await.unwrap_err(), *expected);
        // It is closed at once, and no more was taken of it than the kernel holds.
        server.over.notified().await;
        let written = server.written.load(Ordering::Relaxed);
        assert!(
            *expected == LATE || written < 16_000_000,
            "{what}: {written}"
        );
        server.is_fine(&what, 2).await;
    }
}

#[tokio::test]
async fn a_head_has_a_size() {
    let headers = |count| "x-head: 1\r\n".repeat(count);
    let value = |length: usize| format!("x-head: {}\r\n", "1".repeat(length));
    let table = [
        (headers(99), true),
        (headers(100), false),
        (value(63 * 1024), true),
        (value(64 * 1024), false),
    ];
    for (headers, is_fine) in table {
        let bytes = GOOD.replace("\r\n\r\n", &format!("\r\n{headers}\r\n"));
        let server = Server::start(&bytes, Stall).await;
        let what = format!("{} bytes", bytes.len());
        match server.call().await {
            Ok(response) => {
                assert!(is_fine, "{what}");
                assert_eq!(response.text().await.unwrap(), "kudos");
            }
            Err(error) => {
                assert!(!is_fine, "{what}: {error:?}");
                check(&what, &error, NO_HTTP);
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_goes_wrong() {
    let length = GOOD.replace('5', "50");
    let chunked = |rest: &str| format!("{CHUNKED}{rest}");
    let table: Vec<(String, Then, (&str, &str))> = vec![
        // Not all of it.
        (length.clone(), Close, CUT),
        (length, Reset, CUT),
        (chunked(""), Close, CUT),
        (chunked(""), Reset, CUT),
        (chunked("5"), Close, CUT),
        (chunked("5\r"), Close, CUT),
        (chunked("5\r\nku"), Close, CUT),
        (chunked("5\r\nkudos"), Close, CUT),
        (chunked("0\r\n"), Close, CUT),
        (chunked("0\r\nx-trailer: 1\r\n"), Close, CUT),
        // Chunks that are none.
        (chunked("five\r\nkudos\r\n"), Stall, BAD_BODY),
        (chunked("-5\r\nkudos\r\n"), Stall, BAD_BODY),
        (chunked("\r\n"), Stall, BAD_BODY),
        (chunked("5\nkudos\r\n"), Stall, BAD_BODY),
        (chunked("10000000000000000\r\n"), Stall, BAD_BODY),
        (chunked("3\r\nkudos\r\n"), Stall, BAD_BODY),
        (chunked("5\r\nkudos0\r\n\r\n"), Stall, BAD_BODY),
        (chunked("0\r\nno trailer\r\n\r\n"), Stall, BAD_BODY),
        // No end.
        (chunked("5;"), Repeat("x"), BAD_BODY),
        (chunked("0\r\nx-trailer: "), Repeat("1"), BAD_BODY),
        (chunked("0\r\n"), Repeat("x-trailer: 1\r\n"), BAD_BODY),
    ];
    for (bytes, then, expected) in table {
        let what = format!("{bytes:?}, then {then:?}");
        let server = Server::start(&bytes, then).await;
        let body: Result<Bytes> = async { server.call().await?.bytes().await }.await;
        check(&what, &body.unwrap_err(), expected);
        server.over.notified().await;
        let written = server.written.load(Ordering::Relaxed);
        assert!(written < 16_000_000, "{what}: {written}");
        server.is_fine(&what, 2).await;
    }
}

#[tokio::test]
async fn a_body_that_stalls() {
    for bytes in [
        GOOD.replace('5', "50"),
        CHUNKED.to_owned(),
        format!("{CHUNKED}5\r\nku"),
    ] {
        let server = Server::start(&bytes, Stall).await;
        let response = server.call().await.unwrap();
        time::pause();
        let error = response.bytes().await.unwrap_err();
        time::resume();
        check(
            &bytes,
            &error,
            ("timeout", "nothing more of the body came within 15s"),
        );
        server.over.notified().await;
        server.is_fine(&bytes, 2).await;
    }
}

/// What follows an answer is none to the next request.
#[tokio::test]
async fn more_than_one_answer() {
    let table = [
        (GOOD.replace('5', "2"), "ku"),
        (format!("{GOOD}{}", GOOD.replace("kudos", "bogus")), "kudos"),
        (
            format!("{CHUNKED}0\r\n\r\n{}", GOOD.replace("kudos", "bogus")),
            "kudos",
        ),
        (GOOD.replace("200 OK", "204 No Content"), ""),
        (GOOD.replace("200 OK", "304 Not Modified"), ""),
        (
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\nkudos".to_owned(),
            "",
        ),
    ];
    for (bytes, expected) in table {
        let server = Server::start(&bytes, Stall).await;
        let body = server.call().await.unwrap().text().await.unwrap();
        assert_eq!(body, expected, "{bytes}");
        server.is_fine(&bytes, 2).await;
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_at_once() {
    for reset in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if reset {
                    stream.set_zero_linger().unwrap();
                }
            }
        });
        let error = Client::at(url).unwrap().get("/").await.unwrap_err();
        // It depends on how far the request had come.
        assert!(
            error.is_connect() || matches!(error, Error::Transport(_)),
            "{error:?}"
        );
    }
}
