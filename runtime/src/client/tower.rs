//! The client as a service of the `tower` crate, below whatever layers a caller puts on it.
//!
//! ```no_run
//! # async fn example(incoming: http::Request<service_connect::Body>) -> service_connect::Result<()> {
//! use service_connect::Client;
//! use tower_service::Service;
//!
//! let mut api = Client::at("http://127.0.0.1:8080")?;
//! // A request as a server got it: the path and the query are kept, the host is the one of the client.
//! let response = api.call(incoming).await?;
//! # Ok(())
//! # }
//! ```

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, Uri};
use http_body::Body as HttpBody;
use tower_service::Service;

use super::request::invalid;
use super::{Client, RequestBuilder, headers};
use crate::choose::Target;
use crate::{Body, Error, Result};

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>>> + Send>>;

/// Always ready. A request may be one that came in elsewhere and is passed on: of its URI the path and the query are used,
/// and where that names a host as well it has to be the one of this client ([`Error::Request`] if not). What its headers say
/// of the connection that it came over is dropped (RFC 9110, 7.6.1), with `Host` and the length: they are set anew. Its
/// extensions and its version are dropped too. For a deadline of its own put a `tower::timeout` on it.
impl<B> Service<Request<B>> for Client
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answer {
        self.answer(request.map(Body::wrap))
    }
}

/// The same, for who shares the client.
impl<B> Service<Request<B>> for &Client
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answer {
        self.answer(request.map(Body::wrap))
    }
}

impl Client {
    fn answer(&self, request: Request<Body>) -> Answer {
        let client = self.clone();
        // All of it when it is polled, as an override is looked for then.
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let request = client.pass_on(head).body(body);
            Ok(request.send().await?.into())
        })
    }

    fn pass_on(&self, head: Parts) -> RequestBuilder {
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let request = self
            .request(head.method, path)
            .headers(headers::end_to_end(head.headers));
        match self.check_host(&head.uri) {
            Ok(()) => request,
            Err(error) => request.edit(|_| Err(error)),
        }
    }

    fn check_host(&self, uri: &Uri) -> Result<()> {
        let Some(authority) = uri.authority() else {
            return Ok(());
        };
        let chosen = self.base_url()?;
        let scheme = uri
            .scheme_str()
            .or_else(|| Some(chosen.split_once("://")?.0));
        let named = Target::parse(&format!("{}://{authority}", scheme.unwrap_or_default()));
        if named.is_ok_and(|named| named.to_string().eq_ignore_ascii_case(&chosen)) {
            return Ok(());
        }
        // Not which host: there may be a password before it.
        Err(invalid(format!(
            "the URI of the request names another host than {chosen}: give it only a path and a query"
        )))
    }
}
