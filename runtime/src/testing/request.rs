//! A request that a server saw.
//!
//! ```
//! use service_connect::testing::Server;
//!
//! # async fn test() -> service_connect::Result<()> {
//! let server = Server::start().await;
//! server.otherwise().status(204);
//! server.client().post("/kudos?to=zoë").header("x-from", "me").json(&[7]).await?;
//!
//! let request = server.requests().remove(0);
//! assert_eq!(request.method(), "POST");
//! assert_eq!(request.path(), "/kudos");
//! assert_eq!(request.query(), Some("to=zo%C3%AB"));
//! assert_eq!(request.header("x-from"), Some("me"));
//! assert_eq!(request.json::<Vec<u8>>()?, [7]);
//! # Ok(())
//! # }
//! # let mut runtime = tokio::runtime::Builder::new_current_thread();
//! # runtime.enable_all().build().unwrap().block_on(test()).unwrap();
//! ```

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, request};
use serde::de::DeserializeOwned;

use crate::error::ErrorDetails;
use crate::{Error, Result};

/// A request as it came over the wire, with its whole body.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Request {
    pub(super) fn new(head: request::Parts, body: Bytes) -> Request {
        Request {
            method: head.method,
            uri: head.uri,
            headers: head.headers,
            body,
        }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path without the query, as it was encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query without its `?`, as it was encoded.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// The path with the query, as it was encoded.
    #[must_use]
    pub fn target(&self) -> &str {
        self.uri
            .path_and_query()
            .map_or("", |target| target.as_str())
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first value of a header, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; what is not UTF-8 is U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// [`Error::Decode`] if it is not what `T` expects.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // The error itself may hold a part of the body.
            let problem = format!(
                "the body of {} {} is not the JSON that was expected, at line {}, column {}: read it with text()",
                self.method,
                self.path(),
                error.line(),
                error.column()
            );
            Error::Decode(ErrorDetails::new(problem))
        })
    }
}
