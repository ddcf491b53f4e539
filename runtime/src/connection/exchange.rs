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
use std::task::{Context, Poll, ready};

use http::{Request, Response, StatusCode, Version};
use hyper::client::conn::TrySendError;

use super::{Connection, Incoming, Lease, Outgoing};
use crate::balance::Verdict;

pub(crate) struct Exchange {
    address: SocketAddr,
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

    /// The request in flight, for as long as no answer came.
    pub(crate) fn lease(&mut self) -> Option<&mut Lease> {
        self.connection.as_mut()?.lease.as_mut()
    }
}

impl Future for Exchange {
    type Output = Result<Response<Incoming>, SendError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Exchange {
            connection, answer, ..
        } = self.get_mut();
        let Some(live) = connection else {
            return Poll::Pending;
        };
        let answer = ready!(live.driver.poll(cx, |cx| answer.as_mut().poll(cx)));
        let Some(connection) = connection.take() else {
            return Poll::Pending;
        };
        Poll::Ready(connection.take_answer(answer))
    }
}

impl Connection {
    fn take_answer(mut self: Box<Self>, answer: Answer) -> Result<Response<Incoming>, SendError> {
        match answer {
            Ok(response) => {
                let status = response.status();
                self.is_new = false;
                self.is_current = response.version() == Version::HTTP_11;
                self.is_refused = status.is_client_error() || status.is_server_error();
                if self.is_uploading() && !self.is_refused {
                    self.driver.detach(&self.home);
                }
                self.judge(status);
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
            lease.failed(verdict);
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

    fn judge(&mut self, status: StatusCode) {
        let Some(lease) = &mut self.lease else {
            return;
        };
        if is_failure(status) {
            self.failures += 1;
            lease.failed(Verdict::Failed);
        } else {
            self.failures = 0;
            lease.answered();
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
