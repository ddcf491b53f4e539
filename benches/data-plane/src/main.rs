//! What calls and faults cost in real environments, beside reqwest.
//!
//! ```sh
//! benches/data-plane/run --write        # all of it, into BENCHMARKS.md and docs/benchmarks: over an hour
//! benches/data-plane/run faults cost    # some parts of it, printed only
//! benches/data-plane/run hang           # one fault
//! benches/data-plane/run soak 4         # for 4 minutes
//! ```
//!
//! - `faults`: a thousand calls a second by each client, all at the same time, and what goes wrong meanwhile.
//! - `cost`: the CPU time of a call, of the client and of the proxy, and how long it takes.
//! - `soak`: whether a process grows, under all of these faults, for half an hour.
//! - `calls`, `applications`, `attributes` and `cold_build`: what other benchmarks print.
//!
//! It fails, and says where, if something is not as it is asked.

mod caller;
mod cost;
mod faults;
mod figures;
mod machine;
mod others;
mod plot;
mod report;
mod shop;
mod soak;

use std::env;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};

use report::Section;

const SOAK: u64 = 30;

/// Those that need environments; after them come the [`others`].
const OWN: [&str; 3] = ["faults", "cost", "soak"];

fn parts() -> impl Iterator<Item = &'static str> {
    OWN.into_iter().chain(others::ALL.map(|(name, _)| name))
}

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some((first, rest)) = arguments.split_first()
        && first == caller::ARGUMENT
    {
        caller::run(rest)?;
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = Wanted::read(&arguments)?;
    println!("{}\n", report::machine()?);
    let mut missed = Vec::new();
    for part in &wanted.parts {
        let section = wanted.measure(part).context(*part)?;
        println!("## {part}\n\n{}", section.text());
        if wanted.is_written {
            section.write()?;
        }
        missed.extend(section.missed);
    }
    for line in &missed {
        eprintln!("MISSED: {line}");
    }
    Ok(if missed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What is to be measured.
struct Wanted {
    parts: Vec<&'static str>,
    /// These only, or all.
    faults: Vec<String>,
    minutes: u64,
    is_written: bool,
}

impl Wanted {
    fn read(arguments: &[String]) -> Result<Self> {
        let mut wanted = Self {
            parts: Vec::new(),
            faults: Vec::new(),
            minutes: SOAK,
            is_written: false,
        };
        for word in arguments {
            if word == "--write" {
                wanted.is_written = true;
            } else if let Some(part) = parts().find(|part| part == word) {
                wanted.parts.push(part);
            } else if faults::ALL.iter().any(|fault| fault.name == word) {
                wanted.faults.push(word.clone());
            } else if let Ok(minutes) = word.parse() {
                wanted.minutes = minutes;
            } else {
                let faults = faults::ALL.map(|fault| fault.name).join(", ");
                let parts = parts().collect::<Vec<_>>().join(", ");
                bail!(
                    "{word:?} is no part ({parts}), no fault ({faults}) and no number of minutes"
                );
            }
        }
        if wanted.parts.is_empty() {
            // A fault is one of `faults`.
            let is_all = wanted.faults.is_empty();
            wanted.parts = parts().filter(|part| is_all || *part == "faults").collect();
        }
        ensure!(
            !wanted.is_written || wanted.faults.is_empty(),
            "some faults are not all of them: leave --write out"
        );
        Ok(wanted)
    }

    fn measure(&self, part: &str) -> Result<Section> {
        match part {
            "faults" => faults::run(&self.faults),
            "cost" => cost::run(),
            "soak" => soak::run(self.minutes),
            _ => others::run(part),
        }
    }
}
