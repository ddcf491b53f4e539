//! Which URL a service has, once it is chosen.

use std::env;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use service_connect::__private::choose;

use crate::{Api, MEMORY, median, report};

const ROUNDS: usize = 9;
const TIMES: u32 = 5_000_000;

/// What Copilot sets in a task.
const VARIABLES: [(&str, &str); 3] = [
    ("COPILOT_ENVIRONMENT_NAME", "test"),
    ("COPILOT_SERVICE_NAME", "calls"),
    ("COPILOT_SERVICE_DISCOVERY_ENDPOINT", "test.bench.local"),
];

pub fn run() {
    if env::var_os(VARIABLES[0].0).is_none() {
        // The variables of a process are read once, and are safely set before it starts only.
        let program = env::current_exe().expect("this program has a path");
        let status = Command::new(program).arg("choose").envs(VARIABLES).status();
        return assert!(status.is_ok_and(|status| status.success()), "it runs");
    }
    println!("choose: the URL of a service after the first call");
    let api = Api::client();
    choose(&api).expect("there is a way to it");
    let before = MEMORY.current_usage();
    let mut times = Vec::with_capacity(ROUNDS);
    let room = MEMORY.current_usage() - before;
    MEMORY.reset_peak_usage();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..TIMES {
            black_box(choose(black_box(&api)).is_ok());
        }
        times.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES));
    }
    let taken = MEMORY.peak_usage() - before - room;
    report("time", median(times), "ns", 20.0);
    let taken = u32::try_from(taken).unwrap_or(u32::MAX);
    report("allocated", f64::from(taken), "bytes", 0.0);
}
