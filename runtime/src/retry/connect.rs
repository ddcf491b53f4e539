//! A connection for a request: an idle one, or a new one to whichever task can be connected to.
//!
//! Nothing is sent meanwhile, so this goes on over all tasks, for any method.
//!
//! ```text
//! let (connection, lease) = call.connect().await?;
//! ```

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use std::{io, mem};

use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::replay::by_chance;
use super::{Call, Failure};
use crate::balance::{Avoid, Verdict};
use crate::connection::{Connection, Lease};
use crate::route::NoLease;

/// How long an address has for itself, before the next one is tried beside it.
const ALONE: Duration = Duration::from_millis(250);

/// How often all addresses are tried again that could not be connected to: a proxy may just be starting.
const ROUNDS: u32 = 2;

/// How long to wait before that, the first time.
const PAUSE: Duration = Duration::from_millis(25);

type Opened = (Box<Connection>, Lease);
type Connecting = io::Result<Box<Connection>>;

impl Call<'_> {
    /// Within the deadline, whatever it takes.
    pub(super) async fn connect(&mut self) -> Result<Opened, Failure> {
        let Some(end) = self.end else {
            return self.connect_to_any().await;
        };
        match timeout_at(end, self.connect_to_any()).await {
            Ok(opened) => opened,
            Err(_) => Err(Failure::Late),
        }
    }

    /// The same, with a task that was found for it.
    pub(super) async fn open(&mut self, lease: Lease) -> Result<Opened, Failure> {
        let Some(end) = self.end else {
            return self.open_or_others(lease).await;
        };
        match timeout_at(end, self.open_or_others(lease)).await {
            Ok(opened) => opened,
            Err(_) => Err(Failure::Late),
        }
    }

    async fn open_or_others(&mut self, lease: Lease) -> Result<Opened, Failure> {
        match self.open_or_beside(lease).await {
            Some(opened) => Ok(opened),
            None => self.connect_to_any().await,
        }
    }

    async fn connect_to_any(&mut self) -> Result<Opened, Failure> {
        loop {
            let lease = match self.route.lease(&self.avoid, self.is_again).await {
                Ok(lease) => lease,
                Err(NoLease::Unresolved { problem, error }) => {
                    return Err(Failure::Unresolved { problem, error });
                }
                Err(NoLease::Full) => {
                    return Err(Failure::Full(self.route.resilience.max_in_flight));
                }
                Err(NoLease::Unreachable) => {
                    self.begin_round().await?;
                    continue;
                }
            };
            self.is_again = true;
            if let Some(connection) = lease.idle(self.retries > 0) {
                return Ok((connection, lease));
            }
            if let Some(opened) = self.open_or_beside(lease).await {
                return Ok(opened);
            }
        }
    }

    /// Everything was tried: waits, and asks DNS for others.
    async fn begin_round(&mut self) -> Result<(), Failure> {
        let failures = mem::take(&mut self.unreachable);
        let rounds = ROUNDS.min(self.route.resilience.retries);
        // Where nothing comes back, nothing is starting.
        let is_silent = |(_, error): &(_, io::Error)| error.kind() == io::ErrorKind::TimedOut;
        let pause = PAUSE * (self.rounds + 1);
        let pause = pause + by_chance(pause);
        let is_late = self.end.is_some_and(|end| end <= Instant::now() + pause);
        if self.rounds >= rounds || is_late || failures.iter().any(is_silent) {
            return Err(Failure::Connect(failures));
        }
        self.rounds += 1;
        sleep(pause).await;
        self.route.look_up().await;
        self.avoid.unreachable.clear();
        Ok(())
    }

    /// Connects to a task; if that takes long, to the next one beside it.
    async fn open_or_beside(&mut self, lease: Lease) -> Option<Opened> {
        let limit = self.route.resilience.connect_timeout;
        let (pool, address) = (Arc::clone(lease.pool()), lease.address());
        let mut first = Box::pin(opened(lease, limit));
        if let Ok(opened) = timeout(ALONE.min(self.limit / 3), first.as_mut()).await {
            return self.take(opened);
        }
        let avoid = Avoid {
            unreachable: [&self.avoid.unreachable[..], &[address]].concat(),
            tried: self.avoid.tried.clone(),
        };
        let Ok(beside) = self.route.lease(&avoid, true).await else {
            return self.take(first.await);
        };
        let mut second = Box::pin(opened(beside, limit));
        let (is_first, opened) = poll_fn(|cx| {
            if let Poll::Ready(opened) = first.as_mut().poll(cx) {
                return Poll::Ready((true, opened));
            }
            second.as_mut().poll(cx).map(|opened| (false, opened))
        })
        .await;
        match self.take(opened) {
            Some(opened) => {
                if !is_first {
                    pool.failed(address, Verdict::Unreachable);
                }
                Some(opened)
            }
            None if is_first => self.take(second.await),
            None => self.take(first.await),
        }
    }

    fn take(&mut self, (lease, opened): (Lease, Connecting)) -> Option<Opened> {
        match opened {
            Ok(connection) => Some((connection, lease)),
            Err(error) => {
                lease.failed(Verdict::Unreachable);
                self.is_unreachable(lease.address(), error);
                None
            }
        }
    }
}

async fn opened(lease: Lease, limit: Duration) -> (Lease, Connecting) {
    let connecting = lease.connect(limit).await;
    (lease, connecting)
}
