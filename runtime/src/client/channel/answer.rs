//! The body of an answer as it comes. What goes wrong is its end, with a status, as if the server had said so.
//!
//! ```text
//! Body::of_frames(Answer::new(received, messages, expires, call.place()))
//! ```

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep, sleep_until};

use super::status;
use crate::connection::{Messages, Received};
use crate::error::{ErrorDetails, Place};
use crate::retry::upload_error;
use crate::{Error, Result};

pub(super) struct Answer {
    /// `None` once it has ended.
    received: Option<Received>,
    messages: Messages,
    /// When the time of the call is over, if its caller said so.
    clock: Option<Pin<Box<Sleep>>>,
    place: Place,
}

impl Answer {
    pub(super) fn new(
        received: Received,
        messages: Messages,
        expires: Option<Instant>,
        place: Place,
    ) -> Answer {
        Answer {
            received: Some(received),
            messages,
            clock: expires.map(|expires| Box::pin(sleep_until(expires))),
            place,
        }
    }

    /// Ends it: what is under way is reset.
    fn fail(&mut self, error: Error) -> Frame<Bytes> {
        self.received = None;
        Frame::trailers(status::trailers(&error.at(self.place.clone())))
    }

    fn broken(&self, error: h2::Error) -> Error {
        match self.messages.upload().failure() {
            Some(failure) => upload_error(failure),
            None => Error::Transport(
                ErrorDetails::new(
                    "the connection or the stream broke before the end of the answer",
                )
                .because(error),
            ),
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        let answer = self.get_mut();
        let Some(received) = &mut answer.received else {
            return Poll::Ready(None);
        };
        if let Some(clock) = &mut answer.clock
            && clock.as_mut().poll(cx).is_ready()
        {
            let problem = "the deadline that the request has was over before the end of the answer";
            let error = Error::Timeout(ErrorDetails::new(problem));
            return Poll::Ready(Some(Ok(answer.fail(error))));
        }
        match received.poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(Some(Ok(frame))),
            Poll::Ready(Some(Err(error))) => {
                let error = answer.broken(error);
                Poll::Ready(Some(Ok(answer.fail(error))))
            }
            Poll::Ready(None) => {
                answer.received = None;
                Poll::Ready(None)
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.received.is_none()
    }
}
