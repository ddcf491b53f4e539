//! Streamed bodies that tests make.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use service_connect::Body;
use tokio::sync::mpsc;
use tokio::time::{self, Instant};

pub type Part = io::Result<&'static str>;

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
    let mut parts = parts.into_iter().collect::<Vec<_>>().into_iter();
    Body::wrap_stream(StreamOf(move |_: &mut Context<'_>| {
        Poll::Ready(parts.next())
    }))
}

/// The same with a length that is promised.
pub fn sized(length: u64, parts: impl IntoIterator<Item = Part>) -> Body {
    let mut parts = parts.into_iter().collect::<Vec<_>>().into_iter();
    let stream = StreamOf(move |_: &mut Context<'_>| Poll::Ready(parts.next()));
    Body::wrap_sized_stream(length, stream)
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
