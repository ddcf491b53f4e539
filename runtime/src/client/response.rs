//! The response: its head is there, its body still comes.
//!
//! ```no_run
//! # async fn example() -> service_connect::Result<()> {
//! use service_connect::{Client, StatusCode};
//!
//! let api = Client::at("http://127.0.0.1:8080")?;
//! let response = api.get("/kudos/1").await?;
//! if response.status() == StatusCode::NOT_FOUND {
//!     return Ok(());
//! }
//! let kudo: serde_json::Value = response.error_for_status()?.json().await?;
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::response::Parts;
use http::{HeaderMap, StatusCode, Version};
use serde::de::DeserializeOwned;

use super::Call;
use super::received::Received;
use crate::connection::Incoming;
use crate::error::ErrorDetails;
use crate::{Body, Error, Result};

/// What a service answered.
///
/// A body that is read to its end gives the connection back. One that is dropped before does so too where the rest of it
/// has come already and is no longer than 64 KB; else it closes the connection.
///
/// With `From` it becomes an [`http::Response`], for what is written against the crates `http` and `tower`, or the [`Body`]
/// of another request. Either is passed on as it comes, with the idle time and the errors that it has here.
pub struct Response {
    head: Parts,
    body: Received,
}

impl Response {
    pub(crate) fn new(call: Call, response: http::Response<Incoming>, idle: Duration) -> Response {
        let (head, body) = response.into_parts();
        let body = Received::new(call, head.status, body, idle);
        Response { head, body }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The version of HTTP that the service speaks: 1.1, or 1.0.
    #[must_use]
    pub fn version(&self) -> Version {
        self.head.version
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The length of the body in bytes, as far as it is still to come; `None` if it is not known, as of a body in chunks.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        http_body::Body::size_hint(&self.body).exact()
    }

    /// The response, unless its status is 4xx or 5xx.
    ///
    /// # Errors
    /// [`Error::Status`] then.
    pub fn error_for_status(self) -> Result<Response> {
        self.error_for_status_ref()?;
        Ok(self)
    }

    /// The same of a response whose body is still wanted, such as to say what was wrong.
    ///
    /// # Errors
    /// [`Error::Status`] if the status is 4xx or 5xx.
    pub fn error_for_status_ref(&self) -> Result<&Response> {
        let status = self.head.status;
        if status.is_client_error() || status.is_server_error() {
            return Err(self.status_error());
        }
        Ok(self)
    }

    /// The response, if its status is 2xx. A typed route has no use for a redirect either.
    pub(crate) fn success(self) -> Result<Response> {
        if self.head.status.is_success() {
            Ok(self)
        } else {
            Err(self.status_error())
        }
    }

    fn status_error(&self) -> Error {
        let status = self.head.status;
        let advice = if status.is_redirection() {
            ", and redirects are not followed: it would be another host's word"
        } else {
            ""
        };
        let problem = format!("the service answered {status}{advice}");
        self.error(Error::Status, ErrorDetails::new(problem))
    }

    /// The next part of the body, as it comes; `None` at its end.
    ///
    /// # Errors
    /// [`Error::Timeout`] if none comes for 15 s, or what [`idle_timeout`](crate::RequestBuilder::idle_timeout) says, and
    /// [`Error::Transport`] if the connection breaks; that again where it is asked for more after an error.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        self.body.chunk().await
    }

    /// The body as a stream of its parts, as they come. It is [`Unpin`].
    ///
    /// Its errors are those of [`chunk`](Response::chunk), and end it.
    pub fn bytes_stream(self) -> impl Stream<Item = Result<Bytes>> + Send + Sync + Unpin + 'static {
        self.body
    }

    /// The whole body.
    ///
    /// # Errors
    /// Those of [`chunk`](Response::chunk).
    pub async fn bytes(mut self) -> Result<Bytes> {
        self.collect().await
    }

    async fn collect(&mut self) -> Result<Bytes> {
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        let Some(second) = self.chunk().await? else {
            return Ok(first);
        };
        let mut body = BytesMut::from(first);
        body.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// The whole body as text.
    ///
    /// # Errors
    /// Those of [`chunk`](Response::chunk), and [`Error::Decode`] if it is not UTF-8.
    pub async fn text(mut self) -> Result<String> {
        let body = self.collect().await?;
        String::from_utf8(body.into()).map_err(|error| {
            // The error itself holds the body.
            let error = error.utf8_error();
            self.error(
                Error::Decode,
                ErrorDetails::new("the body is not UTF-8: read it with bytes()").because(error),
            )
        })
    }

    /// The whole body, read as JSON.
    ///
    /// # Errors
    /// Those of [`chunk`](Response::chunk), and [`Error::Decode`] if it is not what `T` expects.
    pub async fn json<T: DeserializeOwned>(mut self) -> Result<T> {
        let body = self.collect().await?;
        serde_json::from_slice(&body).map_err(|error| self.not_json(&error))
    }

    /// The same, where no body at all stands for `null`, as after a 204 or a HEAD: `()` and `Option` take it.
    pub(crate) async fn json_or_null<T: DeserializeOwned>(mut self) -> Result<T> {
        let body = self.collect().await?;
        if !body.is_empty() {
            return serde_json::from_slice(&body).map_err(|error| self.not_json(&error));
        }
        serde_json::from_slice(b"null").map_err(|_| {
            let problem = format!(
                "the body (status {}) is empty, and JSON was expected",
                self.head.status
            );
            self.error(Error::Decode, ErrorDetails::new(problem))
        })
    }

    fn not_json(&self, error: &serde_json::Error) -> Error {
        let (line, column) = (error.line(), error.column());
        let problem = format!(
            "the body (status {}) is not the JSON that was expected: {} at line {line}, column \
             {column}",
            self.head.status,
            expectation(error)
        );
        self.error(Error::Decode, ErrorDetails::new(problem))
    }

    fn error(&self, kind: fn(Box<ErrorDetails>) -> Error, context: Box<ErrorDetails>) -> Error {
        self.body.error(kind, context)
    }
}

impl From<Response> for http::Response<Body> {
    fn from(response: Response) -> http::Response<Body> {
        let Response { head, body } = response;
        let body = if http_body::Body::is_end_stream(&body) {
            Body::default()
        } else {
            Body::of_frames(body)
        };
        http::Response::from_parts(head, body)
    }
}

impl From<Response> for Body {
    fn from(response: Response) -> Body {
        http::Response::from(response).into_body()
    }
}

/// The part of the message that comes from the type, not from the body, which may be secret.
fn expectation(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(&*message, |(message, _)| message);
    match error.classify() {
        Category::Eof => "it ends too early".to_owned(),
        Category::Syntax | Category::Io => "it is no JSON".to_owned(),
        Category::Data => match (missing_field(message), message.rsplit_once(", expected ")) {
            (Some(field), _) => format!("the field `{field}` is missing"),
            // Only serde's own end with what the type expects; a type's may end with what it read.
            (None, Some((found, expected))) if is_serdes(found) && !expects_nothing(message) => {
                format!("expected {expected}")
            }
            _ => "a value does not fit the type".to_owned(),
        },
    }
}

fn missing_field(message: &str) -> Option<&str> {
    let field = message.strip_prefix("missing field `")?.strip_suffix('`')?;
    (!field.contains('`')).then_some(field)
}

/// Then serde's message ends otherwise, and what looks like its end may be what it read.
fn expects_nothing(message: &str) -> bool {
    message.ends_with("there are no fields") || message.ends_with("there are no variants")
}

fn is_serdes(message: &str) -> bool {
    let beginnings = [
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown field `",
        "unknown variant `",
    ];
    beginnings
        .iter()
        .any(|beginning| message.starts_with(beginning))
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("call", &format_args!("{}", self.body.call.place()))
            .field("status", &self.head.status)
            .finish_non_exhaustive()
    }
}
