//! `dev`: builds the services that are crates of the workspace and runs them together, as in one environment.

mod build;
mod events;
mod launch;
mod logs;
mod members;
mod ports;
mod process;
mod programs;
mod replicas;
mod request;
mod run;
mod services;
mod system;
mod task;

use std::path::Path;

use anyhow::{Context as _, Result};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::Outcome;
use crate::context::Context;
use crate::options::{Format, Selection};

use logs::{Log, Sink, Style};
use members::Members;
use replicas::Replicas;
use request::Request;
use run::Run;
use system::Signals;

/// What stands below `--help`.
pub const AFTER_HELP: &str = "Without `--env` it is as in `dev`, in `test`, or in the first environment by name, whichever \
is there. Exit codes: 0 the request was answered with a 2xx, or all was stopped by a signal; 1 another answer, or a service \
that ended by itself; 2 it could not run.";

/// The arguments of `dev`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Make this GET request once all is up, print the answer's body and stop
    #[arg(long, value_name = "SERVICE/PATH")]
    request: Option<Request>,

    /// Show only the logs of these services; can be repeated
    #[arg(long, value_name = "SERVICE", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    logs: Vec<String>,

    /// Run so many tasks of a service, which its callers get in turn; can be repeated
    #[arg(long, value_name = "SERVICE=NUMBER", value_delimiter = ',')]
    replicas: Vec<Replicas>,

    /// How to write logs and events; `json` has one object a line on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Arguments {
    /// How the logs are written. The body of an answer has stdout to itself.
    fn style(&self) -> Style {
        let sink = if self.request.is_some() && self.format == Format::Human {
            Sink::Stderr
        } else {
            Sink::Stdout
        };
        Style {
            sink,
            format: self.format,
            shown: (!self.logs.is_empty()).then(|| self.logs.clone()),
        }
    }
}

/// Runs the services until one of them, the user or the request ends it.
pub fn run(selection: &Selection, arguments: &Arguments) -> Result<Outcome> {
    selection.environment()?;
    let directory = &selection.directory;
    let context = Context::open(selection)?;
    if let Some(request) = &arguments.request {
        context.service(&request.service)?;
    }
    let mut members = Members::find(&context, directory)?;
    if let Some(request) = &arguments.request {
        members.check(&request.service)?;
    }
    let replicated = arguments.replicas.iter().map(|one| &one.service);
    members.check_names(arguments.logs.iter().chain(replicated))?;
    members.replicate(&arguments.replicas);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.context("the runtime for processes cannot be made")?;
    runtime.block_on(start(directory, members, arguments))
}

async fn start(directory: &Path, mut members: Members, arguments: &Arguments) -> Result<Outcome> {
    let mut signals = Signals::new().context("signals cannot be received")?;
    build::build(directory, &mut members, &mut signals).await?;
    members.take_ports()?;
    let launches = members.launches();
    let tasks = launches.iter().map(|launch| launch.task.clone()).collect();
    let mut log = Log::new(arguments.style(), tasks)?;
    log.print(members.table());
    let request = arguments.request.clone();
    let request =
        request.map(|request| Ok::<_, anyhow::Error>((members.url(&request.service)?, request)));
    Run::start(launches, log, request.transpose()?)?
        .until_the_end(&mut signals, arguments.format)
        .await
}
