//! `cargo service-connect`: the cargo plugin that checks, maps and runs the services of an application.
//!
//! It has no rules of its own: what is known of the services comes from `service-connect-codegen`, and a
//! request goes out as those of any service do, through `service-connect`.

mod address;
mod by_hand;
mod calls;
mod cargo;
mod check;
mod cli;
mod context;
mod dev;
mod diff;
mod explain;
mod files;
mod graph;
mod init;
mod judge;
mod lock;
mod migrate;
mod options;
mod order;
mod output;
mod preflight;
mod progress;
mod report;
mod routes;
mod scan;
mod table;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;
use std::thread;

use clap::Parser;

use cli::{Cli, Command};

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Clean = 0,
    /// It did its work, and there is something to mend.
    Findings = 1,
    /// It could not do its work.
    Failed = 2,
}

/// For sources that are nested deep: the parser goes down one by one.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let cli = Cli::parse_from(arguments(env::args_os()));
    cli.color.apply();
    let outcome = thread::scope(|scope| {
        let work = thread::Builder::new().stack_size(STACK);
        let work = work.spawn_scoped(scope, || run(&cli))?;
        // Whoever panics has said so.
        work.join().unwrap_or(Ok(Outcome::Failed))
    });
    let outcome = outcome.unwrap_or_else(|error| {
        output::error(&format!("{error:#}"));
        Outcome::Failed
    });
    ExitCode::from(outcome as u8)
}

fn run(cli: &Cli) -> anyhow::Result<Outcome> {
    match &cli.command {
        Command::Check(arguments) => check::run(&cli.selection, arguments),
        Command::Dev(arguments) => dev::run(&cli.selection, arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Graph(arguments) => graph::run(&cli.selection, arguments),
        Command::Init(arguments) => init::run(&cli.selection, arguments),
        Command::Lock(arguments) => lock::run(&cli.selection, arguments),
        Command::Migrate(arguments) => migrate::run(&cli.selection, arguments),
        Command::Order(arguments) => order::run(&cli.selection, arguments),
        Command::Preflight(arguments) => preflight::run(&cli.selection, arguments),
        Command::Routes(arguments) => routes::run(&cli.selection, arguments),
    }
}

/// Without the plugin's name, which cargo puts before the arguments.
fn arguments(all: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    all.enumerate()
        .filter(|(index, word)| *index != 1 || word != "service-connect")
        .map(|(_, word)| word)
}
