//! Bodies: all of one at once, or as a stream that is never held as a whole.
//!
//! ```
//! use service_connect::Body;
//!
//! let text = Body::from("kudos");
//! assert_eq!(text.content_length(), Some(5));
//!
//! // Any `Stream` of `Result`s and any `http_body::Body` will do; this one has no end.
//! # struct Endless;
//! # impl futures_core::Stream for Endless {
//! #     type Item = std::io::Result<Vec<u8>>;
//! #     fn poll_next(
//! #         self: std::pin::Pin<&mut Self>,
//! #         _: &mut std::task::Context<'_>,
//! #     ) -> std::task::Poll<Option<Self::Item>> {
//! #         std::task::Poll::Ready(Some(Ok(vec![0; 1024])))
//! #     }
//! # }
//! let stream = Body::wrap_stream(Endless);
//! assert_eq!(stream.content_length(), None);
//! ```

mod source;

use std::any::Any;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body as HttpBody, Frame, SizeHint};

use self::source::{BoxError, Parts, Source, Whole};
use crate::Error;

/// The body of a request, or of a response that was made an [`http::Response`].
///
/// One of bytes or text is sent with its length. A streamed one is asked for its next part only when the connection has
/// room for it, and goes out in chunks unless it knows its length. It can be sent only once, so a call goes on to another
/// connection only for as long as nothing was taken from it.
#[derive(Default)]
pub struct Body(Kind);

enum Kind {
    /// What is left of it: all or nothing. Not boxed, because it is the common case.
    Full(Bytes),
    /// In a lock that nobody waits for: it makes the body `Sync`, and with it whatever holds a request.
    Stream(Mutex<Frames>),
}

type Frames = Pin<Box<dyn HttpBody<Data = Bytes, Error = Error> + Send>>;

impl Body {
    /// A body of parts that come one after the other, of a length that is not known before.
    ///
    /// An error of the stream ends the call with [`Error::Body`].
    pub fn wrap_stream<S, T, E>(stream: S) -> Body
    where
        S: Stream<Item = Result<T, E>> + Send + 'static,
        T: Into<Bytes> + 'static,
        E: Into<BoxError> + 'static,
    {
        Body::of_frames(Source::new(Parts(Box::pin(stream), None)))
    }

    /// The same of a length in bytes that is known before, such as that of a file: it is sent as `Content-Length`, not in
    /// chunks.
    ///
    /// A stream that gives more or less ends the call with [`Error::Body`].
    pub fn wrap_sized_stream<S, T, E>(length: u64, stream: S) -> Body
    where
        S: Stream<Item = Result<T, E>> + Send + 'static,
        T: Into<Bytes> + 'static,
        E: Into<BoxError> + 'static,
    {
        Body::of_frames(Source::new(Parts(Box::pin(stream), Some(length))))
    }

    /// A body of frames, such as one that came with a request. It is sent with its length if its
    /// [`size_hint`](http_body::Body::size_hint) is exact.
    ///
    /// An error of the body ends the call with [`Error::Body`]. Trailers are sent if the header `Trailer` names them.
    pub fn wrap<B>(body: B) -> Body
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        // What is a `Body` already stays one, so that bytes stay bytes.
        let mut body = Some(body);
        if let Some(body) = (&mut body as &mut dyn Any).downcast_mut::<Option<Body>>() {
            return body.take().unwrap_or_default();
        }
        match body {
            Some(body) if !body.is_end_stream() => {
                Body::of_frames(Source::new(Whole(Box::pin(body))))
            }
            _ => Body::default(),
        }
    }

    /// One whose errors are ours already.
    pub(crate) fn of_frames(
        frames: impl HttpBody<Data = Bytes, Error = Error> + Send + 'static,
    ) -> Body {
        Body(Kind::Stream(Mutex::new(Box::pin(frames))))
    }

    /// Its length in bytes; `None` if it is not known.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.size_hint().exact()
    }

    /// All of it, if it is not streamed.
    pub(crate) fn bytes(&self) -> Option<Bytes> {
        match &self.0 {
            Kind::Full(bytes) => Some(bytes.clone()),
            Kind::Stream(_) => None,
        }
    }

    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.0, Kind::Stream(_))
    }
}

impl Default for Kind {
    fn default() -> Kind {
        Kind::Full(Bytes::new())
    }
}

fn lock(frames: &Mutex<Frames>) -> MutexGuard<'_, Frames> {
    frames.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut self.get_mut().0 {
            Kind::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(mem::take(bytes))))),
            Kind::Stream(frames) => {
                let frames = frames.get_mut().unwrap_or_else(PoisonError::into_inner);
                frames.as_mut().poll_frame(cx)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Stream(frames) => lock(frames).is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(frames) => lock(frames).size_hint(),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Body {
        Body(Kind::Full(bytes))
    }
}

impl From<()> for Body {
    fn from((): ()) -> Body {
        Body::default()
    }
}

macro_rules! full {
    ($($type:ty),*) => {
        $(impl From<$type> for Body {
            fn from(bytes: $type) -> Body {
                Body(Kind::Full(Bytes::from(bytes)))
            }
        })*
    };
}

full!(Vec<u8>, String, &'static str, &'static [u8]);

/// Says how long it is, never what is in it.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("length", &self.content_length())
            .finish_non_exhaustive()
    }
}
