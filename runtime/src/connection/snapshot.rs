//! What a pool knows at a moment, copied out of its lock.
//!
//! ```text
//! let (in_flight, tasks, lookup) = pool.snapshot();
//! ```

use tokio::time::Instant;

use super::Pool;
use crate::balance::is_proxy;
use crate::{LookupStatus, TaskStatus};

impl Pool {
    /// How many requests are in flight, the tasks, and the last look-up.
    pub(crate) fn snapshot(&self) -> (usize, Vec<TaskStatus>, Option<LookupStatus>) {
        let state = self.state();
        let now = Instant::now();
        let tasks = state.tasks.iter().map(|task| TaskStatus {
            address: task.address(),
            proxy: is_proxy(task.address()),
            in_flight: task.in_flight(),
            idle_connections: task.connections.count(),
            failures: task.failures(),
            ejected_for: task.ejected_for(now),
            latency: task.latency(),
        });
        let lookup = state.lookups.last().map(|(ended, problem)| LookupStatus {
            age: now.saturating_duration_since(ended),
            problem: problem.map(str::to_owned),
        });
        (state.in_flight, tasks.collect(), lookup)
    }
}
