//! How one task does: what its last answers were like, and whether it gets requests.
//!
//! ```text
//! if health.judge(Verdict::Failed, began, now, &Resilience::DEFAULT) {
//!     health.eject(Verdict::Failed, now, &Resilience::DEFAULT); // with the fifth in a row
//! }
//! ```

use std::time::Duration;

use tokio::time::Instant;

use crate::Resilience;

/// For how long a task gets no requests, the first time, that may soon be well: it could not be connected to, so it may just
/// be starting; or all failed together, and that may be over.
const BRIEF: Duration = Duration::from_secs(2);

/// What came of a request to a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// An answer; after so long, where that says something about the task.
    Answered(Option<Duration>),
    /// It broke the connection, or answered that it cannot: 502, 503 or 504.
    Failed,
    /// It did not answer, and nobody waits any more.
    Silent,
    /// It could not be connected to, so it saw nothing of the request.
    Unreachable,
}

#[derive(Debug, Default)]
pub(super) struct Health {
    /// In a row, since it was ejected or back.
    failures: u32,
    /// In a row, whatever came between.
    failures_in_all: u32,
    ejected: Option<Ejected>,
    /// When it last went out or in, or was asked how it is: what began before that says nothing about it now.
    changed: Option<Instant>,
    /// When it last gave an answer.
    answered: Option<Instant>,
    /// For how long it was out the last time, and when it came back.
    last: Option<(Duration, Instant)>,
    /// When it last came back because all failed.
    acquitted: Option<Instant>,
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
    /// Whether a request may go to it: it is in, or its time is over, and this is the one that finds out how it is. A
    /// precious one does so only where no other did for as long again.
    pub(super) fn is_open(&self, now: Instant, is_precious: bool) -> bool {
        self.ejected.is_none_or(|ejected| {
            let wait = if is_precious {
                ejected.time
            } else {
                Duration::ZERO
            };
            !ejected.is_probed && ejected.until + wait <= now
        })
    }

    pub(super) fn is_in(&self) -> bool {
        self.ejected.is_none()
    }

    /// When it is due, if it is out.
    pub(super) fn until(&self) -> Option<Instant> {
        self.ejected.map(|ejected| ejected.until)
    }

    pub(super) fn failures_in_all(&self) -> u32 {
        self.failures_in_all
    }

    pub(super) fn latency(&self) -> Duration {
        self.latency
    }

    /// A request goes to it, which finds out how it is if it is out.
    pub(super) fn ask(&mut self, now: Instant) {
        if let Some(ejected) = &mut self.ejected {
            ejected.is_probed = true;
            self.changed = Some(now);
        }
    }

    /// A request is over. If it was to find out how it is, and nothing came of it, another one will.
    pub(super) fn end(&mut self, began: Instant) {
        if let Some(ejected) = &mut self.ejected
            && self.changed <= Some(began)
        {
            ejected.is_probed = false;
        }
    }

    /// Takes note of how a request ended; says whether that is to [`eject`](Health::eject) it.
    pub(super) fn judge(
        &mut self,
        verdict: Verdict,
        began: Instant,
        now: Instant,
        resilience: &Resilience,
    ) -> bool {
        if let Verdict::Answered(latency) = verdict {
            self.failures_in_all = 0;
            self.answered = Some(now);
            if let Some(latency) = latency {
                self.latency = mean_latency(self.latency, latency);
            }
        }
        if self.changed > Some(began) {
            return false;
        }
        let was_probed = self.ejected.is_some_and(|ejected| ejected.is_probed);
        match verdict {
            Verdict::Answered(_) => {
                self.failures = 0;
                if was_probed {
                    self.bring_back(now);
                }
                false
            }
            // It has answered others meanwhile, so it is the request that takes long.
            Verdict::Silent if self.answered > Some(began) => false,
            Verdict::Failed | Verdict::Silent => {
                self.failures = self.failures.saturating_add(1);
                self.failures_in_all = self.failures_in_all.saturating_add(1);
                was_probed || self.has_failed(resilience)
            }
            Verdict::Unreachable => true,
        }
    }

    /// Whether it failed so often in a row that it is to be ejected.
    pub(super) fn has_failed(&self, resilience: &Resilience) -> bool {
        self.failures >= resilience.ejection_failures
    }

    /// An answer is not there after so long: unless the task answered others meanwhile, it is slow at once.
    pub(super) fn is_late(&mut self, began: Instant, after: Duration) {
        if self.answered <= Some(began) {
            self.latency = self.latency.max(after);
        }
    }

    /// Gives it no requests for a while: twice as long as the last time, if it has not been back for as long as that.
    /// Says for how long, unless it is out already.
    pub(super) fn eject(
        &mut self,
        verdict: Verdict,
        now: Instant,
        resilience: &Resilience,
    ) -> Option<Duration> {
        let is_probed = self.ejected.is_some_and(|ejected| ejected.is_probed);
        if !self.is_in() && !is_probed {
            // What was under way when it was ejected.
            return None;
        }
        let before = match (self.ejected, self.last) {
            (Some(ejected), _) => Some(ejected.time),
            (None, Some((time, back))) if now < back + time => Some(time),
            _ => None,
        };
        let all_failed = self
            .acquitted
            .is_some_and(|acquitted| now < acquitted + resilience.ejection_time);
        let first = if all_failed || verdict == Verdict::Unreachable {
            BRIEF.min(resilience.ejection_time)
        } else {
            resilience.ejection_time
        };
        let time = before.map_or(first, |before| before * 2);
        let time = time.min(resilience.max_ejection_time);
        self.failures = 0;
        self.ejected = Some(Ejected {
            time,
            until: now + time,
            is_probed: false,
        });
        self.changed = Some(now);
        Some(time)
    }

    /// It is back, because it was not it that failed.
    pub(super) fn acquit(&mut self, now: Instant) {
        self.ejected = None;
        self.last = None;
        self.acquitted = Some(now);
        self.failures = 0;
        self.changed = Some(now);
    }

    fn bring_back(&mut self, now: Instant) {
        if let Some(ejected) = self.ejected.take() {
            self.last = Some((ejected.time, now));
        }
        self.failures = 0;
        self.changed = Some(now);
    }
}

/// What answers take, with one more. One that takes long counts for little, as it may be the request's doing: a task is
/// slow if nearly all that it does is. Zero is unknown.
pub(crate) fn mean_latency(mean: Duration, latency: Duration) -> Duration {
    if mean.is_zero() {
        latency
    } else if latency > mean {
        latency.min(mean * 2)
    } else {
        (mean + latency) / 2
    }
}
