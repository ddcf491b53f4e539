//! What a call costs, as ratios in one run.
//!
//! ```sh
//! cargo run --release --manifest-path benches/calls/Cargo.toml            # all of it, some minutes
//! cargo run --release --manifest-path benches/calls/Cargo.toml -- choose  # or `get`, or `memory`
//! ```
//!
//! - `choose`: which URL a service has, once it is chosen: the time, and whether memory is taken for it.
//! - `get`: the CPU time of a GET over loopback to one task, whose server is a process of its own, beside the same through
//!   reqwest, in turns.
//! - `memory`: how much the process grows over a million of them.

mod choose;
mod get;
mod memory;
mod server;

use std::env;
use std::sync::atomic::{AtomicBool, Ordering};

use peak_alloc::PeakAlloc;

/// Says whether something was allocated.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

// `Api`, as a service of a real application has it.
service_connect::clients!();

fn main() {
    let wanted = env::args().nth(1);
    if wanted.as_deref() == Some(server::ARGUMENT) {
        return server::serve();
    }
    let all: [(&str, fn()); 3] = [
        ("choose", choose::run),
        ("get", get::run),
        ("memory", memory::run),
    ];
    for (name, run) in all {
        if wanted.as_deref().is_none_or(|wanted| wanted == name) {
            run();
        }
    }
    if IS_MISSED.load(Ordering::Relaxed) {
        std::process::exit(1);
    }
}

/// Whether a target was missed.
static IS_MISSED: AtomicBool = AtomicBool::new(false);

/// A line of the report, and whether the target is met.
fn report(what: &str, figure: f64, unit: &str, target: f64) {
    let verdict = if figure <= target {
        "within"
    } else {
        "MISSED:"
    };
    println!("  {what:<32} {figure:8.2} {unit}  {verdict} {target}");
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}
