//! Sending a request again: which ones may be, after what, and when.
//!
//! ```text
//! let replay = Replay::of(&request, &resilience); // None for a POST
//! ```

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{RETRY_AFTER, SERVER};
use http::{HeaderMap, Method, Request, Uri};

use super::{Answer, Failure};
use crate::chance;
use crate::connection::Outgoing;
use crate::{Body, Resilience};

/// How long the first retry waits at most; the next one twice as long. By chance, so that callers that failed together
/// do not come back together.
const PAUSE: Duration = Duration::from_millis(25);

/// A request that may be sent more than once: its method is idempotent (RFC 9110, 9.2.2), and its body is at hand.
pub(super) struct Replay {
    /// Whether it may be sent again while the first one is under way. One that changes something might do so late, after
    /// the caller's next request.
    pub(super) is_safe: bool,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Replay {
    pub(super) fn of(request: &Request<Outgoing>, resilience: &Resilience) -> Option<Replay> {
        let is_idempotent = matches!(
            *request.method(),
            Method::GET
                | Method::HEAD
                | Method::OPTIONS
                | Method::TRACE
                | Method::PUT
                | Method::DELETE
        );
        if !is_idempotent || resilience.retries == 0 || resilience.retry_budget == 0 {
            return None;
        }
        Some(Replay {
            is_safe: request.method().is_safe(),
            body: request.body().bytes()?,
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        })
    }

    /// The request once more.
    pub(super) fn request(&self) -> Box<Request<Outgoing>> {
        let body = Body::from(self.body.clone());
        let mut request = Box::new(Request::new(Outgoing::new(body)));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        request.headers_mut().clone_from(&self.headers);
        request
    }
}

/// Whether another try may do better.
pub(super) fn is_wanted(tried: &Result<Answer, Failure>, resilience: &Resilience) -> bool {
    match tried {
        // A proxy that knows of requests has retried it already.
        Ok(answer) => {
            let server = answer.headers().get(SERVER);
            resilience.retry_answers && server.is_none_or(|server| server != "envoy")
        }
        // What is no HTTP is an answer too, and the next one will be like it.
        Err(Failure::Broken(error)) => !error.is_parse(),
        Err(_) => false,
    }
}

/// How long to wait before the retry of this number.
pub(super) fn pause(number: u32) -> Duration {
    by_chance(PAUSE * number.min(8))
}

/// How long a task says that it is to be left alone.
pub(super) fn asked_for(tried: &Result<Answer, Failure>) -> Option<Duration> {
    let answer = tried.as_ref().ok()?;
    let asked = answer.headers().get(RETRY_AFTER)?.to_str().ok()?;
    retry_after(asked.trim())
}

/// Seconds, or a date (RFC 9110, 10.2.3). What is neither asks for nothing.
fn retry_after(asked: &str) -> Option<Duration> {
    if !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit()) {
        // What does not fit is too long anyway.
        return Some(asked.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = httpdate::parse_http_date(asked).ok()?;
    date.duration_since(SystemTime::now()).ok()
}

/// Up to a time.
pub(super) fn by_chance(limit: Duration) -> Duration {
    limit * u32::from(chance::byte()) / 255
}
