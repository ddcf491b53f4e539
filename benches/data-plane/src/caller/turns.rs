//! Turns of calls, one after the other from each of some workers: a line that is read is the number of workers.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::kernel::{Proxy, cpu_time};
use super::subject::Subject;
use crate::figures::percentile;

const TURN: Duration = Duration::from_secs(2);

/// What a turn cost.
#[derive(Debug)]
pub struct Turn {
    pub per_second: f64,
    /// Of the time a call takes, in milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// CPU time for each call, in microseconds.
    pub cpu: f64,
    pub proxy_cpu: f64,
    /// How many calls each task answered.
    pub shares: BTreeMap<String, u32>,
}

pub fn run(runtime: &Runtime, subject: &Subject) -> Result<()> {
    let proxy = Proxy::find()?;
    for line in io::stdin().lines() {
        let turn = turn(runtime, subject, &proxy, line?.parse()?)?;
        println!("{turn}");
    }
    Ok(())
}

fn turn(runtime: &Runtime, subject: &Subject, proxy: &Proxy, workers: usize) -> Result<Turn> {
    let (start, cpu, proxy_cpu) = (Instant::now(), cpu_time(), proxy.cpu_time()?);
    let answers = runtime.block_on(async {
        let workers = (0..workers).map(|_| work(subject.clone(), start + TURN));
        workers.collect::<JoinSet<_>>().join_all().await
    });
    let wall = start.elapsed().as_secs_f64();
    let cpu = cpu_time().saturating_sub(cpu);
    let proxy_cpu = proxy.cpu_time()?.saturating_sub(proxy_cpu);
    let mut times = Vec::new();
    let mut shares = BTreeMap::new();
    for (took, answer) in answers.into_iter().flatten() {
        match answer {
            Ok(task) => *shares.entry(task).or_default() += 1,
            Err(error) => bail!("a call failed: {error}"),
        }
        times.push(took);
    }
    let calls = f64::from(u32::try_from(times.len())?);
    Ok(Turn {
        per_second: calls / wall,
        p50: percentile(&mut times, 50.0),
        p99: percentile(&mut times, 99.0),
        cpu: cpu.as_secs_f64() * 1e6 / calls,
        proxy_cpu: proxy_cpu.as_secs_f64() * 1e6 / calls,
        shares,
    })
}

async fn work(subject: Subject, end: Instant) -> Vec<(f64, Result<String, String>)> {
    let mut answers = Vec::new();
    loop {
        let start = Instant::now();
        if start >= end {
            return answers;
        }
        let answer = subject.call(false, "/cost/of-a-call").await;
        answers.push((start.elapsed().as_secs_f64() * 1e3, answer));
    }
}

/// As it is written and read: a line.
impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = [
            self.per_second,
            self.p50,
            self.p99,
            self.cpu,
            self.proxy_cpu,
        ];
        f.write_str("turn")?;
        for figure in figures {
            write!(f, " {figure}")?;
        }
        for (task, calls) in &self.shares {
            write!(f, " {task}={calls}")?;
        }
        Ok(())
    }
}

impl FromStr for Turn {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> Result<Self> {
        let words: Vec<_> = line.split(' ').collect();
        let &[
            "turn",
            per_second,
            p50,
            p99,
            cpu,
            proxy_cpu,
            ref shares @ ..,
        ] = &words[..]
        else {
            bail!("a caller wrote {line:?}");
        };
        let shares = shares.iter().map(|share| {
            let (task, calls) = share.split_once('=').context("no share")?;
            Ok((task.to_owned(), calls.parse()?))
        });
        Ok(Self {
            per_second: per_second.parse()?,
            p50: p50.parse()?,
            p99: p99.parse()?,
            cpu: cpu.parse()?,
            proxy_cpu: proxy_cpu.parse()?,
            shares: shares.collect::<Result<_>>()?,
        })
    }
}
