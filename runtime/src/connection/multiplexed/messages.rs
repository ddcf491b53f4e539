//! The body of a request that shares a connection: messages, which come when they come.
//!
//! It is kept from its beginning until its answer begins, so that it can go to another task if the first one refuses it.
//!
//! ```text
//! let messages = Messages::new(body);
//! let first = slot.send(head, &messages, lease).await;
//! let second = messages.is_whole().then(|| slot.send(head, &messages, lease));
//! ```

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use super::super::{Turn, Upload};
use crate::Body;

/// How much is kept at most, in bytes; a body that is longer can be sent only once.
const KEPT: usize = 1024 * 1024;

#[derive(Clone)]
pub(crate) struct Messages {
    source: Arc<Mutex<Source>>,
    upload: Arc<Upload>,
}

struct Source {
    body: Body,
    /// From its beginning, for as long as `is_whole` holds; then what is left of that.
    seen: Vec<Bytes>,
    size: usize,
    is_whole: bool,
    is_end: bool,
    /// How often it was begun to be sent. Only the last time gets more of it.
    times: u32,
}

/// Why there are no more messages.
pub(super) enum NoMore {
    /// The source has failed.
    Failed,
    /// They go to another task.
    Elsewhere,
}

impl Messages {
    pub(crate) fn new(body: Body) -> Messages {
        Messages {
            source: Arc::new(Mutex::new(Source {
                body,
                seen: Vec::new(),
                size: 0,
                is_whole: true,
                is_end: false,
                times: 0,
            })),
            upload: Upload::new(),
        }
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it is.
    pub(crate) fn upload(&self) -> &Arc<Upload> {
        &self.upload
    }

    /// Whether it can be sent from its beginning.
    pub(crate) fn is_whole(&self) -> bool {
        self.source().is_whole
    }

    /// It is not sent again.
    pub(crate) fn let_go(&self) {
        self.source().is_whole = false;
    }

    /// It is sent from its beginning; gives the number of this time.
    pub(super) fn begin(&self) -> u32 {
        let mut source = self.source();
        source.times += 1;
        source.times
    }

    /// Whether nothing comes after the first `next` parts.
    pub(super) fn is_end(&self, next: usize) -> bool {
        let source = self.source();
        let is_last = source.is_end || http_body::Body::is_end_stream(&source.body);
        is_last && next >= source.seen.len()
    }

    /// The part after the first `next` ones, which counts it.
    pub(super) fn poll(
        &self,
        time: u32,
        next: &mut usize,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, NoMore>>> {
        let mut source = self.source();
        if source.times != time {
            return Poll::Ready(Some(Err(NoMore::Elsewhere)));
        }
        if let Some(part) = source.seen.get(*next) {
            *next += 1;
            return Poll::Ready(Some(Ok(part.clone())));
        }
        if source.is_end {
            return Poll::Ready(None);
        }
        self.upload.turn(Turn::Source);
        let frame = ready!(http_body::Body::poll_frame(Pin::new(&mut source.body), cx));
        // gRPC has no trailers in requests.
        let part = match frame.map(|frame| frame.map(http_body::Frame::into_data)) {
            Some(Ok(Ok(part))) => part,
            Some(Ok(Err(_))) | None => {
                source.is_end = true;
                return Poll::Ready(None);
            }
            Some(Err(error)) => {
                source.is_end = true;
                source.is_whole = false;
                self.upload.fails(error);
                return Poll::Ready(Some(Err(NoMore::Failed)));
            }
        };
        source.size = source.size.saturating_add(part.len());
        source.is_whole = source.is_whole && source.size <= KEPT;
        if source.is_whole {
            source.seen.push(part.clone());
            *next += 1;
        } else {
            source.seen = Vec::new();
            *next = 0;
        }
        Poll::Ready(Some(Ok(part)))
    }
}
