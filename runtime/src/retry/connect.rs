//! A connection for a request: an idle one, or a new one to whichever task can be connected to.
//!
//! Nothing is sent meanwhile, so this goes on over all tasks, for any method.
//!
//! ```text
//! let (connection, lease) = call.connect().await?;
//! ```

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use std::{io, mem};

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::replay::by_chance;
use super::{Call, Failure, poll_any};
use crate::balance::Verdict;
use crate::connection::{Lease, Link};
use crate::route::NoLease;

/// How long an address has for itself, before the next one is tried beside it.
const ALONE: Duration = Duration::from_millis(250);

/// How often all addresses are tried again that could not be connected to: a proxy may just be starting.
const ROUNDS: u32 = 2;

/// For how long they are in ECS: all tasks may just have been replaced, and DNS be late to say so.
const REPLACED: Duration = Duration::from_secs(2);

/// How long to wait before that, the first time, and then twice as long each time.
const PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

impl Call<'_> {
    /// Connects within the deadline, whatever it takes; first to the task that was found for it, if one was.
    pub(super) async fn connect<L: Link>(
        &mut self,
        found: Option<Lease>,
    ) -> Result<(L, Lease), Failure> {
        let end = self.end;
        let connecting = self.connect_to_any(found);
        match end {
            None => connecting.await,
            Some(end) => timeout_at(end, connecting)
                .await
                .unwrap_or(Err(Failure::Late)),
        }
    }

    async fn connect_to_any<L: Link>(
        &mut self,
        mut found: Option<Lease>,
    ) -> Result<(L, Lease), Failure> {
        loop {
            let lease = if let Some(lease) = found.take() {
                lease
            } else {
                let patience = self.patience();
                let lease = self.route.lease(&self.avoid, self.is_again, patience);
                match lease.await {
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
                }
            };
            self.is_again = true;
            if let Some(link) = L::at_hand(&lease, self.retries > 0) {
                return Ok((link, lease));
            }
            if let Some(opened) = self.open_or_beside(lease).await {
                return Ok(opened);
            }
        }
    }

    /// Everything was tried: waits, and asks DNS for others.
    async fn begin_round(&mut self) -> Result<(), Failure> {
        let failures = mem::take(&mut self.unreachable);
        let now = Instant::now();
        let began = *self.round_began.get_or_insert(now);
        let pause = (PAUSE * 2_u32.pow(self.rounds.min(8))).min(LONGEST_PAUSE);
        let next = now + pause + by_chance(pause);
        let may_go_on = if self.route.choice.deployed {
            next < began + REPLACED
        } else {
            self.rounds < ROUNDS
        };
        let is_on = self.route.resilience.retries > 0;
        let is_late = self.end.is_some_and(|end| end <= next);
        let may_start = failures.iter().any(|(_, error)| is_unreachable(error));
        if !may_go_on || !is_on || is_late || !may_start {
            return Err(Failure::Connect(failures));
        }
        self.rounds += 1;
        sleep_until(next).await;
        self.route.look_up(self.patience()).await;
        self.avoid.unreachable.clear();
        Ok(())
    }

    /// Connects to a task; while that takes long, to the next ones beside it. `None` where none of them can be.
    async fn open_or_beside<L: Link>(&mut self, lease: Lease) -> Option<(L, Lease)> {
        let limit = self.route.resilience.connect_timeout;
        let alone = ALONE.min(self.limit / 3);
        let mut avoid = self.avoid.clone();
        avoid.unreachable.push(lease.address());
        let mut pending = Pending(vec![connecting(lease, limit)]);
        let mut is_more = true;
        while !pending.0.is_empty() {
            let first = poll_fn(|cx| poll_any(&mut pending.0, cx));
            let first = if is_more {
                timeout(alone, first).await
            } else {
                Ok(first.await)
            };
            match first {
                Ok((index, (lease, opened))) => {
                    drop(pending.0.swap_remove(index));
                    if let Some(opened) = self.take(lease, opened) {
                        return Some(opened);
                    }
                }
                Err(_) => match self.route.lease(&avoid, true, self.patience()).await {
                    Ok(lease) => {
                        avoid.unreachable.push(lease.address());
                        if let Some(link) = L::at_hand(&lease, self.retries > 0) {
                            return Some((link, lease));
                        }
                        pending.0.push(connecting(lease, limit));
                    }
                    Err(_) => is_more = false,
                },
            }
        }
        None
    }

    fn take<L>(&mut self, lease: Lease, opened: io::Result<L>) -> Option<(L, Lease)> {
        match opened {
            Ok(link) => Some((link, lease)),
            Err(error) => {
                judge(&lease, &error);
                self.is_unreachable(lease.address(), error);
                None
            }
        }
    }
}

/// Takes note that a task cannot be connected to.
fn judge(lease: &Lease, error: &io::Error) {
    if is_unreachable(error) {
        lease.judge(Verdict::Unreachable);
    }
}

/// Whether nobody listens there, or not yet, or too many want to connect. Other errors are not the task's doing, such as a
/// certificate that this end does not trust.
fn is_unreachable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::TimedOut
            | io::ErrorKind::UnexpectedEof
    )
}

type Connecting<L> = Pin<Box<dyn Future<Output = (Lease, io::Result<L>)> + Send>>;

fn connecting<L: Link>(lease: Lease, limit: Duration) -> Connecting<L> {
    Box::pin(async move {
        let opened = L::open(&lease, limit).await;
        (lease, opened)
    })
}

/// What is under way. Nobody waits for it any more as it is dropped, because another one came first or the call is given up:
/// it is left to itself, kept if it comes to something, and says something about its task if not.
struct Pending<L: Link>(Vec<Connecting<L>>);

impl<L: Link> Drop for Pending<L> {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        for connecting in self.0.drain(..) {
            runtime.spawn(async move {
                match connecting.await {
                    (lease, Ok(link)) => link.keep(lease),
                    (lease, Err(error)) => judge(&lease, &error),
                }
            });
        }
    }
}
