//! What happens to calls and tasks on the way.
//!
//! ```text
//! observe::retried(&target, 1, Reason::Status(StatusCode::SERVICE_UNAVAILABLE), pause);
//! ```

use std::net::SocketAddr;
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::TARGET;
use super::names::{self, Reason};
use super::numbers;
use crate::balance::{Change, Verdict};
use crate::choose::{Target, Way};

/// A request is to be sent again, after a pause, for the time of this number.
pub(crate) fn retried(target: &Target, number: u32, reason: Reason, pause: Duration) {
    numbers::retried(target, reason);
    debug!(
        target: TARGET,
        {
            "http.request.resend_count" = number,
            "error.type" = &*reason.name(),
            "server.address" = target.host(),
            "server.port" = target.port(),
            "service_connect.pause" = pause.as_secs_f64(),
        },
        "a request is sent again"
    );
}

/// A request went to a task, or is no longer there: `change` is 1 or -1.
///
/// It may be told because of a panic. Another one would end the process, and an uncounted end would be wrong for ever.
pub(crate) fn in_flight(target: &Target, change: f64) {
    let tell = || numbers::in_flight(target, change);
    if thread::panicking() {
        let _ = panic::catch_unwind(AssertUnwindSafe(tell));
    } else {
        tell();
    }
}

/// What a request to a task came to that began then, and whether that changes who gets others.
///
/// It may be told by a call that is dropped. Where that is because of a panic, another one would end the process.
pub(crate) fn judged(
    target: &Target,
    task: SocketAddr,
    began: Instant,
    verdict: Verdict,
    change: Option<Change>,
) {
    if !thread::panicking() {
        numbers::tried(target, task, began, verdict);
        if let Some(change) = change {
            changed(target, task, verdict, change);
        }
    }
}

fn changed(target: &Target, task: SocketAddr, reason: Verdict, change: Change) {
    if let Change::Out(_) = change {
        numbers::ejected(target, task, reason);
    }
    let (host, reason) = (target.host(), names::verdict(reason));
    match change {
        Change::Out(time) => warn!(
            target: TARGET,
            {
                "server.address" = host,
                "server.port" = target.port(),
                "network.peer.address" = display(task.ip()),
                "network.peer.port" = task.port(),
                "error.type" = reason,
                "service_connect.ejection.duration" = time.as_secs_f64(),
            },
            "a task of `{host}` gets no requests for a while"
        ),
        Change::Back => info!(
            target: TARGET,
            {
                "server.address" = host,
                "server.port" = target.port(),
                "network.peer.address" = display(task.ip()),
                "network.peer.port" = task.port(),
            },
            "a task of `{host}` answers again, and gets requests"
        ),
        Change::AllBack => warn!(
            target: TARGET,
            {
                "server.address" = host,
                "server.port" = target.port(),
                "error.type" = reason,
            },
            "all tasks of `{host}` fail, so those that got no requests get them again"
        ),
    }
}

/// Calls go to the discovery name.
pub(crate) fn fell_back(first: &Target, fallback: &Target) {
    let (first, host) = (first.host(), fallback.host());
    warn!(
        target: TARGET,
        {
            "server.address" = host,
            "server.port" = fallback.port(),
            "service_connect.way" = Way::Discovery.id(),
        },
        "the Service Connect name `{first}` does not resolve, so calls go to `{host}` through \
         discovery: redeploy this task's service to use Service Connect"
    );
}
