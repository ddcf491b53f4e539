//! One connection: opened, lent to one exchange at a time, kept for a while.
//!
//! ```text
//! let connection = Connection::open(&target, address).await?;
//! let response = connection.send(request).await?; // the end of its body gives it to the pool
//! ```

mod driver;
mod incoming;
mod outgoing;
mod pool;
mod tls;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response, Version};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

use self::driver::Driver;
pub(crate) use self::incoming::Incoming;
pub(crate) use self::outgoing::{Outgoing, Stage, Turn, Upload};
use crate::choose::Target;

/// How long one address has to accept a connection, TLS included.
pub(crate) const CONNECT: Duration = Duration::from_secs(1);

/// How long the rest of a request may rest after its answer.
const REST: Duration = Duration::from_secs(15);

/// How large the head of a response may be in bytes, and the trailers after its body.
pub(crate) const MAX_HEAD: usize = 64 * 1024;

/// How many headers it may have: hyper's own limit, because another one costs an allocation for each response.
pub(crate) const MAX_HEADERS: usize = 100;

/// How much hyper buffers for each direction, in bytes; the part of a body that is on its way comes on top.
const MAX_BUFFER: usize = 256 * 1024;

/// A connection that no exchange is on. It is handed on in a box, for it is not small.
pub(crate) struct Connection {
    sender: SendRequest<Outgoing>,
    driver: Driver,
    target: Target,
    /// The runtime that its socket belongs to.
    home: Handle,
    opened: Instant,
    /// The streamed body of the last exchange.
    upload: Option<Arc<Upload>>,
    /// Whether the last answer was HTTP/1.1. An older server knows no chunks, and without them hyper would send a
    /// streamed body as an empty one.
    is_current: bool,
    /// Whether the last answer was an error, which says that the rest of the request is not wanted.
    is_refused: bool,
}

pub(crate) enum SendError {
    /// Nothing was sent: here is the request again.
    Unsent(Box<Request<Outgoing>>, hyper::Error),
    /// Something may have been sent.
    Broken(hyper::Error),
}

/// A connection to `target` from the pool, if one is open and idle.
pub(crate) fn idle(target: &Target) -> Option<Box<Connection>> {
    while let Some(mut connection) = pool::take(target) {
        if connection.is_idle() {
            return Some(connection);
        }
    }
    None
}

impl Connection {
    /// Connects to one address of `target`, within 1 s.
    pub(crate) async fn open(target: &Target, address: SocketAddr) -> io::Result<Box<Connection>> {
        let open = async {
            let tcp = TcpStream::connect(address).await?;
            tcp.set_nodelay(true)?;
            if target.is_https() {
                handshake(tls::secure(target.host(), tcp).await?).await
            } else {
                handshake(tcp).await
            }
        };
        let (sender, driver) = timeout(CONNECT, open)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
        Ok(Box::new(Connection {
            sender,
            driver,
            target: target.clone(),
            home: Handle::current(),
            opened: Instant::now(),
            upload: None,
            is_current: true,
            is_refused: false,
        }))
    }

    /// Sends one request; the response's body holds the connection until it ends.
    pub(crate) async fn send(
        mut self: Box<Self>,
        request: Box<Request<Outgoing>>,
    ) -> Result<Response<Incoming>, SendError> {
        self.upload = request.body().upload();
        let answer = {
            let mut answer = pin!(self.sender.try_send_request(*request));
            let driver = &mut self.driver;
            poll_fn(|cx| driver.poll(cx, |cx| answer.as_mut().poll(cx))).await
        };
        match answer {
            Ok(response) => {
                let status = response.status();
                self.is_current = response.version() == Version::HTTP_11;
                self.is_refused = status.is_client_error() || status.is_server_error();
                if self.is_uploading() && !self.is_refused {
                    self.driver.detach(&self.home);
                }
                Ok(response.map(|body| Incoming::new(body, self)))
            }
            Err(mut error) => Err(match error.take_message() {
                Some(request) => SendError::Unsent(Box::new(request), error.into_error()),
                None => SendError::Broken(error.into_error()),
            }),
        }
    }
}

impl Connection {
    /// Keeps the connection, if another exchange may follow as far as this end knows.
    ///
    /// Where the answer came before the whole request went out, the rest is sent (RFC 9110, 7.5) for as long as it moves,
    /// unless the answer is an error.
    fn release(mut self: Box<Self>) {
        self.driver.settle();
        if self.is_current && self.sender.is_ready() && !self.is_uploading() {
            return pool::put(self);
        }
        if self.is_refused || self.sender.is_closed() {
            return;
        }
        let (rest, upload) = (self.driver.rest(), self.upload.take());
        self.home.spawn(async move {
            let mut rest = pin!(rest);
            while timeout(REST, rest.as_mut()).await.is_err() {
                let moved = upload.as_ref().and_then(|upload| upload.moved());
                if moved.is_none_or(|moved| moved.elapsed() >= REST) {
                    break;
                }
            }
        });
    }

    /// Whether it can take an exchange, with what came meanwhile.
    fn is_idle(&mut self) -> bool {
        self.driver.settle();
        self.sender.is_ready()
    }

    fn is_uploading(&self) -> bool {
        self.upload.as_ref().is_some_and(|upload| !upload.is_done())
    }
}

/// A socket is closed as it is dropped; TLS says so before, where nothing is under way.
impl Drop for Connection {
    fn drop(&mut self) {
        if self.target.is_https() && self.sender.is_ready() {
            self.home.spawn(self.driver.rest());
        }
    }
}

async fn handshake<T>(io: T) -> io::Result<(SendRequest<Outgoing>, Driver)>
where
    TokioIo<T>: Read + Write + Unpin + Send + 'static,
{
    let (sender, connection) = http1::Builder::new()
        .max_header_size(MAX_HEAD)
        .max_buf_size(MAX_BUFFER)
        .handshake(TokioIo::new(io))
        .await
        .map_err(io::Error::other)?;
    Ok((sender, Driver::new(connection)))
}
