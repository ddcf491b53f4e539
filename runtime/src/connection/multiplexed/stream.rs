//! One request on a connection that others are on too, and the head of its answer.
//!
//! ```text
//! match slot.send(head, &messages, lease).await {
//!     Ok(response) => …,
//!     Err(Unanswered::Unsent(_) | Unanswered::Refused(_)) => …, // no harm in sending it again
//!     Err(Unanswered::Broken(_)) => …,
//! }
//! ```

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use h2::{Reason, RecvStream, SendStream};
use http::{Request, Response};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::super::exchange::SILENCE;
use super::super::{Lease, Stage, Turn, Upload, is_failure};
use super::messages::{Messages, NoMore};
use super::{Received, Slot};
use crate::Error;
use crate::balance::Verdict;
use crate::error::ErrorDetails;

/// Why there is no answer.
pub(crate) enum Unanswered {
    /// Nothing was sent. Says whether its connection was new.
    Unsent { error: h2::Error, is_new: bool },
    /// The server says that it did nothing of it: it refused the stream, or went away before (RFC 9113, 8.7).
    Refused(h2::Error),
    /// Something may have been done.
    Broken(h2::Error),
}

/// What is held until a stream has ended, at which it ends too.
pub(super) struct Held {
    pub(super) slot: Slot,
    pub(super) lease: Lease,
    /// Sends the rest of the request.
    _rest: Option<Rest>,
}

struct Rest(AbortHandle);

impl Rest {
    /// Sends those messages that are at hand at once, and the others from a task, because they may come at any time.
    async fn of(messages: &Messages, stream: SendStream<Bytes>) -> Option<Rest> {
        let mut rest = Box::pin(pour(messages.clone(), stream));
        let is_rest = poll_fn(|cx| Poll::Ready(rest.as_mut().poll(cx).is_pending())).await;
        is_rest.then(|| Rest(tokio::spawn(rest).abort_handle()))
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A stream whose answer has not begun.
struct Waiting<'a> {
    /// `None` once it has.
    held: Option<Held>,
    began: Instant,
    messages: &'a Messages,
}

impl Slot {
    /// Sends a request; the body of the response holds the slot and the lease until it ends.
    pub(crate) async fn send(
        self,
        head: Request<()>,
        messages: &Messages,
        lease: Lease,
    ) -> Result<Response<Received>, Unanswered> {
        let began = Instant::now();
        let mut sender = self.0.sender.clone();
        let is_end = messages.is_end(0);
        let sent = poll_fn(|cx| sender.poll_ready(cx)).await;
        let (answer, stream) = match sent.and_then(|()| sender.send_request(head, is_end)) {
            Ok(sent) => sent,
            Err(error) => return Err(self.unsent(error, &lease)),
        };
        let rest = if is_end {
            messages.upload().turn(Turn::Service);
            messages.upload().end();
            None
        } else {
            Rest::of(messages, stream).await
        };
        let mut waiting = Waiting {
            held: Some(Held {
                slot: self,
                lease,
                _rest: rest,
            }),
            began,
            messages,
        };
        let answer = answer.await;
        waiting.take(answer)
    }

    fn unsent(self, error: h2::Error, lease: &Lease) -> Unanswered {
        let is_new = self.is_new();
        // What is wrong with the request is not the task's doing.
        let is_its_own = error.is_io() || error.is_go_away();
        if is_new && is_its_own {
            lease.judge(Verdict::Unreachable);
        }
        Unanswered::Unsent { error, is_new }
    }
}

impl Waiting<'_> {
    fn take(
        &mut self,
        answer: Result<Response<RecvStream>, h2::Error>,
    ) -> Result<Response<Received>, Unanswered> {
        let Some(held) = self.held.take() else {
            return Err(Unanswered::Broken(Reason::INTERNAL_ERROR.into()));
        };
        match answer {
            Ok(response) => {
                held.slot.0.shared.pulse().hear(Instant::now());
                // An error may be quick because nothing was done.
                let latency = self.latency().filter(|_| !is_error(&response));
                held.judge(is_unavailable(&response), latency);
                Ok(response.map(|body| Received::new(body, held)))
            }
            Err(error) => Err(held.unanswered(error)),
        }
    }

    /// What the answer took. What an upload takes is not the task's doing.
    fn latency(&self) -> Option<Duration> {
        let Stage::Done { at } = self.messages.upload().stage() else {
            return None;
        };
        Some(at.max(self.began).elapsed())
    }
}

/// Nobody waits for the answer any more. A silence of some length says something about the task, whoever was impatient.
impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some((held, silence)) = self.held.take().zip(self.latency())
            && silence >= SILENCE
        {
            held.lease.is_late(silence);
            held.lease.judge(Verdict::Silent);
            held.fails();
        }
    }
}

impl Held {
    fn judge(&self, is_failure: bool, latency: Option<Duration>) {
        if is_failure {
            self.lease.judge(Verdict::Failed);
            self.fails();
        } else {
            self.slot.0.answers(latency);
            self.lease.judge(Verdict::Answered(latency));
        }
    }

    fn fails(&self) {
        let trunk = &self.slot.0;
        if trunk.fails() {
            self.lease.pool().give_up(self.lease.address(), trunk);
        }
    }

    fn unanswered(&self, error: h2::Error) -> Unanswered {
        let is_refused = error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM);
        // Of the streams that it goes on with none gets this error.
        let is_gone = error.is_go_away();
        if error.is_remote() && (is_refused || is_gone) {
            if is_refused {
                self.judge(true, None);
            }
            return Unanswered::Refused(error);
        }
        // One that was reset for the caller's own doing says nothing of the task.
        let is_own = error.is_reset() && !error.is_remote() && !error.is_library();
        if !is_own && (error.is_reset() || self.slot.0.breaks()) {
            self.judge(true, None);
        }
        Unanswered::Broken(error)
    }
}

/// Sends messages as the service takes them, to their end or that of the stream.
async fn pour(messages: Messages, stream: SendStream<Bytes>) {
    let time = messages.begin();
    let mut next = 0;
    let upload = Arc::clone(messages.upload());
    let mut sending = Sending {
        stream,
        upload: Arc::clone(&upload),
    };
    let stream = &mut sending.stream;
    loop {
        let part = poll_fn(|cx| {
            // The answer says why.
            if stream.poll_reset(cx).is_ready() {
                return Poll::Ready(None);
            }
            messages.poll(time, &mut next, cx).map(Some)
        });
        let mut part = match part.await {
            Some(Some(Ok(part))) => part,
            Some(Some(Err(NoMore::Failed))) => {
                stream.send_reset(Reason::CANCEL);
                return;
            }
            Some(None) => {
                let _ = stream.send_data(Bytes::new(), true);
                upload.end();
                return;
            }
            Some(Some(Err(NoMore::Elsewhere))) | None => return,
        };
        let is_last = messages.is_end(next);
        loop {
            upload.turn(Turn::Service);
            let taken = if part.is_empty() {
                Bytes::new()
            } else {
                let Some(room) = room(stream, part.len()).await else {
                    return;
                };
                part.split_to(room)
            };
            let is_end = is_last && part.is_empty();
            if stream.send_data(taken, is_end).is_err() {
                return;
            }
            if is_end {
                upload.end();
                return;
            }
            if part.is_empty() {
                break;
            }
        }
    }
}

/// The half of a stream that messages go to.
struct Sending {
    stream: SendStream<Bytes>,
    upload: Arc<Upload>,
}

/// Where the source of the messages panics, nobody else would say that no more of them come.
impl Drop for Sending {
    fn drop(&mut self) {
        if thread::panicking() {
            let problem = "the source of the messages panicked";
            self.upload.fails(Error::Body(ErrorDetails::new(problem)));
            self.stream.send_reset(Reason::CANCEL);
        }
    }
}

/// How much of so many bytes the service takes now; `None` once the stream is over.
async fn room(stream: &mut SendStream<Bytes>, wanted: usize) -> Option<usize> {
    stream.reserve_capacity(wanted);
    while stream.capacity() == 0 {
        poll_fn(|cx| stream.poll_capacity(cx)).await?.ok()?;
    }
    Some(stream.capacity().min(wanted))
}

/// Whether an answer says that this task cannot, where another one might: before it did anything that it tells of.
pub(crate) fn is_unavailable<B>(response: &Response<B>) -> bool {
    let status = response.headers().get("grpc-status");
    is_failure(response.status()) || status.is_some_and(|status| status == "14")
}

/// Whether an answer is an error from its head on.
fn is_error<B>(response: &Response<B>) -> bool {
    let status = response.headers().get("grpc-status");
    !response.status().is_success() || status.is_some_and(|status| status != "0")
}
