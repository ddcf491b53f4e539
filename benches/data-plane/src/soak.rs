//! Faults for a long time, one after the other, and how large the callers are meanwhile.

use std::time::{Duration, SystemTime};

use anyhow::{Result, ensure};

use crate::caller::Sample;
use crate::faults::{ALL, END};
use crate::figures::mean;
use crate::plot::{Series, draw};
use crate::report::{Section, row};
use crate::shop::{Kind, Shop, Way, call};

const CLIENTS: [Kind; 2] = [
    Kind::get("ours", Way::Discovery),
    Kind::get("ours", Way::Tcp),
];

/// An environment has addresses for so long: each round of the faults takes some.
const MOST_MINUTES: u64 = 180;
/// How many samples are in the table.
const ROWS: usize = 15;
/// What the pages of the allocator and a fault that is under way make of it.
const ASKED_RESIDENT: f64 = 2.0;
const ASKED_DESCRIPTORS: f64 = 10.0;

pub fn run(minutes: u64) -> Result<Section> {
    ensure!(
        (2..=MOST_MINUTES).contains(&minutes),
        "a soak takes 2 to {MOST_MINUTES} minutes, and not {minutes}"
    );
    let mut shop = Shop::open()?;
    let clients = CLIENTS.map(|kind| shop.client(kind));
    let clients = clients.into_iter().collect::<Result<Vec<_>>>()?;
    let seconds = (60 * minutes).to_string();
    let start = SystemTime::now();
    let callers = CLIENTS.iter().zip(&clients);
    let callers = callers.map(|(kind, client)| call(client, *kind, "lasting", &[&seconds]));
    let callers = callers.collect::<Result<Vec<_>>>()?;
    for (fault, number) in ALL.iter().cycle().zip(1..=2 * minutes) {
        eprintln!("soak: fault {number} of {}: {}", 2 * minutes, fault.name);
        let begin = start + Duration::from_secs((number - 1) * END);
        shop.play(fault, begin)?;
    }

    let mut section = Section::new("soak");
    section.line(format!(
        "{minutes} minutes, 300 calls a second by each way, every fault in turn, for 30 s each.\n"
    ));
    let [mut resident, mut descriptors] = [const { Vec::new() }; 2];
    for (kind, caller) in CLIENTS.into_iter().zip(callers) {
        let lines = caller.output()?;
        let samples = lines.iter().filter(|line| line.starts_with("sample "));
        let samples = samples
            .map(|line| line.parse())
            .collect::<Result<Vec<_>>>()?;
        tell(&mut section, kind, &samples);
        resident.push(series(kind, &samples, |sample| sample.sizes.resident));
        descriptors.push(series(kind, &samples, |sample| sample.sizes.descriptors));
    }
    for (name, y, series) in [
        ("memory", "memory, MB", resident),
        ("descriptors", "file descriptors", descriptors),
    ] {
        let title = format!("{y} of a caller under faults");
        let picture = draw(&title, "minutes", y, false, &series)?;
        section.picture(&format!("soak-{name}"), &title, picture);
    }
    Ok(section)
}

fn series(kind: Kind, samples: &[Sample], size: fn(&Sample) -> f64) -> Series {
    let points = samples.iter();
    Series {
        name: kind.name(),
        points: points
            .map(|sample| (sample.at / 60.0, size(sample)))
            .collect(),
    }
}

fn tell(section: &mut Section, kind: Kind, samples: &[Sample]) {
    section.line(format!("### {}\n", kind.name()));
    section.line(row([
        "minute",
        "calls",
        "failed",
        "memory, MB",
        "file descriptors",
    ]));
    section.line(row(["---"; 5]));
    let step = samples.len().div_ceil(ROWS).max(1);
    for sample in samples.iter().skip(step - 1).step_by(step) {
        section.line(row([
            format!("{:.1}", sample.at / 60.0),
            sample.calls.to_string(),
            sample.failed.to_string(),
            format!("{:.1}", sample.sizes.resident),
            sample.sizes.descriptors.to_string(),
        ]));
    }
    // In the first eighth, pools and caches become as large as they are to be.
    let warm = &samples[samples.len() / 8..];
    let quarter = warm.len() / 4;
    let (first, last) = (&warm[..quarter], &warm[warm.len() - quarter..]);
    section.line("\nBetween the first quarter, after some time to warm up, and the last one:\n");
    let mut judge = |what, asked, size: fn(&Sample) -> f64| {
        let [before, after] = [first, last].map(|samples| mean(samples.iter().map(size)));
        let words = format!("{before:.1} to {after:.1} {what} (asked: {asked} more at most)");
        let verdict = section.judge("soak", kind, words, after - before <= asked);
        section.line(format!("- {verdict}"));
    };
    judge("MB of memory", ASKED_RESIDENT, |sample| {
        sample.sizes.resident
    });
    judge("file descriptors", ASKED_DESCRIPTORS, |sample| {
        sample.sizes.descriptors
    });
    section.line("");
}
