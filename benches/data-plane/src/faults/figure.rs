//! What is asked of this library, and what is shown of the others.

use super::outcome::Outcome;
use crate::shop::Way;

/// One figure of a client.
pub enum Figure {
    /// At most so many calls fail.
    Failed { discovery: usize, proxy: usize },
    /// Milliseconds, once the fault is known.
    P99Below(f64),
    /// Over that from before the fault.
    P99Grows(f64),
    /// The share of the task that came last, in percent: its own, by a fifth more or less.
    ShareOfNewest,
    /// How many calls the tasks see for each one that is made.
    Arrivals(f64),
}

impl Figure {
    /// What it is, in words, and whether that will do.
    pub fn of(&self, outcome: &Outcome) -> (String, bool) {
        match *self {
            Self::Failed { discovery, proxy } => {
                let failed = outcome.failed();
                let most = match outcome.kind.way {
                    Way::Discovery => discovery,
                    Way::Tcp | Way::Http => proxy,
                };
                (format!("{failed} failed (asked: {most})"), failed <= most)
            }
            Self::P99Below(most) => {
                let p99 = outcome.p99_after();
                let words = format!("p99 {p99:.1} ms (asked: below {most} ms)");
                (words, p99 < most)
            }
            Self::P99Grows(most) => {
                let ratio = outcome.p99_after() / outcome.p99_before();
                let words = format!("p99 {ratio:.2} of before (asked: {most})");
                (words, ratio <= most)
            }
            Self::ShareOfNewest => {
                let share = outcome.share(&outcome.newest);
                let words = format!("{share:.0} % to the new one (asked: 20 to 30 %)");
                (words, (20.0..=30.0).contains(&share))
            }
            Self::Arrivals(most) => {
                let arrivals = outcome.arrivals;
                let words = format!("{arrivals:.3} arrive for each (asked: {most})");
                (words, arrivals <= most)
            }
        }
    }
}
