//! The request builder. What is wrong with a request comes out when it is sent.
//!
//! ```no_run
//! # async fn example() -> service_connect::Result<()> {
//! use std::time::Duration;
//! use service_connect::Client;
//!
//! let api = Client::at("http://127.0.0.1:8080")?;
//! let kudo = api
//!     .post("/kudos")
//!     .header("x-request-id", "42")
//!     .json(&["well", "done"])
//!     .timeout(Duration::from_secs(2))
//!     .await?
//!     .error_for_status()?;
//! # Ok(())
//! # }
//! ```

use std::fmt::{self, Display};
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use serde::Serialize;

use super::{Call, Client, Response, headers, path};
use crate::error::{because, invalid};
#[cfg(feature = "opentelemetry")]
use crate::observe;
use crate::observe::{Subject, Watch};
use crate::retry::{self, Deadline, Outcome};
use crate::{Body, Result};

/// A request in the making. Nothing happens until it is awaited or [sent](RequestBuilder::send).
#[must_use = "a request does nothing until it is awaited or sent"]
pub struct RequestBuilder {
    call: Call,
    parts: Result<Parts>,
    deadline: Deadline,
}

pub(super) struct Parts {
    headers: HeaderMap,
    body: Body,
}

impl RequestBuilder {
    pub(super) fn new(client: Client, method: Method, path: &str) -> RequestBuilder {
        let deadline = client.deadline;
        let path = no_tunnel(&method).and_then(|()| path::parse(path));
        let (path, parts) = match path {
            Ok(path) => (path, Ok(Parts::new())),
            Err(error) => (PathAndQuery::from_static("/"), Err(error)),
        };
        RequestBuilder {
            call: Call::new(client, method, path),
            parts,
            deadline,
        }
    }

    /// Adds a header.
    ///
    /// The client's own are refused: `Host`, `Content-Length`, `Transfer-Encoding`, `Connection`, `Keep-Alive`,
    /// `Proxy-Connection`, `Upgrade`, `TE` and `Expect`. They are about the connection, which other calls use too.
    pub fn header<K, V>(self, name: K, value: V) -> RequestBuilder
    where
        K: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        self.add_header(name.try_into().ok(), value.try_into().ok())
    }

    fn add_header(self, name: Option<HeaderName>, value: Option<HeaderValue>) -> RequestBuilder {
        self.edit(|parts| {
            let name = name.ok_or_else(|| invalid("a header's name is not valid"))?;
            headers::check(&name)?;
            let value = value.ok_or_else(|| {
                invalid(format!(
                    "the value of the header `{name}` has a line break or another control \
                     character in it"
                ))
            })?;
            headers::append(&mut parts.headers, name, value)
        })
    }

    /// Adds headers in the place of those that have the same names. Those that [`header`](RequestBuilder::header) refuses
    /// are refused here too.
    pub fn headers(self, headers: HeaderMap) -> RequestBuilder {
        self.edit(|parts| headers::replace(&mut parts.headers, headers))
    }

    /// Sets `Authorization` to a bearer token. It is never printed.
    pub fn bearer_auth(self, token: impl Display) -> RequestBuilder {
        self.authorization(headers::bearer(&token))
    }

    /// Sets `Authorization` to a user name, which has no colon in it, and a password. They are never printed.
    pub fn basic_auth<U, P>(self, user: U, password: Option<P>) -> RequestBuilder
    where
        U: Display,
        P: Display,
    {
        let password = password.map(|password| password.to_string());
        self.authorization(headers::basic(&user, &password.unwrap_or_default()))
    }

    /// In the place of one that is there: with two a server would have to choose.
    fn authorization(self, value: Result<HeaderValue>) -> RequestBuilder {
        self.edit(|parts| {
            parts.headers.insert(AUTHORIZATION, value?);
            Ok(())
        })
    }

    /// Adds to the query: a struct, a map, or a list of pairs. `None` is left out, a list repeats its name.
    pub fn query<T: Serialize + ?Sized>(self, query: &T) -> RequestBuilder {
        self.add_query(serde_html_form::to_string(query))
    }

    pub(super) fn add_query(
        self,
        query: Result<String, serde_html_form::ser::Error>,
    ) -> RequestBuilder {
        let mut call = self.call;
        let parts = self.parts.and_then(|parts| {
            let query = query.map_err(|error| because("the query cannot be written", error))?;
            if !query.is_empty() {
                call.path = path::with_query(&call.path, &query)?;
            }
            Ok(parts)
        });
        RequestBuilder {
            call,
            parts,
            deadline: self.deadline,
        }
    }

    /// Sets the body: bytes or text, or a [`Body`] that is streamed.
    pub fn body(self, body: impl Into<Body>) -> RequestBuilder {
        let body = body.into();
        self.edit(|parts| {
            parts.body = body;
            Ok(())
        })
    }

    /// Sets the body to `value` as JSON, and `Content-Type` unless it is set already.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> RequestBuilder {
        let json = serde_json::to_vec(value);
        self.typed_body(
            json.map_err(|error| because("the body cannot be written as JSON", error)),
            "application/json",
        )
    }

    /// Sets the body to `value` as the fields of a form, and `Content-Type` unless it is set already.
    pub fn form<T: Serialize + ?Sized>(self, value: &T) -> RequestBuilder {
        let form = serde_html_form::to_string(value);
        self.typed_body(
            form.map(String::into_bytes)
                .map_err(|error| because("the body cannot be written as a form", error)),
            "application/x-www-form-urlencoded",
        )
    }

    fn typed_body(self, body: Result<Vec<u8>>, media_type: &'static str) -> RequestBuilder {
        self.edit(|parts| {
            parts.body = Body::from(body?);
            parts
                .headers
                .entry(CONTENT_TYPE)
                .or_insert(HeaderValue::from_static(media_type));
            Ok(())
        })
    }

    /// Sets the deadline: how long the call may take until the head of the response is there, with all that happens
    /// before, the sending of the body included. What comes after the head has the
    /// [`idle_timeout`](RequestBuilder::idle_timeout) only, unlike with reqwest: for a deadline over the body as well,
    /// await all of it within a `tokio::time::timeout`.
    ///
    /// Without this the deadline is 15 s, or the one of the [client](Client::with_timeout), and the clock of the 15 s begins
    /// anew once a streamed body is sent.
    pub fn timeout(mut self, deadline: Duration) -> RequestBuilder {
        self.deadline = self.deadline.with_limit(deadline);
        self
    }

    /// Sets how long a body may rest, 15 s if nothing is said: how long nothing of the response's may come, and how long the
    /// source of a streamed request's has to give each part, and the service to take it (64 KiB at a time).
    pub fn idle_timeout(mut self, idle: Duration) -> RequestBuilder {
        self.deadline = self.deadline.with_idle(idle);
        self
    }

    /// Sends the request. Any status is a response: see [`Response::error_for_status`].
    ///
    /// # Errors
    /// Every kind of [`Error`](crate::Error) but [`Error::Decode`](crate::Error::Decode) and
    /// [`Error::Status`](crate::Error::Status).
    pub async fn send(self) -> Result<Response> {
        let mut call = self.call.chosen();
        let deadline = self.deadline;
        let outcome = match call.watch() {
            None => call.carry_out(self.parts, deadline).await,
            Some(watch) => {
                // Boxed, because what is handed on by value is copied at each step.
                let sending = Box::pin(call.carry_out(self.parts, deadline));
                watch.over(sending, Outcome::ended).await
            }
        };
        call.fell_back = outcome.fell_back;
        match outcome.answer {
            Ok(answer) => Ok(Response::new(call, answer, deadline.idle())),
            Err(error) => Err(call.explain(error)),
        }
    }

    pub(super) fn edit(mut self, change: impl FnOnce(&mut Parts) -> Result<()>) -> RequestBuilder {
        self.parts = self.parts.and_then(|mut parts| {
            change(&mut parts)?;
            Ok(parts)
        });
        self
    }
}

impl Call {
    /// Who wants to know of it.
    fn watch(&self) -> Option<Watch<'_>> {
        let route = self.client.route().ok();
        let subject = Subject {
            service: self.service,
            method: &self.method,
            path: self.path.path(),
            choice: route.map(|route| &route.choice),
        };
        Watch::begin(subject, || route?.falls_back())
    }

    async fn carry_out(&self, parts: Result<Parts>, deadline: Deadline) -> Outcome {
        let ready = parts.and_then(|parts| Ok((parts, self.client.route()?)));
        match ready {
            Ok((parts, route)) => {
                let request = retry::framed(parts.into_request(self));
                let service = self.client.service().unwrap_or_default();
                retry::send(route, service, request, deadline).await
            }
            Err(error) => Outcome::unsent(error),
        }
    }
}

/// CONNECT would ask for a tunnel to another host.
pub(super) fn no_tunnel(method: &Method) -> Result<()> {
    if *method == Method::CONNECT {
        return Err(invalid("the method CONNECT opens tunnels: use another one"));
    }
    Ok(())
}

/// For how many headers there is room at first. Growing costs more than the room.
const HEADERS: usize = 6;

impl Parts {
    fn new() -> Parts {
        // The host that is chosen takes the first place, where servers expect it.
        let mut headers = HeaderMap::with_capacity(HEADERS);
        headers.insert(HOST, HeaderValue::from_static(""));
        Parts {
            headers,
            body: Body::default(),
        }
    }

    fn into_request(mut self, call: &Call) -> Request<Body> {
        // RFC 9110, 8.6: for methods that expect content an empty one is said to be empty.
        let expects = [Method::POST, Method::PUT, Method::PATCH].contains(&call.method);
        if self.body.content_length() == Some(0) && expects {
            self.headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
        }
        // Once a call: each of its tries has the same headers.
        #[cfg(feature = "opentelemetry")]
        observe::inject(&mut self.headers);
        let mut request = Request::new(self.body);
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = Uri::from(call.path.clone());
        *request.headers_mut() = self.headers;
        request
    }
}

impl IntoFuture for RequestBuilder {
    type Output = Result<Response>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("client", &self.call.client)
            .field("method", &self.call.method)
            .field("path", &self.call.path.path())
            .field("deadline", &self.deadline.limit())
            .finish_non_exhaustive()
    }
}
