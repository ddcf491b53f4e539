//! One request and the head of its answer.
//!
//! It can be put aside: where two tries of a request are under way, the one that is not waited for goes on in a task.
//!
//! ```text
//! let mut exchange = connection.send(request, lease);
//! let response = timeout(limit, &mut exchange).await??;
//! ```

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use http::{Request, Response, StatusCode, Version};
use hyper::client::conn::TrySendError;
use tokio::time::Instant;

use super::{Connection, Incoming, Lease, Outgoing, Stage, Turn, Upload};
use crate::balance::{Verdict, mean_latency};

/// From how long on a silence says something about the task, and not about the caller's patience.
pub(super) const SILENCE: Duration = Duration::from_millis(200);

pub(crate) struct Exchange {
    address: SocketAddr,
    began: Instant,
    /// `None` once it has ended.
    connection: Option<Box<Connection>>,
    answer: Pin<Box<dyn Future<Output = Answer> + Send>>,
}

type Answer = Result<Response<hyper::body::Incoming>, TrySendError<Request<Outgoing>>>;

pub(crate) enum SendError {
    /// Nothing was sent: here is the request again.
    Unsent {
        request: Box<Request<Outgoing>>,
        error: hyper::Error,
        /// Whether the connection was opened for it.
        is_new: bool,
    },
    /// Something may have been sent.
    Broken(hyper::Error),
}

impl Connection {
    /// Sends one request; the response's body holds the connection until it ends.
    pub(crate) fn send(
        mut self: Box<Self>,
        request: Box<Request<Outgoing>>,
        lease: Lease,
    ) -> Exchange {
        let address = lease.address();
        self.upload = request.body().upload();
        self.lease = Some(lease);
        Exchange {
            address,
            began: Instant::now(),
            answer: Box::pin(self.sender.try_send_request(*request)),
            connection: Some(self),
        }
    }
}

impl Exchange {
    /// Of the task.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// When the request was sent.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// It takes long.
    pub(crate) fn is_late(&self) {
        if let Some(lease) = self.lease() {
            lease.is_late(self.began.elapsed());
        }
    }

    /// The request in flight, for as long as no answer came.
    fn lease(&self) -> Option<&Lease> {
        self.connection.as_ref()?.lease.as_ref()
    }
}

/// Nobody waits for the answer any more. A silence of some length says something about the task, whoever was impatient.
impl Drop for Exchange {
    fn drop(&mut self) {
        let Some(connection) = &mut self.connection else {
            return;
        };
        let since = match connection.upload.as_deref().map(Upload::stage) {
            None => self.began,
            Some(Stage::Done { at }) => at,
            // It takes nothing.
            Some(Stage::Moving {
                turn: Turn::Service,
                turned,
            }) => turned,
            // It is not its turn.
            Some(_) => return,
        };
        if since.elapsed() < SILENCE {
            return;
        }
        // It may have come by now, where nobody looked for a while; what is still sent would ask its source for more.
        if !connection.is_uploading() {
            let mut quiet = Context::from_waker(Waker::noop());
            let answer = &mut self.answer;
            let looked = |cx: &mut Context<'_>| answer.as_mut().poll(cx);
            if connection.driver.poll(&mut quiet, looked).is_ready() {
                return;
            }
        }
        if let Some(lease) = &connection.lease {
            lease.is_late(since.elapsed());
            lease.judge(Verdict::Silent);
        }
    }
}

impl Future for Exchange {
    type Output = Result<Response<Incoming>, SendError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Exchange {
            connection,
            answer,
            began,
            ..
        } = self.get_mut();
        let Some(live) = connection else {
            return Poll::Pending;
        };
        let answer = ready!(live.driver.poll(cx, |cx| answer.as_mut().poll(cx)));
        let Some(connection) = connection.take() else {
            return Poll::Pending;
        };
        Poll::Ready(connection.take_answer(answer, *began))
    }
}

impl Connection {
    fn take_answer(
        mut self: Box<Self>,
        answer: Answer,
        began: Instant,
    ) -> Result<Response<Incoming>, SendError> {
        match answer {
            Ok(response) => {
                let status = response.status();
                self.is_new = false;
                self.is_current = response.version() == Version::HTTP_11;
                self.is_refused = status.is_client_error() || status.is_server_error();
                if self.is_uploading() && !self.is_refused {
                    self.driver.detach(&self.home);
                }
                self.judge(status, began);
                Ok(response.map(|body| Incoming::new(body, self)))
            }
            Err(error) => Err(self.take_error(error)),
        }
    }

    fn take_error(&mut self, mut error: TrySendError<Request<Outgoing>>) -> SendError {
        let request = error.take_message();
        let error = error.into_error();
        let verdict = match &request {
            Some(_) => self.is_new.then_some(Verdict::Unreachable),
            // The source of the request's body may have failed, which is not the task's doing.
            None => (!error.is_user()).then_some(Verdict::Failed),
        };
        if let Some((lease, verdict)) = self.lease.as_ref().zip(verdict) {
            lease.judge(verdict);
        }
        match request {
            Some(request) => SendError::Unsent {
                request: Box::new(request),
                error,
                is_new: self.is_new,
            },
            None => SendError::Broken(error),
        }
    }

    fn judge(&mut self, status: StatusCode, began: Instant) {
        let verdict = if is_failure(status) {
            self.failures += 1;
            Verdict::Failed
        } else {
            self.failures = 0;
            // What an upload takes is not the task's doing, and an error may be quick because nothing was done.
            let says_little = self.is_refused || self.upload.is_some();
            let latency = (!says_little).then(|| began.elapsed());
            if let Some(latency) = latency {
                self.latency = mean_latency(self.latency, latency);
            }
            Verdict::Answered(latency)
        };
        if let Some(lease) = &self.lease {
            lease.judge(verdict);
        }
    }
}

/// Whether an answer says that this task cannot, where another one might.
pub(crate) fn is_failure(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
}
