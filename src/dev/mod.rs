//! `dev`: builds the services that are crates of the workspace and runs them together, as in one environment.

mod addresses;
mod build;
mod contents;
mod events;
mod eyes;
mod globs;
mod inputs;
mod launch;
mod launches;
mod listing;
mod logs;
mod member;
mod members;
mod open_files;
mod ports;
mod process;
mod programs;
mod project;
mod rebuild;
mod replicas;
mod request;
mod restart;
mod rewritten;
mod run;
mod services;
mod stand_in;
mod strays;
mod system;
mod task;
mod variables;
mod watch;
mod ways;

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::Outcome;
use crate::options::{Format, Selection};
use crate::output;

use build::Input;
use inputs::Inputs;
use logs::{Log, Sink, Style};
use members::Members;
use project::{Before, Built, Project};
use rebuild::Rebuilds;
use replicas::Replicas;
use request::Request;
use run::{Asked, Run};
use stand_in::Given;
use system::Signals;
use watch::Watch;

/// What stands below `--help`.
pub const AFTER_HELP: &str = "Without `--env` it is as in `dev`, in `test`, or in the first environment by name, whichever \
is there. Tasks get the `variables` of their manifest, but for those that may lead to what does not run here, unless the \
shell sets them. Jobs run once, at the start, and once more when they have changed. A build that fails ends it if it is the \
first one; later, what runs goes on as it was. What a command runs is not started again by changes of its files. Exit codes: 0 the request was answered with a 2xx, or there was none and all was stopped by a \
signal or as nobody read the logs; 1 another answer, or a service that ended by itself; 2 it could not run, or was stopped \
before the answer.";

/// The arguments of `dev`.
#[derive(Args, Clone, Debug)]
pub struct Arguments {
    /// Make this GET request once all is up, print the answer's body and stop
    #[arg(long, value_name = "SERVICE/PATH")]
    request: Option<Request>,

    /// How long all may take to be up, where a request waits for it, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..))]
    timeout: u16,

    /// Show only the logs of these services; can be repeated
    #[arg(long, value_name = "SERVICE", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    logs: Vec<String>,

    /// Run so many tasks of a service, which its callers get in turn; can be repeated
    #[arg(long, value_name = "SERVICE=NUMBER", value_delimiter = ',')]
    replicas: Vec<Replicas>,

    /// Take what listens at this address for a service, or for a container that services call; can be repeated
    #[arg(long = "service", value_name = "NAME=ADDRESS")]
    services: Vec<Given>,

    /// Do not build again and restart what changes, and stop all when a service ends by itself
    #[arg(long)]
    no_watch: bool,

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
    let project = Project {
        selection: selection.clone(),
        arguments: arguments.clone(),
    };
    let members = project.members()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.context("the runtime for processes cannot be made")?;
    let outcome = runtime.block_on(start(project, members));
    // What is read in the background has no future, and need not be waited for.
    runtime.shutdown_background();
    outcome
}

async fn start(project: Project, members: Members) -> Result<Outcome> {
    open_files::raise();
    let mut signals = Signals::new().context("signals cannot be received")?;
    let arguments = &project.arguments;
    let is_watched = arguments.request.is_none() && !arguments.no_watch;
    let first = async {
        // From before the build, so that no change is lost.
        let watch = watch(members.inputs(), is_watched).await;
        let none = Before::default();
        let built = project.build(members, &none, Input::Terminal).await?;
        anyhow::Ok(match watch {
            Some(watch) => {
                let (rebuilds, built) = Rebuilds::after(project.clone(), watch, built).await;
                (Some(rebuilds), built)
            }
            None => (None, built),
        })
    };
    let (rebuilds, built) = tokio::select! {
        first = first => first?,
        signal = signals.next() => bail!("stopped by {signal} before the services were built"),
    };
    let Built { members, launches } = built;
    let mut log = Log::new(arguments.style())?;
    log.show(&members);
    addresses::look(&members, &HashSet::new());
    members.note_left_out(&BTreeSet::new());
    let request = arguments.request.clone();
    let limit = Duration::from_secs(arguments.timeout.into());
    let request = request.and_then(|request| {
        let url = members.url(&request.service)?;
        Some(Asked::Later {
            url,
            request,
            limit,
        })
    });
    let format = arguments.format;
    Run::start(launches, log, request, rebuilds)?
        .until_the_end(&mut signals, format)
        .await
}

/// Where changes cannot be seen the services run all the same.
async fn watch(inputs: Inputs, is_wanted: bool) -> Option<Watch> {
    if !is_wanted {
        return None;
    }
    let watch = Watch::new(inputs).await;
    let noted =
        watch.inspect_err(|error| output::note(&format!("{error:#}, so nothing is built again")));
    noted.ok()
}
