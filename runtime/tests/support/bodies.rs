//! Streamed bodies that tests make.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use http_body::{Frame, SizeHint};
use service_connect::{Body, Bytes};
use tokio::sync::mpsc;
use tokio::time::{self, Instant};

pub type Part = io::Result<&'static str>;

/// A body as other crates have them: the length that it promises, right or wrong, and its one part.
pub struct Foreign(pub Option<u64>, pub Option<&'static str>);

impl http_body::Body for Foreign {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.1.take().map(|text| Ok(Frame::data(text.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        self.0.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// A stream made of a function.
pub struct StreamOf<F>(pub F);

impl<T, F: FnMut(&mut Context<'_>) -> Poll<Option<T>> + Unpin> Stream for StreamOf<F> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        (self.0)(cx)
    }
}

/// Gives these parts, one for each time it is asked.
pub fn parts(parts: impl IntoIterator<Item = Part>) -> Body {
    Body::wrap_stream(stream_of(parts))
}

/// The same with a length that is promised.
pub fn sized(length: u64, parts: impl IntoIterator<Item = Part>) -> Body {
    Body::wrap_sized_stream(length, stream_of(parts))
}

fn stream_of(parts: impl IntoIterator<Item = Part>) -> impl Stream<Item = Part> + Send + 'static {
    let mut parts = parts.into_iter().collect::<Vec<_>>().into_iter();
    StreamOf(move |_: &mut Context<'_>| Poll::Ready(parts.next()))
}

/// Gives what is sent to it, and ends when the sender is dropped.
pub fn channel() -> (mpsc::UnboundedSender<Part>, Body) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let body = Body::wrap_stream(StreamOf(move |cx: &mut Context<'_>| receiver.poll_recv(cx)));
    (sender, body)
}

/// Gives a part every ten seconds, so many times.
pub fn slow(mut left: usize) -> Body {
    let mut sleep = Box::pin(time::sleep(Duration::from_secs(10)));
    Body::wrap_stream(StreamOf(move |cx: &mut Context<'_>| {
        if left == 0 {
            return Poll::Ready(None);
        }
        ready!(sleep.as_mut().poll(cx));
        sleep
            .as_mut()
            .reset(Instant::now() + Duration::from_secs(10));
        left -= 1;
        Poll::Ready(Some(io::Result::Ok("kudos")))
    }))
}
