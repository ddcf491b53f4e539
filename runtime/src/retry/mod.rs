//! One call: at most one answer, from as many tries as that takes and the settings allow.
//!
//! Where nothing was sent, a call goes on to the next task. What may have been sent is sent again only where that does
//! no harm; what comes of it is in [`replay`]. A try that is slow gets another one beside it: [`second`].
//!
//! ```no_run
//! # async fn example() -> service_connect::Result<()> {
//! let api = service_connect::Client::at("http://127.0.0.1:8080")?;
//! let late = api.get("/").timeout(std::time::Duration::from_millis(200)).await;
//! assert!(late.is_err_and(|error| error.is_timeout()));
//! # Ok(())
//! # }
//! ```

mod connect;
mod deadline;
mod explain;
mod replay;
mod second;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http::header::{HOST, TRANSFER_ENCODING};
use http::{HeaderValue, Request, Response};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout_at};

pub(crate) use self::deadline::Deadline;
use self::deadline::Late;
pub(crate) use self::explain::upload_error;
use self::replay::Replay;
use crate::balance::{Avoid, Verdict};
use crate::choose::Choice;
use crate::connection::{
    Connection, Exchange, Incoming, Lease, Outgoing, SendError, Upload, is_failure,
};
use crate::error::ErrorDetails;
use crate::route::Route;
use crate::{Body, Error, Result};

type Answer = Response<Incoming>;

/// From how long on a silence says something about the task, and not about the caller's patience.
const SILENCE: Duration = Duration::from_secs(1);

/// How a call ended, and where it had gone by then.
pub(crate) struct Outcome {
    pub(crate) answer: Result<Answer>,
    /// Whether it went to the discovery name because the Service Connect name does not resolve.
    pub(crate) fell_back: bool,
}

/// A call under way.
struct Call<'a> {
    route: &'a Route,
    limit: Duration,
    /// When its time is over; a body that is streamed has another clock.
    end: Option<Instant>,
    avoid: Avoid,
    /// Of each address that is avoided, in the order they were tried.
    unreachable: Vec<(SocketAddr, io::Error)>,
    /// How often all addresses were found so.
    rounds: u32,
    /// Whether a task was asked for before.
    is_again: bool,
    retries: u32,
    fell_back: bool,
    sent: bool,
}

/// Why a call ends without an answer.
enum Failure {
    Unresolved {
        problem: String,
        error: Option<io::Error>,
    },
    Connect(Vec<(SocketAddr, io::Error)>),
    Full(usize),
    Broken(hyper::Error),
    Late,
}

/// Sends `request` to `service`; the head of the response is there within `deadline`.
pub(crate) async fn send(
    route: &Route,
    service: &str,
    request: Box<Request<Outgoing>>,
    deadline: Deadline,
) -> Outcome {
    if let Err(error) = ready(&route.choice) {
        return Outcome {
            answer: Err(error),
            fell_back: false,
        };
    }
    let upload = request.body().upload();
    let mut call = Call {
        route,
        limit: deadline.limit(),
        end: upload.is_none().then(|| deadline.end()),
        avoid: Avoid::default(),
        unreachable: Vec::new(),
        rounds: 0,
        is_again: false,
        retries: 0,
        fell_back: false,
        sent: false,
    };
    let outcome = match upload.as_deref() {
        None => Ok(call.run(request).await),
        // Boxed, so that the common case is not the larger for it.
        Some(upload) => Box::pin(deadline.watch_upload(call.run(request), upload)).await,
    };
    let late = |late: Late| {
        let problem = late.explain(call.sent);
        Err(Error::Timeout(ErrorDetails::new(problem)))
    };
    let answer = match outcome {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Failure::Late)) => late(Late::Head(call.limit)),
        Ok(Err(failure)) => Err(match upload.as_deref().and_then(Upload::failure) {
            Some(failure) => upload_error(failure),
            None => failure.explain(&route.choice, service),
        }),
        Err(time) => late(time),
    };
    Outcome {
        answer,
        fell_back: call.fell_back,
    }
}

/// Says where the body ends. hyper does so too, but takes a GET whose length it does not know for one without a body.
///
/// Boxed, because what is handed on by value is copied at each step.
pub(crate) fn framed(request: Request<Body>) -> Box<Request<Outgoing>> {
    let mut request = Box::new(request.map(Outgoing::new));
    if http_body::Body::size_hint(request.body()).exact().is_none() {
        let chunked = HeaderValue::from_static("chunked");
        request.headers_mut().insert(TRANSFER_ENCODING, chunked);
    }
    request
}

/// What has to be there before a call can do anything.
fn ready(choice: &Choice) -> Result<()> {
    if choice.target.is_https() && !cfg!(feature = "tls") {
        return Err(Error::NoWay(ErrorDetails::new(
            "https needs the feature `tls` of the crate service-connect: turn it on in Cargo.toml",
        )));
    }
    if Handle::try_current().is_err() {
        return Err(Error::Request(ErrorDetails::new(
            "calls need a tokio runtime: await them in one, such as that of #[tokio::main]",
        )));
    }
    Ok(())
}

impl Call<'_> {
    async fn run(&mut self, mut request: Box<Request<Outgoing>>) -> Result<Answer, Failure> {
        let replay = Replay::of(&request, &self.route.resilience);
        // What comes back if nothing better does.
        let mut last = None;
        loop {
            let exchange = match self.begin(request).await {
                Ok(exchange) => exchange,
                Err(failure) => return last.ok_or(failure),
            };
            let tried = match self.watch(exchange, replay.as_ref()).await {
                Ok(answer) if !is_failure(answer.status()) => return Ok(answer),
                Ok(answer) => Ok(answer),
                Err(Trouble::Unsent(unsent)) => {
                    request = unsent;
                    continue;
                }
                Err(Trouble::Broken(error)) => Err(Failure::Broken(error)),
                Err(Trouble::Late) => Err(Failure::Late),
            };
            let again = replay.as_ref().filter(|_| self.may_retry(&tried));
            match (tried, again) {
                (Ok(answer), None) => return Ok(answer),
                (Err(failure), None) => return last.ok_or(failure),
                (tried, Some(replay)) => {
                    self.retries += 1;
                    sleep(replay::pause(&tried, self.retries)).await;
                    last = tried.ok().or(last);
                    request = replay.request();
                }
            }
        }
    }

    /// Sends a request to the task whose turn it is.
    async fn begin(&mut self, request: Box<Request<Outgoing>>) -> Result<Exchange, Failure> {
        // The common case, without the boxes of the others.
        let avoid_failed = self.retries > 0;
        if let Some(lease) = self.route.try_lease(&self.avoid, self.is_again) {
            self.is_again = true;
            if let Some(connection) = lease.idle(avoid_failed) {
                return Ok(self.exchange(connection, lease, request));
            }
            let (connection, lease) = Box::pin(self.open(lease)).await?;
            return Ok(self.exchange(connection, lease, request));
        }
        let (connection, lease) = Box::pin(self.connect()).await?;
        Ok(self.exchange(connection, lease, request))
    }

    fn exchange(
        &mut self,
        connection: Box<Connection>,
        lease: Lease,
        mut request: Box<Request<Outgoing>>,
    ) -> Exchange {
        let target = &lease.pool().target;
        request.headers_mut().insert(HOST, target.host_header());
        self.fell_back = self.route.is_fallback(lease.pool());
        self.sent = true;
        connection.send(request, lease)
    }

    /// Waits for the answer, and for that of a second try where this one is slow.
    async fn watch(
        &mut self,
        mut exchange: Exchange,
        replay: Option<&Replay>,
    ) -> Result<Answer, Trouble> {
        let second = replay.filter(|_| self.route.resilience.second_try);
        let Some((end, replay)) = self.end.zip(second) else {
            return self.until_end(exchange).await;
        };
        let third = Instant::now() + self.limit / 3;
        match timeout_at(third.min(end), &mut exchange).await {
            Ok(outcome) => self.trouble(&exchange, outcome),
            Err(_) if third >= end => Err(self.give_up(exchange)),
            Err(_) => Box::pin(self.with_second(exchange, replay, end)).await,
        }
    }

    async fn until_end(&mut self, mut exchange: Exchange) -> Result<Answer, Trouble> {
        let outcome = match self.end {
            None => (&mut exchange).await,
            Some(end) => match timeout_at(end, &mut exchange).await {
                Ok(outcome) => outcome,
                Err(_) => return Err(self.give_up(exchange)),
            },
        };
        self.trouble(&exchange, outcome)
    }

    /// Time is over.
    fn give_up(&self, exchange: Exchange) -> Trouble {
        silent(exchange, self.limit);
        Trouble::Late
    }

    fn trouble(
        &mut self,
        exchange: &Exchange,
        outcome: Result<Answer, SendError>,
    ) -> Result<Answer, Trouble> {
        let address = exchange.address();
        let trouble = match outcome {
            Ok(answer) => {
                if is_failure(answer.status()) {
                    self.avoid.tried.push(address);
                }
                return Ok(answer);
            }
            Err(SendError::Unsent {
                request,
                error,
                is_new,
            }) => {
                self.sent = false;
                if is_new {
                    self.is_unreachable(address, io::Error::other(error));
                }
                Trouble::Unsent(request)
            }
            Err(SendError::Broken(error)) => {
                self.avoid.tried.push(address);
                Trouble::Broken(error)
            }
        };
        Err(trouble)
    }

    fn is_unreachable(&mut self, address: SocketAddr, error: io::Error) {
        self.avoid.unreachable.push(address);
        self.unreachable.push((address, error));
    }

    /// Whether what was tried is tried again, which counts it.
    fn may_retry(&self, tried: &Result<Answer, Failure>) -> bool {
        let resilience = &self.route.resilience;
        self.retries < resilience.retries
            && replay::is_wanted(tried, resilience)
            && self
                .end
                .is_none_or(|end| Instant::now() + replay::pause(tried, 0) < end)
            && self.route.may_retry(self.fell_back)
    }
}

/// What became of one try.
enum Trouble {
    /// Nothing of it was sent.
    Unsent(Box<Request<Outgoing>>),
    Broken(hyper::Error),
    Late,
}

/// A try got no answer within `limit`.
fn silent(mut exchange: Exchange, limit: Duration) {
    if limit >= SILENCE
        && let Some(lease) = exchange.lease()
    {
        lease.failed(Verdict::Failed);
    }
}
