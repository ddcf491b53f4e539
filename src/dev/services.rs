//! The tasks that run: started together, stopped together.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context as _, Result};
use service_connect_codegen::Kind;
use tokio::process::Command;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::output;

use super::events::Event;
use super::launch::Launch;
use super::logs::Log;
use super::ports;
use super::process::{Process, piped};
use super::strays;
use super::system::Signals;
use super::task::Task;
use super::watch::until;

/// How long a task may take to stop after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);

/// How long they may take to stop before it is said which do.
const HINT: Duration = Duration::from_secs(1);

/// What the tasks have to do.
#[derive(Clone, Copy)]
enum Order {
    Run,
    /// Soon, or it is made to.
    MakeRoom,
    End,
    Die,
}

/// One task that ended.
pub struct Exit {
    /// Which one.
    pub task: Task,
    kind: Option<Kind>,
    status: io::Result<ExitStatus>,
}

impl Exit {
    /// Whether it is a job that has done its work.
    pub fn is_done(&self) -> bool {
        self.kind == Some(Kind::ScheduledJob) && self.status.as_ref().is_ok_and(ExitStatus::success)
    }

    /// How it ended.
    pub fn status(&self) -> String {
        match &self.status {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.status {
            Ok(status) => write!(f, "`{}` ended ({status})", self.task),
            Err(error) => write!(f, "`{}` was lost: {error}", self.task),
        }
    }
}

/// What comes of a task.
pub enum News {
    /// It accepts connections, or has nothing to accept.
    Ready(Task),
    Exit(Exit),
}

/// The tasks that run. Dropping them kills them.
pub struct Services {
    running: JoinSet<Exit>,
    orders: HashMap<Task, watch::Sender<Order>>,
    ready: mpsc::UnboundedSender<Task>,
    are_ready: mpsc::UnboundedReceiver<Task>,
}

impl Services {
    /// None yet.
    pub fn new() -> Self {
        let (ready, are_ready) = mpsc::unbounded_channel();
        Self {
            running: JoinSet::new(),
            orders: HashMap::new(),
            ready,
            are_ready,
        }
    }

    /// Starts one.
    pub fn start(&mut self, launch: &Launch, log: &mut Log) -> Result<()> {
        let Launch { task, program, .. } = launch;
        let mut command = piped(Command::new(program));
        command
            .args(&launch.arguments)
            .current_dir(&launch.directory)
            .envs(launch.variables.iter().cloned());
        for name in &launch.removed {
            command.env_remove(name);
        }
        strays::mark(&mut command, task);
        let mut process = Process::start(command)
            .with_context(|| format!("`{}` cannot be started as `{task}`", program.display()))?;
        let (stdout, stderr) = process.output();
        log.follow(task, stdout, stderr);
        let (orders, order) = watch::channel(Order::Run);
        self.orders.insert(task.clone(), orders);
        let ready = ready(launch.clone(), self.ready.clone());
        self.running
            .spawn(supervise(process, launch.clone(), order, ready));
        Ok(())
    }

    /// Asks one to end, and makes it after a while.
    pub fn end(&self, task: &Task) {
        self.order(Order::MakeRoom, |other| other == task);
    }

    fn order(&self, order: Order, is_meant: impl Fn(&Task) -> bool) {
        for (_, orders) in self.orders.iter().filter(|(task, _)| is_meant(task)) {
            orders.send_replace(order);
        }
    }

    /// What comes next; `None` once all have ended.
    pub async fn next(&mut self) -> Option<News> {
        loop {
            tokio::select! {
                biased;
                Some(task) = self.are_ready.recv() => return Some(News::Ready(task)),
                // A supervisor that panicked has killed its process: there is no exit to tell of.
                exit = self.running.join_next() => if let Ok(exit) = exit? {
                    return Some(News::Exit(exit));
                },
            }
        }
    }

    /// Asks all to end and, after a while or a further signal, makes them.
    pub async fn stop(mut self, signals: &mut Signals, log: &mut Log) {
        self.stop_each(signals, log).await;
        strays::end(None).await;
    }

    async fn stop_each(&mut self, signals: &mut Signals, log: &mut Log) {
        self.order(Order::End, |_| true);
        let start = Instant::now();
        let mut hint = Some(start + HINT);
        loop {
            tokio::select! {
                () = all(&mut self.running, log) => return,
                () = until(hint) => {
                    hint = None;
                    let left = self.left();
                    output::note(&format!("still ending: {left}; Ctrl-C kills what is left"));
                }
                () = sleep_until(start + GRACE) => {
                    output::note(&format!("what did not end within {} s is killed", GRACE.as_secs()));
                    break;
                }
                _ = signals.next() => break,
            }
        }
        self.order(Order::Die, |_| true);
        // A process that even SIGKILL does not end hangs in the system and is not waited for.
        let _ = timeout(GRACE, all(&mut self.running, log)).await;
    }

    /// Those that run.
    fn left(&self) -> String {
        let orders = self.orders.iter();
        let left = orders.filter(|(_, orders)| !orders.is_closed());
        let mut left: Vec<_> = left.map(|(task, _)| task).collect();
        left.sort();
        let left: Vec<_> = left.iter().map(|task| format!("`{task}`")).collect();
        left.join(", ")
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        strays::kill_all();
    }
}

async fn all(running: &mut JoinSet<Exit>, log: &mut Log) {
    while let Some(exit) = running.join_next().await {
        if let Ok(exit) = exit {
            let status = &exit.status();
            log.happened(&exit.task, &Event::Ended { status });
        }
    }
}

/// Tells once that the task is ready.
async fn ready(launch: Launch, ready: mpsc::UnboundedSender<Task>) {
    if let Some(authority) = &launch.authority {
        ports::accepts(authority).await;
    }
    // Nobody hears it where all is being stopped.
    let _ = ready.send(launch.task);
}

async fn supervise(
    mut process: Process,
    launch: Launch,
    mut order: watch::Receiver<Order>,
    ready: impl Future<Output = ()>,
) -> Exit {
    let mut ready = std::pin::pin!(ready);
    let mut is_ready = false;
    let mut limit = None;
    let mut is_last = false;
    loop {
        tokio::select! {
            biased;
            status = process.wait() => {
                // What may be started again needs its port; where all end, all are looked for at once.
                if !is_last {
                    strays::end(Some(&launch.task)).await;
                }
                return Exit { task: launch.task, kind: launch.kind, status };
            }
            Ok(()) = order.changed() => match *order.borrow_and_update() {
                Order::Run => {}
                Order::MakeRoom => {
                    process.terminate();
                    limit = Some(Instant::now() + GRACE);
                }
                Order::End => {
                    is_last = true;
                    process.terminate();
                }
                Order::Die => process.kill(),
            },
            () = until(limit) => {
                limit = None;
                process.kill();
            }
            () = &mut ready, if !is_ready => is_ready = true,
        }
    }
}
