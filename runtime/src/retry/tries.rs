//! The tries of one request over HTTP/1.1: sent, waited for, and sent again where that does no harm.
//!
//! ```text
//! let answer = call.run(request).await;
//! ```

use std::io;
use std::time::Duration;

use http::Request;
use http::header::HOST;
use tokio::time::{Instant, sleep, timeout_at};

use super::replay::{self, Replay};
use super::{Answer, Call, Failure};
use crate::connection::{Connection, Exchange, Lease, Outgoing, SendError, is_failure};
use crate::observe::Reason;
use crate::resilience::NEVER;

impl Call<'_> {
    pub(super) async fn run(
        &mut self,
        mut request: Box<Request<Outgoing>>,
    ) -> Result<Answer, Failure> {
        let replay = Replay::of(&request, &self.route.resilience);
        self.avoid.is_precious = replay.is_none();
        // What comes back if nothing better does.
        let mut last = None;
        loop {
            let exchange = match self.begin(request).await {
                Ok(exchange) => exchange,
                Err(failure) => return last.unwrap_or(Err(failure)),
            };
            let tried = match self.watch(exchange, replay.as_ref()).await {
                Ok(answer) if !is_failure(answer.status()) => return Ok(answer),
                Ok(answer) => Ok(answer),
                Err(Trouble::Unsent(unsent)) => {
                    request = unsent;
                    continue;
                }
                Err(Trouble::Broken(error)) => Err(Failure::Broken(error)),
                Err(Trouble::Late) => return last.unwrap_or(Err(Failure::Late)),
            };
            let again = replay
                .as_ref()
                .and_then(|replay| Some((replay, self.pause(&tried)?)));
            let reason = reason(&tried);
            // An answer is more than none.
            last = match (tried, last) {
                (Err(_), Some(Ok(answer))) => Some(Ok(answer)),
                (tried, _) => Some(tried),
            };
            let Some((replay, pause)) = again else {
                return last.unwrap_or(Err(Failure::Late));
            };
            self.retries += 1;
            self.avoid.is_precious = true;
            self.tell(reason, pause);
            sleep(pause).await;
            request = replay.request();
        }
    }

    /// Sends a request to the task whose turn it is.
    pub(super) async fn begin(
        &mut self,
        request: Box<Request<Outgoing>>,
    ) -> Result<Exchange, Failure> {
        // The common case, without the boxes of the others.
        let mut found = self.route.try_lease(&self.avoid, self.is_again);
        if let Some(lease) = found.take() {
            self.is_again = true;
            if let Some(connection) = lease.idle(self.retries > 0) {
                return Ok(self.exchange(connection, lease, request));
            }
            found = Some(lease);
        }
        let (connection, lease) = Box::pin(self.connect(found)).await?;
        Ok(self.exchange(connection, lease, request))
    }

    pub(super) fn exchange(
        &mut self,
        connection: Box<Connection>,
        lease: Lease,
        mut request: Box<Request<Outgoing>>,
    ) -> Exchange {
        let target = &lease.pool().target;
        request.headers_mut().insert(HOST, target.host_header());
        self.fell_back = self.route.is_fallback(lease.pool());
        self.sent += 1;
        connection.send(request, lease)
    }

    /// Waits for the answer, and for that of another try where this one is slow.
    pub(super) async fn watch(
        &mut self,
        mut exchange: Exchange,
        replay: Option<&Replay>,
    ) -> Result<Answer, Trouble> {
        let Some(end) = self.end else {
            let tried = (&mut exchange).await;
            return self.note(&exchange, tried);
        };
        let second = replay.filter(|replay| replay.is_safe && self.route.resilience.second_try);
        let until = match second {
            Some(_) => end.min(self.slow_at(&exchange)),
            None => end,
        };
        match timeout_at(until, &mut exchange).await {
            Ok(tried) => self.note(&exchange, tried),
            Err(_) => match second {
                Some(replay) => Box::pin(self.with_others(exchange, replay, end)).await,
                None => Err(Trouble::Late),
            },
        }
    }

    /// When a try has taken so much of the deadline that another one goes out beside it.
    pub(super) fn slow_at(&self, exchange: &Exchange) -> Instant {
        exchange.began() + self.limit.min(NEVER) / 3
    }

    /// Takes note of what a try came to, for the next one.
    pub(super) fn note(&mut self, exchange: &Exchange, tried: Tried) -> Result<Answer, Trouble> {
        let address = exchange.address();
        self.peer = Some(address);
        match tried {
            Ok(answer) => {
                if is_failure(answer.status()) {
                    self.avoid.tried.push(address);
                }
                Ok(answer)
            }
            Err(SendError::Unsent {
                request,
                error,
                is_new,
            }) => {
                self.sent -= 1;
                if is_new {
                    let error = io::Error::new(io::ErrorKind::ConnectionAborted, error);
                    self.is_unreachable(address, error);
                }
                Err(Trouble::Unsent(request))
            }
            Err(SendError::Broken(error)) => {
                self.avoid.tried.push(address);
                Err(Trouble::Broken(error))
            }
        }
    }

    /// How long to wait before another try of what came to this; `None` where there is to be none. It counts.
    pub(super) fn pause(&self, tried: &Result<Answer, Failure>) -> Option<Duration> {
        let resilience = &self.route.resilience;
        if self.retries >= resilience.retries || !replay::is_wanted(tried, resilience) {
            return None;
        }
        // What one task asks for is no reason to leave another one alone.
        let asked = replay::asked_for(tried).filter(|_| !self.route.has_another(&self.avoid));
        let pause = replay::pause(self.retries + 1).saturating_add(asked.unwrap_or_default());
        let next = Instant::now().checked_add(pause)?;
        let is_in_time = self.end.is_none_or(|end| next < end);
        (is_in_time && self.route.may_retry(self.fell_back)).then_some(pause)
    }
}

/// Why there may be another try.
pub(super) fn reason<E>(tried: &Result<Answer, E>) -> Reason {
    match tried {
        Ok(answer) => Reason::Status(answer.status()),
        Err(_) => Reason::Broken,
    }
}

/// What a try came to, and what became of it.
pub(super) type Tried = Result<Answer, SendError>;

pub(super) enum Trouble {
    /// Nothing of it was sent.
    Unsent(Box<Request<Outgoing>>),
    Broken(hyper::Error),
    Late,
}
