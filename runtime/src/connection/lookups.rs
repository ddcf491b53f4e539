//! When a name is looked up, and how long what came of it holds: plain values, told the time by the pool.
//!
//! ```text
//! if lookups.is_due(now, interval) && lookups.begin(now) { … }
//! lookups.end(now, None);
//! ```

use std::io;
use std::time::Duration;

use tokio::time::Instant;

/// How long a service may be left alone before a call waits for DNS again: the TTL. While it is called, names are looked
/// up beside the calls; but what was the address of a task may be that of another service's after a while.
const STALE: Duration = Duration::from_secs(10);

/// For how long tasks that were left alone are called nevertheless where DNS does not answer.
pub(super) const OLDEST: Duration = Duration::from_secs(300);

#[derive(Default)]
pub(super) struct Lookups {
    is_running: bool,
    began: Option<Instant>,
    ended: Option<Instant>,
    /// Of the last one.
    failure: Option<(io::ErrorKind, String)>,
    /// When one last named tasks.
    answered: Option<Instant>,
    /// When the tasks were last taken for what they are.
    used: Option<Instant>,
}

impl Lookups {
    /// Whether it is time for one beside the calls.
    pub(super) fn is_due(&self, now: Instant, interval: Duration) -> bool {
        let last = self.began.max(self.ended);
        !self.is_running && last.is_none_or(|last| last + interval <= now)
    }

    /// Begins one, unless one is under way.
    pub(super) fn begin(&mut self, now: Instant) -> bool {
        if self.is_running {
            return false;
        }
        self.is_running = true;
        self.began = Some(now);
        true
    }

    pub(super) fn end(&mut self, now: Instant, failure: Option<&io::Error>) {
        self.is_running = false;
        self.ended = Some(now);
        self.failure = failure.map(|error| (error.kind(), error.to_string()));
        if failure.is_none() {
            self.answered = Some(now);
            self.used = Some(now);
        }
    }

    /// What came of the last one, if it ended since.
    pub(super) fn outcome(&self, since: Instant) -> Option<io::Result<()>> {
        self.ended.filter(|ended| *ended >= since)?;
        Some(match &self.failure {
            Some((kind, problem)) => Err(io::Error::new(*kind, problem.clone())),
            None => Ok(()),
        })
    }

    /// When the last one ended, and what kept it from naming tasks.
    pub(super) fn last(&self) -> Option<(Instant, Option<&str>)> {
        let problem = self.failure.as_ref().map(|(_, problem)| problem.as_str());
        self.ended.map(|ended| (ended, problem))
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Whether the tasks were left alone for so long that they may be others.
    pub(super) fn is_stale(&self, now: Instant) -> bool {
        self.used.is_none_or(|used| used + STALE < now)
    }

    /// Whether they may be called without news.
    pub(super) fn may_trust(&self, now: Instant) -> bool {
        self.answered
            .is_some_and(|answered| now < answered + OLDEST)
    }

    pub(super) fn trust(&mut self, now: Instant) {
        self.used = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(3);

    #[test]
    fn one_at_a_time_and_every_few_seconds() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut lookups = Lookups::default();
        assert!(lookups.is_due(at(0), EVERY) && lookups.begin(at(0)));
        assert!(!lookups.is_due(at(60), EVERY) && !lookups.begin(at(60)));
        lookups.end(at(60), None);
        assert!(!lookups.is_due(at(62), EVERY) && lookups.is_due(at(63), EVERY));
    }

    #[test]
    fn an_outcome_is_shared_by_those_who_waited_for_it() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut lookups = Lookups::default();
        assert!(lookups.outcome(at(0)).is_none() && !lookups.has_ended());
        lookups.begin(at(0));
        lookups.end(at(2), Some(&io::Error::other("no such name")));
        let error = lookups.outcome(at(1)).unwrap().unwrap_err();
        assert_eq!(error.to_string(), "no such name");
        assert!(lookups.outcome(at(3)).is_none() && lookups.has_ended());
        lookups.end(at(4), None);
        assert!(lookups.outcome(at(3)).unwrap().is_ok());
    }

    /// Seconds of the answer, of the last use, of a look-up that failed, and now; what holds then.
    #[test]
    fn what_is_left_alone_is_looked_up_and_then_trusted_for_some_minutes() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for (used, failed, now, is_stale, may_trust) in [
            (0, None, 10, false, true),
            (0, None, 11, true, true),
            (9, None, 19, false, true),
            (0, Some(11), 11, true, true),
            (1000, None, 1010, false, false),
            (0, None, 299, true, true),
            (0, Some(299), 300, true, false),
        ] {
            let mut lookups = Lookups::default();
            lookups.begin(at(0));
            lookups.end(at(0), None);
            lookups.trust(at(used));
            if let Some(failed) = failed {
                lookups.end(at(failed), Some(&io::Error::other("silence")));
            }
            assert_eq!(
                lookups.is_stale(at(now)),
                is_stale,
                "{used} {failed:?} {now}"
            );
            assert_eq!(
                lookups.may_trust(at(now)),
                may_trust,
                "{used} {failed:?} {now}"
            );
        }
        assert!(Lookups::default().is_stale(start));
    }
}
