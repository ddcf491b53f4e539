//! The client: methods that make requests, and URLs for other clients.
//!
//! ```
//! use service_connect::Client;
//!
//! let api = Client::at("https://api.example/").unwrap();
//! assert_eq!(api.base_url().unwrap(), "https://api.example");
//! assert_eq!(api.authority().unwrap(), "api.example:443");
//! ```

#[cfg(feature = "grpc")]
mod channel;
mod headers;
mod origin;
mod overrides;
mod path;
mod received;
mod request;
mod response;
mod routes;
mod tower;
mod values;

use std::fmt;
use std::time::Duration;

use http::Method;
use http::uri::PathAndQuery;

#[cfg(feature = "grpc")]
pub use self::channel::{Channel, Idempotent};
use self::origin::{Of, Origin};
pub use self::overrides::{carry_overrides, with_override};
#[cfg(feature = "testing")]
pub(crate) use self::path::parse;
pub use self::request::RequestBuilder;
pub use self::response::Response;
pub use self::routes::{Answer, JsonAnswer, RoutePath, RouteResult, header, query, query_key};
use crate::choose::{Choice, Target, Way};
use crate::error::{Error, ErrorDetails, Place};
use crate::retry::Deadline;
use crate::route::Route;
use crate::service::Service;
use crate::{Resilience, Result};

/// A client of one service or base URL. Cheap to clone; connections belong to the process.
///
/// Making one does nothing: which URL a service has is decided by its first use.
#[derive(Clone)]
pub struct Client {
    origin: Origin,
    deadline: Deadline,
}

impl Client {
    /// The client of a service: what the stubs of `clients!()` use.
    #[doc(hidden)]
    #[must_use]
    pub const fn of(service: &'static Service) -> Client {
        Client::to(Origin::Service(service))
    }

    const fn to(origin: Origin) -> Client {
        Client {
            origin,
            deadline: Deadline::DEFAULT,
        }
    }

    /// The same with another deadline for each of its requests, which [`RequestBuilder::timeout`] can still set; so a typed
    /// client gets one: `KudosClient::with(Api::client().with_timeout(…))`.
    #[must_use]
    pub fn with_timeout(self, deadline: Duration) -> Client {
        Client {
            deadline: self.deadline.with_limit(deadline),
            ..self
        }
    }

    /// The same with another [idle time](RequestBuilder::idle_timeout) for the bodies of each of its requests.
    #[must_use]
    pub fn with_idle_timeout(self, idle: Duration) -> Client {
        Client {
            deadline: self.deadline.with_idle(idle),
            ..self
        }
    }

    /// A client of a base URL, `scheme://host[:port]`. For tests, and for servers that are no
    /// service of the application.
    ///
    /// # Errors
    /// [`Error::Request`] for anything more than that: a user name, a path, a query, or a scheme
    /// that is neither http nor https.
    pub fn at(url: impl AsRef<str>) -> Result<Client> {
        Client::at_url(url.as_ref())
    }

    fn at_url(url: &str) -> Result<Client> {
        let target = Target::parse(url).map_err(|problem| {
            Error::Request(ErrorDetails::new(format!(
                "the base URL of a client is not valid, because {problem}: write \
                 http://host[:port] or https://…"
            )))
        })?;
        let choice = Choice {
            target,
            way: Way::Url,
            fallback: None,
            environment: None,
            deployed: false,
        };
        Ok(Client::to(Origin::url(choice)))
    }

    /// The same with other settings than those of its service. What it knows of the tasks, and their connections, it shares
    /// only with clients that have the same ones: make them once, and not for each call.
    #[must_use]
    pub fn with_resilience(self, resilience: Resilience) -> Client {
        let origin = self.origin.with_resilience(resilience);
        Client { origin, ..self }
    }

    /// A GET request.
    pub fn get(&self, path: impl AsRef<str>) -> RequestBuilder {
        self.build(Method::GET, path.as_ref())
    }

    /// A POST request.
    pub fn post(&self, path: impl AsRef<str>) -> RequestBuilder {
        self.build(Method::POST, path.as_ref())
    }

    /// A PUT request.
    pub fn put(&self, path: impl AsRef<str>) -> RequestBuilder {
        self.build(Method::PUT, path.as_ref())
    }

    /// A PATCH request.
    pub fn patch(&self, path: impl AsRef<str>) -> RequestBuilder {
        self.build(Method::PATCH, path.as_ref())
    }

    /// A DELETE request.
    pub fn delete(&self, path: impl AsRef<str>) -> RequestBuilder {
        self.build(Method::DELETE, path.as_ref())
    }

    /// A HEAD request.
    pub fn head(&self, path: impl AsRef<str>) -> RequestBuilder {
        self.build(Method::HEAD, path.as_ref())
    }

    /// A request with any method but CONNECT.
    pub fn request(&self, method: Method, path: impl AsRef<str>) -> RequestBuilder {
        self.build(method, path.as_ref())
    }

    fn build(&self, method: Method, path: &str) -> RequestBuilder {
        RequestBuilder::new(self.clone(), method, path)
    }

    /// The URL of `path`, for other HTTP clients. Looks nothing up.
    ///
    /// ```
    /// use service_connect::Client;
    ///
    /// // As `Api::url("/kudos?to=zoë")`.
    /// let api = Client::at("http://127.0.0.1:8080")?;
    /// assert_eq!(api.url("/kudos?to=zoë")?, "http://127.0.0.1:8080/kudos?to=zo%C3%AB");
    /// assert_eq!(api.url("//evil.example")?, "http://127.0.0.1:8080//evil.example");
    /// assert!(api.url("/\r\nHost: evil.example").is_err());
    /// # Ok::<(), service_connect::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`base_url`](Client::base_url), and [`Error::Request`] for a path that is not valid.
    pub fn url(&self, path: impl AsRef<str>) -> Result<String> {
        self.full_url(path.as_ref())
    }

    fn full_url(&self, path: &str) -> Result<String> {
        let client = self.chosen();
        let target = &client.choice()?.target;
        Ok(format!("{target}{}", path::parse(path)?))
    }

    /// The base URL, such as `http://api` or `http://billing:8080`, without a `/` at the end. Looks
    /// nothing up, so it is the first choice: going on to discovery, where a Service Connect name does
    /// not resolve, is what calls of this crate do. Of an override of several tasks it is the first.
    ///
    /// ```
    /// use service_connect::Client;
    ///
    /// // As `Api::base_url()`.
    /// assert_eq!(Client::at("http://127.0.0.1:8080/")?.base_url()?, "http://127.0.0.1:8080");
    /// assert_eq!(Client::at("https://api.example:443")?.base_url()?, "https://api.example");
    /// # Ok::<(), service_connect::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Variable`] or [`Error::NoWay`] where there is no way to the service.
    pub fn base_url(&self) -> Result<String> {
        Ok(self.chosen().choice()?.target.to_string())
    }

    /// The host and port, such as `redis:6379`, for clients of other protocols; those of
    /// [`base_url`](Client::base_url), and an override is written as a URL here too.
    ///
    /// ```
    /// use std::net::ToSocketAddrs;
    ///
    /// use service_connect::Client;
    ///
    /// // As `Redis::authority()`.
    /// let authority = Client::at("http://127.0.0.1:6379")?.authority()?;
    /// assert_eq!(format!("redis://{authority}/0"), "redis://127.0.0.1:6379/0");
    /// assert!(authority.to_socket_addrs().is_ok());
    /// assert_eq!(Client::at("http://api.example")?.authority()?, "api.example:80");
    /// # Ok::<(), service_connect::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`base_url`](Client::base_url).
    pub fn authority(&self) -> Result<String> {
        Ok(self.chosen().choice()?.target.authority())
    }

    /// Its own way, whatever the overrides say.
    pub(crate) fn route(&self) -> Result<&Route> {
        self.origin.route()
    }

    /// The same without what its calls need.
    pub(crate) fn choice(&self) -> Result<&Choice> {
        self.origin.choice()
    }

    /// The way that calls went, if there were any.
    pub(crate) fn used_route(&self) -> Option<&Route> {
        self.origin.used_route()
    }

    pub(crate) fn service(&self) -> Option<&'static str> {
        match self.origin.of() {
            Of::Service(name) => Some(name),
            Of::Url(_) => None,
        }
    }
}

/// Chooses the way to a service without a call, for the benchmark of that.
///
/// # Errors
/// Those of [`base_url`](Client::base_url).
pub fn choose(client: &Client) -> Result<()> {
    client.chosen().choice().map(drop)
}

/// One call: what errors about it have to say.
pub(crate) struct Call {
    pub(crate) client: Client,
    /// The service that was called, also where another client stands in for its own.
    service: Option<&'static str>,
    pub(crate) method: Method,
    pub(crate) path: PathAndQuery,
    /// Whether it went to the discovery name because the Service Connect name does not resolve.
    pub(crate) fell_back: bool,
}

impl Call {
    fn new(client: Client, method: Method, path: PathAndQuery) -> Call {
        Call {
            service: client.service(),
            client,
            method,
            path,
            fell_back: false,
        }
    }

    /// The same with the client that is chosen here and now.
    fn chosen(self) -> Call {
        Call {
            client: self.client.chosen().into_owned(),
            ..self
        }
    }

    /// What went wrong with it, and where that was.
    fn explain(&self, error: Error) -> Error {
        overrides::hint(error, &self.client).at(self.place())
    }

    /// What is known of the call. The query is left out: its values may be secret.
    pub(crate) fn place(&self) -> Place {
        let mut place = Place {
            service: self.service,
            method: Some(self.method.clone()),
            ..Place::default()
        };
        if let Ok(choice) = self.client.choice() {
            let (target, way) = choice.way_of(self.fell_back);
            place.environment.clone_from(&choice.environment);
            place.way = Some(way.as_str());
            place.url = Some(format!("{target}{}", self.path.path()));
        }
        place
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.origin).finish()
    }
}
