//! Typed clients for services on ECS Service Connect, checked when they are compiled.
//!
//! A call names a service, not a URL: which URL is right in the environment that the task is in is
//! decided at run time, once, from the variables that ECS Copilot sets.
//!
//! ```no_run
//! # async fn example() -> service_connect::Result<()> {
//! use service_connect::Client;
//!
//! // `Api` and the other stubs of `clients!()` have the same methods.
//! let api = Client::at("http://127.0.0.1:8080")?;
//! let body = api.get("/some-request").await?.text().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Which URL a service has
//! The first hit wins:
//!
//! 1. an override: one set in code for tests, by [`with_override`], or
//!    `SERVICE_CONNECT_URL_<SERVICE>`, such as `http://127.0.0.1:8080`: the service's name in upper
//!    case, `-` becomes `_`. `http://127.0.0.1:8080,127.0.0.1:8081` are several tasks of it, which
//!    get the calls in turn as those behind one name do. All get the `Host` of the first, which is also what
//!    [`Client::base_url`], [`Client::url`] and [`Client::authority`] give; behind https they have one host, as their
//!    certificate is for one name;
//! 2. Service Connect, where the caller and the service have it on in this environment;
//! 3. discovery: `<service>.$COPILOT_SERVICE_DISCOVERY_ENDPOINT`;
//! 4. otherwise an [`Error`] that names the variable or the line of the manifest that is missing.
//!
//! A Service Connect name that does not resolve (ECS writes these names when a task starts, and
//! never again) falls back to discovery before anything is sent, with one warning.
//! `SERVICE_CONNECT_FALLBACK=off` turns that off. The variables are read once; an empty one counts
//! as unset.
//!
//! # What a call does
//! The [deadline](RequestBuilder::timeout) is 15 s and ends with the head of the response; the body
//! has 15 s between two chunks ([another time](RequestBuilder::idle_timeout)). A streamed [`Body`] of
//! a request may take as long as it moves, and what is left of one after an early answer that is no
//! error is still sent. The head of a response has at most 64 KiB and 100 headers, and a connection
//! holds less than 1 MiB of a body that is streamed. Redirects are not followed, proxy variables are
//! not read, and no path leads to another host.
//!
//! # Where a service has several tasks
//! Through discovery each request goes to another task, of the next two to the less loaded one. Names
//! are looked up every 3 s while they are in use, beside the calls; the tasks are those of the last
//! answers, and stay what they were while DNS has no answer. A service that was left alone for 10 s is
//! looked up first. A task that fails 5 times in a row, or cannot be connected to, gets no requests for
//! a while; one that is much slower than the others gets few. Through the proxy of Service Connect,
//! which spreads connections, calls use several in turn, none older than 10 s; one that fails twice
//! while others do not is given up.
//!
//! # What is sent again
//! Where nothing was sent, a call goes on to the next connection or task, for any method; where none
//! can be connected to, all are tried twice more, and in ECS for 2 s, as tasks may just be replaced.
//! What may have been sent is sent again at most twice, to another task where there is one, within a
//! budget and the one deadline: GET, HEAD, OPTIONS, TRACE, PUT and DELETE whose body is not streamed,
//! where the connection broke before an answer came or the answer is 502, 503 or 504. The last answer
//! is what comes back. `Retry-After` is honoured where it fits into the deadline and there is no other
//! task to go to; 429 is not retried, nor what a proxy answered that retries itself. Where a third of
//! the deadline is over, and another one, a request that changes nothing goes out once more beside the
//! first, which counts as a retry: a PUT might take effect after the caller's next one. A POST or PATCH
//! is never sent twice. [`Resilience`] has all numbers and how to set them;
//! `SERVICE_CONNECT_RESILIENCE=off` turns all of it off.
//!
//! Idle connections are closed after 4 s: before servers do so, which are to keep theirs for longer
//! than that. [`drain`] waits for what is in flight as a process ends.
//!
//! Calls need a tokio runtime with io and time enabled, without which tokio panics.
//!
//! # What is told of calls
//! To whoever listens to [`tracing`], with the target `service_connect` and the names of OpenTelemetry's [conventions] for
//! HTTP clients. Each call is a span of the level INFO, named by its method, from its first poll to the head of the response
//! or the error: what is read after that is not in it. The conventions would have one for each try; here it is the
//! call, and the tries are events in it. A `Channel` makes no spans, because tonic's own layers do.
//!
//! | in the span | |
//! |---|---|
//! | `http.request.method`, `http.request.method_original` | `_OTHER`, and the method's own name, where it is an unusual one |
//! | `server.address`, `server.port`, `url.full` | where it goes; the URL without its query, whose values may be secret |
//! | `http.response.status_code` | of the answer that came back |
//! | `http.request.resend_count` | how often it was sent again, if it was |
//! | `network.peer.address`, `network.peer.port` | the task, or the proxy, that the last try ended at |
//! | `error.type`, `otel.status_code` | for 4xx and 5xx the status; the kind of the [`Error`], such as `timeout`; `cancelled` where the call was dropped |
//! | `otel.status_description` | what the error says |
//! | `service_connect.service`, `service_connect.environment` | by their names in the manifests |
//! | `service_connect.way` | `service-connect`, `discovery`, `override` or `url` |
//!
//! | event | level | with |
//! |---|---|---|
//! | a request is sent again | DEBUG | `http.request.resend_count`, and why as `error.type`: the status, `transport`, or `slow` for one more beside the first |
//! | a task gets no requests for a while | WARN | `network.peer.address`, and why as `error.type`: `failed`, `silent`, `unreachable`; `service_connect.ejection.duration` in seconds |
//! | it answers again | INFO | `network.peer.address` |
//! | all tasks fail, so that all are back | WARN | why as `error.type` |
//! | a Service Connect name does not resolve, so calls go to discovery | WARN, once | `server.address` |
//!
//! A call costs one hundredth more for it where nobody listens, in instructions in user space. Listeners are called with no lock held: one that is slow
//! makes its call slow, and one that panics fails it, and no other.
//!
//! [`tracing`]: https://docs.rs/tracing
//! [conventions]: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
//!
//! # Features
//! `tls` adds https, which services on port 443 and `https://` URLs need. The name that is verified
//! is the host of the URL that is called, as [`Client::base_url`] shows it: the Service Connect
//! name, or the discovery name where the call went there. A proxy or task has to have a certificate
//! for that name.
//!
//! The authorities that are trusted are the system's. `SSL_CERT_FILE`, a file of certificates in
//! PEM, and `SSL_CERT_DIR`, directories of such files, take their place. To trust a private
//! authority as well as the system's, set both: `SSL_CERT_FILE=/app/private.pem
//! SSL_CERT_DIR=/etc/ssl/certs`. They are read once, by the first call over https.
//!
//! `grpc` adds `Api::channel()`, a `Channel` over HTTP/2 for clients that tonic generates. It needs neither tonic nor
//! protoc itself.
//!
//! `metrics` counts and times calls through the facade [`metrics`](https://docs.rs/metrics) 0.24, for any exporter of it:
//! `examples/metrics` has Prometheus. Install the recorder before the first call.
//!
//! | metric | |
//! |---|---|
//! | `http.client.request.duration` | histogram, in seconds: calls, from the first poll to the head of the response |
//! | `http.client.active_requests` | gauge: tries in flight, each until the body of its answer is read; what [`Resilience::max_in_flight`] limits |
//! | `service_connect.client.try.duration` | histogram, in seconds: each try, by its task, from when the task was picked |
//! | `service_connect.client.retries` | counter: requests that were sent again |
//! | `service_connect.client.ejections` | counter: tasks that got no requests for a while |
//!
//! | label | of | values |
//! |---|---|---|
//! | `server.address`, `server.port` | all | the first 1000 that a process calls; `_OTHER` for the rest |
//! | `network.peer.address`, `network.peer.port` | tries, ejections | the tasks: the first 1000, and `_OTHER`; have the exporter forget those that are gone |
//! | `service_connect.service` | calls | the services of the manifests |
//! | `http.request.method` | calls | nine, and `_OTHER` |
//! | `http.response.status_code` | calls | the status, where there was an answer |
//! | `error.type` | calls, retries, ejections | as in the [events](#what-is-told-of-calls) |
//! | `service_connect.outcome` | tries | `answered`, `failed`, `silent`, `unreachable` |
//!
//! There is no label with a path or with a URL. A call costs three tenths more for it, in instructions in user space, and what
//! the recorder takes.
//!
//! `opentelemetry` sends the trace along: `traceparent`, `tracestate` and whatever else the [global propagator] of the crate
//! `opentelemetry` 0.33 says, of the context that is current where the request is first polled. That of the call's span is, where
//! `tracing-opentelemetry` listens; without one it is the context around the call. Each try has the same headers. A header that
//! the request has already stays, such as one that `tower` passes on, and beside a `traceparent` there is no other
//! `tracestate`. Without a propagator, which is how a process starts, nothing is added.
//!
//! [global propagator]: https://docs.rs/opentelemetry/0.33/opentelemetry/global/fn.set_text_map_propagator.html
//!
//! `testing` adds a server with canned answers and faults, for the tests of what calls services.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod balance;
mod body;
mod chance;
mod choose;
mod client;
mod connection;
mod definition;
mod error;
mod observe;
mod preflight;
mod resilience;
mod retry;
mod route;
mod service;
mod status;
mod stub;
#[cfg(feature = "testing")]
pub mod testing;

pub use body::Body;
pub use bytes::Bytes;
#[cfg(feature = "grpc")]
pub use client::{Channel, Idempotent};
pub use client::{Client, RequestBuilder, Response, carry_overrides, with_override};
pub use connection::drain;
pub use error::{Error, ErrorDetails};
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version};
pub use preflight::{Cause, Check, Preflight, PreflightBuilder, preflight};
pub use resilience::Resilience;
pub use service_connect_macros::{clients, listen_addr, service_client};
pub use status::{LookupStatus, Status, TaskStatus};

/// What a call, or anything else here, gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What generated code is written against: no part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::choose::override_name;
    pub use crate::client::choose;
    pub use crate::client::{Answer, JsonAnswer, RoutePath, RouteResult, header, query, query_key};
    pub use crate::service::{
        Application, Endpoint, Environment, ListenPort, Never, Service, Tls, listen_addr,
    };
}
