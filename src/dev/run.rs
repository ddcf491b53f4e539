//! The services from their start to the end of all.

use std::pin::Pin;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use tokio::time::{Instant, sleep_until};

use crate::Outcome;
use crate::options::Format;
use crate::output;

use super::events::Event;
use super::launch::Launch;
use super::logs::Log;
use super::request::{Answer, Request};
use super::services::{Exit, News, Services};
use super::system::Signals;
use super::task::Task;

/// How long all of them may take until they accept connections, where a request waits for it.
const STARTUP: Duration = Duration::from_secs(60);

/// After how long it is said what is waited for.
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
    launches: Vec<Launch>,
    /// Those that are waited for.
    awaited: Vec<Task>,
    request: Option<Asked>,
}

/// The request, which waits for all services.
enum Asked {
    Later(String, Request),
    Now(Pin<Box<dyn Future<Output = Result<Answer>>>>),
}

impl Run {
    /// Starts all. Where one cannot be, those that were are killed.
    pub fn start(
        launches: Vec<Launch>,
        mut log: Log,
        request: Option<(String, Request)>,
    ) -> Result<Self> {
        let mut services = Services::new();
        for launch in &launches {
            services.start(launch, &mut log)?;
        }
        Ok(Self {
            services,
            log,
            awaited: launches.iter().map(|launch| launch.task.clone()).collect(),
            launches,
            request: request.map(|(url, request)| Asked::Later(url, request)),
        })
    }

    /// Goes on until a service, the user or the request ends it.
    pub async fn until_the_end(mut self, signals: &mut Signals, format: Format) -> Result<Outcome> {
        let is_request = self.request.is_some();
        let end = self.next_end(signals).await;
        let is_ready = self.awaited.is_empty();
        let mut log = self.log;
        self.services.stop(signals, &mut log).await;
        log.finish().await;
        conclude(end, format, is_request, is_ready)
    }

    async fn next_end(&mut self, signals: &mut Signals) -> End {
        let begin = Instant::now();
        let mut hint = Some(begin + HINT);
        loop {
            if self.awaited.is_empty()
                && let Some(Asked::Later(url, request)) = &self.request
            {
                let answer = request.clone().send(url.clone());
                self.request = Some(Asked::Now(Box::pin(answer)));
            }
            let limit = matches!(self.request, Some(Asked::Later(..))).then(|| begin + STARTUP);
            tokio::select! {
                biased;
                news = self.services.next() => match news {
                    Some(News::Ready(task)) => self.is_ready(&task),
                    Some(News::Exit(exit)) => if let Some(end) = self.ended(exit) { return end },
                    None => return End::Done,
                },
                signal = signals.next() => return End::Signal(signal),
                () = self.log.unread() => return End::Unread,
                answer = answer(&mut self.request) => return match answer {
                    Ok(answer) => End::Answered(answer),
                    Err(error) => End::Failed(error),
                },
                () = until(hint) => {
                    hint = None;
                    if let Some(what) = self.unready() {
                        output::note(&format!("waiting for {what}"));
                    }
                }
                () = until(limit) => {
                    let what = self.unready().unwrap_or_default();
                    return End::Failed(anyhow!("waited {} s for {what}", STARTUP.as_secs()));
                }
            }
        }
    }

    fn is_ready(&mut self, task: &Task) {
        self.awaited.retain(|awaited| awaited != task);
        self.log.happened(task, &Event::Ready);
    }

    /// What a task that ended means for the others.
    fn ended(&mut self, exit: Exit) -> Option<End> {
        let status = &exit.status();
        self.log.happened(&exit.task, &Event::Ended { status });
        if !exit.is_done() {
            return Some(End::Exited(exit));
        }
        output::note(&exit.to_string());
        self.awaited.retain(|awaited| *awaited != exit.task);
        None
    }

    /// The first that is waited for.
    fn unready(&self) -> Option<String> {
        let mut launches = self.launches.iter();
        let first = launches.find(|launch| self.awaited.contains(&launch.task));
        first.map(Launch::unready)
    }
}

async fn answer(request: &mut Option<Asked>) -> Result<Answer> {
    match request {
        Some(Asked::Now(answer)) => answer.await,
        _ => std::future::pending().await,
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

fn conclude(end: End, format: Format, is_request: bool, is_ready: bool) -> Result<Outcome> {
    let failure = if is_ready {
        Outcome::Findings
    } else {
        Outcome::Failed
    };
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
