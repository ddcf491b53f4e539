//! Calls for a long time: how large the process is, and how many calls failed, every 10 s.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, interval_at};

use super::kernel::{Sizes, sizes};
use super::{Subject, load::Load};

const RATE: u32 = 300;
const PERIOD: Duration = Duration::from_secs(10);

/// What there was after some time.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Seconds since the start.
    pub at: f64,
    /// Calls, so far.
    pub calls: u64,
    pub failed: u64,
    pub sizes: Sizes,
}

pub async fn run(subject: Subject, seconds: u64) -> Result<()> {
    let zero = Instant::now();
    let load = Load {
        subject,
        is_post: false,
        name: "lasting".to_owned(),
        rate: RATE,
        zero,
        lead: Duration::ZERO,
        seconds,
    };
    let mut ended = load.start();
    let mut ticks = interval_at(zero + PERIOD, PERIOD);
    let (mut calls, mut failed) = (0, 0);
    loop {
        tokio::select! {
            call = ended.recv() => {
                let Some(call) = call else { return Ok(()) };
                calls += 1;
                if call.answer.is_err() {
                    failed += 1;
                    println!("{call}");
                }
            }
            now = ticks.tick() => {
                let at = (now - zero).as_secs_f64();
                let sample = Sample { at, calls, failed, sizes: sizes()? };
                println!("{sample}");
            }
        }
    }
}

/// As it is written and read: a line.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at, calls, failed, ..
        } = self;
        let Sizes {
            resident,
            descriptors,
        } = self.sizes;
        write!(f, "sample {at} {calls} {failed} {resident} {descriptors}")
    }
}

impl FromStr for Sample {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> Result<Self> {
        let words: Vec<_> = line.split(' ').collect();
        let &["sample", at, calls, failed, resident, descriptors] = &words[..] else {
            bail!("a caller wrote {line:?}");
        };
        Ok(Self {
            at: at.parse()?,
            calls: calls.parse()?,
            failed: failed.parse()?,
            sizes: Sizes {
                resident: resident.parse()?,
                descriptors: descriptors.parse()?,
            },
        })
    }
}
