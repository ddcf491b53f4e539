//! The tasks behind one target, and the idle connections to each.
//!
//! ```text
//! match pool.take(&avoid, false) {
//!     Take::Lease(lease) => lease.idle(false), // or else lease.connect(limit)
//!     Take::Unknown => …                       // look the name up
//! }
//! ```

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use std::{io, mem};

use tokio::runtime::Id;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::hosts::Hosts;
use super::idle::{Connections, Reaper, Wanted};
use super::lookups::Lookups;
use super::{Connection, Lease};
use crate::Resilience;
use crate::balance::{Avoid, Budget, Ended, Tasks, Verdict};
use crate::chance;
use crate::choose::Target;
use crate::observe;

/// After how many failures in a row it is not this connection or that one that fails.
pub(super) const MANY: u32 = 16;

/// What all callers of a target with the same settings share.
pub(crate) struct Pool {
    pub(crate) target: Target,
    pub(crate) resilience: Resilience,
    /// Whether the target has an address in place of a name.
    is_address: bool,
    /// Told when a look-up has ended.
    pub(crate) told: Notify,
    /// Told when no request is in flight any more.
    rest: Notify,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) tasks: Tasks<Connections>,
    budget: Budget,
    pub(super) in_flight: usize,
    pub(super) lookups: Lookups,
    hosts: Hosts,
    /// The runtimes that have one.
    pub(super) reapers: Vec<Id>,
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
        let pool = Arc::new(Pool {
            target: target.clone(),
            resilience,
            is_address: target.is_address(),
            told: Notify::new(),
            rest: Notify::new(),
            state: Mutex::new(State {
                tasks: Tasks::starting_at(chance::byte().into()),
                budget: Budget::default(),
                in_flight: 0,
                lookups: Lookups::default(),
                hosts: Hosts::default(),
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
            if state.lookups.is_stale(now) {
                return Take::Stale;
            }
            state.lookups.trust(now);
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
        let is_lookup_due = self.is_due(&state, now);
        drop(state);
        Take::Lease(Lease::new(self, address, now, is_lookup_due))
    }

    /// Whether there is a task that gets requests and is not to be avoided.
    pub(crate) fn has_another(&self, avoid: &Avoid) -> bool {
        self.state().tasks.has_another(avoid)
    }

    /// Whether it always is what it is: an address, or a name that the hosts file of this task has.
    fn is_static(&self, state: &State) -> bool {
        self.is_address || state.tasks.is_proxy()
    }

    /// Whether a request is in flight.
    pub(super) fn is_busy(&self) -> bool {
        self.state().in_flight > 0
    }

    /// Waits until no request is in flight.
    pub(super) async fn rests(&self) {
        loop {
            let rest = self.rest.notified();
            if !self.is_busy() {
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

    /// How a request went that began then.
    pub(super) fn judge(&self, address: SocketAddr, began: Instant, verdict: Verdict) {
        let ended = self.ended(address, began);
        let change = self.state().tasks.judge(&ended, verdict, Instant::now());
        // Who listens may take the lock, be slow, or panic.
        observe::judged(&self.target, address, began, verdict, change);
    }

    fn ended(&self, address: SocketAddr, began: Instant) -> Ended<'_> {
        Ended {
            address,
            began,
            resilience: &self.resilience,
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        !self.state().tasks.is_empty()
    }

    /// Begins a look-up, unless one is under way.
    pub(crate) fn begin_lookup(&self) -> bool {
        self.state().lookups.begin(Instant::now())
    }

    /// What a look-up came to that ended since.
    pub(crate) fn looked_up(&self, since: Instant) -> Option<io::Result<()>> {
        self.state().lookups.outcome(since)
    }

    /// Whether the name was looked up before, whatever came of it.
    pub(crate) fn was_looked_up(&self) -> bool {
        self.state().lookups.has_ended()
    }

    /// Whether it is time to look the name up beside a call.
    pub(crate) fn is_lookup_due(&self) -> bool {
        self.is_due(&self.state(), Instant::now())
    }

    fn is_due(&self, state: &State, now: Instant) -> bool {
        let interval = self.resilience.lookup_interval;
        !self.is_static(state) && state.lookups.is_due(now, interval)
    }

    /// Whether what is known of the tasks may be taken for what they are, where nothing newer can be had.
    pub(crate) fn may_trust(&self) -> bool {
        self.state().lookups.may_trust(Instant::now())
    }

    /// Takes it for that.
    pub(crate) fn trust(&self) {
        self.state().lookups.trust(Instant::now());
    }

    /// Takes what a look-up found of each host of the target.
    pub(crate) fn learn_of_each(&self, found: Vec<io::Result<Vec<SocketAddr>>>) {
        let answer = self.state().hosts.take(Instant::now(), found);
        self.learn(answer);
    }

    /// The hosts of an override of several tasks of which the last look-up found nothing, in words.
    pub(crate) fn missing(&self) -> Vec<String> {
        let places: Vec<_> = self.target.places().collect();
        if places.len() == 1 {
            return Vec::new();
        }
        let state = self.state();
        let missing = state.hosts.failures();
        let words = missing.filter_map(|(index, why)| {
            let (host, _) = places.get(index)?;
            Some(format!("`{host}` has no address ({why})"))
        });
        words.collect()
    }

    /// Takes the addresses that a look-up gave. If it gave none, the tasks are those that they were.
    pub(crate) fn learn(&self, answer: io::Result<Vec<SocketAddr>>) {
        let answer = answer.and_then(|addresses| {
            if addresses.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "it has no address"));
            }
            Ok(addresses)
        });
        let now = Instant::now();
        let mut state = self.state();
        let is_stale = state.lookups.is_stale(now);
        state.lookups.end(now, answer.as_ref().err());
        let gone = match &answer {
            Ok(addresses) if is_stale => state.tasks.replace(addresses, now),
            Ok(addresses) => state.tasks.merge(addresses, now),
            Err(_) => Vec::new(),
        };
        // What is closed takes the lock.
        drop(state);
        drop(gone);
        self.told.notify_waiters();
    }

    /// An idle connection to a task, and whether there should be one more.
    pub(super) fn idle(
        &self,
        address: SocketAddr,
        wanted: Wanted,
    ) -> Option<(Box<Connection>, bool)> {
        let mut state = self.state();
        let task = state.tasks.get(address)?;
        let in_flight = task.in_flight();
        let wanted = wanted.of(task);
        task.connections.take(Instant::now(), wanted, in_flight)
    }

    /// A connection to a task is opened.
    pub(super) fn opens(&self, address: SocketAddr) {
        if let Some(task) = self.state().tasks.get(address) {
            task.connections.opens();
        }
    }

    /// No answer came after so long to a request that began then.
    pub(super) fn is_late(&self, address: SocketAddr, began: Instant, after: Duration) {
        let ended = self.ended(address, began);
        self.state().tasks.is_late(&ended, after);
    }

    /// A request has ended; its connection is kept if there is one.
    pub(super) fn end(
        self: &Arc<Pool>,
        address: SocketAddr,
        began: Instant,
        connection: Option<Box<Connection>>,
    ) {
        let mut state = self.state();
        state.in_flight -= 1;
        if state.in_flight == 0 {
            self.rest.notify_waiters();
        }
        let ended = self.ended(address, began);
        state.tasks.end(&ended);
        if let Some(connection) = connection {
            self.keep(state, address, connection);
        }
    }

    /// Opens one more connection to an address, for the requests that come.
    pub(super) fn connect_beside(self: &Arc<Pool>, address: SocketAddr) {
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            let limit = pool.resilience.connect_timeout;
            if let Ok(connection) = pool.connect(address, limit).await {
                pool.keep(pool.state(), address, connection);
            }
        });
    }

    /// Keeps a connection for the next request, if it is one to keep.
    fn keep(
        self: &Arc<Pool>,
        mut state: MutexGuard<'_, State>,
        address: SocketAddr,
        mut connection: Box<Connection>,
    ) {
        connection.is_new = false;
        let home = connection.home.clone();
        let left = match state.tasks.get(address) {
            // One that fails while others do not leads to a task that does.
            Some(task) if !connection.is_bad() || task.failures() >= MANY => {
                task.connections.keep(connection, Instant::now())
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
