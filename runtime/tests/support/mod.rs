//! A server on a loopback port that answers what a test wants and keeps what it saw.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod bodies;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use service_connect::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What the server does with a request.
pub enum Reply {
    /// Writes these bytes.
    Bytes(Vec<u8>),
    /// Writes these bytes and closes the connection.
    Last(Vec<u8>),
    /// Never answers.
    Hang,
}

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which connection it came over: 1 is the first.
    pub connection: usize,
    pub head: String,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    pub fn header(&self, name: &str) -> Vec<&str> {
        let headers = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "));
        headers
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }
}

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    arrived: Arc<Notify>,
    closed: Arc<Notify>,
}

impl Server {
    pub async fn start(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            arrived: Arc::default(),
            closed: Arc::default(),
        };
        let (seen, closed, reply) = (server.seen.clone(), server.closed.clone(), Arc::new(reply));
        let arrived = server.arrived.clone();
        tokio::spawn(async move {
            for connection in 1.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (seen, closed, reply) = (seen.clone(), closed.clone(), reply.clone());
                let arrived = arrived.clone();
                tokio::spawn(async move {
                    serve(stream, connection, &seen, &arrived, &*reply).await;
                    closed.notify_one();
                });
            }
        });
        server
    }

    /// Fails the first times with 503, then answers.
    pub async fn failing(times: usize) -> Server {
        let turn = AtomicUsize::new(0);
        Server::start(move |_| {
            let is_bad = turn.fetch_add(1, Ordering::Relaxed) < times;
            Reply::Bytes(answer(if is_bad { "503 X" } else { "200 OK" }, ""))
        })
        .await
    }

    /// Answers every request with 200 and this body.
    pub async fn saying(body: &'static str) -> Server {
        Server::start(move |_| Reply::Bytes(answer("200 OK", body))).await
    }

    pub fn client(&self) -> Client {
        Client::at(format!("http://{}", self.address)).unwrap()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    pub async fn wait_for(&self, requests: usize) {
        loop {
            let arrived = self.arrived.notified();
            if self.seen.lock().unwrap().len() >= requests {
                return;
            }
            arrived.await;
        }
    }

    /// Waits until a connection is closed, from either side.
    pub async fn closed(&self) {
        self.closed.notified().await;
    }
}

/// The client of a server that does with each connection what `script` says.
pub async fn scripted<F>(script: impl Fn(TcpStream) -> F + Send + 'static) -> Client
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::at(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(script(stream));
        }
    });
    client
}

/// Reads the head of a request, and not a byte of its body.
pub async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// Waits until nothing is in flight. A connection that is being opened for a call that was given up counts until it is there.
pub async fn rests(client: &Client) {
    while client.status().in_flight > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

pub fn answer(status: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn serve(
    mut stream: TcpStream,
    connection: usize,
    seen: &Mutex<Vec<Seen>>,
    arrived: &Notify,
    reply: &(impl Fn(&Seen) -> Reply + Send + Sync),
) {
    let mut input = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = input.windows(4).position(|four| four == b"\r\n\r\n") {
                break input.drain(..end + 4).collect::<Vec<_>>();
            }
            if !more(&mut stream, &mut input).await {
                return;
            }
        };
        let mut request = Seen {
            connection,
            head: String::from_utf8(head).unwrap(),
            body: Vec::new(),
        };
        if request.header("transfer-encoding") == ["chunked"] {
            loop {
                while !input.windows(2).any(|two| two == b"\r\n") {
                    if !more(&mut stream, &mut input).await {
                        return;
                    }
                }
                let end = input.windows(2).position(|two| two == b"\r\n").unwrap();
                let size = String::from_utf8(input.drain(..end + 2).collect()).unwrap();
                let size = usize::from_str_radix(size.trim(), 16).unwrap();
                while input.len() < size + 2 {
                    if !more(&mut stream, &mut input).await {
                        return;
                    }
                }
                request.body.extend(input.drain(..size));
                input.drain(..2);
                if size == 0 {
                    break;
                }
            }
        } else {
            let length = request.header("content-length");
            let length = length.first().map_or(0, |length| length.parse().unwrap());
            while input.len() < length {
                if !more(&mut stream, &mut input).await {
                    return;
                }
            }
            request.body = input.drain(..length).collect();
        }
        seen.lock().unwrap().push(request.clone());
        arrived.notify_waiters();
        match reply(&request) {
            Reply::Bytes(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Last(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Reply::Hang => while more(&mut stream, &mut Vec::new()).await {},
        }
    }
}

async fn more(stream: &mut TcpStream, to: &mut Vec<u8>) -> bool {
    stream.read_buf(to).await.is_ok_and(|read| read > 0)
}
