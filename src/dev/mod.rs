//! `dev`: builds the services that are crates of the workspace and runs them together, as in one environment.

mod build;
mod logs;
mod members;
mod ports;
mod process;
mod programs;
mod request;
mod services;
mod system;

use std::cell::Cell;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::Outcome;
use crate::context::Context;
use crate::options::Selection;
use crate::output;

use logs::{Log, Sink};
use members::Members;
use request::{Answer, Request};
use services::{Exit, Services};
use system::Signals;

/// The arguments of `dev`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Make this GET request once all is up, print the answer's body and stop
    #[arg(long, value_name = "SERVICE/PATH")]
    request: Option<Request>,
}

/// Runs the services until one of them, the user or the request ends it.
pub fn run(selection: &Selection, arguments: &Arguments) -> Result<Outcome> {
    selection.environment()?;
    let directory = &selection.directory;
    let context = Context::open(selection)?;
    if let Some(request) = &arguments.request {
        context.service(&request.service)?;
    }
    let members = Members::find(&context, directory)?;
    if let Some(request) = &arguments.request {
        members.check(&request.service)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.context("the runtime for processes cannot be made")?;
    runtime.block_on(start(directory, members, arguments.request.as_ref()))
}

/// Why the services are stopped.
enum End {
    Answered(Answer),
    /// It could not be asked, or did not answer.
    Failed(anyhow::Error),
    Exited(Exit),
    /// There were only jobs, and they are done.
    Done,
    Signal(&'static str),
    /// Nobody reads the logs any more.
    Unread,
}

async fn start(
    directory: &Path,
    mut members: Members,
    request: Option<&Request>,
) -> Result<Outcome> {
    let mut signals = Signals::new().context("signals cannot be received")?;
    build::build(directory, &mut members, &mut signals).await?;
    members.take_ports()?;

    let sink = if request.is_some() {
        Sink::Stderr
    } else {
        Sink::Stdout
    };
    let mut log = Log::new(sink, members.names())?;
    log.print(members.table()).await;
    let is_ready = Cell::new(false);
    let mut services = Services::new();
    // Dropping `services` kills what was started already.
    for member in members.iter() {
        services.start(member, members.variables(member), &mut log)?;
    }
    let end = tokio::select! {
        biased;
        exit = services.next_end() => exit.map_or(End::Done, End::Exited),
        signal = signals.next() => End::Signal(signal),
        () = log.unread() => End::Unread,
        end = work(&members, request, &is_ready) => end,
    };
    services.stop(&mut signals).await;
    log.finish().await;
    conclude(end, request.is_some(), is_ready.get())
}

/// Waits until all is up, makes the request, or goes on for good.
async fn work(members: &Members, request: Option<&Request>, is_ready: &Cell<bool>) -> End {
    if let Err(error) = members.ready(request.is_some()).await {
        return End::Failed(error);
    }
    is_ready.set(true);
    let Some(request) = request else {
        return std::future::pending().await;
    };
    match request.send(members).await {
        Ok(answer) => End::Answered(answer),
        Err(error) => End::Failed(error),
    }
}

fn conclude(end: End, is_request: bool, is_ready: bool) -> Result<Outcome> {
    let failure = if is_ready {
        Outcome::Findings
    } else {
        Outcome::Failed
    };
    match end {
        End::Answered(answer) => {
            answer.print()?;
            Ok(if answer.is_success() {
                Outcome::Clean
            } else {
                Outcome::Findings
            })
        }
        End::Failed(error) => {
            output::error(&format!("{error:#}"));
            Ok(failure)
        }
        End::Exited(exit) => {
            output::error(&format!("{exit}, so the others were stopped"));
            Ok(failure)
        }
        End::Signal(signal) if is_request => {
            bail!("stopped by {signal} before there was an answer")
        }
        End::Signal(_) | End::Unread | End::Done => Ok(Outcome::Clean),
    }
}
