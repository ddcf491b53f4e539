//! Errors as calls end with them, for what stands in for a client.
//!
//! A trait with typed routes can be implemented by hand, and then fail like a call:
//!
//! ```
//! use service_connect::testing::errors;
//! use service_connect::{Result, StatusCode};
//!
//! /// As `#[service_client("api")]` above it would have it.
//! trait Kudos {
//!     async fn kudo(&self, id: u64) -> Result<String>;
//! }
//!
//! struct Unwell;
//!
//! impl Kudos for Unwell {
//!     async fn kudo(&self, _: u64) -> Result<String> {
//!         Err(errors::status(StatusCode::SERVICE_UNAVAILABLE))
//!     }
//! }
//! # let mut runtime = tokio::runtime::Builder::new_current_thread();
//! # let error = runtime.build().unwrap().block_on(Unwell.kudo(7)).unwrap_err();
//! # assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
//! ```

use http::StatusCode;

use crate::Error;
use crate::error::ErrorDetails;

/// [`Error::Status`]: the service answered with that status.
#[must_use]
pub fn status(status: StatusCode) -> Error {
    Error::Status(ErrorDetails::new(format!("the service answered {status}")).answered(status))
}

/// [`Error::Timeout`]: no answer came within the deadline.
#[must_use]
pub fn timeout() -> Error {
    Error::Timeout(ErrorDetails::new("no answer came within the deadline"))
}

/// [`Error::Connect`]: nothing listens, so nothing was sent.
#[must_use]
pub fn connect() -> Error {
    Error::Connect(ErrorDetails::new("no connection could be made"))
}

/// [`Error::Resolve`]: the name is not known, so nothing was sent.
#[must_use]
pub fn resolve() -> Error {
    Error::Resolve(ErrorDetails::new("the host does not resolve"))
}

/// [`Error::Busy`]: too many requests are in flight, so nothing was sent.
#[must_use]
pub fn busy() -> Error {
    Error::Busy(ErrorDetails::new("too many requests to it are in flight"))
}

/// [`Error::Transport`]: the connection broke, and the request may have been carried out.
#[must_use]
pub fn transport() -> Error {
    Error::Transport(ErrorDetails::new(
        "the connection broke before an answer came; the request may have been carried out",
    ))
}
