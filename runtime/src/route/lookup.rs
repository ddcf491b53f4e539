//! Looking a name up: for the calls that have to wait for it, and beside those that have not.
//!
//! The system resolves: it reads the hosts file that Service Connect writes, and never asks a public server. A look-up
//! belongs to no call: whoever began it, what it gives is for all.
//!
//! ```text
//! lookup::start(&pool);       // for the next calls
//! lookup::wait(&pool).await?; // for this one
//! ```

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use crate::choose::Target;
use crate::connection::Pool;

/// Waits for what a look-up gives that ends from now on.
pub(super) async fn wait(pool: &Arc<Pool>) -> io::Result<()> {
    let since = Instant::now();
    loop {
        let told = pool.told.notified();
        if let Some(outcome) = pool.looked_up(since) {
            return outcome;
        }
        start(pool);
        told.await;
    }
}

/// Looks a name up whose tasks may be others by now. Without an answer in time they are taken for what they were, if
/// that was not long ago.
pub(super) async fn renew(pool: &Arc<Pool>, patience: Duration) -> io::Result<()> {
    if !pool.may_trust() {
        return wait(pool).await;
    }
    if !matches!(timeout(patience, wait(pool)).await, Ok(Ok(()))) {
        pool.trust();
    }
    Ok(())
}

/// Looks a name up, unless that is under way.
pub(super) fn start(pool: &Arc<Pool>) {
    if pool.begin_lookup() {
        let running = Running(Some(Arc::clone(pool)));
        spawn_blocking(move || running.ask());
    }
}

/// A look-up. Dropped before its turn came, with its runtime, it has failed.
struct Running(Option<Arc<Pool>>);

impl Running {
    fn ask(mut self) {
        if let Some(pool) = self.0.take() {
            pool.learn_of_each(look_up(&pool.target));
        }
    }
}

/// The addresses of each host of the target.
fn look_up(target: &Target) -> Vec<io::Result<Vec<SocketAddr>>> {
    let all = target.places().map(|place| place.to_socket_addrs());
    all.map(|found| found.map(Iterator::collect)).collect()
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(pool) = self.0.take() {
            let problem = "the runtime that looked it up has ended";
            pool.learn(Err(io::Error::new(io::ErrorKind::Interrupted, problem)));
        }
    }
}
