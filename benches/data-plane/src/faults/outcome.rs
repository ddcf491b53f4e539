//! What came of the calls of one client.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::Result;
use data_plane::process::Process;

use super::seconds::{AT, END, LAST, SETTLED};
use crate::caller::Call;
use crate::figures::percentile;
use crate::shop::Kind;

/// Milliseconds of a call to tasks that answer at once.
const DISTURBED: f64 = 50.0;

/// The calls of a client, and what the tasks know of them.
pub struct Outcome {
    pub kind: Kind,
    calls: Vec<Call>,
    /// How many calls were executed more than once.
    pub twice: usize,
    /// How many calls there are for each that was made while the fault was new.
    pub arrivals: f64,
    /// The address of the task that came last.
    pub newest: String,
}

impl Outcome {
    /// Waits for the end of a caller.
    pub fn of(kind: Kind, caller: Process) -> Result<Self> {
        let lines = caller.output()?;
        let calls = lines.iter().map(|line| line.parse());
        Ok(Self {
            kind,
            calls: calls.collect::<Result<_>>()?,
            twice: 0,
            arrivals: 0.0,
            newest: String::new(),
        })
    }

    fn between(&self, seconds: Range<u64>) -> impl Iterator<Item = &Call> {
        #[expect(clippy::cast_precision_loss, reason = "a run is short")]
        let (start, end) = (seconds.start as f64, seconds.end as f64);
        let calls = self.calls.iter();
        calls.filter(move |call| (start..end).contains(&call.start))
    }

    fn measured(&self) -> impl Iterator<Item = &Call> {
        self.between(0..END)
    }

    pub fn calls_between(&self, seconds: Range<u64>) -> usize {
        self.between(seconds).count()
    }

    pub fn calls(&self) -> usize {
        self.measured().count()
    }

    pub fn failed(&self) -> usize {
        self.measured().filter(|call| call.answer.is_err()).count()
    }

    /// Milliseconds that so many percent of the calls take at most.
    fn took(&self, seconds: Range<u64>, percent: f64) -> f64 {
        let times = self.between(seconds).map(|call| call.took);
        percentile(&mut times.collect::<Vec<_>>(), percent)
    }

    pub fn p50_before(&self) -> f64 {
        self.took(0..AT, 50.0)
    }

    pub fn p99_before(&self) -> f64 {
        self.took(0..AT, 99.0)
    }

    /// Whether something was wrong before anything was to be.
    pub fn is_disturbed(&self) -> bool {
        let has_failed = self.between(0..AT).any(|call| call.answer.is_err());
        has_failed || self.p99_before() > DISTURBED
    }

    pub fn p99_after(&self) -> f64 {
        self.took(SETTLED..END, 99.0)
    }

    pub fn max(&self) -> f64 {
        self.took(0..END, 100.0)
    }

    /// The p99 of each second.
    pub fn p99_by_second(&self) -> Vec<(f64, f64)> {
        let seconds = (0..u32::try_from(END).unwrap_or_default()).map(|second| {
            let start = u64::from(second);
            let p99 = self.took(start..start + 1, 99.0);
            (f64::from(second), p99)
        });
        seconds.collect()
    }

    /// Percent of the answers of the end that came from this task.
    pub fn share(&self, task: &str) -> f64 {
        let answers = self
            .between(LAST..END)
            .filter_map(|call| call.answer.as_ref().ok());
        let (mut all, mut own) = (0.0, 0.0);
        for answer in answers {
            all += 1.0;
            if answer == task {
                own += 1.0;
            }
        }
        if all > 0.0 { 100.0 * own / all } else { 0.0 }
    }

    pub fn has_met(&self, task: &str) -> bool {
        let mut answers = self.measured().map(|call| &call.answer);
        answers.any(|answer| answer.as_deref() == Ok(task))
    }

    /// How calls failed: how often, and when first.
    pub fn failures(&self) -> Vec<String> {
        let mut failures = BTreeMap::new();
        for call in self.measured() {
            if let Err(error) = &call.answer {
                let (times, first) = failures.entry(error).or_insert((0, call.start));
                *times += 1;
                *first = first.min(call.start);
            }
        }
        let failures = failures.into_iter();
        let failures = failures.map(|(error, (times, first))| {
            format!(
                "{}: {times} since second {first:.2}: `{error}`",
                self.kind.name()
            )
        });
        failures.collect()
    }
}
