//! A call over a connection that it shares: of gRPC, whose methods are all POST.
//!
//! It is sent again where that does no harm: where nothing was sent, where the server says that it did nothing of it, and
//! where the caller says that it may be done twice.
//!
//! ```text
//! let outcome = open_stream(&route, "api", &request, deadline).await;
//! ```

use std::time::Duration;

use http::{Request, Response};
use tokio::time::{Instant, sleep};

use super::explain::GRPC;
use super::{Call, Failure, Outcome, ready, replay};
use crate::choose::Target;
use crate::connection::{Lease, Messages, Received, Slot, Unanswered, is_unavailable};
use crate::retry::Deadline;
use crate::route::Route;

/// How often a call goes on to another task that was refused: all of those that go away may be asked first. Of one that
/// refuses everybody nobody asks for ever.
const REFUSALS: u32 = 3;

/// What a server may say about that: after how many milliseconds, or not at all (gRFC A6).
const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// A request whose messages come when they come.
pub(crate) struct StreamRequest<'a> {
    /// Its head for the target that it goes to, at the time that it goes there.
    pub(crate) head: &'a (dyn Fn(&Target) -> Request<()> + Sync),
    pub(crate) messages: Messages,
    /// Whether it may be done more than once.
    pub(crate) is_idempotent: bool,
}

/// Sends a request; the head of the response is there within `deadline`.
pub(crate) async fn open_stream(
    route: &Route,
    service: &str,
    request: &StreamRequest<'_>,
    deadline: Deadline,
) -> Outcome<Response<Received>> {
    if let Err(error) = ready(&route.choice) {
        return Outcome::unsent(error);
    }
    let upload = request.messages.upload();
    let mut call = Call::new(route, deadline, None);
    let outcome = Box::pin(deadline.watch_upload(call.stream(request), upload)).await;
    request.messages.let_go();
    call.conclude(outcome, Some(upload), service, &GRPC)
}

impl Call<'_> {
    async fn stream(&mut self, request: &StreamRequest<'_>) -> Result<Response<Received>, Failure> {
        self.avoid.is_precious = !request.is_idempotent;
        let began = Instant::now();
        let mut refusals = 0;
        // What comes back if nothing better does.
        let mut last = None;
        loop {
            let (slot, lease) = match self.slot().await {
                Ok(found) => found,
                Err(failure) => return last.unwrap_or(Err(failure)),
            };
            let address = lease.address();
            let head = (request.head)(&lease.pool().target);
            self.fell_back = self.route.is_fallback(lease.pool());
            self.sent += 1;
            let tried = match slot.send(head, &request.messages, lease).await {
                Ok(answer) if !is_unavailable(&answer) => return Ok(answer),
                Ok(answer) => Ok(answer),
                Err(Unanswered::Unsent { error, is_new }) => {
                    self.sent -= 1;
                    if error.get_io().is_none() && !error.is_go_away() {
                        return last.unwrap_or(Err(Failure::Invalid(error)));
                    }
                    if is_new {
                        self.is_unreachable(address, aborted(error));
                    }
                    continue;
                }
                Err(Unanswered::Refused(error)) => {
                    self.sent -= 1;
                    refusals += 1;
                    self.avoid.tried.push(address);
                    if refusals > REFUSALS || !request.messages.is_whole() {
                        return last.unwrap_or(Err(Failure::Refused(error)));
                    }
                    self.retries += 1;
                    continue;
                }
                Err(Unanswered::Broken(error)) => Err(Failure::Reset(error)),
            };
            self.avoid.tried.push(address);
            let pause = self.stream_pause(&tried);
            // What would come too late is not waited for.
            let pause = pause.filter(|pause| began.elapsed().saturating_add(*pause) < self.limit);
            // An answer is more than none.
            last = match (tried, last) {
                (Err(_), Some(Ok(answer))) => Some(Ok(answer)),
                (tried, _) => Some(tried),
            };
            let may_again = request.is_idempotent && request.messages.is_whole();
            let Some(pause) = pause.filter(|_| may_again && self.may_count()) else {
                return last.unwrap_or(Err(Failure::Late));
            };
            self.retries += 1;
            self.avoid.is_precious = true;
            sleep(pause).await;
        }
    }

    /// A place for it at the task whose turn it is.
    async fn slot(&mut self) -> Result<(Slot, Lease), Failure> {
        let found = self.route.try_lease(&self.avoid, self.is_again);
        self.is_again |= found.is_some();
        Box::pin(self.connect(found)).await
    }

    /// How long to wait before another try of what came to this; `None` where the server wants none.
    fn stream_pause(&self, tried: &Result<Response<Received>, Failure>) -> Option<Duration> {
        let pause = replay::pause(self.retries + 1);
        let asked = tried
            .as_ref()
            .ok()
            .and_then(|answer| answer.headers().get(PUSHBACK));
        let Some(asked) = asked else {
            return Some(pause);
        };
        // What is no number means that it wants none, as does a negative one.
        let asked = asked.to_str().ok()?.parse().ok()?;
        Some(pause.saturating_add(Duration::from_millis(asked)))
    }

    /// Whether there may be one more retry, which counts it.
    fn may_count(&self) -> bool {
        self.retries < self.route.resilience.retries && self.route.may_retry(self.fell_back)
    }
}

fn aborted(error: h2::Error) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::ConnectionAborted, error)
}
