//! Values that are few, whatever a caller or a service does.
//!
//! ```text
//! assert_eq!(method(&Method::from_bytes(b"PURGE")?), "_OTHER");
//! ```

use std::borrow::Cow;

use http::{Method, StatusCode};

use crate::Error;
use crate::balance::Verdict;

/// In the place of what is not one of few.
pub(super) const OTHER: &str = "_OTHER";

/// `http.request.method`: the methods of RFC 9110 and RFC 5789, and [`OTHER`].
pub(super) fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => OTHER,
    }
}

/// `error.type` of an error.
pub(super) fn kind(error: &Error) -> &'static str {
    match error {
        Error::Variable(_) => "variable",
        Error::NoWay(_) => "no_way",
        Error::Request(_) => "request",
        Error::Resolve(_) => "resolve",
        Error::Connect(_) => "connect",
        Error::Busy(_) => "busy",
        Error::Timeout(_) => "timeout",
        Error::Transport(_) => "transport",
        Error::Body(_) => "body",
        Error::Decode(_) => "decode",
        Error::Status(_) => "status",
    }
}

/// What came of a try.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Answered(_) => "answered",
        Verdict::Failed => "failed",
        Verdict::Silent => "silent",
        Verdict::Unreachable => "unreachable",
    }
}

/// Why a request is sent again, as `error.type`.
#[derive(Clone, Copy)]
pub(crate) enum Reason {
    Status(StatusCode),
    /// The connection broke.
    Broken,
    /// No answer came for so long that another try goes out beside the first.
    Slow,
}

impl Reason {
    pub(super) fn name(self) -> Cow<'static, str> {
        match self {
            Reason::Status(status) => status_name(status),
            Reason::Broken => "transport".into(),
            Reason::Slow => "slow".into(),
        }
    }
}

/// `error.type` of an answer that is an error.
pub(super) fn status_name(status: StatusCode) -> Cow<'static, str> {
    match status.as_u16() {
        100..600 => status.as_str().to_owned().into(),
        _ => OTHER.into(),
    }
}
