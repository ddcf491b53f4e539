//! Idle connections to one address: which one the next request gets, and when they are closed.
//!
//! A connection belongs to the runtime that opened it: in another one it would hang as soon as that runtime rests.
//!
//! ```text
//! if let Some(connection) = connections.take(now, Wanted { runtime, is_proxy, is_again: false }, in_flight) { … }
//! ```

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Handle, Id};
use tokio::time::{Instant, sleep_until};

use super::pool::MANY;
use super::{Connection, Pool};
use crate::balance::{Task, fastest, is_proxy, is_slow};

/// How long a connection is kept: just under the 5 s after which many servers close it, so that no
/// request meets a server that is about to.
const KEEP: Duration = Duration::from_secs(4);

/// How many idle connections to one address are kept: as many as requests may be in flight.
const MAX_IDLE: usize = 1024;

/// How many connections through a proxy there are at least, while they are in use: each leads to one task.
pub(super) const SEVERAL: usize = 6;

/// After how many requests another one of these is opened.
pub(super) const EVERY: u32 = 16;

/// Those to one address that no exchange is on.
#[derive(Default)]
pub(super) struct Connections {
    idle: Vec<Idle>,
    /// Requests since the last one was opened.
    requests: u32,
    /// Those that many requests are on.
    #[cfg(feature = "grpc")]
    pub(super) trunks: super::multiplexed::Trunks,
}

struct Idle {
    connection: Box<Connection>,
    until: Instant,
}

/// What a request is to get.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) runtime: Id,
    pub(super) is_proxy: bool,
    /// Whether it was sent before: then not one that has failed.
    pub(super) is_again: bool,
}

impl Wanted {
    /// Here and now, at this address.
    pub(super) fn at(address: SocketAddr, is_again: bool) -> Wanted {
        Wanted {
            runtime: Handle::current().id(),
            is_proxy: is_proxy(address),
            is_again,
        }
    }

    /// Where everything fails it is not the connection, and another one for each retry would not help.
    pub(super) fn of<C: Default>(self, task: &Task<C>) -> Wanted {
        let is_again = self.is_again && task.failures() < MANY;
        Wanted { is_again, ..self }
    }
}

impl Connections {
    /// The one for a request, and whether another one is to be opened beside it. `in_flight` counts that request.
    pub(super) fn take(
        &mut self,
        now: Instant,
        wanted: Wanted,
        in_flight: usize,
    ) -> Option<(Box<Connection>, bool)> {
        self.requests = self.requests.saturating_add(1);
        let is_one_more = wanted.is_proxy && self.requests >= EVERY && {
            let idle = self.idle.iter();
            let own = idle.filter(|idle| idle.connection.home.id() == wanted.runtime);
            in_flight + own.count() <= SEVERAL
        };
        let may = |idle: &Idle| {
            let is_good = !(wanted.is_again && idle.connection.has_failed());
            is_good && idle.is_open(now) && idle.connection.home.id() == wanted.runtime
        };
        // Through a proxy all of them in turn, for each leads to one task, but those to one that is slow; to a task the one
        // that was used last, so that those that are too many are closed.
        let index = if wanted.is_proxy {
            let fastest = fastest(self.idle.iter().map(|idle| idle.connection.latency()));
            let is_quick = |idle: &Idle| !is_slow(idle.connection.latency(), fastest);
            let quick = self
                .idle
                .iter()
                .position(|idle| may(idle) && is_quick(idle));
            quick.or_else(|| self.idle.iter().position(may))
        } else {
            self.idle.iter().rposition(may)
        };
        index.map(|index| (self.idle.remove(index).connection, is_one_more))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.idle.len()
    }

    pub(super) fn opens(&mut self) {
        self.requests = 0;
    }

    /// Keeps a connection for a while; gives it back where it is not to be kept.
    pub(super) fn keep(
        &mut self,
        connection: Box<Connection>,
        now: Instant,
    ) -> Option<Box<Connection>> {
        let until = (now + KEEP).min(connection.expires);
        if until <= now || self.idle.len() >= MAX_IDLE {
            return Some(connection);
        }
        self.idle.push(Idle { connection, until });
        None
    }

    /// Takes those of a runtime that are over, into `over`; says when the next one is.
    fn sweep(&mut self, sweep: &Sweep, over: &mut Vec<Idle>) -> Option<Instant> {
        let is_mine = |idle: &Idle| idle.connection.home.id() == sweep.runtime;
        let is_over =
            |idle: &mut Idle| is_mine(idle) && sweep.now.is_none_or(|now| !idle.is_open(now));
        over.extend(self.idle.extract_if(.., is_over));
        let left = self.idle.iter().filter(|idle| is_mine(idle));
        left.map(|idle| idle.until).min()
    }
}

impl Idle {
    fn is_open(&self, now: Instant) -> bool {
        now < self.until
    }
}

/// Closes the idle connections of a runtime when their time is over, and all of them when it ends.
pub(super) struct Reaper {
    runtime: Id,
    pool: Arc<Pool>,
    /// It has none left; those that came since belong to another reaper.
    done: bool,
}

/// Without a time: all.
struct Sweep {
    runtime: Id,
    now: Option<Instant>,
}

impl Reaper {
    /// Starts one on the runtime that `home` is of.
    pub(super) fn start(pool: Arc<Pool>, home: &Handle) {
        let reaper = Reaper {
            runtime: home.id(),
            pool,
            done: false,
        };
        home.spawn(reaper.run());
    }

    /// It looks for the first time when something can be over: before that, all connections may be in use again.
    async fn run(mut self) {
        let mut next = Some(Instant::now() + KEEP);
        while let Some(time) = next {
            sleep_until(time).await;
            next = self.sweep(Some(Instant::now()));
        }
        self.done = true;
    }

    fn sweep(&self, now: Option<Instant>) -> Option<Instant> {
        let runtime = self.runtime;
        // Declared first, and so dropped after the lock.
        let mut over = Vec::new();
        let mut state = self.pool.state();
        let sweep = Sweep { runtime, now };
        let tasks = state.tasks.iter_mut();
        let next = tasks.filter_map(|task| task.connections.sweep(&sweep, &mut over));
        let next = next.min();
        if next.is_none() {
            state.reapers.retain(|reaper| *reaper != runtime);
        }
        next
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        if !self.done {
            self.sweep(None);
        }
    }
}
