//! gRPC: what clients that tonic generates take in the place of its own channel.
//!
//! ```ignore
//! let mut greeter = GreeterClient::new(Api::channel());
//! let reply = greeter.say_hello(HelloRequest { name: "me".into() }).await?;
//! ```

mod answer;
mod status;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod timeout;

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::TE;
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response, Uri, Version};
use http_body::Body as HttpBody;
use tokio::time::Instant;
use tower_service::Service;

use self::answer::Answer;
use super::request::no_tunnel;
use super::{Call, Client, headers};
use crate::choose::Target;
use crate::connection::Messages;
use crate::resilience::NEVER;
use crate::retry::{StreamRequest, open_stream};
use crate::{Body, Result};

/// A gRPC channel to one service or base URL, behind the feature `grpc`. Cheap to clone; connections belong to the process.
///
/// Clients that tonic generates take it where they take `tonic::transport::Channel`, and so does whatever wants a
/// [`tower_service::Service`] that speaks HTTP/2. `Api::channel()` is that of a service, [`Client::channel`] that of any
/// client, with its times and its [`Resilience`](crate::Resilience). It is always ready, nothing happens before the first
/// call, and [`with_override`](crate::with_override) and [`drain`](crate::drain) hold for it too.
///
/// # Which task a call goes to
/// Each call goes to another one, as one over HTTP/1.1 does, by the same look-ups and with the same ejection; which
/// connection it shares makes no difference to that. A task fails that breaks a connection or a stream, that answers 502, 503
/// or 504, or whose answer is nothing but the status `UNAVAILABLE`. How a stream ends later says nothing about it. A call is
/// in flight, for [`max_in_flight`](crate::Resilience::max_in_flight) too, until its answer is read to the end or dropped.
///
/// # What is sent again
/// A call of which nothing was sent, and one of which the server says that it did nothing of it, as one does that goes away
/// (`GOAWAY`) or has too much to do (`REFUSED_STREAM`), goes on to another task. All others are sent once, unless the caller
/// says that they are [`Idempotent`]. What is sent again is held until then, at most 1 MiB of a call.
///
/// # How long a call takes
/// The deadline of the request, as `set_timeout` of tonic's `Request` sets it, covers the whole call, whoever of the two
/// ends notices first. Without one there is that of the client, 15 s, for the head of the answer only, and from when the
/// last message was sent: a call to a stream that says nothing at first, not even its head, needs a longer one, by
/// [`with_timeout`](Client::with_timeout). Between messages either side may rest for as long as it likes. Until its
/// answer begins, a service that takes nothing of a message for 15 s, or what [`with_idle_timeout`](Client::with_idle_timeout)
/// says, is given up; and at any time so is one that does not answer a ping after 10 s in which nothing came.
///
/// # What goes wrong
/// It never fails as a service: what goes wrong is an answer with a status of gRPC, such as `UNAVAILABLE` where no task can
/// be connected to, and the message is that of the [`Error`](crate::Error) that another call would have had.
#[derive(Clone, Debug)]
pub struct Channel {
    client: Client,
}

/// Says of a gRPC call that it may be carried out more than once, as an extension of its request: where the connection
/// breaks before its answer begins, or that is `UNAVAILABLE`, it is sent again, to another task, as a GET would be.
///
/// ```ignore
/// let mut request = tonic::Request::new(Order { id: 7 });
/// request.extensions_mut().insert(service_connect::Idempotent);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idempotent;

impl Client {
    /// A channel for clients of gRPC, to where this client's calls go.
    ///
    /// ```
    /// use service_connect::Client;
    ///
    /// // As `Api::channel()`: what `GreeterClient::new` takes.
    /// let channel = Client::at("http://127.0.0.1:50051")?.channel();
    /// # Ok::<(), service_connect::Error>(())
    /// ```
    #[must_use]
    pub fn channel(&self) -> Channel {
        Channel {
            client: self.clone(),
        }
    }
}

/// Whatever host a request names, it goes to the service of the channel; its path and its headers are kept, but for those
/// about the connection.
impl<B> Service<Request<B>> for Channel
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let client = self.client.clone();
        let (head, body) = request.map(Body::wrap).into_parts();
        // All of it when it is polled, as an override is looked for then.
        Box::pin(async move { Ok(answer(client, head, body).await) })
    }
}

async fn answer(client: Client, head: Parts, body: Body) -> Response<Body> {
    let path = head.uri.path_and_query().cloned();
    let path = path.unwrap_or(PathAndQuery::from_static("/"));
    let mut call = Call::new(client, head.method.clone(), path).chosen();
    match send(&mut call, head, body).await {
        Ok(response) => response,
        Err(error) => status::response(&call.explain(error)),
    }
}

async fn send(call: &mut Call, head: Parts, body: Body) -> Result<Response<Body>> {
    no_tunnel(&call.method)?;
    let timeout = timeout::of(&head.headers);
    let expires = timeout.map(|timeout| Instant::now() + timeout.min(NEVER));
    let client = call.client.clone();
    let deadline = match timeout {
        Some(timeout) => client.deadline.with_limit(timeout),
        None => client.deadline,
    };
    let is_idempotent = head.extensions.get::<Idempotent>().is_some();
    let path = call.path.clone();
    let mut headers = headers::end_to_end(head.headers);
    headers.insert(TE, HeaderValue::from_static("trailers"));
    let messages = Messages::new(body);
    let request = StreamRequest {
        head: &|target| {
            let mut request = Request::new(());
            *request.method_mut() = head.method.clone();
            *request.uri_mut() = uri(target, &path);
            *request.version_mut() = Version::HTTP_2;
            request.headers_mut().clone_from(&headers);
            if let Some(expires) = expires {
                timeout::set(request.headers_mut(), expires);
            }
            request
        },
        messages: messages.clone(),
        is_idempotent,
    };
    let service = client.service().unwrap_or_default();
    let outcome = open_stream(client.route()?, service, &request, deadline.of_messages()).await;
    call.fell_back = outcome.fell_back;
    let (head, received) = outcome.answer?.into_parts();
    let body = if received.is_end() {
        Body::default()
    } else {
        Body::of_frames(Answer::new(received, messages, expires, call.place()))
    };
    Ok(Response::from_parts(head, body))
}

/// With the host as HTTP/2 has it, in `:authority`.
fn uri(target: &Target, path: &PathAndQuery) -> Uri {
    let mut parts = http::uri::Parts::default();
    let scheme = if target.is_https() { "https" } else { "http" };
    parts.scheme = scheme.parse().ok();
    parts.authority = target
        .host_header()
        .to_str()
        .ok()
        .and_then(|host| host.parse().ok());
    parts.path_and_query = Some(path.clone());
    // What a target is was looked at when it was made.
    Uri::from_parts(parts).unwrap_or_default()
}
