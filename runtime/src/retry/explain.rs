//! What went wrong, in words: for the person who reads the error.
//!
//! ```text
//! let error = failure.explain(&route.choice, "api");
//! ```

use std::io;
use std::net::SocketAddr;

use super::Failure;
use super::deadline::Late;
use crate::Error;
use crate::choose::{Choice, DISCOVERY, Way, override_name};
use crate::connection::{MAX_HEAD, MAX_HEADERS, Turn};
use crate::error::ErrorDetails;

/// What sets the times of a call, for who has to set others.
pub(super) struct Setters {
    deadline: &'static str,
    idle: &'static str,
}

pub(super) const HTTP: Setters = Setters {
    deadline: "`timeout`",
    idle: "`idle_timeout`",
};

#[cfg(feature = "grpc")]
pub(super) const GRPC: Setters = Setters {
    deadline: "`set_timeout` of the request, or `Client::with_timeout`,",
    idle: "`Client::with_idle_timeout`",
};

impl Late {
    pub(super) fn explain(self, sent: bool, setters: &Setters) -> String {
        let Setters {
            deadline,
            idle: other,
        } = setters;
        match self {
            Late::Head(limit) => {
                if sent {
                    format!(
                        "no answer came within the deadline of {limit:?}, though the request may have been \
                         carried out: {deadline} sets another deadline"
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
                 {other} sets another time"
            ),
            Late::Idle(Turn::Service, idle) => format!(
                "the service took nothing of the request's body for {idle:?}, so the connection was closed: \
                 {other} sets another time"
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
    pub(super) fn explain(self, choice: &Choice, service: &str) -> Error {
        match self {
            Failure::Unresolved { problem, error } => {
                unresolved_error(&problem, error, choice, service)
            }
            Failure::Connect(failures) => connect_error(failures),
            Failure::Full(limit) => Error::Busy(ErrorDetails::new(format!(
                "{limit} requests to it are in flight already, and nothing was sent: it answers too slowly, or \
                 `Resilience::max_in_flight` is too low for this caller"
            ))),
            // Said by the deadline.
            Failure::Late => Error::Timeout(ErrorDetails::new("no answer came in time")),
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
            #[cfg(feature = "grpc")]
            Failure::Reset(error) => Error::Transport(
                ErrorDetails::new(
                    "the connection or the stream broke before an answer came; the request may have been carried out",
                )
                .because(error),
            ),
            #[cfg(feature = "grpc")]
            Failure::Refused(error) => Error::Transport(
                ErrorDetails::new("the service refused the request, and did nothing of it")
                    .because(error),
            ),
            #[cfg(feature = "grpc")]
            Failure::Invalid(error) => Error::Request(
                ErrorDetails::new("the request cannot be sent over HTTP/2").because(error),
            ),
        }
    }
}

fn unresolved_error(
    problem: &str,
    error: Option<io::Error>,
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
    let context = ErrorDetails::new(format!("{problem}{advice}"));
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
            io::ErrorKind::TimedOut => format!("{address} {error}"),
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
