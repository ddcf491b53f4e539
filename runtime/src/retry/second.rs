//! Other tries beside one that is slow: whichever answers first is the answer.
//!
//! Those that are left stay open until the deadline, unread: what becomes of them says something about their tasks.
//!
//! ```text
//! let answer = call.with_others(exchange, &replay, end).await;
//! ```

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::replay::Replay;
use super::tries::{Tried, Trouble, reason};
use super::{Answer, Call, Failure, poll_any};
use crate::connection::{Exchange, is_failure};
use crate::observe::Reason;

/// What happens first while another try looks for a connection.
enum First {
    Answered(usize, Tried),
    Begun(Result<Exchange, Failure>),
}

impl Call<'_> {
    /// Waits for the answer to a try that is slow, with others beside it: one at once, and one more where that one is slow
    /// too, and in the place of each that fails, as long as there may be retries.
    pub(super) async fn with_others(
        &mut self,
        slow: Exchange,
        replay: &Replay,
        end: Instant,
    ) -> Result<Answer, Trouble> {
        slow.is_late();
        self.avoid.tried.push(slow.address());
        self.avoid.is_precious = true;
        let mut pending = vec![slow];
        let mut last = Err(Trouble::Late);
        let mut wanted = Some(Reason::Slow);
        // When the last one is slow.
        let mut slow_at = end;
        loop {
            let first = if wanted.take().is_some_and(|reason| self.may_add(reason)) {
                let mut beginning = Box::pin(self.begin(replay.request()));
                let first = poll_fn(|cx| {
                    if let Poll::Ready((index, tried)) = poll_any(&mut pending, cx) {
                        return Poll::Ready(First::Answered(index, tried));
                    }
                    beginning.as_mut().poll(cx).map(First::Begun)
                });
                timeout_at(end, first).await
            } else if pending.is_empty() {
                return last;
            } else {
                let first = poll_fn(|cx| poll_any(&mut pending, cx));
                let first = timeout_at(slow_at, first).await;
                first.map(|(index, tried)| First::Answered(index, tried))
            };
            match first {
                Ok(First::Begun(Ok(another))) => {
                    slow_at = end.min(self.slow_at(&another));
                    pending.push(another);
                }
                // It found no task: those that are there go on.
                Ok(First::Begun(Err(_))) => {}
                Ok(First::Answered(index, tried)) => {
                    let one = pending.swap_remove(index);
                    let noted = self.note(&one, tried);
                    if noted
                        .as_ref()
                        .is_ok_and(|answer| !is_failure(answer.status()))
                    {
                        put_aside(pending, end);
                        return noted;
                    }
                    wanted = Some(reason(&noted));
                    // An answer is more than none; and what was not sent is sent again as any other, which is counted.
                    let is_unsent = matches!(noted, Err(Trouble::Unsent(_)));
                    if noted.is_ok() || (last.is_err() && !is_unsent) {
                        last = noted;
                    }
                }
                Err(_) if Instant::now() < end => {
                    if let Some(slow) = pending.last() {
                        slow.is_late();
                        self.avoid.tried.push(slow.address());
                    }
                    (slow_at, wanted) = (end, Some(Reason::Slow));
                }
                Err(_) => return last.or(Err(Trouble::Late)),
            }
        }
    }

    /// Whether there may be one more try, which counts it.
    fn may_add(&mut self, reason: Reason) -> bool {
        let may =
            self.retries < self.route.resilience.retries && self.route.may_retry(self.fell_back);
        if may {
            self.retries += 1;
            self.tell(reason, Duration::ZERO);
        }
        may
    }
}

/// Leaves tries to themselves until the deadline.
fn put_aside(pending: Vec<Exchange>, end: Instant) {
    for mut exchange in pending {
        tokio::spawn(async move { drop(timeout_at(end, &mut exchange).await) });
    }
}
