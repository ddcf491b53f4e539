//! The body of a response, which holds its connection until it ends.
//!
//! ```text
//! while let Some(frame) = poll_fn(|cx| body.poll_frame(cx)).await { … }
//! drop(body); // if all of it came, the connection is kept; else it is closed
//! ```

use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

use super::Connection;
use crate::Error;

/// How much of a body that nobody reads is read so that its connection can be kept, in bytes.
const UNREAD: usize = 64 * 1024;

pub(crate) struct Incoming {
    body: hyper::body::Incoming,
    /// Until the body has ended.
    connection: Option<Box<Connection>>,
}

impl Incoming {
    pub(super) fn new(body: hyper::body::Incoming, connection: Box<Connection>) -> Incoming {
        let mut incoming = Incoming {
            body,
            connection: Some(connection),
        };
        incoming.release_at_end();
        incoming
    }

    /// The next frame of the body; `None` at its end.
    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let body = &mut self.body;
        let mut next = |cx: &mut Context<'_>| Pin::new(&mut *body).poll_frame(cx);
        let frame = ready!(match &mut self.connection {
            Some(connection) => connection.driver.poll(cx, next),
            None => next(cx),
        });
        match &frame {
            Some(Ok(_)) => self.release_at_end(),
            Some(Err(_)) => {}
            None => self.release(),
        }
        Poll::Ready(frame)
    }

    pub(crate) fn is_end(&self) -> bool {
        self.body.is_end_stream()
    }

    pub(crate) fn size(&self) -> SizeHint {
        self.body.size_hint()
    }

    /// When the body of the request last moved, if it is still sent.
    pub(crate) fn upload_moved(&self) -> Option<Instant> {
        self.connection.as_ref()?.upload.as_ref()?.moved()
    }

    /// Why the connection broke, if it was the body of the request.
    pub(crate) fn upload_failure(&self) -> Option<Error> {
        self.connection.as_ref()?.upload.as_ref()?.failure()
    }

    /// A body of known length ends with its last part.
    fn release_at_end(&mut self) {
        if self.body.is_end_stream() {
            self.release();
        }
    }

    fn release(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.release();
        }
    }
}

/// Nobody reads the rest. What came with the head, such as the few words of an error, is not worth a connection; what has
/// still to come is not waited for.
impl Drop for Incoming {
    fn drop(&mut self) {
        // The connection would ask for more of the request, and nobody is there who could give it.
        if self
            .connection
            .as_ref()
            .is_some_and(|connection| connection.is_uploading())
        {
            return;
        }
        let mut quiet = Context::from_waker(Waker::noop());
        let mut read = 0;
        while self.connection.is_some() && read <= UNREAD {
            match self.poll_frame(&mut quiet) {
                Poll::Ready(Some(Ok(frame))) => {
                    read += frame.data_ref().map_or(1, Bytes::len);
                }
                Poll::Ready(Some(Err(_))) | Poll::Pending => break,
                Poll::Ready(None) => {}
            }
        }
    }
}
