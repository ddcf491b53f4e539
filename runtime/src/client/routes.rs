//! What typed routes do with their arguments and with the answer, by the types that these have.
//!
//! ```no_run
//! # async fn example() -> service_connect::Result<()> {
//! use service_connect::Client;
//! use service_connect::__private::{Answer, JsonAnswer as _, query};
//!
//! let api = Client::at("http://127.0.0.1:8080")?;
//! let request = query(api.get("/kudos"), "limit", &Some(5));
//! let numbers = Answer::<Vec<u64>>::of(request).read_answer().await?;
//! let text = Answer::<String>::of(api.get("/motd")).read_answer().await?;
//! # Ok(())
//! # }
//! ```

use std::fmt::Display;
use std::marker::PhantomData;

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::path::segment;
use super::values::{NoValues, values};
use super::{Client, RequestBuilder, Response};
use crate::error::because;
use crate::{Error, Result};

/// The path of a route in the making. What is wrong with a parameter comes out where the request is sent, with all that is
/// known of the call.
#[derive(Default)]
pub struct RoutePath {
    path: String,
    wrong: Option<Error>,
}

impl RoutePath {
    /// One with nothing in it.
    #[must_use]
    pub fn new() -> RoutePath {
        RoutePath::default()
    }

    /// Adds text as it stands.
    pub fn text(&mut self, text: &str) {
        self.path.push_str(text);
    }

    /// Adds the parameter `name` as one segment, whatever is in it.
    pub fn segment(&mut self, name: &str, value: &dyn Display) {
        match segment(name, value) {
            Ok(segment) => self.path.push_str(&segment),
            Err(error) => self.wrong = self.wrong.take().or(Some(error)),
        }
    }

    /// The request of a client.
    pub fn request(self, client: &Client, method: Method) -> RequestBuilder {
        let request = client.request(method, self.path);
        match self.wrong {
            None => request,
            Some(error) => request.edit(|_| Err(error)),
        }
    }
}

/// The parameter `name` in the query: a value once, a list once for each, `None` not at all; of a struct or a map its
/// fields.
pub fn query<T: Serialize>(
    request: RequestBuilder,
    name: &'static str,
    value: &T,
) -> RequestBuilder {
    match values(value) {
        Err(NoValues::Fields) => match serde_html_form::to_string(value) {
            Ok(fields) => request.add_query(Ok(fields)),
            Err(error) => refused(request, name, "query", error),
        },
        values => add(request, name, values),
    }
}

/// The same under a key that the route names, so that there can be no fields.
pub fn query_key<T: Serialize>(
    request: RequestBuilder,
    key: &'static str,
    value: &T,
) -> RequestBuilder {
    add(request, key, values(value))
}

fn add(
    request: RequestBuilder,
    key: &str,
    values: std::result::Result<Vec<String>, NoValues>,
) -> RequestBuilder {
    match values {
        Ok(values) => {
            let pairs: Vec<_> = values.iter().map(|value| (key, value)).collect();
            request.add_query(serde_html_form::to_string(pairs))
        }
        Err(error) => refused(request, key, "query", error),
    }
}

/// The header `name` with a value that is a string, a number or a boolean; `None` leaves it out, a list adds one for each.
pub fn header<T: Serialize>(
    request: RequestBuilder,
    name: &'static str,
    value: &T,
) -> RequestBuilder {
    match values(value) {
        Ok(values) => values
            .into_iter()
            .fold(request, |request, value| request.header(name, value)),
        Err(error) => refused(request, name, "header", error),
    }
}

fn refused(
    request: RequestBuilder,
    name: &str,
    place: &str,
    error: impl std::error::Error + Send + Sync + 'static,
) -> RequestBuilder {
    let fields = if place == "query" {
        ", or a struct of these"
    } else {
        ""
    };
    let what = format!(
        "`{name}` cannot be written into a {place}: make it a string, a number, a boolean, a list of these{fields}"
    );
    request.edit(|_| Err(because(&what, error)))
}

/// What a route's method returns.
#[diagnostic::on_unimplemented(
    message = "a route returns `service_connect::Result<T>`, not `{Self}`",
    label = "not a `Result`",
    note = "`T` is what the JSON of the answer is read as, or `String`, `Bytes`, `()` or `service_connect::Response`"
)]
pub trait RouteResult {
    /// What is read from the answer.
    type Value;
}

impl<T, E> RouteResult for std::result::Result<T, E> {
    type Value = T;
}

/// The answer to a request, to be read as `T`.
///
/// `read_answer` is a function of its own for the four types that are not JSON, and a trait's for all others: the compiler
/// prefers the former.
pub struct Answer<T> {
    request: RequestBuilder,
    as_type: PhantomData<fn() -> T>,
}

impl<T> Answer<T> {
    /// Of that request.
    pub fn of(request: RequestBuilder) -> Answer<T> {
        Answer {
            request,
            as_type: PhantomData,
        }
    }

    async fn response(self) -> Result<Response> {
        self.request.send().await?.success()
    }
}

/// Any type that serde reads.
pub trait JsonAnswer<T> {
    /// Reads JSON, and no body at all as `null`.
    ///
    /// # Errors
    /// Those of the call, [`Error::Status`](crate::Error::Status) for a status that is not 2xx, and those of
    /// [`Response::json`].
    fn read_answer(self) -> impl Future<Output = Result<T>> + Send
    where
        T: DeserializeOwned;
}

impl<T> JsonAnswer<T> for Answer<T> {
    async fn read_answer(self) -> Result<T>
    where
        T: DeserializeOwned,
    {
        self.response().await?.json_or_null().await
    }
}

impl Answer<String> {
    /// The text of the body.
    ///
    /// # Errors
    /// Those of the call, [`Error::Status`](crate::Error::Status) for a status that is not 2xx, and those of [`Response::text`].
    pub async fn read_answer(self) -> Result<String> {
        self.response().await?.text().await
    }
}

impl Answer<Bytes> {
    /// The body as it is.
    ///
    /// # Errors
    /// Those of the call, [`Error::Status`](crate::Error::Status) for a status that is not 2xx, and those of [`Response::bytes`].
    pub async fn read_answer(self) -> Result<Bytes> {
        self.response().await?.bytes().await
    }
}

impl Answer<()> {
    /// Nothing: the body is read to its end all the same, which gives the connection back.
    ///
    /// # Errors
    /// Those of the call, [`Error::Status`](crate::Error::Status) for a status that is not 2xx, and those of [`Response::chunk`].
    pub async fn read_answer(self) -> Result<()> {
        let mut response = self.response().await?;
        while response.chunk().await?.is_some() {}
        Ok(())
    }
}

impl Answer<Response> {
    /// The response, whose body still comes.
    ///
    /// # Errors
    /// Those of the call, and [`Error::Status`](crate::Error::Status) for a status that is not 2xx.
    pub async fn read_answer(self) -> Result<Response> {
        self.response().await
    }
}
