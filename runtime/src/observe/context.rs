//! The trace that a call is part of goes along with it, behind the feature `opentelemetry`.
//!
//! The context is OpenTelemetry's current one. `tracing-opentelemetry` makes that of a span the current one for as long as the
//! span is entered, so no more than the API is needed here, and who uses OpenTelemetry without `tracing` is served too.
//!
//! ```text
//! context::inject(&mut headers); // traceparent: 00-…, as the global propagator has it
//! ```

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::Injector;
use opentelemetry::{Context, global};

/// <https://www.w3.org/TR/trace-context/>
const PARENT: &str = "traceparent";
const STATE: &str = "tracestate";

/// Adds what the global propagator says of the current context. What is there already stays.
pub(crate) fn inject(headers: &mut HeaderMap) {
    let mut to = Headers {
        has_parent: headers.contains_key(PARENT),
        headers,
    };
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&Context::current(), &mut to);
    });
}

struct Headers<'a> {
    headers: &'a mut HeaderMap,
    /// Whether the caller says which trace it is: then the state of another one does not belong to it.
    has_parent: bool,
}

impl Injector for Headers<'_> {
    fn set(&mut self, key: &str, value: String) {
        if value.is_empty() || (self.has_parent && key.eq_ignore_ascii_case(STATE)) {
            return;
        }
        // What is no header is left out: a call does not fail for what is told of it.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value))
            && !self.headers.contains_key(&name)
        {
            let _ = self.headers.try_insert(name, value);
        }
    }
}
