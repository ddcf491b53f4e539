//! Looking a name up: for the calls that have to wait for it, and beside those that have not.
//!
//! The system resolves: it reads the hosts file that Service Connect writes, and never asks a public server.
//!
//! ```text
//! lookup::beside(&pool);      // for the next calls
//! lookup::wait(&pool).await?; // for this one
//! ```

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::{Instant, timeout};

use crate::connection::Pool;

/// How long a call waits for news where it knows what the tasks were.
const PATIENCE: Duration = Duration::from_secs(1);

/// Looks a name up that is not known. Calls that come meanwhile share what it gives.
pub(super) async fn wait(pool: &Pool) -> io::Result<()> {
    let since = Instant::now();
    let _turn = pool.lookup.lock().await;
    match pool.looked_up(since) {
        Some(outcome) => outcome,
        None => ask(pool).await,
    }
}

/// Looks a name up whose tasks may be others by now. If there is no answer, they are what they were.
pub(super) async fn renew(pool: &Pool) {
    if !matches!(timeout(PATIENCE, wait(pool)).await, Ok(Ok(()))) {
        pool.trust();
    }
}

/// Looks a name up beside the calls.
pub(super) fn beside(pool: &Arc<Pool>) {
    let pool = Arc::clone(pool);
    tokio::spawn(async move {
        if let Ok(_turn) = pool.lookup.try_lock() {
            // What came of it is kept there.
            let _ = ask(&pool).await;
        }
    });
}

async fn ask(pool: &Pool) -> io::Result<()> {
    let (host, port) = (pool.target.host(), pool.target.port());
    let answer = lookup_host((host, port)).await;
    let answer = answer.map(Iterator::collect::<Vec<SocketAddr>>);
    pool.learn(answer)
}
