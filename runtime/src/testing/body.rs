//! A body that comes at a pace.
//!
//! ```text
//! let body = Paced::new(Bytes::from("kudos"), 2, Duration::from_millis(10), None); // `ku`, `do`, `s`
//! ```

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

pub(super) struct Paced {
    rest: Bytes,
    /// How many bytes come at a time.
    step: usize,
    pause: Duration,
    /// What has to pass before the next ones.
    wait: Option<Pin<Box<Sleep>>>,
    /// How many bytes come before it breaks off.
    until_cut: Option<usize>,
    is_sent: bool,
}

/// The connection is to be closed.
#[derive(Debug)]
pub(super) struct CutOff;

impl Paced {
    pub(super) fn new(
        body: Bytes,
        step: usize,
        pause: Duration,
        until_cut: Option<usize>,
    ) -> Paced {
        Paced {
            rest: body,
            step,
            pause,
            wait: None,
            until_cut,
            is_sent: false,
        }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        if self.until_cut == Some(0) {
            // hyper sends what there is only when there is no more for now.
            if !std::mem::replace(&mut self.is_sent, true) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(Some(Err(CutOff)));
        }
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(context));
        }
        let step = self.step.min(self.rest.len());
        let step = self.until_cut.map_or(step, |left| step.min(left));
        self.until_cut = self.until_cut.map(|left| left - step);
        let next = self.rest.split_to(step);
        if !self.rest.is_empty() {
            self.wait = Some(Box::pin(sleep(self.pause)));
        }
        Poll::Ready(Some(Ok(Frame::data(next))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.until_cut.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

impl fmt::Display for CutOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is to be closed")
    }
}

impl std::error::Error for CutOff {}
