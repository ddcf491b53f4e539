//! Calls of `orders` for some seconds, and what came of them.

use data_plane::process::Process;
use data_plane::{Client, Result};

use crate::CALLERS;

const SECONDS: u8 = 4;

/// Calls that are under way.
pub struct Load {
    name: String,
    process: Process,
}

impl Load {
    /// Starts them; every caller had an answer when this returns.
    pub fn start(name: impl Into<String>, client: &Client) -> Result<Self> {
        Self::start_for(SECONDS, name, client)
    }

    /// The same for so many seconds.
    pub fn start_for(seconds: u8, name: impl Into<String>, client: &Client) -> Result<Self> {
        let program = env!("CARGO_BIN_EXE_load").as_ref();
        let process = client.run(program, &["orders", &seconds.to_string()])?;
        process.wait_for("running")?;
        let name = name.into();
        Ok(Self { name, process })
    }

    /// Lets them go on until so many seconds are over.
    pub fn wait_for_second(&self, second: u8) -> Result<()> {
        let line = format!("second {second}");
        self.process.wait_for(&line).map(drop)
    }

    /// Waits for their end.
    pub fn end(self) -> Result<Outcome> {
        let mut lines = self.process.output()?;
        let last = lines.pop().unwrap_or_default();
        println!("{}: {last}", self.name);
        let good = last.split(['=', ' ']).nth(1);
        let good = good.and_then(|good| good.parse().ok()).unwrap_or(0);
        lines.retain(|line| line.starts_with("bad: "));
        Ok(Outcome { good, bad: lines })
    }
}

/// What came of the calls.
pub struct Outcome {
    good: usize,
    /// How each of the others failed.
    pub bad: Vec<String>,
}

impl Outcome {
    /// Fails where a call failed.
    pub fn fails_nowhere(&self) {
        self.fails_only_by(&[]);
    }

    /// Fails where a call failed in another way than these.
    pub fn fails_only_by(&self, ways: &[&str]) {
        assert!(self.good > CALLERS, "hardly any call went well");
        let is_known = |line: &&String| ways.iter().any(|way| line.contains(way));
        let unknown = self.bad.iter().find(|line| !is_known(line));
        assert_eq!(unknown, None, "among {} bad ones", self.bad.len());
    }
}
