//! What the services of kudos tell of the requests that they get and make: spans of OpenTelemetry.
//!
//! ```no_run
//! let routes = axum::Router::new();
//! let routes = telemetry::observe(routes);
//! ```

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use opentelemetry::global;
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing::{Instrument, field, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

/// Starts to tell, of all that this process does from now on, and has each request of these routes begin a span in the
/// trace that its headers name. The calls of a request are the children of that span, with nothing more to do.
pub fn observe(routes: Router) -> Router {
    // How the trace goes from one service to the next: `traceparent`. `service-connect` uses it for what it sends.
    global::set_text_map_propagator(TraceContextPropagator::new());
    // In production: the crate `opentelemetry-otlp`, and `with_batch_exporter`.
    let spans = SdkTracerProvider::builder().with_simple_exporter(Lines);
    let spans = tracing_opentelemetry::layer().with_tracer(spans.build().tracer("kudos"));
    let listener = tracing_subscriber::registry().with(spans);
    if tracing::subscriber::set_global_default(listener).is_err() {
        eprintln!("somebody listens already, so there are no spans");
    }
    routes.layer(from_fn(request))
}

async fn request(request: Request, next: Next) -> Response {
    let span = info_span!(
        "request",
        otel.kind = "server",
        otel.name = %request.method(),
        url.path = request.uri().path(),
        http.response.status_code = field::Empty,
    );
    // What is no trace begins one. An error says that nobody listens.
    let context = global::get_text_map_propagator(|it| it.extract(&Headers(request.headers())));
    let _ = span.set_parent(context);
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    response
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

/// Prints a line for each span that has ended.
#[derive(Debug)]
struct Lines;

impl SpanExporter for Lines {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        for span in spans {
            println!(
                "span trace={} id={} parent={} kind={:?} name={}",
                span.span_context.trace_id(),
                span.span_context.span_id(),
                span.parent_span_id,
                span.span_kind,
                span.name,
            );
        }
        Ok(())
    }
}
