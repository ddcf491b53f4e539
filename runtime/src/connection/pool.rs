//! Idle connections, by runtime and target.
//!
//! By runtime, because a socket belongs to the runtime that opened it: in another one it would hang as
//! soon as that runtime rests.
//!
//! ```text
//! pool::put(connection);
//! let connection = pool::take(&target);
//! ```

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Handle, Id};
use tokio::time::{Instant, sleep_until};

use super::Connection;
use crate::choose::Target;

/// How long a connection is kept: just under the 5 s after which many servers close it, so that no
/// request meets a server that is about to.
const KEEP: Duration = Duration::from_secs(4);

/// How old a connection may become: a new one goes to the next task, and so finds those that are new.
const MAX_AGE: Duration = Duration::from_secs(30);

/// How many idle connections to one target are kept.
const MAX_IDLE: usize = 64;

/// A runtime has an entry for as long as its reaper runs.
type Pool = HashMap<Id, HashMap<Target, Vec<Idle>>>;

struct Idle {
    connection: Box<Connection>,
    until: Instant,
}

fn pool() -> MutexGuard<'static, Pool> {
    static POOL: LazyLock<Mutex<Pool>> = LazyLock::new(Mutex::default);
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The connection to `target` that was used last, if one is open.
pub(super) fn take(target: &Target) -> Option<Box<Connection>> {
    let runtime = Handle::current().id();
    loop {
        // The lock ends with the line: what is over is closed without it.
        let last = pool().get_mut(&runtime)?.get_mut(target)?.pop()?;
        if last.is_open(Instant::now()) {
            return Some(last.connection);
        }
    }
}

/// Keeps a connection whose exchange has ended.
pub(super) fn put(connection: Box<Connection>) {
    let idle = Idle {
        until: Instant::now() + KEEP,
        connection,
    };
    if !idle.is_open(Instant::now()) {
        return;
    }
    let home = idle.connection.home.clone();
    let mut pool = pool();
    let is_new = !pool.contains_key(&home.id());
    let targets = pool.entry(home.id()).or_default();
    match targets.get_mut(&idle.connection.target) {
        Some(connections) if connections.len() >= MAX_IDLE => {}
        Some(connections) => connections.push(idle),
        None => drop(targets.insert(idle.connection.target.clone(), vec![idle])),
    }
    // A runtime that is shutting down drops the reaper at once, and that takes the lock.
    drop(pool);
    if is_new {
        home.spawn(reap(Reaper {
            runtime: home.id(),
            done: false,
        }));
    }
}

/// Closes connections when their time is over.
async fn reap(mut reaper: Reaper) {
    while let Some(next) = reaper.sweep(Instant::now()) {
        sleep_until(next).await;
    }
}

/// Takes the connections of its runtime along when that ends.
struct Reaper {
    runtime: Id,
    /// The entry is gone already; one that came since belongs to another reaper.
    done: bool,
}

impl Reaper {
    /// Drops what is over; says when the next one is, if one is left.
    fn sweep(&mut self, now: Instant) -> Option<Instant> {
        // Declared first, and so dropped after the lock.
        let mut over = Vec::new();
        let mut pool = pool();
        let targets = pool.entry(self.runtime).or_default();
        targets.retain(|_, connections| {
            over.extend(connections.extract_if(.., |idle| !idle.is_open(now)));
            !connections.is_empty()
        });
        let next = targets.values().flatten().map(|idle| idle.until).min();
        if next.is_none() {
            pool.remove(&self.runtime);
            self.done = true;
        }
        next
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        if !self.done {
            let connections = pool().remove(&self.runtime);
            drop(connections);
        }
    }
}

impl Idle {
    fn is_open(&self, now: Instant) -> bool {
        now < self.until && now < self.connection.opened + MAX_AGE
    }
}
