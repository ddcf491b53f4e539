//! A thousand calls a second for some seconds; each is written in the end, when writing costs nothing any more.

use std::io::{self, BufWriter, Write as _};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use tokio::time::Instant;

use super::{Subject, load::Load};

const RATE: u32 = 1000;
/// Connections are opened before what is measured begins.
const LEAD: Duration = Duration::from_secs(1);

pub struct Plan {
    pub is_post: bool,
    pub name: String,
    /// A second of the clock, at which all callers start.
    pub start: u64,
    pub seconds: u64,
}

pub async fn run(subject: Subject, plan: Plan) -> Result<()> {
    let start = UNIX_EPOCH + Duration::from_secs(plan.start);
    let left = start.elapsed().err().map(|early| early.duration());
    let left = left.filter(|left| *left >= LEAD);
    let left = left.context("this caller came too late")?;
    let load = Load {
        subject,
        is_post: plan.is_post,
        name: plan.name,
        rate: RATE,
        zero: Instant::now() + left,
        lead: LEAD,
        seconds: plan.seconds,
    };
    let mut calls = load.start();
    let mut all = Vec::new();
    while let Some(call) = calls.recv().await {
        all.push(call);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    for call in all {
        writeln!(out, "{call}")?;
    }
    Ok(out.flush()?)
}
