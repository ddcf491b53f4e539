//! A server of HTTP/2 that does with each stream what a test wants.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use h2::server::{Builder, Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::{HeaderMap, Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Client;

pub struct Server {
    pub address: SocketAddr,
    /// The bodies that came, whole.
    pub bodies: Arc<Mutex<Vec<Bytes>>>,
    pub streams: Arc<AtomicUsize>,
}

/// What is done with a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reply {
    /// Answers with what came.
    Echo,
    /// With nothing but this status.
    Status(&'static str),
    /// With an HTTP status, and no word of gRPC.
    Http(u16),
    /// The same at once, and the answer never ends.
    Open(u16),
    /// That it is not there, and to be left alone for so many milliseconds.
    Pushback(&'static str),
    Reset(Reason),
    /// After the head, and a message.
    ResetLater(Reason),
    /// It goes away as if the stream had not come: of the first one of a connection.
    GoAway,
    /// Breaks the connection, once all of the request came.
    Break,
    /// Never answers.
    Hang,
}

impl Server {
    /// `reply` is told the number of the stream, over all connections.
    pub async fn start(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Server {
        Server::start_at("127.0.0.1:0", reply).await
    }

    pub async fn start_at(
        address: &str,
        reply: impl Fn(usize) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind(address).await.unwrap();
        let server = Server {
            address: listener.local_addr().unwrap(),
            bodies: Arc::default(),
            streams: Arc::default(),
        };
        let (bodies, streams) = (Arc::clone(&server.bodies), Arc::clone(&server.streams));
        let reply = Arc::new(reply);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (bodies, streams) = (Arc::clone(&bodies), Arc::clone(&streams));
                let reply = Arc::clone(&reply);
                tokio::spawn(async move {
                    if reply(streams.load(Ordering::Relaxed)) == Reply::GoAway {
                        go_away(stream, &streams).await;
                        return;
                    }
                    let connection = Builder::new().handshake(stream).await.unwrap();
                    serve(connection, &bodies, &streams, &*reply).await;
                });
            }
        });
        server
    }

    pub fn client(&self) -> Client {
        Client::at(format!("http://{}", self.address)).unwrap()
    }

    pub fn streams(&self) -> usize {
        self.streams.load(Ordering::Relaxed)
    }

    /// How many requests came whole.
    pub fn requests(&self) -> usize {
        self.bodies.lock().unwrap().len()
    }
}

async fn serve(
    mut connection: Connection<TcpStream, Bytes>,
    bodies: &Arc<Mutex<Vec<Bytes>>>,
    streams: &AtomicUsize,
    reply: &(impl Fn(usize) -> Reply + Send + Sync),
) {
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let reply = reply(streams.fetch_add(1, Ordering::Relaxed));
        if let Reply::Reset(reason) = reply {
            respond.send_reset(reason);
            continue;
        }
        if let Reply::Open(status) = reply {
            let response = Response::builder().status(status).body(()).unwrap();
            let open = (respond.send_response(response, false).unwrap(), request);
            tokio::spawn(async move {
                let _open = open;
                std::future::pending::<()>().await;
            });
            continue;
        }
        let body = whole(request, &mut connection).await;
        bodies.lock().unwrap().push(body.clone());
        if reply == Reply::Break {
            return;
        }
        answer(reply, body, respond);
    }
}

/// Waits for the head of a request, and says that it did nothing at all.
async fn go_away(mut stream: TcpStream, streams: &AtomicUsize) {
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    stream.write_all(&settings).await.unwrap();
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.unwrap();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.unwrap();
        if head[3] == 1 {
            break;
        }
    }
    streams.fetch_add(1, Ordering::Relaxed);
    let frame = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    stream.write_all(&frame).await.unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
}

async fn whole(
    request: Request<RecvStream>,
    connection: &mut Connection<TcpStream, Bytes>,
) -> Bytes {
    let mut body = request.into_body();
    let mut all = Vec::new();
    let reading = async {
        while let Some(Ok(part)) = body.data().await {
            body.flow_control().release_capacity(part.len()).unwrap();
            all.extend_from_slice(&part);
        }
    };
    tokio::select! {
        () = reading => {}
        _ = std::future::poll_fn(|cx| connection.poll_closed(cx)) => {}
    }
    all.into()
}

fn answer(reply: Reply, body: Bytes, mut respond: SendResponse<Bytes>) {
    let head = |status: u16| {
        let response = Response::builder().status(status);
        response.header("content-type", "application/grpc")
    };
    let ok = || head(200).body(()).unwrap();
    match reply {
        Reply::Echo => {
            let mut stream = respond.send_response(ok(), false).unwrap();
            stream.send_data(body, false).unwrap();
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", "0".parse().unwrap());
            stream.send_trailers(trailers).unwrap();
        }
        Reply::Status(status) => {
            let response = head(200).header("grpc-status", status).body(()).unwrap();
            respond.send_response(response, true).unwrap();
        }
        Reply::Pushback(milliseconds) => {
            let response = head(200).header("grpc-status", "14");
            let response = response.header("grpc-retry-pushback-ms", milliseconds);
            respond
                .send_response(response.body(()).unwrap(), true)
                .unwrap();
        }
        Reply::Http(status) => {
            let response = Response::builder().status(status).body(()).unwrap();
            respond.send_response(response, true).unwrap();
        }
        Reply::ResetLater(reason) => {
            let mut stream = respond.send_response(ok(), false).unwrap();
            stream.send_data(body, false).unwrap();
            // What is not written yet would be forgotten.
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                stream.send_reset(reason);
            });
        }
        Reply::Hang => drop(tokio::spawn(async move {
            let _respond = respond;
            std::future::pending::<()>().await;
        })),
        Reply::Break | Reply::GoAway | Reply::Open(_) | Reply::Reset(_) => unreachable!(),
    }
}
