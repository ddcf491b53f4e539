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
    /// Oldest first.
    steps: VecDeque<Step>,
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
    }

    /// Whether one may be sent again, which counts it. `percent` is of the requests.
    pub(crate) fn take(&mut self, now: Instant, percent: u32) -> bool {
        self.step(now);
        // In doubt there are fewer: a request counts for a step less than the window, and a retry for a step more.
        let of_late = self.steps.iter();
        let of_late = of_late.filter(|step| now + STEP < step.began + WINDOW);
        let requests: u64 = of_late.map(|step| step.requests).sum();
        let retries: u64 = self.steps.iter().map(|step| step.retries).sum();
        let share = requests * u64::from(percent) / 100;
        let is_within = retries < share.max(LEAST) && percent > 0;
        if is_within {
            self.step(now).retries += 1;
        }
        is_within
    }

    /// The one of now.
    fn step(&mut self, now: Instant) -> &mut Step {
        while let Some(first) = self.steps.front()
            && first.began + STEP + WINDOW <= now
        {
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

    /// After half a minute in which nothing fails, everything does, and is tried again as often as may be.
    #[test]
    fn in_no_ten_seconds_there_are_more_retries_than_their_share() {
        let start = Instant::now();
        for first in [3000, 3001, 3050, 3099] {
            let mut budget = Budget::default();
            let mut retries: Vec<u32> = Vec::new();
            for tick in 0..9000 {
                let now = start + Duration::from_millis(10) * tick;
                budget.request(now);
                while tick >= first && budget.take(now, 20) {
                    retries.push(tick);
                }
                // Of a thousand requests.
                let of_late = retries.iter().rev().take_while(|then| **then + 1000 > tick);
                assert!(of_late.count() <= 200, "{first}: at {tick}");
            }
            assert!(retries.len() > 900, "{first}: {} of 6,000", retries.len());
        }
    }
}
