//! Whether the machine has the time to measure something.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

const LOOK: Duration = Duration::from_secs(2);
/// How long to wait at most; what the machine did meanwhile shows in the figures.
const PATIENCE: Duration = Duration::from_mins(1);
/// Of its time.
const ENOUGH: f64 = 0.8;

/// Waits until the machine does hardly anything else.
pub fn wait_for_rest() -> Result<()> {
    let end = Instant::now() + PATIENCE;
    let mut before = times()?;
    while Instant::now() < end {
        thread::sleep(LOOK);
        let after = times()?;
        let (idle, all) = (after.0 - before.0, after.1 - before.1);
        if idle / all > ENOUGH {
            break;
        }
        before = after;
    }
    Ok(())
}

/// For how long all CPUs together were idle, and for how long they were there.
fn times() -> Result<(f64, f64)> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat.lines().next().context("proc(5) has it")?;
    let times = line.split_whitespace().skip(1);
    let times: Vec<f64> = times.filter_map(|time| time.parse().ok()).collect();
    // user, nice, system, idle.
    let idle = times.get(3).context("proc(5) has it")?;
    Ok((*idle, times.iter().sum()))
}
