//! Counters and histograms, through the facade `metrics` and behind the feature of that name.
//!
//! The names and the units are OpenTelemetry's, where it has one. No label has more values than it can count: services are
//! those of the manifests, methods, statuses and kinds of errors are few, and of servers and of tasks the first [`LIMIT`] have
//! labels of their own.
//!
//! ```text
//! numbers::retried(&target, Reason::Slow); // service_connect.client.retries
//! ```

use std::collections::HashMap;
use std::hash::Hash;
use std::net::SocketAddr;
use std::sync::{LazyLock, Once, PoisonError, RwLock};

use http::StatusCode;
use metrics::{
    Label, SharedString, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};
use tokio::time::Instant;

use super::Subject;
use super::names::{self, OTHER, Reason};
use crate::balance::Verdict;
use crate::choose::Target;

/// How many servers have labels of their own, and how many tasks: those that a process meets first. A client of any URL
/// may meet more of them than anybody counts, and so does one that runs while others are deployed a thousand times.
const LIMIT: usize = 1000;

/// Whether there are numbers.
pub(super) const ARE_KEPT: bool = true;

/// How long calls took, from the first poll to the head of the response.
const CALLS: &str = "http.client.request.duration";
/// Tries in flight, until the body of the answer is read.
const IN_FLIGHT: &str = "http.client.active_requests";
/// How long each try took, by the task that it went to.
const TRIES: &str = "service_connect.client.try.duration";
const RETRIES: &str = "service_connect.client.retries";
const EJECTIONS: &str = "service_connect.client.ejections";

/// A call is over.
pub(super) fn ended(
    subject: Subject,
    to: Option<&Target>,
    began: Instant,
    status: Option<StatusCode>,
    error: Option<&str>,
) {
    let mut labels = to.map(server).unwrap_or_default();
    let method = names::method(subject.method);
    labels.push(Label::from_static_parts("http.request.method", method));
    if let Some(service) = subject.service {
        labels.push(Label::from_static_parts("service_connect.service", service));
    }
    if let Some(status) = status {
        let status = names::status_name(status).into_owned();
        labels.push(Label::new("http.response.status_code", status));
    }
    if let Some(error) = error {
        labels.push(Label::new("error.type", error.to_owned()));
    }
    describe();
    histogram!(CALLS, labels).record(began.elapsed());
}

/// A request went to a task, or is no longer there.
pub(super) fn in_flight(target: &Target, change: f64) {
    describe();
    gauge!(IN_FLIGHT, server(target)).increment(change);
}

/// A try is over.
pub(super) fn tried(target: &Target, at: SocketAddr, began: Instant, verdict: Verdict) {
    let mut labels = task(target, at);
    let outcome = names::verdict(verdict);
    labels.push(Label::from_static_parts("service_connect.outcome", outcome));
    describe();
    histogram!(TRIES, labels).record(began.elapsed());
}

pub(super) fn retried(target: &Target, reason: Reason) {
    let mut labels = server(target);
    labels.push(Label::new("error.type", reason.name().into_owned()));
    describe();
    counter!(RETRIES, labels).increment(1);
}

pub(super) fn ejected(target: &Target, at: SocketAddr, reason: Verdict) {
    let mut labels = task(target, at);
    let reason = names::verdict(reason);
    labels.push(Label::from_static_parts("error.type", reason));
    describe();
    counter!(EJECTIONS, labels).increment(1);
}

/// Once, by the first that has something to say.
fn describe() {
    static DESCRIBED: Once = Once::new();
    DESCRIBED.call_once(|| {
        describe_histogram!(
            CALLS,
            Unit::Seconds,
            "How long calls took until the head of the answer"
        );
        describe_gauge!(
            IN_FLIGHT,
            "Requests in flight, until the body of the answer is read"
        );
        describe_histogram!(
            TRIES,
            Unit::Seconds,
            "How long each task took for what was sent to it"
        );
        describe_counter!(RETRIES, "Requests that were sent again");
        describe_counter!(EJECTIONS, "Tasks that got no requests for a while");
    });
}

fn server(target: &Target) -> Vec<Label> {
    static KNOWN: LazyLock<Known<Target>> = LazyLock::new(Known::default);
    let labels = KNOWN.labels(target, ["server.address", "server.port"], |target| {
        [target.host().into(), target.port().to_string()]
    });
    // With room for those that are added.
    let mut all = Vec::with_capacity(6);
    all.extend(labels);
    all
}

fn task(target: &Target, at: SocketAddr) -> Vec<Label> {
    static KNOWN: LazyLock<Known<SocketAddr>> = LazyLock::new(Known::default);
    let names = ["network.peer.address", "network.peer.port"];
    let labels = KNOWN.labels(&at, names, |at| {
        [at.ip().to_string(), at.port().to_string()]
    });
    let mut all = server(target);
    all.extend(labels);
    all
}

/// Those that have labels of their own. These are written once, and shared by all metrics.
struct Known<T>(RwLock<HashMap<T, [Label; 2]>>);

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known(RwLock::default())
    }
}

impl<T: Clone + Eq + Hash> Known<T> {
    /// The labels of this one: its own, if it is known, or where there is room for it.
    fn labels(
        &self,
        one: &T,
        names: [&'static str; 2],
        values: impl FnOnce(&T) -> [String; 2],
    ) -> [Label; 2] {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(labels) = known.get(one) {
            return labels.clone();
        }
        let is_room = known.len() < LIMIT;
        drop(known);
        let [first, second] = names;
        if is_room {
            let [address, port] = values(one).map(|value| SharedString::from_shared(value.into()));
            let labels = [Label::new(first, address), Label::new(second, port)];
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() < LIMIT {
                return known.entry(one.clone()).or_insert(labels).clone();
            }
        }
        [first, second].map(|name| Label::from_static_parts(name, OTHER))
    }
}
