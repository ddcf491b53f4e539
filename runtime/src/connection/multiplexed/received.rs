//! The body of an answer that shares a connection: it holds its place until it ends.
//!
//! ```text
//! while let Some(frame) = poll_fn(|cx| received.poll_frame(cx)).await { … }
//! ```

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::RecvStream;
use http_body::Frame;
use tokio::time::Instant;

use super::stream::Held;

pub(crate) struct Received {
    stream: RecvStream,
    /// Until it has ended. Dropped before that, it resets the stream.
    held: Option<Held>,
    is_data_over: bool,
}

impl Received {
    pub(super) fn new(stream: RecvStream, held: Held) -> Received {
        let is_over = stream.is_end_stream();
        Received {
            held: Some(held).filter(|_| !is_over),
            is_data_over: is_over,
            stream,
        }
    }

    /// The next frame; `None` at the end.
    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        if self.held.is_none() {
            return Poll::Ready(None);
        }
        let frame = ready!(self.poll_next(cx));
        match &frame {
            Ok(Some(_)) => self.hear(),
            Ok(None) | Err(_) => self.held = None,
        }
        Poll::Ready(frame.transpose())
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Frame<Bytes>>, h2::Error>> {
        if !self.is_data_over {
            if let Some(data) = ready!(self.stream.poll_data(cx)).transpose()? {
                // Whoever takes it has room for as much again.
                self.stream.flow_control().release_capacity(data.len())?;
                return Poll::Ready(Ok(Some(Frame::data(data))));
            }
            self.is_data_over = true;
        }
        let trailers = ready!(self.stream.poll_trailers(cx))?;
        Poll::Ready(Ok(trailers.map(Frame::trailers)))
    }

    fn hear(&mut self) {
        if let Some(held) = &self.held {
            held.slot.0.shared.pulse().hear(Instant::now());
        }
    }

    /// Whether nothing more will come.
    pub(crate) fn is_end(&self) -> bool {
        self.held.is_none()
    }
}
