//! CPU times, medians and targets.

use std::hint::black_box;
use std::time::Duration;

/// Something to measure.
pub struct Sample<'a> {
    /// How often it runs for one figure.
    times: usize,
    run: Box<dyn Fn() -> usize + 'a>,
}

impl<'a> Sample<'a> {
    /// `run`, so many times for one figure; what it returns is only kept from being optimised away.
    pub fn new(times: usize, run: impl Fn() -> usize + 'a) -> Self {
        Self {
            times,
            run: Box::new(run),
        }
    }
}

/// So many figures for each of the samples, one after the other in turns. The first turn warms up.
pub fn interleaved<const N: usize>(rounds: usize, samples: &[Sample<'_>; N]) -> [Vec<Duration>; N] {
    let mut figures = [const { Vec::new() }; N];
    for round in 0..=rounds {
        for (sample, figures) in samples.iter().zip(&mut figures) {
            let start = cpu();
            for _ in 0..sample.times {
                black_box((sample.run)());
            }
            if round > 0 {
                figures.push(cpu().saturating_sub(start));
            }
        }
    }
    figures
}

/// The middle one.
pub fn median(figures: &[Duration]) -> Duration {
    let mut figures = figures.to_vec();
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// How the ones compare to the others that were measured in the same turns: what disturbs the machine for longer than a
/// turn disturbs both.
pub fn ratio(ones: &[Duration], others: &[Duration]) -> f64 {
    let turns = ones.iter().zip(others);
    let mut ratios: Vec<_> = turns
        .map(|(one, other)| one.as_secs_f64() / other.as_secs_f64())
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Whether a figure is within its target, in words.
pub fn verdict(figure: f64, target: f64) -> String {
    let word = if figure <= target {
        "within"
    } else {
        "MISSED:"
    };
    format!("{word} {target}")
}

/// The CPU time of this thread.
#[cfg(unix)]
fn cpu() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

/// Wall time, where there is no such clock.
#[cfg(not(unix))]
fn cpu() -> Duration {
    use std::sync::LazyLock;
    static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
