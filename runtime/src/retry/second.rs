//! A second try beside a first one that is slow: whichever answers first is the answer.
//!
//! The other one stays open until the deadline, unread: what becomes of it says something about its task.
//!
//! ```text
//! let answer = call.with_second(exchange, &replay, end).await;
//! ```

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::replay::Replay;
use super::{Answer, Call, Failure, Trouble, silent};
use crate::connection::{Exchange, SendError, is_failure};

/// What a try came to.
type Tried = Result<Answer, SendError>;

/// What happens first while a second try looks for a connection.
enum Begun {
    Answered(Tried),
    Second(Result<Exchange, Failure>),
}

impl Call<'_> {
    /// Waits for the answer to `first`, which is slow, with another try beside it.
    pub(super) async fn with_second(
        &mut self,
        mut first: Exchange,
        replay: &Replay,
        end: Instant,
    ) -> Result<Answer, Trouble> {
        if let Some(lease) = first.lease() {
            lease.is_late();
        }
        self.avoid.tried.push(first.address());
        if !self.route.may_retry(self.fell_back) {
            return self.until_end(first).await;
        }
        let begun = {
            let mut second = Box::pin(self.begin(replay.request()));
            let begun = poll_fn(|cx| {
                if let Poll::Ready(tried) = Pin::new(&mut first).poll(cx) {
                    return Poll::Ready(Begun::Answered(tried));
                }
                second.as_mut().poll(cx).map(Begun::Second)
            });
            timeout_at(end, begun).await
        };
        match begun {
            Ok(Begun::Answered(tried)) => self.trouble(&first, tried),
            Ok(Begun::Second(Ok(second))) => self.either(first, second, end).await,
            Ok(Begun::Second(Err(_))) => self.until_end(first).await,
            Err(_) => Err(self.give_up(first)),
        }
    }

    async fn either(
        &mut self,
        mut first: Exchange,
        mut second: Exchange,
        end: Instant,
    ) -> Result<Answer, Trouble> {
        let tried = poll_fn(|cx| {
            if let Poll::Ready(tried) = Pin::new(&mut first).poll(cx) {
                return Poll::Ready((true, tried));
            }
            let second = Pin::new(&mut second).poll(cx);
            second.map(|tried| (false, tried))
        });
        let Ok((is_first, tried)) = timeout_at(end, tried).await else {
            silent(second, self.limit);
            return Err(self.give_up(first));
        };
        let (one, other) = if is_first {
            (first, second)
        } else {
            (second, first)
        };
        let is_good = tried
            .as_ref()
            .is_ok_and(|answer| !is_failure(answer.status()));
        let answered = self.trouble(&one, tried);
        if is_good {
            put_aside(other, self.limit, end);
            return answered;
        }
        self.sent = true;
        let other = self.until_end(other).await;
        match (other, answered) {
            (Err(_), Ok(answer)) => Ok(answer),
            (other, _) => other,
        }
    }
}

/// Leaves a try to itself until the deadline.
fn put_aside(mut exchange: Exchange, limit: Duration, end: Instant) {
    tokio::spawn(async move {
        if timeout_at(end, &mut exchange).await.is_err() {
            silent(exchange, limit);
        }
    });
}
