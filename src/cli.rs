//! The command line: what can be asked for.

use anstream::ColorChoice;
use clap::{Parser, Subcommand, ValueEnum};

use crate::options::{GLOBAL, Selection};
use crate::{check, dev, explain, graph, init, lock, migrate, order, preflight, routes};

/// What `--help` says below the options.
const AFTER_HELP: &str = "\
Begin with `init` in a crate that is to call services, with `check` for what is wrong with the manifests, and with \
`routes` for who is reached how. stdout is the result, stderr the rest. Exit codes: 0 clean, 1 something to mend, 2 it \
could not run.";

/// Checks, maps and runs the services of an application on ECS Service Connect.
#[derive(Debug, Parser)]
#[command(
    bin_name = "cargo service-connect",
    version,
    max_term_width = 100,
    after_help = AFTER_HELP
)]
pub struct Cli {
    #[command(flatten)]
    pub selection: Selection,

    /// When to use colors; `auto` is on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_enum, value_name = "WHEN", global = true, help_heading = GLOBAL, default_value_t)]
    pub color: Color,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report what is wrong with the manifests, and with the references to services in Rust
    #[command(after_help = check::AFTER_HELP)]
    Check(check::Arguments),
    /// Build the services of this workspace, and run them together
    #[command(after_help = dev::AFTER_HELP)]
    Dev(dev::Arguments),
    /// Tell what the code of a finding means, and what to write instead
    Explain(explain::Arguments),
    /// Show which service calls which, and by which way in each environment
    #[command(after_help = graph::AFTER_HELP)]
    Graph(graph::Arguments),
    /// Make a crate call the services: dependencies, build script and `clients!()`
    #[command(after_help = init::AFTER_HELP)]
    Init(init::Arguments),
    /// Write what builds without `copilot/` need, beside the Cargo.toml of each crate
    #[command(after_help = lock::AFTER_HELP)]
    Lock(lock::Arguments),
    /// Find URLs of services that are put together by hand, and propose typed calls
    #[command(after_help = migrate::AFTER_HELP)]
    Migrate(migrate::Arguments),
    /// Show the order to deploy in for the first time, and what pipelines make of it
    #[command(after_help = order::AFTER_HELP)]
    Order(order::Arguments),
    /// Say whether the services can be reached from here, and why not
    #[command(after_help = preflight::AFTER_HELP)]
    Preflight(preflight::Arguments),
    /// Show where each service is reached in each environment
    Routes(routes::Arguments),
}

/// When to use colors. The values say enough by their names: a comment on one would double the length of `--help`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    /// Decides for all that is written from now on.
    pub fn apply(self) {
        let choice = match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}
