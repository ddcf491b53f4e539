//! A body that comes at a pace.
//!
//! ```text
//! let body = Paced::new(Bytes::from("kudos"), 2, Duration::from_millis(10)); // `ku`, `do`, `s`
//! ```

use std::convert::Infallible;
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
}

impl Paced {
    pub(super) fn new(body: Bytes, step: usize, pause: Duration) -> Paced {
        Paced {
            rest: body,
            step,
            pause,
            wait: None,
        }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(context));
        }
        let step = self.step.min(self.rest.len());
        let next = self.rest.split_to(step);
        if !self.rest.is_empty() {
            self.wait = Some(Box::pin(sleep(self.pause)));
        }
        Poll::Ready(Some(Ok(Frame::data(next))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
