//! The services from their start to the end of all.

use std::pin::Pin;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use tokio::time::Instant;

use crate::Outcome;
use crate::options::Format;
use crate::output;
use crate::progress::Progress;

use super::events::Event;
use super::launch::Launch;
use super::logs::Log;
use super::project::Built;
use super::rebuild::Rebuilds;
use super::request::{Answer, Request, is_unsent};
use super::restart::{Known, Order, Restarts, Standing};
use super::services::{Exit, News, Services};
use super::system::Signals;
use super::task::Task;
use super::watch::until;

/// After how long it is said what is waited for, and that restarts go on without it.
const HINT: Duration = Duration::from_secs(10);

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

/// The services, and what is still to come of them.
pub struct Run {
    services: Services,
    log: Log,
    restarts: Restarts,
    /// Those that are waited for.
    awaited: Vec<Task>,
    request: Option<Asked>,
    rebuilds: Option<Rebuilds>,
    progress: Option<Progress>,
}

/// The request, which waits for all services.
pub enum Asked {
    Later {
        url: String,
        request: Request,
        /// How long it may have to wait.
        limit: Duration,
    },
    Now(Pin<Box<dyn Future<Output = Result<Answer>>>>),
}

impl Run {
    /// Starts all. Where one cannot be, those that were are killed.
    pub fn start(
        launches: Vec<Launch>,
        log: Log,
        request: Option<Asked>,
        rebuilds: Option<Rebuilds>,
    ) -> Result<Self> {
        let mut run = Self {
            services: Services::new(),
            log,
            restarts: Restarts::default(),
            awaited: Vec::new(),
            request,
            rebuilds,
            progress: None,
        };
        if launches.is_empty() && run.request.is_none() {
            output::note("nothing runs here: all that is known runs elsewhere");
        }
        for launch in launches {
            run.launch(launch)?;
        }
        Ok(run)
    }

    /// Starts a task, in the place of the one that was.
    fn launch(&mut self, launch: Launch) -> Result<()> {
        let task = launch.task.clone();
        let url = launch.url.clone();
        let url = url.as_deref();
        let started = self.services.start(&launch, &mut self.log);
        let event = if self.restarts.started(launch, started.is_ok()) {
            Event::Restarted { url }
        } else {
            Event::Started { url }
        };
        started?;
        self.log.happened(&task, &event);
        self.awaited.push(task);
        Ok(())
    }

    /// Starts a task after others, which go on if it cannot be.
    fn launch_next(&mut self, launch: Launch) {
        let task = launch.task.clone();
        match self.launch(launch) {
            Ok(()) => self.restarts.wait_for(task),
            Err(error) => output::error(&format!("{error:#}")),
        }
    }

    /// Goes on until a service, the user or the request ends it.
    pub async fn until_the_end(mut self, signals: &mut Signals, format: Format) -> Result<Outcome> {
        let end = self.next_end(signals).await;
        let is_request = self.request.is_some();
        // Which of the services were up by then is chance; whether the request went out is not.
        let failure = match &self.request {
            Some(Asked::Later { .. }) => Outcome::Failed,
            Some(Asked::Now(_)) | None => Outcome::Findings,
        };
        let mut log = self.log;
        // A build that is under way has no future.
        drop(self.rebuilds);
        drop(self.progress);
        let progress = Progress::start("waiting for the services to end");
        self.services.stop(signals, &mut log).await;
        drop(progress);
        log.finish(signals).await?;
        conclude(end, format, is_request, failure)
    }

    async fn next_end(&mut self, signals: &mut Signals) -> End {
        let begin = Instant::now();
        let mut hint = Some(begin + HINT);
        loop {
            if self.awaited.is_empty()
                && let Some(Asked::Later { url, request, .. }) = &self.request
            {
                let answer = request.clone().send(url.clone());
                self.request = Some(Asked::Now(Box::pin(answer)));
            }
            if self.is_done() {
                return End::Done;
            }
            self.show_progress();
            let patience = match &self.request {
                Some(Asked::Later { limit, .. }) => Some(*limit),
                _ => None,
            };
            tokio::select! {
                biased;
                Some(news) = self.services.next() => match news {
                    News::Ready(task) => self.is_ready(&task),
                    News::Exit(exit) => if let Some(end) = self.ended(exit) { return end },
                },
                signal = signals.next() => return End::Signal(signal),
                () = self.log.unread() => return End::Unread,
                answer = answer(&mut self.request) => return match answer {
                    Ok(answer) => End::Answered(answer),
                    Err(error) => End::Failed(error),
                },
                built = rebuilt(&mut self.rebuilds, self.restarts.tasks()) => match built {
                    Ok(Some(built)) => self.take(built),
                    Ok(None) => {}
                    Err(error) => output::error(&format!("{error:#}; what runs goes on as it was")),
                },
                () = until(hint) => {
                    hint = None;
                    if let Some(what) = self.unready() {
                        output::note(&format!("waiting for {what}"));
                    }
                    // The others need not wait for it.
                    self.restarts.lose_patience();
                }
                () = until(patience.map(|patience| begin + patience)) => {
                    let what = self.unready().unwrap_or_default();
                    let seconds = patience.unwrap_or_default().as_secs();
                    return End::Failed(anyhow!("waited {seconds} s for {what}"));
                }
            }
            if self.go_on() {
                hint = Some(Instant::now() + HINT);
            }
        }
    }

    /// Whether nothing is left that could still happen: a request has an answer to come.
    fn is_done(&self) -> bool {
        let mut tasks = self.restarts.tasks().iter();
        self.request.is_none() && tasks.all(|known| known.standing == Standing::Done)
    }

    fn show_progress(&mut self) {
        let is_building = self.rebuilds.as_ref().is_some_and(Rebuilds::is_building);
        let what = match (self.awaited.first(), &self.request) {
            _ if is_building => "building".to_owned(),
            (Some(task), _) => format!("waiting for `{task}` to accept connections"),
            (None, Some(_)) => "waiting for the answer".to_owned(),
            (None, None) => {
                self.progress = None;
                return;
            }
        };
        match &self.progress {
            Some(progress) => progress.say(&what),
            None => self.progress = Some(Progress::start(&what)),
        }
    }

    fn is_ready(&mut self, task: &Task) {
        self.awaited.retain(|awaited| awaited != task);
        self.log.happened(task, &Event::Ready);
        self.restarts.is_ready(task);
    }

    /// What a task that ended means for the others.
    fn ended(&mut self, exit: Exit) -> Option<End> {
        let task = &exit.task;
        let status = &exit.status();
        self.log.happened(task, &Event::Ended { status });
        if self.restarts.ended(task) {
            self.awaited.retain(|awaited| awaited != task);
            return None;
        }
        let is_done = exit.is_done();
        if !is_done && self.rebuilds.is_none() {
            return Some(End::Exited(exit));
        }
        self.awaited.retain(|awaited| awaited != task);
        let standing = if is_done {
            output::note(&exit.to_string());
            Standing::Done
        } else {
            output::error(&format!(
                "{exit}; it is started again after the next change"
            ));
            Standing::Died
        };
        self.restarts.stands(task, standing);
        None
    }

    /// What a build means for the tasks.
    fn take(&mut self, built: Built) {
        let Built { members, launches } = built;
        self.log.show(&members);
        self.restarts.take(&launches);
    }

    /// Does what is next where nothing is under way; says whether there was something.
    fn go_on(&mut self) -> bool {
        let mut has_gone = false;
        while let Some(order) = self.restarts.next() {
            has_gone = true;
            match order {
                Order::End(task) => self.services.end(&task),
                Order::Start(launch) => self.launch_next(launch),
            }
        }
        has_gone
    }

    /// The first that is waited for.
    fn unready(&self) -> Option<String> {
        let mut launches = self.restarts.tasks().iter().map(|known| &known.launch);
        let first = launches.find(|launch| self.awaited.contains(&launch.task));
        first.map(Launch::unready)
    }
}

async fn rebuilt(rebuilds: &mut Option<Rebuilds>, tasks: &[Known]) -> Result<Option<Built>> {
    let held = || {
        let tasks = tasks.iter();
        let running = tasks.filter(|known| known.standing == Standing::Runs);
        running
            .filter_map(|known| known.launch.authority.clone())
            .collect()
    };
    match rebuilds {
        Some(rebuilds) => rebuilds.next(held).await,
        None => std::future::pending().await,
    }
}

async fn answer(request: &mut Option<Asked>) -> Result<Answer> {
    match request {
        Some(Asked::Now(answer)) => answer.await,
        _ => std::future::pending().await,
    }
}

fn conclude(end: End, format: Format, is_request: bool, failure: Outcome) -> Result<Outcome> {
    match end {
        End::Answered(answer) => {
            answer.print(format)?;
            Ok(if answer.is_success() {
                Outcome::Clean
            } else {
                Outcome::Findings
            })
        }
        End::Failed(error) => {
            output::error(&format!("{error:#}"));
            let is_unsent = error.downcast_ref().is_some_and(is_unsent);
            Ok(if is_unsent { Outcome::Failed } else { failure })
        }
        End::Exited(exit) => {
            output::error(&format!("{exit}, so the others were stopped"));
            Ok(failure)
        }
        End::Signal(signal) if is_request => {
            bail!("stopped by {signal} before there was an answer")
        }
        End::Unread if is_request => bail!("stdout was closed before there was an answer"),
        End::Signal(_) | End::Unread | End::Done => Ok(Outcome::Clean),
    }
}
