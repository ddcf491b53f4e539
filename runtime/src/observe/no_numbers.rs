//! What `numbers` is where its feature is off: nothing.
//!
//! ```text
//! numbers::retried(&target, Reason::Slow); // is compiled to nothing
//! ```

use std::net::SocketAddr;

use http::StatusCode;
use tokio::time::Instant;

use super::Subject;
use super::names::Reason;
use crate::balance::Verdict;
use crate::choose::Target;

pub(super) const ARE_KEPT: bool = false;

pub(super) fn ended(
    _: Subject,
    _: Option<&Target>,
    _: Instant,
    _: Option<StatusCode>,
    _: Option<&str>,
) {
}

pub(super) fn in_flight(_: &Target, _: f64) {}

pub(super) fn tried(_: &Target, _: SocketAddr, _: Instant, _: Verdict) {}

pub(super) fn retried(_: &Target, _: Reason) {}

pub(super) fn ejected(_: &Target, _: SocketAddr, _: Verdict) {}
