//! The end of a process: what is in flight ends first.
//!
//! ```no_run
//! # async fn example() {
//! // ECS sends SIGTERM 30 s before it kills a task. Once the server is done, so is this.
//! let is_done = service_connect::drain(std::time::Duration::from_secs(20)).await;
//! # }
//! ```

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::pool;
use crate::resilience::NEVER;

/// Waits until no request is in flight, and closes the connections that are idle then. `false` where some still are
/// after `limit`: they go on, and the end of the runtime breaks them off.
///
/// A request is in flight until the body of its answer is read to its end, or dropped. Calls that begin meanwhile are
/// carried out and waited for too, so this comes after the end of the server and of the tasks that make them. A second try that is left
/// to itself is waited for like any other.
///
/// ```
/// # async fn example() -> service_connect::Result<()> {
/// use std::time::Duration;
///
/// use service_connect::{Client, drain};
///
/// # let server = service_connect::Client::at("http://127.0.0.1:1")?;
/// let call = tokio::spawn(server.post("/audit").send());
/// assert!(drain(Duration::from_secs(20)).await);
/// # Ok(())
/// # }
/// ```
pub async fn drain(limit: Duration) -> bool {
    let end = Instant::now() + limit.min(NEVER);
    loop {
        let pools = pool::all();
        let busy = pools.iter().find(|pool| pool.is_busy());
        let Some(busy) = busy else {
            for pool in pools {
                pool.close_idle();
            }
            return true;
        };
        if timeout_at(end, busy.rests()).await.is_err() {
            return false;
        }
    }
}
