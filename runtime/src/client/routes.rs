//! What typed routes do with their arguments and with the answer, by the types that these have.
//!
//! ```no_run
//! # async fn example() -> service_connect::Result<()> {
//! use service_connect::Client;
//! use service_connect::__private::{Answer, JsonAnswer as _, query};
//!
//! let api = Client::at("http://127.0.0.1:8080")?;
//! let request = query(api.get("/kudos"), "limit", &Some(5));
//! let numbers = Answer::<Vec<u64>>::of(request).read().await?;
//! let text = Answer::<String>::of(api.get("/motd")).read().await?;
//! # Ok(())
//! # }
//! ```

use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_html_form::ser::Error as QueryError;
use serde_json::Value;

use super::request::{because, invalid};
use super::{RequestBuilder, Response};
use crate::Result;

/// The parameter `name` in the query: a value once, a list once for each, `None` not at all; of a struct or a map its
/// fields.
pub fn query<T: Serialize + ?Sized>(
    request: RequestBuilder,
    name: &'static str,
    value: &T,
) -> RequestBuilder {
    let fields = keyed(name, value).or_else(|_| serde_html_form::to_string(value));
    add(
        request,
        name,
        fields.or_else(|error| list(name, value).ok_or(error)),
    )
}

/// The same under a key that the route names, so that there can be no fields.
pub fn query_key<T: Serialize + ?Sized>(
    request: RequestBuilder,
    key: &'static str,
    value: &T,
) -> RequestBuilder {
    let keyed = keyed(key, value);
    add(
        request,
        key,
        keyed.or_else(|error| list(key, value).ok_or(error)),
    )
}

fn keyed<T: Serialize + ?Sized>(key: &str, value: &T) -> std::result::Result<String, QueryError> {
    serde_html_form::to_string([(key, value)])
}

/// For serde an array is a tuple, which is neither a value nor a list.
fn list<T: Serialize + ?Sized>(key: &str, value: &T) -> Option<String> {
    match serde_json::to_value(value) {
        Ok(list @ Value::Array(_)) => keyed(key, &list).ok(),
        _ => None,
    }
}

fn add(
    request: RequestBuilder,
    name: &str,
    query: std::result::Result<String, QueryError>,
) -> RequestBuilder {
    match query {
        Ok(query) => request.add_query(Ok(query)),
        Err(error) => request.edit(|_| {
            let what = format!(
                "`{name}` cannot be written into the query: it has to be a value, a list of values, or a struct of these"
            );
            Err(because(&what, error))
        }),
    }
}

/// The header `name` with a value that is a string, a number or a boolean; `None` leaves it out, a list adds one for each.
pub fn header<T: Serialize + ?Sized>(
    request: RequestBuilder,
    name: &'static str,
    value: &T,
) -> RequestBuilder {
    match serde_json::to_value(value) {
        Ok(Value::Array(values)) => values
            .into_iter()
            .fold(request, |request, value| one_header(request, name, value)),
        Ok(value) => one_header(request, name, value),
        Err(error) => request.edit(|_| {
            Err(because(
                &format!("the value of the header `{name}` cannot be written"),
                error,
            ))
        }),
    }
}

fn one_header(request: RequestBuilder, name: &'static str, value: Value) -> RequestBuilder {
    let text = match value {
        Value::Null => return request,
        Value::String(text) => text,
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => {
            return request.edit(|_| {
                Err(invalid(format!(
                    "the value of the header `{name}` is neither a string nor a number: write it as one"
                )))
            });
        }
    };
    request.header(name, text)
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
/// `read` is a function of its own for the four types that are not JSON, and a trait's for all others: the compiler
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
    fn read(self) -> impl Future<Output = Result<T>> + Send
    where
        T: DeserializeOwned;
}

impl<T> JsonAnswer<T> for Answer<T> {
    async fn read(self) -> Result<T>
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
    pub async fn read(self) -> Result<String> {
        self.response().await?.text().await
    }
}

impl Answer<Bytes> {
    /// The body as it is.
    ///
    /// # Errors
    /// Those of the call, [`Error::Status`](crate::Error::Status) for a status that is not 2xx, and those of [`Response::bytes`].
    pub async fn read(self) -> Result<Bytes> {
        self.response().await?.bytes().await
    }
}

impl Answer<()> {
    /// Nothing: the body is read to its end all the same, which gives the connection back.
    ///
    /// # Errors
    /// Those of the call, [`Error::Status`](crate::Error::Status) for a status that is not 2xx, and those of [`Response::chunk`].
    pub async fn read(self) -> Result<()> {
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
    pub async fn read(self) -> Result<Response> {
        self.response().await
    }
}
