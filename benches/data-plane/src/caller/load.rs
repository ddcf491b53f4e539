//! Calls at a steady rate, whatever becomes of them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use super::Subject;

const WORKERS: u32 = 16;

/// A call, and what came of it.
#[derive(Debug, PartialEq)]
pub struct Call {
    /// When it began: seconds after the start of the measurement, less than 0 before.
    pub start: f64,
    /// How many milliseconds it took.
    pub took: f64,
    /// The task that answered, or what went wrong.
    pub answer: Result<String, String>,
}

/// What is to be called, and when.
pub struct Load {
    pub subject: Subject,
    pub is_post: bool,
    /// What a path begins with; the number of the call follows.
    pub name: String,
    pub rate: u32,
    /// When the measurement starts.
    pub zero: Instant,
    /// For how long calls are made before it.
    pub lead: Duration,
    pub seconds: u64,
}

impl Load {
    /// Calls, and gives each call once it has ended.
    pub fn start(self) -> UnboundedReceiver<Call> {
        let (sender, calls) = unbounded_channel();
        let load = Arc::new(self);
        for worker in 0..WORKERS {
            tokio::spawn(Arc::clone(&load).work(worker, sender.clone()));
        }
        calls
    }

    /// One worker. It does not wait for a call before it begins the next: else what hangs would lower the rate, and hide
    /// the calls that were to be made meanwhile.
    async fn work(self: Arc<Self>, worker: u32, calls: UnboundedSender<Call>) {
        let end = self.zero + Duration::from_secs(self.seconds);
        let rest = Duration::from_secs(1) / self.rate;
        let mut at = self.zero - self.lead + rest * worker;
        let mut number = worker;
        while at < end {
            sleep_until(at).await;
            let (load, calls) = (Arc::clone(&self), calls.clone());
            tokio::spawn(async move {
                // Where nobody wants to know, it has ended.
                let _ = calls.send(load.call(number).await);
            });
            number += WORKERS;
            at += rest * WORKERS;
        }
    }

    async fn call(&self, number: u32) -> Call {
        let path = format!("/{}/{number}", self.name);
        let start = Instant::now();
        let answer = self.subject.call(self.is_post, &path).await;
        // What fails alike is to read alike.
        let answer = answer.map_err(|error| error.replace(&path, "/"));
        let since = start + self.lead - self.zero;
        Call {
            start: since.as_secs_f64() - self.lead.as_secs_f64(),
            took: start.elapsed().as_secs_f64() * 1e3,
            answer,
        }
    }
}

/// As it is written and read: a line.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start, took, .. } = self;
        match &self.answer {
            Ok(task) => write!(f, "call {start:.6} {took:.3} of {task}"),
            Err(error) => write!(
                f,
                "call {start:.6} {took:.3} failed {}",
                error.replace('\n', " ")
            ),
        }
    }
}

impl FromStr for Call {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> anyhow::Result<Self> {
        let words: Vec<_> = line.splitn(5, ' ').collect();
        let &["call", start, took, how, what] = &words[..] else {
            anyhow::bail!("a caller wrote {line:?}");
        };
        let answer = match how {
            "of" => Ok(what.to_owned()),
            _ => Err(what.to_owned()),
        };
        Ok(Self {
            start: start.parse().context("no time")?,
            took: took.parse().context("no time")?,
            answer,
        })
    }
}
