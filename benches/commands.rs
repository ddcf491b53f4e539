//! How long each command of the plugin takes in an application of 1,000 services, each a crate.
//!
//! ```sh
//! cargo bench --bench commands            # fails where a command takes longer than a second
//! cargo bench --bench commands -- routes  # those whose line has that word
//! ```
//!
//! A command runs as a process, as it does for its user: it reads every manifest and asks cargo for the workspace. What is
//! told is wall time, the median of some runs in turns. Of `dev` it is the start alone: every service is at an address, so that
//! there is nothing to build, and it ends with a request. `preflight` is not among them, because what it takes is what networks
//! take. Everything read is in the page cache.

#[path = "support/large.rs"]
mod large;
#[allow(dead_code)] // Other benchmarks ask for more.
mod support;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;
use std::{env, thread};

use support::{median, write};

const SERVICES: usize = 1_000;
const ROUNDS: usize = 7;

/// In seconds.
const LIMIT: f64 = 1.0;

/// What is run, in words, without `-C`: `brand-new` is an empty crate, and all others have everything. Exit code 1 is a result too: something is to be mended.
const COMMANDS: &[&str] = &[
    "check",
    "check --format json",
    "check --format sarif",
    "check --format github",
    "explain connect-off",
    "explain --list --format json",
    "graph",
    "graph --format json",
    "graph --format mermaid",
    "graph --format dot",
    "graph --format svg",
    "init --dry-run -p brand-new --service service-0001",
    "init --dry-run -p service-0500",
    "lock --check",
    "migrate",
    "migrate --format diff",
    "migrate --format json",
    "order",
    "order --format json",
    "routes",
    "routes --format json",
    "routes --from service-0000",
    "routes --from service-0000 --format json",
    "--help",
];

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    // `cargo test --all-targets` runs this too, without the argument that cargo adds for a benchmark.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let words = arguments.iter().filter(|argument| *argument != "--bench");
    let words: Vec<_> = words.collect();
    let is_chosen =
        |line: &&&str| words.is_empty() || words.iter().any(|word| line.contains(*word));
    let chosen: Vec<_> = COMMANDS.iter().filter(is_chosen).collect();

    let directory = large::workspace(SERVICES);
    let root = directory.path();
    println!("commands: seconds in an application of {SERVICES} services, each a crate");
    let first = seconds(plugin(root).arg("lock"));
    let mut slowest = report("lock, which writes all of them", vec![first]);

    let mut cargo_alone = Vec::new();
    let mut times = vec![Vec::new(); chosen.len()];
    for _ in 0..ROUNDS {
        cargo_alone.push(seconds(
            Command::new(env!("CARGO"))
                .args(["metadata", "--no-deps", "--format-version", "1"])
                .current_dir(root),
        ));
        for (line, times) in chosen.iter().zip(&mut times) {
            times.push(seconds(plugin(root).args(line.split(' '))));
        }
    }
    for (line, times) in chosen.iter().zip(times) {
        slowest = slowest.max(report(line, times));
    }
    let line = "dev, with each service at an address";
    if is_chosen(&&line) {
        let address = server();
        let services =
            (0..SERVICES).map(|index| format!("--service={}={address}", large::name(index)));
        let services: Vec<_> = services.collect();
        let mut command = plugin(root);
        command
            .args(["dev", "--request", "service-0000/"])
            .args(services);
        let times = (0..ROUNDS).map(|_| seconds(&mut command));
        slowest = slowest.max(report(line, times.collect()));
    }
    // The worst of all changes: every endpoint of every lock is another one.
    write(root, "copilot/.workspace", "application: praise\n");
    let times = (0..ROUNDS).map(|_| seconds(plugin(root).args(["lock", "--check"])));
    slowest = slowest.max(report("lock --check, each endpoint moved", times.collect()));
    println!(
        "  {:<52} {:6.2}  of those that ask cargo",
        "cargo metadata --no-deps",
        median(cargo_alone)
    );
    if slowest <= LIMIT {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints the line of a command, and says what it takes.
fn report(line: &str, times: Vec<f64>) -> f64 {
    let time = median(times);
    let verdict = if time <= LIMIT { "within" } else { "MISSED:" };
    println!("  {line:<52} {time:6.2}  {verdict} {LIMIT}");
    time
}

/// What every service is: it answers all requests, for as long as this process lives.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream));
        }
    });
    address
}

/// One that only looks whether anybody listens sends nothing.
fn answer(mut stream: TcpStream) {
    let is_request = stream.read(&mut [0; 4096]).is_ok_and(|length| length > 0);
    if is_request {
        // The client says what became of it.
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
    }
}

fn plugin(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-service-connect"));
    command.arg("service-connect").arg("-C").arg(root);
    command
}

/// How long it takes, with all that it writes read.
fn seconds(command: &mut Command) -> f64 {
    let start = Instant::now();
    let output = command
        .stdin(Stdio::null())
        .output()
        .expect("the command starts");
    let seconds = start.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stderr);
    let has_run = matches!(output.status.code(), Some(0 | 1));
    assert!(has_run, "{command:?}: {said}");
    seconds
}
