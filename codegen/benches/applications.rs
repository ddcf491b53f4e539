//! How long it takes to read an application, and what the worst manifests cost.
//!
//! ```sh
//! APPLICATIONS=DIR cargo bench -p service-connect-codegen --bench applications # everything, and the applications in DIR
//! cargo bench -p service-connect-codegen --bench applications -- hostile # one table: `size`, `parser`, `others` or `hostile`
//! ```
//!
//! Figures are CPU time of the one thread that reads, except for hostile manifests, whose wall time counts. What is
//! compared is measured in turns and told by medians, so that a busy machine disturbs both sides alike. Everything
//! read is in the page cache.

mod support;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use granit_parser::{Parser, options};
use peak_alloc::PeakAlloc;
use service_connect_codegen::copilot::{Loaded, Options, Workspace};
use service_connect_codegen::route;
use support::measure::{Sample, interleaved, median, ratio, verdict};
use support::{generated, hostile};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const SIZES: [usize; 3] = [10, 100, 1_000];

/// The variable that names a directory of applications to measure, each in a directory of its own.
const APPLICATIONS: &str = "APPLICATIONS";

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` runs this too, without the argument that cargo adds for a benchmark.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let tables: [(&str, fn()); 4] = [
        ("size", by_size),
        ("parser", beside_the_parser),
        ("others", others),
        ("hostile", hostile_manifests),
    ];
    let chosen = |name: &str| arguments.iter().any(|argument| argument == name);
    let all = !tables.iter().any(|(name, _)| chosen(name));
    for (_, table) in tables.iter().filter(|(name, _)| all || chosen(name)) {
        table();
        println!();
    }
}

/// The application below `root`, in an empty shell.
fn load(root: &Path) -> Loaded {
    load_with(root, false)
}

fn load_with(root: &Path, unreviewed: bool) -> Loaded {
    let workspace = Workspace {
        root: root.to_owned(),
    };
    workspace.load(&Options {
        shell: Some(&|_| None),
        unreviewed,
        ..Options::default()
    })
}

/// What `routes` asks for: the ways to every service in every environment.
fn routes(loaded: &Loaded) -> usize {
    let application = &loaded.application;
    let mut found = 0;
    for service in &application.services {
        for environment in 0..application.environments.len() {
            let ways = [route::service_connect, route::discovery];
            let ways = ways.map(|way| way(application, None, service, Some(environment)).is_ok());
            found += ways.iter().filter(|found| **found).count();
        }
    }
    found
}

/// Whether reading a service takes longer in a larger application.
fn by_size() {
    println!("size: a service of an application in three environments, read and routed");
    let applications = SIZES.map(generated::application);
    let mut samples = SIZES.iter().zip(&applications).map(|(size, directory)| {
        let root = directory.path();
        Sample::new(SIZES[2] / size, move || routes(&load(root)))
    });
    let samples: [Sample<'_>; 3] = std::array::from_fn(|_| samples.next().expect("as many"));
    let times = interleaved(15, &samples);
    for (size, times) in SIZES.iter().zip(&times) {
        println!(
            "  {size:>5} services  {:8.1} µs a service",
            micros(median(times)) / f64::from(u32::try_from(SIZES[2]).expect("small"))
        );
    }
    let ratio = ratio(&times[2], &times[0]);
    println!("  1,000 over 10    {ratio:8.2}  {}", verdict(ratio, 1.2));
}

/// Reading an application over taking its files through the YAML parser and nothing more.
fn beside_the_parser() {
    println!("parser: an application of 100 services over the YAML parser alone");
    let directory = generated::application(100);
    let root = directory.path();
    let files = generated::files(root);
    let texts: Vec<_> = files.iter().map(|file| read(file)).collect();
    let samples = [
        Sample::new(10, || load(root).findings.len()),
        Sample::new(10, || load_with(root, true).findings.len()),
        Sample::new(10, || files.iter().map(|file| drain(&read(file))).sum()),
        Sample::new(10, || texts.iter().map(|text| drain(text)).sum()),
    ];
    let [load, unreviewed, files, texts] = interleaved(15, &samples);
    let each = |times: &[Duration]| micros(median(times)) / 10.0;
    println!("  read                         {:10.0} µs", each(&load));
    println!(
        "  read as build scripts do     {:10.0} µs",
        each(&unreviewed)
    );
    println!("  files read and parsed        {:10.0} µs", each(&files));
    println!("  texts in memory parsed       {:10.0} µs", each(&texts));
    let over_files = ratio(&unreviewed, &files);
    println!(
        "  build scripts over that      {over_files:10.2}  {}",
        verdict(over_files, 2.0)
    );
    let over_files = ratio(&load, &files);
    println!(
        "  over files read and parsed   {over_files:10.2}  {}",
        verdict(over_files, 2.0)
    );
    let over_texts = ratio(&load, &texts);
    println!("  over texts parsed            {over_texts:10.2}");
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).expect("it was just written")
}

/// How many events there are.
fn drain(text: &str) -> usize {
    // Without comments, as the application is read.
    let parser = Parser::new_from_str_with_options(text, options! { emit_comments: false });
    let mut events = 0;
    for event in parser {
        black_box(event.expect("it is YAML"));
        events += 1;
    }
    events
}

/// A service and environment of applications that are not part of the repository.
fn others() {
    let directory = std::env::var_os(APPLICATIONS);
    let Some(Ok(entries)) = directory.map(std::fs::read_dir) else {
        println!("others: set {APPLICATIONS} to a directory of applications to measure them too");
        return;
    };
    let roots: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    let all = || roots.iter().map(|root| load(root)).collect::<Vec<_>>();
    let loaded = all();
    let applications = loaded.iter().map(|loaded| &loaded.application);
    let pairs = applications
        .map(|application| application.services.len() * application.environments.len())
        .sum::<usize>();
    let [times] = interleaved(15, &[Sample::new(1, || all().iter().map(routes).sum())]);
    let each = micros(median(&times)) / 1_000.0 / f64::from(u32::try_from(pairs).expect("small"));
    println!(
        "others: {} applications, {pairs} services × environments",
        roots.len()
    );
    println!("  ms of CPU for each {each:10.4}  {}", verdict(each, 0.08));
}

/// What a manifest below the limit of 1 MiB can do at worst.
fn hostile_manifests() {
    println!("hostile: a manifest of at most 1 MiB in an application of its own");
    println!("  {:<38} {:>8} {:>8}  the first finding", "", "ms", "MB");
    let mut worst: (f64, f64) = (0.0, 0.0);
    for (name, manifest) in hostile::manifests() {
        // Where no directory lists the environments, each section is one, and everything is read for each.
        let layouts: [&[&str]; 2] = [&["a", "b"], &[]];
        let costs = layouts.map(|environments| cost(&manifest, environments));
        let ms = costs[0].ms.max(costs[1].ms);
        let mb = costs[0].mb.max(costs[1].mb);
        worst = (worst.0.max(ms), worst.1.max(mb));
        println!("  {name:<38} {ms:>8.1} {mb:>8.1}  {}", costs[1].finding);
    }
    println!(
        "  most time    {:10.1} ms  {}",
        worst.0,
        verdict(worst.0, 100.0)
    );
    println!(
        "  most memory  {:10.1} MB  {}",
        worst.1,
        verdict(worst.1, 64.0)
    );
}

/// What reading an application costs in wall time, because somebody waits for it, and in memory.
struct Cost {
    ms: f64,
    mb: f64,
    finding: String,
}

fn cost(manifest: &str, environments: &[&str]) -> Cost {
    let directory = hostile::application(manifest, environments);
    let mut times = Vec::new();
    let mut peak = 0;
    let mut finding = String::new();
    for _ in 0..3 {
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let start = Instant::now();
        let loaded = load(directory.path());
        times.push(start.elapsed());
        peak = ALLOCATOR.peak_usage().saturating_sub(before);
        finding = match loaded.findings.as_slice() {
            [] => "none".to_owned(),
            [first, ..] => format!("{}, {} in all", first.code, loaded.findings.len()),
        };
    }
    #[allow(clippy::cast_precision_loss)] // A few digits are shown.
    let mb = peak as f64 / 1_048_576.0;
    Cost {
        ms: micros(median(&times)) / 1_000.0,
        mb,
        finding,
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
