//! One call: at most one answer, from as many tries as that takes and the settings allow.
//!
//! Where nothing was sent, a call goes on to the next task ([`connect`]). What may have been sent is sent again only where
//! that does no harm ([`replay`]). A try that is slow gets another one beside it ([`second`]).
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
#[cfg(feature = "grpc")]
mod stream;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod tries;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::TRANSFER_ENCODING;
use http::{HeaderValue, Request, Response};
use tokio::runtime::Handle;
use tokio::time::Instant;

pub(crate) use self::deadline::Deadline;
use self::deadline::Late;
pub(crate) use self::explain::upload_error;
use self::explain::{HTTP, Setters};
#[cfg(feature = "grpc")]
pub(crate) use self::stream::{StreamRequest, open_stream};
use crate::balance::Avoid;
use crate::choose::Choice;
use crate::connection::{Incoming, Outgoing, Upload};
use crate::error::ErrorDetails;
use crate::observe::{self, Ended, Reason};
use crate::route::Route;
use crate::{Body, Error, Result};

type Answer = Response<Incoming>;

/// How long a call waits for DNS where it knows what the tasks were.
const PATIENCE: Duration = Duration::from_secs(1);

/// How a call ended, and where it had gone by then.
pub(crate) struct Outcome<T = Answer> {
    pub(crate) answer: Result<T>,
    /// Whether it went to the discovery name because the Service Connect name does not resolve.
    pub(crate) fell_back: bool,
    /// How many tries may have reached a task.
    sent: u32,
    /// The task of the last one that ended.
    peer: Option<SocketAddr>,
}

impl<T> Outcome<T> {
    /// Nothing was sent.
    pub(crate) fn unsent(error: Error) -> Outcome<T> {
        Outcome {
            answer: Err(error),
            fell_back: false,
            sent: 0,
            peer: None,
        }
    }
}

impl Outcome {
    /// For who watches.
    pub(crate) fn ended(&self) -> Ended<'_> {
        Ended {
            answer: self.answer.as_ref().map(Response::status),
            fell_back: self.fell_back,
            resends: self.sent.saturating_sub(1),
            peer: self.peer,
        }
    }
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
    /// How often all addresses were found so, and since when.
    rounds: u32,
    round_began: Option<Instant>,
    /// Whether a task was asked for before.
    is_again: bool,
    retries: u32,
    /// How many tries may have reached a task.
    sent: u32,
    peer: Option<SocketAddr>,
    fell_back: bool,
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
    /// The same of what shares a connection.
    #[cfg(feature = "grpc")]
    Reset(h2::Error),
    /// Nothing of it was done.
    #[cfg(feature = "grpc")]
    Refused(h2::Error),
    /// It cannot be sent.
    #[cfg(feature = "grpc")]
    Invalid(h2::Error),
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
        return Outcome::unsent(error);
    }
    let upload = request.body().upload();
    let end = upload.is_none().then(|| deadline.end());
    let mut call = Call::new(route, deadline, end);
    let outcome = match upload.as_deref() {
        None => Ok(call.run(request).await),
        // Boxed, so that the common case is not the larger for it.
        Some(upload) => Box::pin(deadline.watch_upload(call.run(request), upload)).await,
    };
    call.conclude(outcome, upload.as_deref(), service, &HTTP)
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
pub(crate) fn ready(choice: &Choice) -> Result<()> {
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

impl<'a> Call<'a> {
    fn new(route: &'a Route, deadline: Deadline, end: Option<Instant>) -> Call<'a> {
        Call {
            route,
            limit: deadline.limit(),
            end,
            avoid: Avoid::default(),
            unreachable: Vec::new(),
            rounds: 0,
            round_began: None,
            is_again: false,
            retries: 0,
            sent: 0,
            peer: None,
            fell_back: false,
        }
    }

    /// What it came to, in words where that is no answer.
    fn conclude<T>(
        self,
        outcome: Result<Result<T, Failure>, Late>,
        upload: Option<&Upload>,
        service: &str,
        setters: &Setters,
    ) -> Outcome<T> {
        let late = |late: Late| {
            let problem = late.explain(self.sent > 0, setters);
            Err(Error::Timeout(ErrorDetails::new(problem)))
        };
        let answer = match outcome {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Failure::Late)) => late(Late::Head(self.limit)),
            Ok(Err(failure)) => Err(match upload.and_then(Upload::failure) {
                Some(failure) => upload_error(failure),
                None => failure.explain(&self.route.choice, service),
            }),
            Err(time) => late(time),
        };
        Outcome {
            answer,
            fell_back: self.fell_back,
            sent: self.sent,
            peer: self.peer,
        }
    }
}

impl Call<'_> {
    fn is_unreachable(&mut self, address: SocketAddr, error: io::Error) {
        self.avoid.unreachable.push(address);
        self.unreachable.push((address, error));
    }

    /// Tells that the request is sent again.
    fn tell(&self, reason: Reason, pause: Duration) {
        let (target, _) = self.route.choice.way_of(self.fell_back);
        observe::retried(target, self.retries, reason, pause);
    }

    /// How long it waits for news of tasks that it knows.
    fn patience(&self) -> Duration {
        PATIENCE.min(self.limit / 3)
    }
}

/// The first of them that is ready.
fn poll_any<F: Future + Unpin>(
    pending: &mut [F],
    cx: &mut Context<'_>,
) -> Poll<(usize, F::Output)> {
    for (index, future) in pending.iter_mut().enumerate() {
        if let Poll::Ready(output) = Pin::new(future).poll(cx) {
            return Poll::Ready((index, output));
        }
    }
    Poll::Pending
}
