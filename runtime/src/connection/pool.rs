//! The tasks behind one target, and the idle connections to each.
//!
//! ```text
//! match pool.take(&avoid, false) {
//!     Take::Lease(lease) => lease.idle(false), // or else lease.connect(limit)
//!     Take::Unknown => …                       // look the name up
//! }
//! ```

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use std::{io, mem};

use tokio::runtime::Id;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::idle::{Connections, Reaper, Wanted};
use super::{Connection, Lease};
use crate::Resilience;
use crate::balance::{Avoid, Budget, Tasks, Verdict};
use crate::choose::Target;

/// How long a service may be left alone before a call waits for DNS again: the TTL. While it is called, names are looked
/// up beside the calls; but what was the address of a task may be that of another service's after a while.
const STALE: Duration = Duration::from_secs(10);

/// After how many failures in a row it is not this connection or that one that fails.
const MANY: u32 = 16;

/// What all callers of a target with the same settings share.
pub(crate) struct Pool {
    pub(crate) target: Target,
    pub(crate) resilience: Resilience,
    /// Whether the target has an address in place of a name.
    is_address: bool,
    /// For those who wait for the same look-up.
    pub(crate) lookup: tokio::sync::Mutex<()>,
    /// Told when no request is in flight any more.
    rest: Notify,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) tasks: Tasks<Connections>,
    budget: Budget,
    in_flight: usize,
    lookups: Lookups,
    /// The runtimes that have one.
    pub(super) reapers: Vec<Id>,
}

/// What is known of look-ups of the name.
#[derive(Default)]
struct Lookups {
    /// When the last one began beside a call.
    began: Option<Instant>,
    /// When the last one ended, and how.
    ended: Option<(Instant, Option<(io::ErrorKind, String)>)>,
    /// When the tasks were last taken for what they are: there is a look-up every few seconds from then on.
    trusted: Option<Instant>,
}

/// What a request gets.
pub(crate) enum Take {
    Lease(Lease),
    /// There are no tasks: the name was never looked up, or does not resolve.
    Unknown,
    /// The tasks are those of a while ago.
    Stale,
    /// All addresses are to be avoided.
    Unreachable,
    /// So many requests are in flight as may be.
    Full,
}

type Pools = HashMap<(Target, Resilience), Weak<Pool>>;

fn pools() -> MutexGuard<'static, Pools> {
    static POOLS: LazyLock<Mutex<Pools>> = LazyLock::new(Mutex::default);
    POOLS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All that are in use.
pub(super) fn all() -> Vec<Arc<Pool>> {
    pools().values().filter_map(Weak::upgrade).collect()
}

impl Pool {
    /// The one of a target. It is there for as long as somebody has it, or it has idle connections.
    pub(crate) fn of(target: &Target, resilience: Resilience) -> Arc<Pool> {
        let mut pools = pools();
        let key = (target.clone(), resilience);
        if let Some(pool) = pools.get(&key).and_then(Weak::upgrade) {
            return pool;
        }
        pools.retain(|_, pool| pool.strong_count() > 0);
        let turn = usize::from(RandomState::new().hash_one(0).to_ne_bytes()[0]);
        let pool = Arc::new(Pool {
            target: target.clone(),
            resilience,
            is_address: target.is_address(),
            lookup: tokio::sync::Mutex::default(),
            rest: Notify::new(),
            state: Mutex::new(State {
                tasks: Tasks::starting_at(turn),
                budget: Budget::default(),
                in_flight: 0,
                lookups: Lookups::default(),
                reapers: Vec::new(),
            }),
        });
        pools.insert(key, Arc::downgrade(&pool));
        pool
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A task for a request, or for another try of one.
    pub(crate) fn take(self: &Arc<Pool>, avoid: &Avoid, is_again: bool) -> Take {
        let now = Instant::now();
        let mut state = self.state();
        if state.tasks.is_empty() {
            return Take::Unknown;
        }
        if !self.is_static(&state) {
            if state
                .lookups
                .trusted
                .is_none_or(|trusted| trusted + STALE < now)
            {
                return Take::Stale;
            }
            state.lookups.trusted = Some(now);
        }
        if !is_again {
            if state.in_flight >= self.resilience.max_in_flight {
                return Take::Full;
            }
            state.budget.request(now);
        }
        let Some(task) = state.tasks.pick(now, avoid) else {
            return Take::Unreachable;
        };
        let address = task.address();
        state.in_flight += 1;
        let interval = self.resilience.lookup_interval;
        let is_lookup_due = !self.is_static(&state) && state.lookups.is_due(now, interval);
        Take::Lease(Lease::new(self, address, now, is_lookup_due))
    }

    /// Whether it always is what it is: an address, or a name that the hosts file of this task has.
    fn is_static(&self, state: &State) -> bool {
        self.is_address || state.tasks.is_proxy()
    }

    /// Waits until no request is in flight.
    pub(super) async fn is_at_rest(&self) {
        loop {
            let rest = self.rest.notified();
            if self.state().in_flight == 0 {
                return;
            }
            rest.await;
        }
    }

    /// Closes all connections that no request is on.
    pub(super) fn close_idle(&self) {
        let mut state = self.state();
        let tasks = state.tasks.iter_mut();
        let idle: Vec<_> = tasks.map(|task| mem::take(&mut task.connections)).collect();
        // What is closed takes the lock.
        drop(state);
        drop(idle);
    }

    /// Whether a request may be sent again, which counts it.
    pub(crate) fn may_retry(&self) -> bool {
        let percent = self.resilience.retry_budget;
        self.state().budget.take(Instant::now(), percent)
    }

    /// A task has failed.
    pub(crate) fn failed(&self, address: SocketAddr, verdict: Verdict) {
        let now = Instant::now();
        let mut state = self.state();
        state.tasks.judge(address, verdict, now, &self.resilience);
    }

    pub(crate) fn is_known(&self) -> bool {
        !self.state().tasks.is_empty()
    }

    /// Takes what is known of the tasks for what they are, where nothing newer can be had.
    pub(crate) fn trust(&self) {
        self.state().lookups.trusted = Some(Instant::now());
    }

    /// What a look-up came to that ended since.
    pub(crate) fn looked_up(&self, since: Instant) -> Option<io::Result<()>> {
        let state = self.state();
        let (ended, failure) = state.lookups.ended.as_ref()?;
        (*ended >= since).then(|| match failure {
            Some((kind, problem)) => Err(io::Error::new(*kind, problem.clone())),
            None => Ok(()),
        })
    }

    /// Whether the name was looked up before, whatever came of it.
    pub(crate) fn was_looked_up(&self) -> bool {
        self.state().lookups.ended.is_some()
    }

    /// Whether it is time to look the name up beside a call; if so, it is time again only after a while.
    pub(crate) fn is_lookup_due(&self) -> bool {
        let interval = self.resilience.lookup_interval;
        self.state().lookups.is_due(Instant::now(), interval)
    }

    /// Takes the addresses that a look-up gave. If it gave none, the tasks are those that they were.
    pub(crate) fn learn(&self, answer: io::Result<Vec<SocketAddr>>) -> io::Result<()> {
        let answer = answer.and_then(|addresses| {
            if addresses.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "it has no address"));
            }
            Ok(addresses)
        });
        let now = Instant::now();
        let mut state = self.state();
        let outcome = match answer {
            Ok(addresses) => {
                state.lookups.trusted = Some(now);
                Ok(state.tasks.merge(&addresses))
            }
            Err(error) => Err(error),
        };
        let failure = outcome
            .as_ref()
            .err()
            .map(|error| (error.kind(), error.to_string()));
        state.lookups.ended = Some((now, failure));
        // What is closed takes the lock.
        drop(state);
        outcome.map(drop)
    }

    /// An idle connection to a task.
    pub(super) fn idle(&self, address: SocketAddr, wanted: Wanted) -> Option<Box<Connection>> {
        let mut state = self.state();
        let task = state.tasks.get(address)?;
        let in_flight = task.in_flight();
        task.connections.take(Instant::now(), wanted, in_flight)
    }

    /// A connection to a task is opened.
    pub(super) fn opens(&self, address: SocketAddr) {
        if let Some(task) = self.state().tasks.get(address) {
            task.connections.opens();
        }
    }

    /// No answer came from a task after so long.
    pub(super) fn is_late(&self, address: SocketAddr, after: Duration) {
        self.state().tasks.is_late(address, after);
    }

    /// A request has ended; its connection is kept if there is one.
    pub(super) fn end(
        self: &Arc<Pool>,
        address: SocketAddr,
        verdict: Option<Verdict>,
        connection: Option<Box<Connection>>,
    ) {
        let now = Instant::now();
        let mut state = self.state();
        state.in_flight -= 1;
        if state.in_flight == 0 {
            self.rest.notify_waiters();
        }
        state.tasks.end(address, verdict, now, &self.resilience);
        let Some(connection) = connection else {
            return;
        };
        let home = connection.home.clone();
        let left = match state.tasks.get(address) {
            // One that fails while others do not leads to a task that does.
            Some(task) if !connection.is_bad() || task.failures() >= MANY => {
                task.connections.keep(connection, now)
            }
            _ => Some(connection),
        };
        let is_new = left.is_none() && !state.reapers.contains(&home.id());
        if is_new {
            state.reapers.push(home.id());
        }
        // What is closed takes the lock, and so does a reaper that a runtime drops as it ends.
        drop(state);
        drop(left);
        if is_new {
            Reaper::start(Arc::clone(self), &home);
        }
    }
}

impl Lookups {
    fn is_due(&mut self, now: Instant, interval: Duration) -> bool {
        let last = self.ended.as_ref().map(|(ended, _)| *ended);
        let is_due = last
            .max(self.began)
            .is_none_or(|last| last + interval <= now);
        if is_due {
            self.began = Some(now);
        }
        is_due
    }
}
