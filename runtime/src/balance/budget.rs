//! How many requests may be sent a second time: a share of those of late, so that a service in trouble does not get
//! more of them for that.
//!
//! ```text
//! budget.request(now);
//! if budget.take(now, 20) { … }
//! ```

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// What "of late" means.
const WINDOW: Duration = Duration::from_secs(10);

/// Where the window moves on.
const STEP: Duration = Duration::from_secs(1);

/// How many there may be in the window whatever the share comes to, for those that call seldom.
const LEAST: u64 = 10;

#[derive(Debug, Default)]
pub(crate) struct Budget {
    /// Of the window, oldest first.
    steps: VecDeque<Step>,
    requests: u64,
    retries: u64,
}

#[derive(Debug)]
struct Step {
    began: Instant,
    requests: u64,
    retries: u64,
}

impl Budget {
    /// Counts a request, however often it is sent.
    pub(crate) fn request(&mut self, now: Instant) {
        self.step(now).requests += 1;
        self.requests += 1;
    }

    /// Whether one may be sent again, which counts it. `percent` is of the requests.
    pub(crate) fn take(&mut self, now: Instant, percent: u32) -> bool {
        self.step(now);
        let share = self.requests * u64::from(percent) / 100;
        let is_within = self.retries < share.max(LEAST) && percent > 0;
        if is_within {
            self.step(now).retries += 1;
            self.retries += 1;
        }
        is_within
    }

    fn step(&mut self, now: Instant) -> &mut Step {
        while let Some(first) = self.steps.front()
            && first.began + WINDOW <= now
        {
            self.requests -= first.requests;
            self.retries -= first.retries;
            self.steps.pop_front();
        }
        if self
            .steps
            .back()
            .is_none_or(|last| last.began + STEP <= now)
        {
            self.steps.push_back(Step {
                began: now,
                requests: 0,
                retries: 0,
            });
        }
        let last = self.steps.len() - 1;
        &mut self.steps[last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_is_within_a_fifth_of_the_requests_of_late() {
        let mut now = Instant::now();
        let mut budget = Budget::default();
        for (requests, expected) in [(0, 10), (40, 0), (60, 10), (900, 180)] {
            for _ in 0..requests {
                budget.request(now);
            }
            let taken = (0..1000).filter(|_| budget.take(now, 20)).count();
            assert_eq!(taken, expected, "after {requests} more");
            now += Duration::from_secs(1);
        }
        assert!(!budget.take(now, 0), "none is none");
        now += Duration::from_secs(10);
        let taken = (0..1000).filter(|_| budget.take(now, 20)).count();
        assert_eq!(taken, 10, "what was is forgotten");
    }
}
