//! How one task does: what its last answers were like, and whether it gets requests.
//!
//! ```text
//! health.judge(Verdict::Failed, now, &Resilience::DEFAULT);
//! assert_eq!(health.standing(now), Standing::In); // the fifth in a row ejects it
//! ```

use std::time::Duration;

use tokio::time::Instant;

use crate::Resilience;

/// For how long a task gets no requests that could not be connected to, the first time: it may just be starting.
const UNREACHABLE: Duration = Duration::from_secs(2);

/// What came of a request to a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// An answer, after so long.
    Answered(Duration),
    /// It broke the connection, did not answer in time, or answered that it cannot: 502, 503 or 504.
    Failed,
    /// It could not be connected to, so it saw nothing of the request.
    Unreachable,
}

/// Whether a task gets requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Standing {
    In,
    Out,
    /// Its time is over: one request is to find out how it is.
    Due,
}

#[derive(Debug, Default)]
pub(super) struct Health {
    /// In a row.
    failures: u32,
    ejected: Option<Ejected>,
    /// For how long it was out the last time, and when it came back.
    last: Option<(Duration, Instant)>,
    /// Of its answers of late; zero is unknown.
    latency: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Ejected {
    time: Duration,
    until: Instant,
    /// Whether a request is finding out how it is.
    is_probed: bool,
}

impl Health {
    pub(super) fn standing(&self, now: Instant) -> Standing {
        match self.ejected {
            None => Standing::In,
            Some(ejected) if ejected.is_probed || now < ejected.until => Standing::Out,
            Some(_) => Standing::Due,
        }
    }

    pub(super) fn is_in(&self) -> bool {
        self.ejected.is_none()
    }

    /// When it is due, if it is out.
    pub(super) fn until(&self) -> Option<Instant> {
        self.ejected.map(|ejected| ejected.until)
    }

    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    pub(super) fn latency(&self) -> Duration {
        self.latency
    }

    /// Lets one request find out how it is.
    pub(super) fn probe(&mut self) {
        if let Some(ejected) = &mut self.ejected {
            ejected.is_probed = true;
        }
    }

    /// A request has ended of which nothing is known: somebody gave it up.
    pub(super) fn end(&mut self) {
        if let Some(ejected) = &mut self.ejected {
            ejected.is_probed = false;
        }
    }

    /// Says whether it is to be ejected, for as long as [`eject`](Health::eject) finds.
    pub(super) fn judge(
        &mut self,
        verdict: Verdict,
        now: Instant,
        resilience: &Resilience,
    ) -> bool {
        let was_probed = self.ejected.is_some_and(|ejected| ejected.is_probed);
        match verdict {
            Verdict::Answered(latency) => {
                self.failures = 0;
                self.is_slow(latency);
                if was_probed {
                    self.bring_back(now);
                }
                false
            }
            Verdict::Failed => {
                self.failures = self.failures.saturating_add(1);
                was_probed || self.has_failed(resilience)
            }
            Verdict::Unreachable => true,
        }
    }

    /// Whether it failed so often in a row that it is to be ejected.
    pub(super) fn has_failed(&self, resilience: &Resilience) -> bool {
        self.failures >= resilience.ejection_failures
    }

    /// An answer took so long, or is not there after so long.
    ///
    /// Quick ones count for more: a task is slow if nearly all that it does is.
    pub(super) fn is_slow(&mut self, latency: Duration) {
        self.latency = if self.latency.is_zero() {
            latency
        } else if latency > self.latency {
            (self.latency * 3 + latency) / 4
        } else {
            (self.latency + latency) / 2
        };
    }

    /// Gives it no requests for a while: twice as long as the last time, if it has not been back for as long as that.
    pub(super) fn eject(&mut self, verdict: Verdict, now: Instant, resilience: &Resilience) {
        let is_probed = self.ejected.is_some_and(|ejected| ejected.is_probed);
        if !self.is_in() && !is_probed {
            // What was under way when it was ejected.
            return;
        }
        let before = match (self.ejected, self.last) {
            (Some(ejected), _) => Some(ejected.time),
            (None, Some((time, back))) if now < back + time => Some(time),
            _ => None,
        };
        let first = match verdict {
            Verdict::Unreachable => UNREACHABLE.min(resilience.ejection_time),
            _ => resilience.ejection_time,
        };
        let time = before.map_or(first, |before| before * 2);
        let time = time.min(resilience.max_ejection_time);
        self.failures = 0;
        self.ejected = Some(Ejected {
            time,
            until: now + time,
            is_probed: false,
        });
    }

    pub(super) fn bring_back(&mut self, now: Instant) {
        if let Some(ejected) = self.ejected.take() {
            self.last = Some((ejected.time, now));
        }
        self.failures = 0;
    }
}
