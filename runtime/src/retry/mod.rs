//! One call over as many connections as it takes, within its deadline.
//!
//! For as long as nothing was sent, the next connection or address is tried; once anything may have
//! been sent, the call ends with what comes of it.
//!
//! ```no_run
//! # async fn example() -> service_connect::Result<()> {
//! let api = service_connect::Client::at("http://127.0.0.1:8080")?;
//! let late = api.get("/").timeout(std::time::Duration::from_millis(200)).await;
//! assert!(late.is_err_and(|error| error.is_timeout()));
//! # Ok(())
//! # }
//! ```

mod deadline;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::{HOST, TRANSFER_ENCODING};
use http::{HeaderValue, Request, Response as Answer};
use tokio::runtime::Handle;
use tokio::time::timeout;

pub(crate) use self::deadline::Deadline;
use self::deadline::Late;
use crate::balance::{Route, Unresolved};
use crate::choose::{Choice, DISCOVERY, Target, Way, override_name};
use crate::connection::{
    self, CONNECT, Connection, Incoming, MAX_HEAD, MAX_HEADERS, Outgoing, SendError, Turn, Upload,
};
use crate::error::ErrorDetails;
use crate::{Body, Error, Result};

/// How a call ended, and where it had gone by then.
pub(crate) struct Outcome {
    pub(crate) answer: Result<Answer<Incoming>>,
    /// Whether it went to the discovery name because the Service Connect name does not resolve.
    pub(crate) fell_back: bool,
}

/// Sends `request` to `service`; the head of the response is there within `deadline`.
pub(crate) async fn send(
    route: &Route,
    service: &str,
    request: Box<Request<Outgoing>>,
    deadline: Deadline,
) -> Outcome {
    let mut fell_back = false;
    let answer = match ready(&route.choice) {
        Ok(()) => within(route, service, request, deadline, &mut fell_back).await,
        Err(error) => Err(error),
    };
    Outcome { answer, fell_back }
}

async fn within(
    route: &Route,
    service: &str,
    request: Box<Request<Outgoing>>,
    deadline: Deadline,
    fell_back: &mut bool,
) -> Result<Answer<Incoming>> {
    let sent = AtomicBool::new(false);
    let upload = request.body().upload();
    let upload = upload.as_deref();
    let call = attempt(route, fell_back, request, &sent);
    let limit = deadline.limit();
    let outcome = match upload {
        None => timeout(limit, call).await.map_err(|_| Late::Head(limit)),
        // Boxed, so that the common case is not the larger for it.
        Some(upload) => Box::pin(deadline.watch_upload(call, upload)).await,
    };
    match outcome {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(failure)) => Err(match upload.and_then(Upload::failure) {
            Some(failure) => upload_error(failure),
            None => failure.explain(&route.choice, service),
        }),
        Err(late) => {
            let problem = late.explain(sent.load(Ordering::Relaxed));
            Err(Error::Timeout(ErrorDetails::new(problem)))
        }
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

enum Failure {
    Unresolved(Unresolved),
    /// Of each address, in the order they were tried.
    Connect(Vec<(SocketAddr, io::Error)>),
    Broken(hyper::Error),
}

async fn attempt(
    route: &Route,
    fell_back: &mut bool,
    mut request: Box<Request<Outgoing>>,
    sent: &AtomicBool,
) -> Result<Answer<Incoming>, Failure> {
    for target in route.targets() {
        while let Some(connection) = connection::idle(target) {
            *fell_back = route.is_fallback(target);
            match exchange(connection, target, request, sent).await {
                Ok(answer) => return Ok(answer),
                Err(SendError::Unsent(unsent, _)) => request = unsent,
                Err(SendError::Broken(error)) => return Err(Failure::Broken(error)),
            }
        }
    }
    // Boxed, so that the common case is not the larger for it.
    Box::pin(over_new_connections(route, fell_back, request, sent)).await
}

async fn over_new_connections(
    route: &Route,
    fell_back: &mut bool,
    mut request: Box<Request<Outgoing>>,
    sent: &AtomicBool,
) -> Result<Answer<Incoming>, Failure> {
    let (target, addresses) = route.resolve().await.map_err(Failure::Unresolved)?;
    *fell_back = route.is_fallback(target);
    let mut failures = Vec::new();
    for address in addresses {
        let connection = match Connection::open(target, address).await {
            Ok(connection) => connection,
            Err(error) => {
                failures.push((address, error));
                continue;
            }
        };
        match exchange(connection, target, request, sent).await {
            Ok(answer) => return Ok(answer),
            Err(SendError::Unsent(unsent, error)) => {
                request = unsent;
                failures.push((address, io::Error::other(error)));
            }
            Err(SendError::Broken(error)) => return Err(Failure::Broken(error)),
        }
    }
    Err(Failure::Connect(failures))
}

async fn exchange(
    connection: Box<Connection>,
    target: &Target,
    mut request: Box<Request<Outgoing>>,
    sent: &AtomicBool,
) -> Result<Answer<Incoming>, SendError> {
    request.headers_mut().insert(HOST, target.host_header());
    sent.store(true, Ordering::Relaxed);
    let answer = connection.send(request).await;
    if let Err(SendError::Unsent(..)) = answer {
        sent.store(false, Ordering::Relaxed);
    }
    answer
}

impl Late {
    fn explain(self, sent: bool) -> String {
        match self {
            Late::Head(limit) => {
                if sent {
                    format!(
                        "no answer came within the deadline of {limit:?}, though the request may have been \
                         carried out: `timeout` sets another deadline"
                    )
                } else {
                    format!(
                        "no connection could be made within the deadline of {limit:?}, and nothing was sent"
                    )
                }
            }
            Late::Upload(turn, limit) => {
                format!(
                    "the request's body was not sent within the deadline of {limit:?}, and {}",
                    match turn {
                        Turn::Source => "its source was waited for",
                        Turn::Service => "the service was not taking it",
                    }
                )
            }
            Late::Idle(Turn::Source, idle) => format!(
                "the source of the request's body gave nothing for {idle:?}, so the connection was closed: \
                 `idle_timeout` sets another time"
            ),
            Late::Idle(Turn::Service, idle) => format!(
                "the service took nothing of the request's body for {idle:?}, so the connection was closed: \
                 `idle_timeout` sets another time"
            ),
        }
    }
}

/// What the call says of it: the source's own error stays the cause.
pub(crate) fn upload_error(failure: Error) -> Error {
    let details = match failure {
        // Of a response that is passed on, and whose own request failed: another call, which names itself.
        Error::Body(details) if details.url().is_none() => details,
        other => ErrorDetails::new("the source of the body failed").because(other),
    };
    Error::Body(details.and(", so the connection was closed before the end of the request"))
}

impl Failure {
    fn explain(self, choice: &Choice, service: &str) -> Error {
        match self {
            Failure::Unresolved(unresolved) => unresolved_error(unresolved, choice, service),
            Failure::Connect(failures) => connect_error(failures),
            Failure::Broken(error) => {
                let what = if error.is_parse() {
                    &format!(
                        "what came back is not HTTP/1.1 with a head of at most {} KiB and \
                         {MAX_HEADERS} headers",
                        MAX_HEAD / 1024
                    )
                } else {
                    "the connection broke before an answer came"
                };
                let problem = format!("{what}; the request may have been carried out");
                Error::Transport(ErrorDetails::new(problem).because(error))
            }
        }
    }
}

fn unresolved_error(
    Unresolved { problem, error }: Unresolved,
    choice: &Choice,
    service: &str,
) -> Error {
    let override_name = override_name(service);
    let advice = match choice.way {
        Way::Url => String::new(),
        Way::Override => format!(": see what {override_name} is set to"),
        _ if !choice.deployed => format!(
            ": this is no ECS task, so run `cargo service-connect dev`, or set {override_name}"
        ),
        Way::ServiceConnect => format!(
            ": this task started before the first Service Connect deployment of `{service}` and has to \
             be redeployed, or Service Connect is off in what is deployed, of `{service}` or of this \
             service, or `{service}` is not deployed here; elsewhere than in ECS set {override_name}"
        ),
        Way::Discovery => {
            format!(
                ": no task of `{service}` is in DNS, so see whether it is deployed and healthy, and \
                 whether {DISCOVERY} is what Copilot set; elsewhere than in ECS set {override_name}"
            )
        }
    };
    let context = ErrorDetails::new(problem + &advice);
    Error::Resolve(match error {
        Some(error) => context.because(error),
        None => context,
    })
}

fn connect_error(failures: Vec<(SocketAddr, io::Error)>) -> Error {
    let tried: Vec<_> = failures
        .iter()
        .map(|(address, error)| match error.kind() {
            io::ErrorKind::ConnectionRefused => format!("{address} refused the connection"),
            io::ErrorKind::TimedOut => format!("{address} did not answer within {CONNECT:?}"),
            _ => format!("{address} failed ({error})"),
        })
        .collect();
    let problem = format!("no connection could be made: {}", tried.join(", "));
    let context = ErrorDetails::new(problem);
    // The first is the one that counts: an IPv6 address without a route comes last.
    Error::Connect(match failures.into_iter().next() {
        Some((_, error)) => context.because(error),
        None => context,
    })
}
