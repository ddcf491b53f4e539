//! The body of a request on its way into a connection.
//!
//! A streamed one says how far it is, so that a call can tell a source that gives nothing from a service that takes
//! nothing, and both from an upload that only takes its time.
//!
//! ```text
//! let outgoing = Outgoing::new(body);
//! let upload = outgoing.upload(); // None for bytes
//! ```

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use crate::error::ErrorDetails;
use crate::{Body, Error};

/// How much is handed over at once. A service that takes this much within the idle time makes progress, however large
/// the parts are that the source gives.
const PART: usize = 64 * 1024;

/// A body as hyper takes it.
pub(crate) enum Outgoing {
    Full(Body),
    Streamed(Box<Streamed>),
}

pub(crate) struct Streamed {
    body: Body,
    /// Of the last part that the source gave, what is not handed over yet.
    rest: Bytes,
    /// How much has still to come, where the length was promised.
    left: Option<u64>,
    upload: Arc<Upload>,
}

/// How far a streamed body is.
pub(crate) struct Upload(Mutex<State>);

struct State {
    stage: Stage,
    failure: Option<Error>,
    /// Of the call, which waits for the body to begin and to end.
    waker: Option<Waker>,
}

#[derive(Clone, Copy)]
pub(crate) enum Stage {
    /// No connection asked for it yet.
    Waiting,
    Moving {
        /// Whose turn it is, and since when.
        turn: Turn,
        turned: Instant,
    },
    /// The connection has all of it.
    Done { at: Instant },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Turn {
    /// It has to give the next part.
    Source,
    /// It has to take the part that was given.
    Service,
}

impl Outgoing {
    pub(crate) fn new(body: Body) -> Outgoing {
        if !body.is_stream() {
            return Outgoing::Full(body);
        }
        if body.content_length() == Some(0) {
            // It would never be asked for anything, and so never end.
            return Outgoing::Full(Body::default());
        }
        Outgoing::Streamed(Box::new(Streamed {
            left: body.content_length(),
            body,
            rest: Bytes::new(),
            upload: Upload::new(),
        }))
    }

    /// All of it, if it is at hand.
    pub(crate) fn bytes(&self) -> Option<Bytes> {
        match self {
            Outgoing::Full(body) => body.bytes(),
            Outgoing::Streamed(_) => None,
        }
    }

    /// How far it is, if it is streamed.
    pub(crate) fn upload(&self) -> Option<Arc<Upload>> {
        match self {
            Outgoing::Full(_) => None,
            Outgoing::Streamed(streamed) => Some(Arc::clone(&streamed.upload)),
        }
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = Abandoned;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Abandoned>>> {
        match self.get_mut() {
            // Bytes cannot fail.
            Outgoing::Full(body) => Pin::new(body).poll_frame(cx).map_err(|_| Abandoned),
            Outgoing::Streamed(streamed) => streamed.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Outgoing::Full(body) => body.is_end_stream(),
            Outgoing::Streamed(streamed) => streamed.is_end(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Outgoing::Full(body) => body.size_hint(),
            Outgoing::Streamed(streamed) => streamed
                .left
                .map_or_else(SizeHint::default, SizeHint::with_exact),
        }
    }
}

impl Streamed {
    fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Abandoned>>> {
        while self.rest.is_empty() {
            self.upload.turn(Turn::Source);
            let frame = ready!(http_body::Body::poll_frame(Pin::new(&mut self.body), cx));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => match self.left {
                    Some(left) if left < data.len() as u64 => {
                        return self.fail(wrong_length("more"));
                    }
                    _ => self.rest = data,
                },
                Some(Ok(Err(_))) if self.left.is_some_and(|left| left > 0) => {
                    return self.fail(wrong_length("less"));
                }
                Some(Ok(Err(trailers))) => {
                    self.upload.end();
                    return Poll::Ready(Some(Ok(trailers)));
                }
                Some(Err(error)) => return self.fail(error),
                None if self.left.is_some_and(|left| left > 0) => {
                    return self.fail(wrong_length("less"));
                }
                None => {
                    self.upload.end();
                    return Poll::Ready(None);
                }
            }
        }
        let part = self.rest.split_to(self.rest.len().min(PART));
        self.left = self.left.map(|left| left - part.len() as u64);
        self.upload.turn(Turn::Service);
        if self.is_end() {
            // It is not asked again.
            self.upload.end();
        }
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    /// Whether nothing more will come. A promised length ends a body even if its source does not say so.
    fn is_end(&self) -> bool {
        self.rest.is_empty() && (self.left == Some(0) || http_body::Body::is_end_stream(&self.body))
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<Frame<Bytes>, Abandoned>>> {
        self.upload.fails(error);
        Poll::Ready(Some(Err(Abandoned)))
    }
}

fn wrong_length(how: &str) -> Error {
    Error::Body(ErrorDetails::new(format!(
        "the source of the body gave {how} than the length that it had promised"
    )))
}

impl Upload {
    pub(super) fn new() -> Arc<Upload> {
        Arc::new(Upload(Mutex::new(State {
            stage: Stage::Waiting,
            failure: None,
            waker: None,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn turn(&self, to: Turn) {
        let mut state = self.state();
        let now = Instant::now();
        match &mut state.stage {
            Stage::Moving { turn, turned, .. } => {
                // Whenever the service takes something, it has time for the next piece of the same part.
                if *turn != to || to == Turn::Service {
                    (*turn, *turned) = (to, now);
                }
            }
            Stage::Waiting => {
                state.stage = Stage::Moving {
                    turn: to,
                    turned: now,
                };
                state.wake();
            }
            Stage::Done { .. } => {}
        }
    }

    pub(super) fn fails(&self, error: Error) {
        self.state().failure = Some(error);
    }

    pub(super) fn end(&self) {
        let mut state = self.state();
        if let Stage::Moving { .. } = state.stage {
            state.stage = Stage::Done { at: Instant::now() };
            state.wake();
        }
    }

    /// How far it is; `waker` is woken when it begins and when it ends.
    pub(crate) fn watch(&self, waker: &Waker) -> Stage {
        let mut state = self.state();
        state.waker = Some(waker.clone());
        state.stage
    }

    /// How far it is.
    pub(crate) fn stage(&self) -> Stage {
        self.state().stage
    }

    /// Whether the connection has all of it.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.stage(), Stage::Done { .. })
    }

    /// When it last moved, if it is under way.
    pub(crate) fn moved(&self) -> Option<Instant> {
        match self.state().stage {
            Stage::Moving { turned, .. } => Some(turned),
            Stage::Waiting | Stage::Done { .. } => None,
        }
    }

    /// Why it was abandoned.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.state().failure.take()
    }
}

impl State {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// What hyper gets to know of a failure: enough to close the connection.
#[derive(Debug)]
pub(crate) struct Abandoned;

impl std::error::Error for Abandoned {}

impl fmt::Display for Abandoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the source of the request's body failed")
    }
}
