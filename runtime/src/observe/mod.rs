//! What is told of calls: spans and events through `tracing`, and numbers through `metrics`.
//!
//! Names are those of OpenTelemetry's conventions for HTTP clients, where there is one, and below `service_connect.` where
//! there is none: <https://opentelemetry.io/docs/specs/semconv/http/http-spans/>. Who listens may be slow, or panic: so
//! nothing here is called with a lock of a pool held, and the counts of a pool are right before it is.
//!
//! ```text
//! let outcome = match Watch::begin(subject, || route.falls_back()) {
//!     Some(watch) => watch.over(sending, ended).await,
//!     None => sending.await, // nobody listens
//! };
//! ```

mod call;
#[cfg(feature = "opentelemetry")]
mod context;
mod events;
mod names;
#[cfg_attr(not(feature = "metrics"), path = "no_numbers.rs")]
mod numbers;
mod subject;

pub(crate) use self::call::{Ended, Watch};
#[cfg(feature = "opentelemetry")]
pub(crate) use self::context::inject;
pub(crate) use self::events::{fell_back, in_flight, judged, retried};
pub(crate) use self::names::Reason;
pub(crate) use self::subject::Subject;

/// Of all spans and events, for filters.
const TARGET: &str = "service_connect";
