//! Opening a connection that many streams are to be on. It belongs to no request: whoever began it may be gone.
//!
//! ```text
//! pool.trunk(address, limit).await?; // now there is one
//! ```

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use h2::client::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Handle, Id};
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::super::idle::Wanted;
use super::super::pool::MANY;
use super::super::{MAX_HEAD, Pool, dial, tls, within};
use super::driver::{Driver, Shared};
use super::pulse::Pulse;
use super::{Slot, Trunk};

/// What an opening came to; `None` for as long as it is under way.
pub(super) type Outcome = Option<Result<(), (io::ErrorKind, String)>>;

/// How much of an answer may come that nobody has read yet, in bytes.
const STREAM_WINDOW: u32 = 512 * 1024;

/// The same for all on a connection: so many may rest unread before others have to wait for them.
const WINDOW: u32 = 32 * STREAM_WINDOW;

impl Pool {
    /// A place on a connection to a task that is there. If it would be better to have another one, that is opened.
    pub(super) fn slot(self: &Arc<Pool>, address: SocketAddr, wanted: Wanted) -> Option<Slot> {
        let (slot, is_more) = {
            let mut state = self.state();
            let task = state.tasks.get(address)?;
            let wanted = wanted.of(task);
            task.connections.trunks.take(Instant::now(), wanted)
        };
        if is_more && slot.is_some() {
            self.begin_trunk(address, self.resilience.connect_timeout, true);
        }
        slot
    }

    /// Waits for one that is being opened, or opens one, unless others did so meanwhile.
    pub(super) async fn trunk(
        self: &Arc<Pool>,
        address: SocketAddr,
        limit: Duration,
    ) -> io::Result<()> {
        let mut opening = self.begin_trunk(address, limit, false);
        let outcome = opening.wait_for(Option::is_some).await;
        match outcome.as_deref() {
            Ok(Some(Ok(()))) => Ok(()),
            Ok(Some(Err((kind, problem)))) => Err(io::Error::new(*kind, problem.clone())),
            Ok(None) | Err(_) => {
                let problem = "the runtime that was to open it has ended";
                Err(io::Error::new(io::ErrorKind::Interrupted, problem))
            }
        }
    }

    fn begin_trunk(
        self: &Arc<Pool>,
        address: SocketAddr,
        limit: Duration,
        is_another: bool,
    ) -> watch::Receiver<Outcome> {
        let home = Handle::current().id();
        let (told, outcome) = watch::channel(None);
        {
            let mut state = self.state();
            if let Some(task) = state.tasks.get(address) {
                let trunks = &mut task.connections.trunks;
                if let Some(outcome) = trunks.opening(home) {
                    return outcome;
                }
                if !is_another && trunks.has_room(home, Instant::now()) {
                    told.send_replace(Some(Ok(())));
                    return outcome;
                }
                trunks.opens(home, outcome.clone());
            }
        }
        let opening = Opening {
            pool: Arc::clone(self),
            address,
            home,
            told,
        };
        // A runtime that ends drops it at once, which takes the lock.
        tokio::spawn(opening.run(limit));
        outcome
    }

    /// Gives up a connection that fails while others do not: it leads to a task that does.
    pub(super) fn give_up(&self, address: SocketAddr, trunk: &Arc<Trunk>) {
        let mut state = self.state();
        if let Some(task) = state.tasks.get(address)
            && task.failures() < MANY
        {
            task.connections.trunks.give_up(trunk);
        }
    }
}

struct Opening {
    pool: Arc<Pool>,
    address: SocketAddr,
    home: Id,
    told: watch::Sender<Outcome>,
}

impl Opening {
    async fn run(self, limit: Duration) {
        let outcome = within(limit, self.open())
            .await
            .map(|trunk| self.keep(trunk))
            .map_err(|error| (error.kind(), error.to_string()));
        self.told.send_replace(Some(outcome));
    }

    async fn open(&self) -> io::Result<Trunk> {
        let target = &self.pool.target;
        let tcp = dial(self.address).await?;
        if target.is_https() {
            self.settle(tls::secure(target.host(), tcp, Some(b"h2")).await?)
                .await
        } else {
            self.settle(tcp).await
        }
    }

    /// A connection is one once the other end has said that it speaks HTTP/2. Until then nothing is sent, so what accepts
    /// connections and is silent otherwise gets no request.
    async fn settle<T>(&self, io: T) -> io::Result<Trunk>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = Builder::new()
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(WINDOW)
            .initial_max_send_streams(0)
            .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
            .enable_push(false)
            .handshake(io)
            .await
            .map_err(|error| {
                let kind = error.get_io().map_or(io::ErrorKind::Other, io::Error::kind);
                io::Error::new(kind, error)
            })?;
        let now = Instant::now();
        let expires = self.pool.expiry(self.address);
        let shared = Shared::new(Pulse::new(now, expires));
        let (leave, left) = oneshot::channel();
        let (settle, settled) = oneshot::channel();
        let driver = Driver {
            connection,
            shared: Arc::clone(&shared),
            left,
        };
        tokio::spawn(driver.run(settle));
        let trunk = Trunk {
            sender,
            shared,
            home: self.home,
            expires,
            latency: Mutex::default(),
            failures: AtomicU32::new(0),
            is_broken: AtomicBool::new(false),
            _left: leave,
        };
        match settled.await {
            Ok(settled) => settled.map(|()| trunk),
            Err(_) => Err(io::ErrorKind::Interrupted.into()),
        }
    }

    fn keep(&self, trunk: Trunk) {
        let mut state = self.pool.state();
        let old = state.tasks.get(self.address).map(|task| {
            let trunks = &mut task.connections.trunks;
            trunks.opened(self.home);
            trunks.keep(Arc::new(trunk), Instant::now())
        });
        drop(state);
        drop(old);
    }
}

/// However it ended, it is not under way.
impl Drop for Opening {
    fn drop(&mut self) {
        if let Some(task) = self.pool.state().tasks.get(self.address) {
            task.connections.trunks.opened(self.home);
        }
    }
}
