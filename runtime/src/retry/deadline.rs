//! How long a call may take until the head of its response is there.
//!
//! A streamed body makes its own time: an upload that moves may take as long as it wants. So the clock of the default
//! deadline stops when the first part is asked for, and begins anew when the connection has the last one; meanwhile each
//! part has its idle time, for the source to give it and for the service to take it. A deadline that the caller set is
//! the caller's word, and covers the upload too.
//!
//! ```text
//! let answer = Deadline::DEFAULT.watch_upload(call, upload).await;
//! ```

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::connection::{Stage, Turn, Upload};
use crate::resilience::NEVER;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    limit: Duration,
    covers_upload: bool,
    /// How long a body may not move, in either direction.
    idle: Duration,
    /// Whether its source may rest for as long as it likes, as that of messages does.
    may_rest: bool,
}

/// What was waited for when time was over.
pub(super) enum Late {
    /// A connection, or the head of the response.
    Head(Duration),
    /// The body within the deadline.
    Upload(Turn, Duration),
    /// A part of the body within its idle time.
    Idle(Turn, Duration),
}

impl Deadline {
    pub(crate) const DEFAULT: Deadline = Deadline {
        limit: Duration::from_secs(15),
        covers_upload: false,
        idle: Duration::from_secs(15),
        may_rest: false,
    };

    /// The same with a limit that the caller set.
    pub(crate) fn with_limit(self, limit: Duration) -> Deadline {
        Deadline {
            limit,
            covers_upload: true,
            ..self
        }
    }

    /// The same with another idle time.
    pub(crate) fn with_idle(self, idle: Duration) -> Deadline {
        Deadline { idle, ..self }
    }

    /// The same for a body of messages, which come when they come.
    #[cfg(feature = "grpc")]
    pub(crate) fn of_messages(self) -> Deadline {
        Deadline {
            may_rest: true,
            ..self
        }
    }

    pub(crate) fn limit(self) -> Duration {
        self.limit
    }

    /// When the time of a call is over that begins now.
    pub(super) fn end(self) -> Instant {
        Instant::now() + self.limit.min(NEVER)
    }

    pub(crate) fn idle(self) -> Duration {
        self.idle.min(NEVER)
    }

    /// Waits for a call that sends `upload`.
    pub(super) async fn watch_upload<F: Future>(
        self,
        call: F,
        upload: &Upload,
    ) -> Result<F::Output, Late> {
        let start = Instant::now();
        let mut call = pin!(call);
        let mut sleep = pin!(sleep_until(start));
        poll_fn(|cx| {
            if let Poll::Ready(output) = call.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            loop {
                let (until, late) = self.next(start, upload.watch(cx.waker()));
                if until <= Instant::now() {
                    return Poll::Ready(Err(late));
                }
                // Parts that moved meanwhile have put it off: the clock is looked at only when it rings.
                sleep.as_mut().reset(until);
                ready!(sleep.as_mut().poll(cx));
            }
        })
        .await
    }

    /// When time is over as things stand, and what will not have come then.
    fn next(self, start: Instant, stage: Stage) -> (Instant, Late) {
        let limit = self.limit.min(NEVER);
        let end = start + limit;
        match stage {
            Stage::Waiting => (end, Late::Head(self.limit)),
            Stage::Moving { turn, turned, .. } => {
                // Looked at again after that time, not over.
                let rests = self.may_rest && turn == Turn::Source;
                let turned = if rests { Instant::now() } else { turned };
                let idle = turned + self.idle();
                if self.covers_upload && end < idle {
                    (end, Late::Upload(turn, self.limit))
                } else {
                    (idle, Late::Idle(turn, self.idle))
                }
            }
            Stage::Done { .. } if self.covers_upload => (end, Late::Head(self.limit)),
            Stage::Done { at } => (at + limit, Late::Head(self.limit)),
        }
    }
}
