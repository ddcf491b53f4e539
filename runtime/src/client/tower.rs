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
use http::{Request, Response};
use http_body::Body as HttpBody;
use tower_service::Service;

use super::{Client, RequestBuilder, headers};
use crate::{Body, Error, Result};

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>>> + Send>>;

/// Always ready. A request may be one that came in elsewhere and is passed on, and goes to the service of this client
/// whatever host it names: over HTTP/2, and through a proxy, the URI has that of the server which it came to. The path and
/// the query are kept. What the headers say of the connection that it came over is dropped (RFC 9110, 7.6.1), with `Host`
/// and the length, which are set anew; so are its extensions and its version.
///
/// With axum, which asks for services that do not fail:
///
/// ```ignore
/// let api = HandleError::new(Api::client(), |error: service_connect::Error| async move {
///     (StatusCode::BAD_GATEWAY, error.to_string())
/// });
/// let routes = axum::Router::new().route("/health", get(health)).fallback_service(api);
/// ```
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
        self.request(head.method, path)
            .headers(headers::end_to_end(head.headers))
    }
}
