//! What a server answers, or does instead.
//!
//! ```
//! use std::time::Duration;
//! use service_connect::testing::Answer;
//!
//! let busy = Answer::status(503).header("retry-after", "1").delay(Duration::from_millis(50));
//! let slow = Answer::json(&[1, 2, 3]).trickle(2, Duration::from_millis(10));
//! let gone = Answer::reset();
//! # drop((busy, slow, gone));
//! ```

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;
use tokio::time::sleep;

use super::body::Paced;

/// An answer in the making: a status, headers and a body, or a fault.
#[derive(Clone, Debug)]
#[must_use = "an answer does nothing until a server has it"]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    delay: Duration,
    /// How many bytes of the body come at a time, and how long there is nothing in between.
    pace: (usize, Duration),
    /// After how many bytes of the body the connection is closed.
    cut_off: Option<usize>,
    fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Reset,
    Hang,
}

/// The connection is to be reset.
#[derive(Debug)]
pub(super) struct Reset;

impl Answer {
    /// This status, without a body.
    ///
    /// # Panics
    /// For what is no final status: those are 200 to 999.
    #[track_caller]
    pub fn status(status: u16) -> Answer {
        let status = StatusCode::from_u16(status).ok();
        let status = status.filter(|status| !status.is_informational());
        Answer {
            status: status.expect("the status of an answer is a number from 200 to 999"),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            delay: Duration::ZERO,
            pace: (usize::MAX, Duration::ZERO),
            cut_off: None,
            fault: None,
        }
    }

    /// 200 with `text` as `text/plain`.
    pub fn text(text: impl Into<String>) -> Answer {
        let answer = Answer::status(200).body(text.into());
        answer.header("content-type", "text/plain; charset=utf-8")
    }

    /// 200 with `value` as JSON.
    ///
    /// # Panics
    /// For a value that cannot be written as JSON, such as a map whose keys are no strings.
    #[track_caller]
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Answer {
        match serde_json::to_vec(value) {
            Ok(json) => Answer::status(200)
                .body(json)
                .header(CONTENT_TYPE.as_str(), "application/json"),
            Err(error) => panic!("the value of an answer cannot be written as JSON: {error}"),
        }
    }

    /// Reads the request, and resets the connection without an answer.
    pub fn reset() -> Answer {
        Answer::fault(Fault::Reset)
    }

    /// Reads the request, and never answers; the connection stays open.
    pub fn hang() -> Answer {
        Answer::fault(Fault::Hang)
    }

    fn fault(fault: Fault) -> Answer {
        Answer {
            fault: Some(fault),
            ..Answer::status(200)
        }
    }

    /// The same with another status.
    ///
    /// # Panics
    /// As [`status`](Answer::status).
    #[track_caller]
    pub fn with_status(self, status: u16) -> Answer {
        Answer {
            status: Answer::status(status).status,
            ..self
        }
    }

    /// Adds a header; `Content-Type` takes the place of the one that is there.
    ///
    /// # Panics
    /// For a name or a value that HTTP does not allow, and for `Content-Length` and `Transfer-Encoding`, which are the
    /// server's: for an answer that ends too early there is [`cut_off`](Answer::cut_off).
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Answer {
        let Ok(parsed) = HeaderName::try_from(name) else {
            panic!("{name:?} is no name of a header");
        };
        let Ok(value) = HeaderValue::try_from(value) else {
            panic!("the value of the header {name} has a control character in it");
        };
        assert!(
            ![CONTENT_LENGTH, TRANSFER_ENCODING].contains(&parsed),
            "the header {name} is set by the server: for a body that ends too early there is `cut_off`"
        );
        if parsed == CONTENT_TYPE {
            self.headers.insert(parsed, value);
        } else {
            self.headers.append(parsed, value);
        }
        self
    }

    /// Sets the body, as it is.
    pub fn body(self, body: impl Into<Bytes>) -> Answer {
        Answer {
            body: body.into(),
            ..self
        }
    }

    /// Waits that long before anything of the answer is sent. Where tokio's clock is paused, that takes no time.
    pub fn delay(self, delay: Duration) -> Answer {
        Answer { delay, ..self }
    }

    /// Sends `bytes` bytes of the body at a time, and waits for `pause` in between.
    ///
    /// # Panics
    /// If `bytes` is 0: the body would never end.
    #[track_caller]
    pub fn trickle(self, bytes: usize, pause: Duration) -> Answer {
        assert!(
            bytes > 0,
            "a body that trickles has at least 1 byte at a time"
        );
        Answer {
            pace: (bytes, pause),
            ..self
        }
    }

    /// Closes the connection after that many bytes of the body, whose length was said to be all of it.
    pub fn cut_off(self, after: usize) -> Answer {
        Answer {
            cut_off: Some(after),
            ..self
        }
    }

    /// What goes over the wire, when its time has come.
    pub(super) async fn give(self) -> Result<Response<Paced>, Reset> {
        // No delay is none: a timer rounds up.
        if !self.delay.is_zero() {
            sleep(self.delay).await;
        }
        match self.fault {
            Some(Fault::Reset) => return Err(Reset),
            Some(Fault::Hang) => std::future::pending().await,
            None => {}
        }
        let (bytes, pause) = self.pace;
        let body = Paced::new(self.body, bytes, pause, self.cut_off);
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        Ok(response)
    }
}

impl std::fmt::Display for Reset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is to be reset")
    }
}

impl std::error::Error for Reset {}
