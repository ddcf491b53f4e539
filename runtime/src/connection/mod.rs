//! One connection: opened, lent to one exchange at a time, kept for a while.
//!
//! ```text
//! let connection = Connection::open(&target, address).await?;
//! let response = connection.send(request).await?; // the end of its body gives it to the pool
//! ```

mod body;
mod pool;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

pub(crate) use self::body::Body;
use crate::choose::Target;

/// How long one address has to accept a connection, TLS included.
pub(crate) const CONNECT: Duration = Duration::from_secs(1);

/// How long an exchange whose body has ended has to wind up: the task that drives the connection
/// needs one more turn. What takes longer is still sending, and of no use to another exchange.
const SETTLE: Duration = Duration::from_millis(20);

/// A connection that no exchange is on.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    target: Target,
    /// The runtime that drives it.
    home: Handle,
    opened: Instant,
}

pub(crate) enum SendError {
    /// Nothing was sent: here is the request again.
    Unsent(Box<Request<Full<Bytes>>>, hyper::Error),
    /// Something may have been sent.
    Broken(hyper::Error),
}

/// A connection to `target` from the pool, if one is open and idle.
pub(crate) async fn idle(target: &Target) -> Option<Connection> {
    while let Some(mut connection) = pool::take(target) {
        if matches!(timeout(SETTLE, connection.sender.ready()).await, Ok(Ok(()))) {
            return Some(connection);
        }
    }
    None
}

impl Connection {
    /// Connects to one address of `target`, within 1 s.
    pub(crate) async fn open(target: &Target, address: SocketAddr) -> io::Result<Connection> {
        let open = async {
            let tcp = TcpStream::connect(address).await?;
            tcp.set_nodelay(true)?;
            if target.is_https() {
                handshake(tls::secure(target.host(), tcp).await?).await
            } else {
                handshake(tcp).await
            }
        };
        let sender = timeout(CONNECT, open)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
        Ok(Connection {
            sender,
            target: target.clone(),
            home: Handle::current(),
            opened: Instant::now(),
        })
    }

    /// Sends one request; the response's body holds the connection until it ends.
    pub(crate) async fn send(
        mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Body>, SendError> {
        match self.sender.try_send_request(request).await {
            Ok(response) => Ok(response.map(|incoming| Body::new(incoming, self))),
            Err(mut error) => Err(match error.take_message() {
                Some(request) => SendError::Unsent(Box::new(request), error.into_error()),
                None => SendError::Broken(error.into_error()),
            }),
        }
    }
}

async fn handshake<T>(io: T) -> io::Result<SendRequest<Full<Bytes>>>
where
    TokioIo<T>: Read + Write + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(io))
        .await
        .map_err(io::Error::other)?;
    // What goes wrong reaches the exchange that is on the connection.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}
