//! What users stream: a `Stream` or an `http_body::Body` of theirs, as frames with our errors.
//!
//! ```text
//! let frames = Source::new(Parts(Box::pin(stream), None));
//! ```

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body, Frame, SizeHint};

use crate::Error;
use crate::error::ErrorDetails;

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

/// Nothing is asked of what has ended.
pub(super) struct Source<T>(Option<T>);

impl<T: Wrapped> Source<T> {
    pub(super) fn new(wrapped: T) -> Source<T> {
        Source(Some(wrapped))
    }
}

/// A stream, and how much has still to come of it where that was promised.
pub(super) struct Parts<S>(pub(super) Pin<Box<S>>, pub(super) Option<u64>);

/// A body.
pub(super) struct Whole<B>(pub(super) Pin<Box<B>>);

pub(super) trait Wrapped: Send {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>>;

    fn size(&self) -> SizeHint;

    fn is_end(&self) -> bool;
}

impl<S, T, E> Wrapped for Parts<S>
where
    S: Stream<Item = Result<T, E>> + Send,
    T: Into<Bytes>,
    E: Into<BoxError>,
{
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let part = ready!(self.0.as_mut().poll_next(cx));
        Poll::Ready(part.map(|part| match part {
            Ok(part) => {
                let part: Bytes = part.into();
                // Whether it keeps its promise is looked at where it is sent.
                self.1 = self.1.map(|left| left.saturating_sub(part.len() as u64));
                Ok(Frame::data(part))
            }
            Err(error) => Err(error.into()),
        }))
    }

    fn size(&self) -> SizeHint {
        self.1.map_or_else(SizeHint::default, SizeHint::with_exact)
    }

    fn is_end(&self) -> bool {
        false
    }
}

impl<B> Wrapped for Whole<B>
where
    B: Body<Data = Bytes> + Send,
    B::Error: Into<BoxError>,
{
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(self.0.as_mut().poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn size(&self) -> SizeHint {
        self.0.size_hint()
    }

    fn is_end(&self) -> bool {
        self.0.is_end_stream()
    }
}

impl<T: Wrapped + Unpin> Body for Source<T> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = match &mut self.0 {
            Some(wrapped) => ready!(wrapped.poll(cx)),
            None => None,
        };
        if !matches!(frame, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(frame.map(|frame| frame.map_err(failed)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Wrapped::is_end)
    }

    fn size_hint(&self) -> SizeHint {
        self.0
            .as_ref()
            .map_or(SizeHint::with_exact(0), Wrapped::size)
    }
}

/// An error that is ours, as of a response that is passed on, stays what it is.
fn failed(error: BoxError) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => {
            Error::Body(ErrorDetails::new("the source of the body failed").because(error))
        }
    }
}
