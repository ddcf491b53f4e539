//! The way of this process to a service: which of its names is in use, and who is behind that.
//!
//! What a name resolves to decides how it is treated, because what is deployed can differ from the manifest: an address
//! in `127.255.0.0/16` is the proxy of Service Connect, which balances itself; anything else is tasks.
//!
//! ```text
//! let lease = route.lease(&avoid, false).await?;
//! let connection = lease.connect(CONNECT).await?;
//! ```

mod lookup;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::Resilience;
use crate::balance::Avoid;
use crate::choose::{Choice, Target, Way};
use crate::connection::{Lease, Pool, Take};
use crate::observe;

/// A choice, and what this process does with it.
pub(crate) struct Route {
    pub(crate) choice: Choice,
    pub(crate) resilience: Resilience,
    pool: OnceLock<Arc<Pool>>,
    fallback: OnceLock<Arc<Pool>>,
    warned: AtomicBool,
}

/// Why a request has no task to go to.
pub(crate) enum NoLease {
    /// No name of the choice resolves: which ones, in words.
    Unresolved {
        problem: String,
        error: Option<io::Error>,
    },
    /// All addresses are to be avoided.
    Unreachable,
    Full,
}

impl Route {
    pub(crate) fn new(choice: Choice, resilience: Resilience) -> Route {
        Route {
            choice,
            resilience,
            pool: OnceLock::new(),
            fallback: OnceLock::new(),
            warned: AtomicBool::new(false),
        }
    }

    /// The one that is asked first.
    fn pool(&self) -> &Arc<Pool> {
        self.pool
            .get_or_init(|| Pool::of(&self.choice.target, self.resilience))
    }

    fn fallback(&self) -> Option<&Arc<Pool>> {
        let target = self.choice.fallback.as_ref()?;
        let pool = || Pool::of(target, self.resilience);
        Some(self.fallback.get_or_init(pool))
    }

    /// The way to its tasks around the proxy, where there is one.
    pub(crate) fn directly(&self) -> Option<Route> {
        let choice = Choice {
            target: self.choice.fallback.clone()?,
            way: Way::Discovery,
            fallback: None,
            ..self.choice.clone()
        };
        Some(Route::new(choice, self.resilience))
    }

    /// Whether a call may be sent again that went this way; if so, it counts.
    pub(crate) fn may_retry(&self, fell_back: bool) -> bool {
        match self.fallback.get() {
            Some(fallback) if fell_back => fallback.may_retry(),
            _ => self.pool().may_retry(),
        }
    }

    /// Whether there is a task that gets requests and has not had this one.
    pub(crate) fn has_another(&self, avoid: &Avoid) -> bool {
        let pool = self.instead().unwrap_or_else(|| self.pool());
        pool.has_another(avoid)
    }

    pub(crate) fn is_fallback(&self, pool: &Arc<Pool>) -> bool {
        self.fallback
            .get()
            .is_some_and(|fallback| Arc::ptr_eq(fallback, pool))
    }

    /// What its calls go through now, if there were any; and whether that is the fallback.
    pub(crate) fn in_use(&self) -> Option<(&Arc<Pool>, bool)> {
        let first = self.pool.get()?;
        let fallback = self.fallback.get().filter(|pool| pool.is_known());
        match fallback {
            Some(fallback) if !first.is_known() => Some((fallback, true)),
            _ => Some((first, false)),
        }
    }

    /// Whether calls go to the fallback as things stand; `None` where the next one finds out.
    pub(crate) fn falls_back(&self) -> Option<bool> {
        if self.choice.fallback.is_none() || self.pool().is_known() {
            return Some(false);
        }
        let is_known = self.fallback.get().is_some_and(|pool| pool.is_known());
        (is_known && self.pool().was_looked_up()).then_some(true)
    }

    /// A task for a request, if one is known: that is how it goes most of the time.
    pub(crate) fn try_lease(&self, avoid: &Avoid, is_again: bool) -> Option<Lease> {
        let mut taken = self.pool().take(avoid, is_again);
        if let (Take::Unknown, Some(fallback)) = (&taken, self.instead()) {
            taken = fallback.take(avoid, is_again);
        }
        match taken {
            Take::Lease(lease) => Some(self.begin(lease)),
            _ => None,
        }
    }

    /// The fallback, where the first name did not resolve and this one did. The first one is looked up again beside the
    /// calls.
    fn instead(&self) -> Option<&Arc<Pool>> {
        let fallback = self.fallback.get().filter(|pool| pool.is_known())?;
        let first = self.pool();
        if !first.was_looked_up() || first.is_known() {
            return None;
        }
        if first.is_lookup_due() {
            lookup::start(first);
        }
        Some(fallback)
    }

    /// A task for a request, behind the first name that resolves.
    ///
    /// It waits no longer than `patience` for news of tasks that it knows.
    pub(crate) async fn lease(
        &self,
        avoid: &Avoid,
        is_again: bool,
        patience: Duration,
    ) -> Result<Lease, NoLease> {
        let pools = match self.instead() {
            Some(fallback) => [None, Some(fallback)],
            None => [Some(self.pool()), self.fallback()],
        };
        let mut failure = None;
        for pool in pools.into_iter().flatten() {
            loop {
                match pool.take(avoid, is_again) {
                    Take::Lease(lease) => return Ok(self.begin(lease)),
                    Take::Unreachable => return Err(NoLease::Unreachable),
                    Take::Full => return Err(NoLease::Full),
                    Take::Stale | Take::Unknown => {
                        if let Err(error) = lookup::renew(pool, patience).await {
                            failure = failure.or(Some(error));
                            break;
                        }
                    }
                }
            }
        }
        let host = self.choice.target.host();
        Err(NoLease::Unresolved {
            problem: match &self.choice.fallback {
                Some(fallback) => {
                    let fallback = fallback.host();
                    format!("neither the host `{host}` nor its fallback `{fallback}` resolves")
                }
                None => format!("the host `{host}` does not resolve"),
            },
            error: failure,
        })
    }

    fn begin(&self, lease: Lease) -> Lease {
        if lease.is_lookup_due() {
            lookup::start(lease.pool());
        }
        if self.is_fallback(lease.pool()) {
            self.warn(&lease.pool().target);
        }
        lease
    }

    /// Looks the names up again, where nobody answers at the addresses that are known. What they were is still known if
    /// that fails.
    pub(crate) async fn look_up(&self, patience: Duration) {
        for pool in [Some(self.pool()), self.fallback.get()]
            .into_iter()
            .flatten()
        {
            if pool.is_known() {
                let _ = lookup::renew(pool, patience).await;
            }
        }
    }

    fn warn(&self, fallback: &Target) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            observe::fell_back(&self.choice.target, fallback);
        }
    }
}
