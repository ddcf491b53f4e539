//! Connections of HTTP/2, which many requests are on at a time.
//!
//! There is one to each task, and a second one only where a server allows no more streams on the first. Through a proxy
//! there are several, as each leads to one task, and an older one is used only until another is there. They are opened by a
//! task of their own: what was opened for one request is for all.
//!
//! ```text
//! let slot = Slot::open(&lease, limit).await?;
//! let response = slot.send(request, upload, lease).await?; // whose body holds the slot
//! ```

mod driver;
mod messages;
mod opening;
mod pulse;
mod received;
mod stream;
mod trunks;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use tokio::runtime::Id;
use tokio::sync::oneshot;
use tokio::time::Instant;

use self::driver::Shared;
pub(crate) use self::messages::Messages;
pub(crate) use self::received::Received;
pub(crate) use self::stream::{Unanswered, is_unavailable};
pub(super) use self::trunks::Trunks;
use super::idle::Wanted;
use super::{BAD, Lease, Link};
use crate::balance::mean_latency;

/// A connection.
pub(super) struct Trunk {
    sender: SendRequest<Bytes>,
    shared: Arc<Shared>,
    /// The runtime that its socket belongs to.
    home: Id,
    expires: Instant,
    /// Of its answers of late; zero is unknown.
    latency: Mutex<Duration>,
    /// Answers in a row that said that the task cannot.
    failures: AtomicU32,
    is_broken: AtomicBool,
    /// Tells the driver, as this is dropped.
    _left: oneshot::Sender<()>,
}

impl Trunk {
    /// A place for a stream on it.
    fn slot(self: &Arc<Trunk>, now: Instant) -> Option<Slot> {
        let limit = self.sender.current_max_send_streams();
        let has_room = self.shared.pulse().begin(now, limit);
        has_room.then(|| Slot(Arc::clone(self)))
    }

    /// Whether it takes requests, as far as this end knows: it ends, or the other end has said that it goes.
    fn is_open(&self) -> bool {
        let mut quiet = Context::from_waker(Waker::noop());
        // A handle without a stream: it waits for nothing.
        let mut sender = self.sender.clone();
        let is_going = matches!(sender.poll_ready(&mut quiet), Poll::Ready(Err(_)));
        !is_going && !self.shared.pulse().is_over()
    }

    fn has_room(&self) -> bool {
        self.streams() < self.sender.current_max_send_streams()
    }

    fn streams(&self) -> usize {
        self.shared.pulse().streams()
    }

    fn latency(&self) -> Duration {
        *self.latency.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_failed(&self) -> bool {
        self.failures.load(Ordering::Relaxed) > 0
    }

    fn answers(&self, latency: Option<Duration>) {
        self.failures.store(0, Ordering::Relaxed);
        if let Some(latency) = latency {
            let mut mean = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
            *mean = mean_latency(*mean, latency);
        }
    }

    /// Whether it breaks now. However many streams were on it, that is one failure.
    fn breaks(&self) -> bool {
        !self.is_broken.swap(true, Ordering::Relaxed)
    }

    /// Whether it failed so often that it is not to be kept.
    fn fails(&self) -> bool {
        self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= BAD
    }
}

/// A place for one stream on a connection, from before it begins to the end of its answer.
pub(crate) struct Slot(Arc<Trunk>);

impl Slot {
    /// Whether nothing was ever answered over its connection.
    pub(crate) fn is_new(&self) -> bool {
        self.0.shared.pulse().is_new()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.shared.pulse().end();
    }
}

impl Link for Slot {
    fn at_hand(lease: &Lease, is_again: bool) -> Option<Slot> {
        let wanted = Wanted::at(lease.address(), is_again);
        lease.pool().slot(lease.address(), wanted)
    }

    async fn open(lease: &Lease, limit: Duration) -> io::Result<Slot> {
        // Others may be quicker to take all places of a connection, once; or it may end at once.
        for _ in 0..3 {
            lease.pool().trunk(lease.address(), limit).await?;
            // A new one, if others do not have it already.
            let slot = Slot::at_hand(lease, true).or_else(|| Slot::at_hand(lease, false));
            if let Some(slot) = slot {
                return Ok(slot);
            }
        }
        let problem = "it was closed at once";
        Err(io::Error::new(io::ErrorKind::ConnectionAborted, problem))
    }

    fn keep(self, _: Lease) {}
}
