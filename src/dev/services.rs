//! The services that run: started together, stopped together.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context as _, Result};
use service_connect_codegen::Kind;
use tokio::process::Command;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::output;

use super::logs::Log;
use super::members::Member;
use super::process::{Process, piped};
use super::system::Signals;

/// How long a service may take to stop after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);

/// What the services have to do.
#[derive(Clone, Copy)]
enum Order {
    Run,
    End,
    Die,
}

/// One service that ended.
pub struct Exit {
    service: String,
    kind: Kind,
    status: io::Result<ExitStatus>,
}

impl Exit {
    /// A job that has done its work.
    fn is_done(&self) -> bool {
        self.kind == Kind::ScheduledJob && self.status.as_ref().is_ok_and(ExitStatus::success)
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.status {
            Ok(status) => write!(f, "`{}` ended ({status})", self.service),
            Err(error) => write!(f, "`{}` was lost: {error}", self.service),
        }
    }
}

/// The services that run. Dropping them kills them.
pub struct Services {
    running: JoinSet<Exit>,
    order: watch::Sender<Order>,
}

impl Services {
    /// None yet.
    pub fn new() -> Self {
        Self {
            running: JoinSet::new(),
            order: watch::Sender::new(Order::Run),
        }
    }

    /// Starts one.
    pub fn start(
        &mut self,
        member: &Member,
        variables: Vec<(String, String)>,
        log: &mut Log,
    ) -> Result<()> {
        let executable: &Path = &member.executable;
        let mut command = piped(Command::new(executable));
        command
            .current_dir(&member.program.directory)
            .envs(variables);
        let mut process = Process::start(command).with_context(|| {
            format!(
                "`{}` cannot be started as `{}`",
                executable.display(),
                member.service
            )
        })?;
        let (stdout, stderr) = process.output();
        log.follow(&member.service, stdout, stderr);
        let order = self.order.subscribe();
        self.running.spawn(supervise(
            process,
            member.service.clone(),
            member.kind,
            order,
        ));
        Ok(())
    }

    /// The next one to end that was not meant to; `None` once all have ended as they should.
    pub async fn next_end(&mut self) -> Option<Exit> {
        while let Some(exit) = self.running.join_next().await {
            // A task that panicked has killed its process: there is no exit to tell of.
            let Ok(exit) = exit else { continue };
            if !exit.is_done() {
                return Some(exit);
            }
            output::note(&exit.to_string());
        }
        None
    }

    /// Asks all to end and, after a while or a further signal, makes them.
    pub async fn stop(mut self, signals: &mut Signals) {
        self.order.send_replace(Order::End);
        tokio::select! {
            () = all(&mut self.running) => return,
            () = sleep(GRACE) => {
                output::note(&format!("what did not end within {} s is killed", GRACE.as_secs()));
            }
            _ = signals.next() => {}
        }
        self.order.send_replace(Order::Die);
        // A process that even SIGKILL does not end hangs in the system and is not waited for.
        let _ = timeout(GRACE, all(&mut self.running)).await;
    }
}

async fn all(running: &mut JoinSet<Exit>) {
    while running.join_next().await.is_some() {}
}

async fn supervise(
    mut process: Process,
    service: String,
    kind: Kind,
    mut order: watch::Receiver<Order>,
) -> Exit {
    loop {
        tokio::select! {
            status = process.wait() => return Exit { service, kind, status },
            Ok(()) = order.changed() => match *order.borrow_and_update() {
                Order::Run => {}
                Order::End => process.terminate(),
                Order::Die => process.kill(),
            },
        }
    }
}
