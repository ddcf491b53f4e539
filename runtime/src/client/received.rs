//! The body of a response as it comes, with what its errors have to say: by chunks, as a stream and as an `http_body`.
//!
//! ```text
//! while let Some(chunk) = received.chunk().await? { … }
//! ```

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep};

use super::Call;
use crate::connection::Incoming;
use crate::error::ErrorDetails;
use crate::retry::upload_error;
use crate::{Error, Result};

pub(super) struct Received {
    pub(super) call: Call,
    pub(super) status: StatusCode,
    incoming: Incoming,
    /// How long nothing may come.
    limit: Duration,
    /// The clock, once something had to be waited for.
    idle: Option<Pin<Box<Sleep>>>,
    state: State,
}

#[derive(PartialEq)]
enum State {
    Moving,
    /// The clock runs.
    Waiting,
    Failed,
}

impl Received {
    pub(super) fn new(
        call: Call,
        status: StatusCode,
        incoming: Incoming,
        limit: Duration,
    ) -> Received {
        Received {
            call,
            status,
            incoming,
            limit,
            idle: None,
            state: State::Moving,
        }
    }

    /// The next part; `None` at the end. It can be asked for again if it is not awaited to its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        if self.state == State::Failed {
            let problem = "the body failed before, so what came of it is not all";
            return Err(self.error(Error::Transport, ErrorDetails::new(problem)));
        }
        poll_fn(|cx| self.poll_chunk(cx)).await.transpose()
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        loop {
            match ready!(self.poll(cx)).transpose() {
                Ok(Some(frame)) => {
                    // Trailers are no part of the body.
                    if let Ok(chunk) = frame.into_data() {
                        return Poll::Ready(Some(Ok(chunk)));
                    }
                }
                Ok(None) => return Poll::Ready(None),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        if self.state == State::Failed {
            return Poll::Ready(None);
        }
        let error = match self.incoming.poll_frame(cx) {
            Poll::Ready(frame) => match frame.transpose() {
                Ok(frame) => {
                    self.state = State::Moving;
                    return Poll::Ready(frame.map(Ok));
                }
                Err(error) => self.broken(error),
            },
            Poll::Pending => match self.in_runtime() {
                Ok(()) => {
                    ready!(self.poll_late(cx));
                    self.late()
                }
                Err(error) => error,
            },
        };
        self.state = State::Failed;
        Poll::Ready(Some(Err(error)))
    }

    /// Ready when the next part is too late. While the body of the request is still sent, that is what moves.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit;
        let idle = self.idle.get_or_insert_with(|| Box::pin(sleep(limit)));
        if self.state == State::Moving {
            self.state = State::Waiting;
            idle.as_mut().reset(Instant::now() + limit);
        }
        loop {
            ready!(idle.as_mut().poll(cx));
            match self.incoming.upload_moved() {
                Some(moved) if moved + limit > Instant::now() => {
                    idle.as_mut().reset(moved + limit);
                }
                _ => return Poll::Ready(()),
            }
        }
    }

    /// Timers panic elsewhere.
    fn in_runtime(&self) -> Result<()> {
        if Handle::try_current().is_ok() {
            return Ok(());
        }
        let problem = "a body needs a tokio runtime: await it in the one that made the call";
        Err(self.error(Error::Request, ErrorDetails::new(problem)))
    }

    fn broken(&self, error: hyper::Error) -> Error {
        // The answer can begin while the request is still sent.
        if let Some(failure) = self.incoming.upload_failure() {
            return upload_error(failure).at(self.call.place());
        }
        let cause = std::error::Error::source(&error)
            .and_then(|cause| cause.downcast_ref())
            .map(io::Error::kind);
        let problem = match cause {
            // As hyper has it where chunks are not as they should be.
            Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                "the body is not sent as HTTP/1.1 asks"
            }
            _ => "the connection broke before the end of the body",
        };
        self.error(Error::Transport, ErrorDetails::new(problem).because(error))
    }

    fn late(&self) -> Error {
        let problem = format!(
            "nothing more of the body came within {:?}: `idle_timeout` sets another time",
            self.limit
        );
        self.error(Error::Timeout, ErrorDetails::new(problem))
    }

    pub(super) fn error(
        &self,
        kind: fn(Box<ErrorDetails>) -> Error,
        context: Box<ErrorDetails>,
    ) -> Error {
        kind(context.answered(self.status)).at(self.call.place())
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        self.get_mut().poll(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size()
    }
}

impl Stream for Received {
    type Item = Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        self.get_mut().poll_chunk(cx)
    }
}
