//! Other tries beside one that is slow: whichever answers first is the answer.
//!
//! Those that are left stay open until the deadline, unread: what becomes of them says something about their tasks.
//!
//! ```text
//! let answer = call.with_others(exchange, &replay, end).await;
//! ```

use std::future::poll_fn;
use std::task::Poll;

use tokio::time::{Instant, timeout_at};

use super::replay::Replay;
use super::{Answer, Call, Failure, Tried, Trouble, poll_any};
use crate::connection::{Exchange, is_failure};

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
        let mut is_wanted = true;
        // When the last one is slow.
        let mut slow_at = end;
        loop {
            let first = if is_wanted && self.may_add() {
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
            is_wanted = false;
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
                    // An answer is more than none.
                    if last.is_err() || noted.is_ok() {
                        last = noted;
                    }
                    is_wanted = true;
                }
                Err(_) if Instant::now() < end => {
                    if let Some(slow) = pending.last() {
                        slow.is_late();
                        self.avoid.tried.push(slow.address());
                    }
                    (slow_at, is_wanted) = (end, true);
                }
                Err(_) => return last.or(Err(Trouble::Late)),
            }
        }
    }

    /// Whether there may be one more try, which counts it.
    fn may_add(&mut self) -> bool {
        let may =
            self.retries < self.route.resilience.retries && self.route.may_retry(self.fell_back);
        self.retries += u32::from(may);
        may
    }
}

/// Leaves tries to themselves until the deadline.
fn put_aside(pending: Vec<Exchange>, end: Instant) {
    for mut exchange in pending {
        tokio::spawn(async move { drop(timeout_at(end, &mut exchange).await) });
    }
}
