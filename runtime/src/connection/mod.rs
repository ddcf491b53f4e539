//! One connection: opened, lent to one exchange at a time, kept for a while.
//!
//! ```text
//! let connection = lease.connect().await?;
//! let response = connection.send(request, lease).await?; // the end of its body gives it to the pool
//! ```

mod drain;
mod driver;
mod exchange;
mod hosts;
mod idle;
mod incoming;
mod lease;
mod lookups;
#[cfg(feature = "grpc")]
mod multiplexed;
mod outgoing;
mod pool;
mod snapshot;
mod tls;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::client::conn::http1::{self, SendRequest};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

pub use self::drain::drain;
use self::driver::Driver;
pub(crate) use self::exchange::{Exchange, SendError, is_failure};
pub(crate) use self::incoming::Incoming;
pub(crate) use self::lease::Lease;
#[cfg(feature = "grpc")]
pub(crate) use self::multiplexed::{Messages, Received, Slot, Unanswered, is_unavailable};
pub(crate) use self::outgoing::{Outgoing, Stage, Turn, Upload};
pub(crate) use self::pool::{Pool, Take};
use crate::balance::is_proxy;
use crate::chance;
use crate::choose::Target;

/// How old a connection to a task may become. An address may be one of a load balancer, which spreads connections.
const MAX_AGE: Duration = Duration::from_secs(30);

/// How many failing answers in a row a connection may give.
const BAD: u32 = 2;

/// How long the rest of a request may rest after its answer.
const REST: Duration = Duration::from_secs(15);

/// How large the head of a response may be in bytes, and the trailers after its body.
pub(crate) const MAX_HEAD: usize = 64 * 1024;

/// How many headers it may have: hyper's own limit, because another one costs an allocation for each response.
pub(crate) const MAX_HEADERS: usize = 100;

/// How much hyper buffers for each direction, in bytes; the part of a body that is on its way comes on top.
const MAX_BUFFER: usize = 256 * 1024;

/// A connection, with the exchange that is on it. It is handed on in a box, for it is not small.
pub(crate) struct Connection {
    sender: SendRequest<Outgoing>,
    driver: Driver,
    target: Target,
    /// The runtime that its socket belongs to.
    home: Handle,
    expires: Instant,
    /// The request that is in flight on it.
    lease: Option<Lease>,
    /// The streamed body of the last exchange.
    upload: Option<Arc<Upload>>,
    /// Whether the last answer was HTTP/1.1. An older server knows no chunks, and without them hyper would send a
    /// streamed body as an empty one.
    is_current: bool,
    /// Whether the last answer was an error, which says that the rest of the request is not wanted.
    is_refused: bool,
    /// Whether it was opened for the exchange that is on it.
    is_new: bool,
    /// Answers in a row that said that the task cannot: 502, 503 or 504.
    failures: u32,
    /// Of its answers of late; zero is unknown.
    latency: Duration,
}

/// What a request goes over, as a call looks for it: a connection of its own, or a place on one that others use too.
pub(crate) trait Link: Sized + Send + 'static {
    /// One that is there; for another try one that has not failed.
    fn at_hand(lease: &Lease, is_again: bool) -> Option<Self>;

    /// One to the address that the lease is for, within `limit`.
    fn open(lease: &Lease, limit: Duration) -> impl Future<Output = io::Result<Self>> + Send;

    /// It is not needed now.
    fn keep(self, lease: Lease);
}

impl Link for Box<Connection> {
    fn at_hand(lease: &Lease, is_again: bool) -> Option<Self> {
        lease.idle(is_again)
    }

    async fn open(lease: &Lease, limit: Duration) -> io::Result<Self> {
        lease.connect(limit).await
    }

    fn keep(self, lease: Lease) {
        lease.keep(self);
    }
}

impl Pool {
    /// Connects to an address within `limit`.
    async fn connect(&self, address: SocketAddr, limit: Duration) -> io::Result<Box<Connection>> {
        let target = &self.target;
        self.opens(address);
        let open = async {
            let tcp = dial(address).await?;
            if target.is_https() {
                handshake(tls::secure(target.host(), tcp, None).await?).await
            } else {
                handshake(tcp).await
            }
        };
        let (sender, driver) = within(limit, open).await?;
        Ok(Box::new(Connection {
            sender,
            driver,
            target: target.clone(),
            home: Handle::current(),
            expires: self.expiry(address),
            lease: None,
            upload: None,
            is_current: true,
            is_refused: false,
            is_new: true,
            failures: 0,
            latency: Duration::ZERO,
        }))
    }

    /// When a connection that is opened now has become too old.
    fn expiry(&self, address: SocketAddr) -> Instant {
        let age = if is_proxy(address) {
            self.resilience.max_proxy_connection_age
        } else {
            MAX_AGE
        };
        Instant::now() + scattered(age)
    }
}

async fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

async fn within<T>(limit: Duration, open: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(limit, open).await.unwrap_or_else(|_| {
        let problem = format!("did not answer within {limit:?}");
        Err(io::Error::new(io::ErrorKind::TimedOut, problem))
    })
}

/// At least three quarters of a time: those that are opened together are not closed together.
fn scattered(age: Duration) -> Duration {
    age / 1024 * (1024 - u32::from(chance::byte()))
}

impl Connection {
    /// Keeps the connection, if another exchange may follow as far as this end knows.
    ///
    /// Where the answer came before the whole request went out, the rest is sent (RFC 9110, 7.5) for as long as it moves,
    /// unless the answer is an error.
    fn release(mut self: Box<Self>) {
        self.driver.settle();
        let lease = self.lease.take();
        if self.is_current && self.sender.is_ready() && !self.is_uploading() {
            if let Some(lease) = lease {
                lease.keep(self);
            }
            return;
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

    /// Ends when the peer closes it, where no exchange is on it.
    pub(crate) async fn ends(&mut self) {
        let Connection { driver, sender, .. } = self;
        let ended = |_: &mut Context<'_>| {
            if sender.is_closed() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        };
        poll_fn(|cx| driver.poll(cx, ended)).await;
    }

    /// Whether it can take an exchange, with what came meanwhile.
    fn is_idle(&mut self) -> bool {
        self.driver.settle();
        self.sender.is_ready()
    }

    fn has_failed(&self) -> bool {
        self.failures > 0
    }

    fn latency(&self) -> Duration {
        self.latency
    }

    fn is_bad(&self) -> bool {
        self.failures >= BAD
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
