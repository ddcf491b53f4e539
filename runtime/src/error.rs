//! The one error type.
//!
//! ```
//! use service_connect::{Client, Error};
//!
//! let error = Client::at("ftp://files.example").unwrap_err();
//! assert!(matches!(error, Error::Request(_)));
//! assert!(error.to_string().contains("neither http nor https"));
//! ```

use std::error::Error as StdError;
use std::fmt;

use http::{Method, StatusCode};

/// What went wrong, for the person reading: which call, what, and what to do.
///
/// It displays as one sentence; Debug, which `main` prints, adds what caused it. Values of headers and queries,
/// passwords and bodies are never in it.
#[non_exhaustive]
pub enum Error {
    /// A variable is malformed, or missing where no other way is left.
    Variable(Box<ErrorDetails>),
    /// The manifests leave no way to the service, or https is not compiled in.
    NoWay(Box<ErrorDetails>),
    /// The request, or a base URL, is not valid; nothing was sent.
    Request(Box<ErrorDetails>),
    /// The host does not resolve; nothing was sent.
    Resolve(Box<ErrorDetails>),
    /// No address of the host could be connected to; nothing was sent.
    Connect(Box<ErrorDetails>),
    /// As many requests to the service are in flight as [may be](crate::Resilience::max_in_flight); nothing was sent.
    Busy(Box<ErrorDetails>),
    /// The deadline passed, while connecting too, or a body, of the request or of the response, did not move for too long.
    Timeout(Box<ErrorDetails>),
    /// The connection broke, or what came over it is not HTTP.
    Transport(Box<ErrorDetails>),
    /// The source of the request's body failed, or gave another length than it had promised. The connection is closed,
    /// so that the service does not take what it has for the whole. The source's own error is the
    /// [`source`](std::error::Error::source).
    Body(Box<ErrorDetails>),
    /// The body is not what it was read as.
    Decode(Box<ErrorDetails>),
    /// The response's status is an error: for [`error_for_status`](crate::Response::error_for_status) one of 4xx or 5xx,
    /// for a typed route any that is not 2xx.
    Status(Box<ErrorDetails>),
}

/// What an [`Error`] knows about the call.
pub struct ErrorDetails {
    problem: String,
    place: Place,
    status: Option<StatusCode>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Which call it was, as far as known.
#[derive(Clone, Default)]
pub(crate) struct Place {
    pub(crate) service: Option<&'static str>,
    pub(crate) environment: Option<String>,
    /// In words.
    pub(crate) way: Option<&'static str>,
    pub(crate) method: Option<Method>,
    /// Without the query, whose values may be secret.
    pub(crate) url: Option<String>,
}

/// What every kind of error holds, borrowed as the error is.
macro_rules! details {
    ($error:expr) => {
        match $error {
            Error::Variable(context)
            | Error::NoWay(context)
            | Error::Request(context)
            | Error::Resolve(context)
            | Error::Connect(context)
            | Error::Busy(context)
            | Error::Timeout(context)
            | Error::Transport(context)
            | Error::Body(context)
            | Error::Decode(context)
            | Error::Status(context) => context,
        }
    };
}

impl Error {
    /// Whether the deadline passed, or a body did not move for too long.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Error::Timeout(_))
    }

    /// Whether no connection could be made.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self, Error::Connect(_))
    }

    /// Whether as many requests are in flight as may be.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Error::Busy(_))
    }

    /// Whether the host does not resolve.
    #[must_use]
    pub fn is_resolve(&self) -> bool {
        matches!(self, Error::Resolve(_))
    }

    /// The status of the response, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.details().status
    }

    /// What is known about the call, whatever went wrong with it.
    #[must_use]
    pub fn details(&self) -> &ErrorDetails {
        details!(self)
    }

    /// Says which call the error is about.
    pub(crate) fn at(mut self, place: Place) -> Error {
        details!(&mut self).place = place;
        self
    }
}

/// A request that is not valid; nothing was sent.
pub(crate) fn invalid(problem: impl Into<String>) -> Error {
    Error::Request(ErrorDetails::new(problem))
}

/// The same with what found it so.
pub(crate) fn because(problem: &str, source: impl StdError + Send + Sync + 'static) -> Error {
    Error::Request(ErrorDetails::new(problem).because(source))
}

impl ErrorDetails {
    /// What went wrong, without which call it was.
    pub(crate) fn problem(&self) -> &str {
        &self.problem
    }

    pub(crate) fn new(problem: impl Into<String>) -> Box<ErrorDetails> {
        Box::new(ErrorDetails {
            problem: problem.into(),
            place: Place::default(),
            status: None,
            source: None,
        })
    }

    pub(crate) fn because(
        mut self: Box<Self>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Box<ErrorDetails> {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn and(mut self: Box<Self>, more: &str) -> Box<ErrorDetails> {
        self.problem.push_str(more);
        self
    }

    pub(crate) fn answered(mut self: Box<Self>, status: StatusCode) -> Box<ErrorDetails> {
        self.status = Some(status);
        self
    }

    /// The service that was called, by its manifest's name; none for a client of a plain URL.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.place.service
    }

    /// The environment that the task is in, where it is known.
    #[must_use]
    pub fn environment(&self) -> Option<&str> {
        self.place.environment.as_deref()
    }

    /// The step of the chain that hit, in words: `Service Connect`, `discovery`, `its override variable` or
    /// `a URL set in code`.
    #[must_use]
    pub fn way(&self) -> Option<&'static str> {
        self.place.way
    }

    /// The URL of the call without its query, once it was chosen.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.place.url.as_deref()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.details().source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.details(), f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.details().fmt(f)
    }
}

impl fmt::Display for ErrorDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.problem)
    }
}

/// `main` and `unwrap` print this: the sentence, and what caused it.
impl fmt::Debug for ErrorDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut source = self.source.as_deref().map(|source| source as &dyn StdError);
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

/// `GET http://api/kudos (service `api` through Service Connect in the environment `test`)`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call = self.method.iter().map(Method::as_str);
        let call: Vec<_> = call.chain(self.url.as_deref()).collect();
        let service = self.service.map(|service| {
            let way = self.way.map(|way| format!(" through {way}"));
            let environment = self.environment.as_deref();
            let environment = environment.map(|name| format!(" in the environment {name:?}"));
            format!(
                "service `{service}`{}{}",
                way.unwrap_or_default(),
                environment.unwrap_or_default()
            )
        });
        match (call.join(" ").as_str(), service) {
            ("", Some(service)) => f.write_str(&service),
            (call, Some(service)) => write!(f, "{call} ({service})"),
            (call, None) => f.write_str(call),
        }
    }
}
