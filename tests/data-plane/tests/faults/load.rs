//! Calls of `orders`, until what happens to it is over, and what came of them.

use std::process::ChildStdin;

use data_plane::process::Process;
use data_plane::shared::CALLERS;
use data_plane::{Client, Environment, Result};

use crate::By;

/// How long calls go on after a fault, in seconds: DNS is asked within 3.
const AFTER: usize = 4;

const SECOND: &str = "second: ";

/// Calls that are under way.
pub struct Load {
    name: String,
    by: By,
    client: Client,
    process: Process,
    input: ChildStdin,
}

impl Load {
    /// Starts them; every caller had an answer when this returns.
    pub fn start(name: &str, by: By, environment: &Environment) -> Result<Self> {
        Self::start_of(name, by, environment, &["orders"])
    }

    /// The same, with calls as these arguments of `load` say.
    pub fn start_of(
        name: &str,
        by: By,
        environment: &Environment,
        arguments: &[&str],
    ) -> Result<Self> {
        let client = by.client(environment)?;
        let program = env!("CARGO_BIN_EXE_load").as_ref();
        let (process, input) = client.run_fed(program, arguments)?;
        process.wait_for("running")?;
        let name = format!("{name}, {by:?}");
        Ok(Self {
            name,
            by,
            client,
            process,
            input,
        })
    }

    /// Kills the proxy that calls go through, and starts another.
    pub fn restart_proxy(&mut self) -> Result<()> {
        self.client.restart_proxy()
    }

    /// Lets them go on for so many whole seconds from now.
    pub fn go_on(&self, seconds: usize) -> Result<()> {
        // The second that is under way is none of them.
        let seconds = self.seconds().len() + 1 + seconds;
        self.process.wait_for_times(SECOND, seconds)
    }

    /// Lets them go on until something holds, which is to be so within these seconds.
    pub fn go_on_until(&self, most: usize, holds: impl Fn() -> Result<bool>) -> Result<()> {
        let first = self.seconds().len();
        for second in 1..=most {
            self.process.wait_for_times(SECOND, first + second)?;
            if holds()? {
                println!("{}: after {second} s", self.name);
                return Ok(());
            }
        }
        panic!("{}: not within {most} s", self.name)
    }

    /// Lets them go on as if nothing had happened, and ends them. They went the way of the client, and no other.
    pub fn end(self, environment: &Environment) -> Result<Outcome> {
        self.go_on(AFTER)?;
        let seconds = self.seconds();
        let good: usize = seconds.iter().rev().take(AFTER).sum();
        assert!(
            good > CALLERS,
            "{}: good in each second: {seconds:?}",
            self.name
        );
        let passed_on = self.client.passed_on("orders")?;
        drop(self.input);
        let mut lines = self.process.output()?;
        let last = lines.pop().unwrap_or_default();
        println!("{}: {last}", self.name);
        let lines = failures(lines);
        let counted = format!(" bad={}", lines.len());
        assert!(last.ends_with(&counted), "{last} among {lines:?}");
        let is_asked = environment.asked("orders")? > 0;
        let ways = (passed_on > 0, is_asked);
        let way = (self.by.is_proxy(), !self.by.is_proxy());
        assert_eq!(ways, way, "{}: through the proxy, by DNS", self.name);
        let good = last
            .strip_prefix("good=")
            .and_then(|last| last.split(' ').next()?.parse().ok());
        Ok(Outcome {
            good: good.unwrap_or_default(),
            bad: lines,
        })
    }

    /// How many calls have failed.
    pub fn failed(&self) -> usize {
        failures(self.process.lines()).len()
    }

    /// How many calls went well in each second.
    fn seconds(&self) -> Vec<usize> {
        let lines = self.process.lines();
        let seconds = lines.iter().filter_map(|line| line.strip_prefix(SECOND));
        seconds.filter_map(|good| good.parse().ok()).collect()
    }
}

/// How calls failed, out of what was written.
fn failures(mut lines: Vec<String>) -> Vec<String> {
    lines.retain(|line| line.starts_with("bad: "));
    lines
}

/// What came of the calls.
pub struct Outcome {
    /// How many calls went well.
    pub good: usize,
    /// How calls failed.
    bad: Vec<String>,
}

impl Outcome {
    /// Fails where a call failed.
    pub fn fails_nowhere(&self) {
        self.fails_by(&[], 0);
    }

    /// Fails where a call failed in another way than these, or more than so many did.
    pub fn fails_by(&self, ways: &[&str], most: usize) {
        let is_known = |line: &&String| ways.iter().any(|way| line.contains(way));
        let unknown = self.bad.iter().find(|line| !is_known(line));
        assert_eq!(unknown, None, "among {} bad ones", self.bad.len());
        assert!(self.bad.len() <= most, "{:?}", self.bad);
    }
}
