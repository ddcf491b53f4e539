//! A request in flight at a task: from the moment that the task is picked to the end of the answer's body.
//!
//! ```text
//! let connection = match lease.idle(false) {
//!     Some(connection) => connection,
//!     None => lease.connect(limit).await?,
//! };
//! let response = connection.send(request, lease).await?; // which keeps the lease
//! ```

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::idle::Wanted;
use super::{Connection, Pool};
use crate::balance::Verdict;
use crate::observe;

pub(crate) struct Lease {
    pool: Arc<Pool>,
    address: SocketAddr,
    began: Instant,
    /// Its connection, once the exchange has ended.
    kept: Option<Box<Connection>>,
    is_lookup_due: bool,
}

impl Lease {
    pub(super) fn new(
        pool: &Arc<Pool>,
        address: SocketAddr,
        began: Instant,
        is_lookup_due: bool,
    ) -> Lease {
        let lease = Lease {
            pool: Arc::clone(pool),
            address,
            began,
            kept: None,
            is_lookup_due,
        };
        // Whoever counts it may panic, which is to end it.
        observe::in_flight(&pool.target, 1.0);
        lease
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the name is to be looked up beside the call.
    pub(crate) fn is_lookup_due(&self) -> bool {
        self.is_lookup_due
    }

    /// Connects to the address that it is for, within `limit`.
    pub(crate) async fn connect(&self, limit: Duration) -> io::Result<Box<Connection>> {
        self.pool.connect(self.address, limit).await
    }

    /// An idle connection, if there is one; for another try one that has not failed.
    pub(crate) fn idle(&self, is_again: bool) -> Option<Box<Connection>> {
        let wanted = Wanted::at(self.address, is_again);
        loop {
            let (mut connection, is_one_more) = self.pool.idle(self.address, wanted)?;
            if is_one_more {
                self.pool.connect_beside(self.address);
            }
            if connection.is_idle() {
                return Some(connection);
            }
        }
    }

    /// Says how it went.
    pub(crate) fn judge(&self, verdict: Verdict) {
        self.pool.judge(self.address, self.began, verdict);
    }

    /// No answer came for so long.
    pub(crate) fn is_late(&self, after: Duration) {
        self.pool.is_late(self.address, self.began, after);
    }

    /// The exchange has ended, and the connection can have another one.
    pub(crate) fn keep(mut self, connection: Box<Connection>) {
        self.kept = Some(connection);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let kept = self.kept.take();
        self.pool.end(self.address, self.began, kept);
        observe::in_flight(&self.pool.target, -1.0);
    }
}
