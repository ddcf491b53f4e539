//! One trace over a call: with the real SDK of OpenTelemetry, which keeps the spans in memory.

mod support;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId, TraceState,
    TracerProvider,
};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use support::{Reply, Seen, Server, answer};
use tracing::subscriber::DefaultGuard;
use tracing::{Instrument, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Spans of this thread, as an exporter gets them.
struct Spans {
    exporter: InMemorySpanExporter,
    _provider: SdkTracerProvider,
    _guard: DefaultGuard,
    _propagator: MutexGuard<'static, ()>,
}

impl Spans {
    fn keep() -> Spans {
        // The propagator is one for the process.
        static ONE: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);
        let propagator = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        global::set_text_map_propagator(TraceContextPropagator::new());
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let subscriber = tracing_subscriber::registry().with(layer);
        Spans {
            exporter,
            _provider: provider,
            _guard: tracing::subscriber::set_default(subscriber),
            _propagator: propagator,
        }
    }

    /// The one with this name, of those that have ended.
    fn named(&self, name: &str) -> SpanData {
        let spans = self.exporter.get_finished_spans().unwrap();
        let mut named = spans.iter().filter(|span| span.name == name);
        let found = named.next().cloned();
        assert!(named.next().is_none(), "{spans:?}");
        found.unwrap_or_else(|| panic!("{name} is not among {spans:?}"))
    }
}

fn header(context: &SpanContext) -> String {
    format!("00-{}-{}-01", context.trace_id(), context.span_id())
}

/// Of the requests that a server saw.
fn parents(server: &Server) -> Vec<String> {
    let seen = server.seen();
    let parents = seen.iter().flat_map(|seen| seen.header("traceparent"));
    parents.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_call_is_a_child_of_the_span_around_it_and_the_parent_of_what_it_calls() {
    let spans = Spans::keep();
    let server = Server::start(|_| Reply::Bytes(answer("404 X", ""))).await;
    let handler = info_span!("handler");
    let call = server.client().get("/kudos?secret=1").send();
    call.instrument(handler).await.unwrap();
    let (handler, call) = (spans.named("handler"), spans.named("GET"));
    assert_eq!(
        call.span_context.trace_id(),
        handler.span_context.trace_id()
    );
    assert_eq!(call.parent_span_id, handler.span_context.span_id());
    assert_eq!(parents(&server), [header(&call.span_context)]);
    assert!(server.seen()[0].header("tracestate").is_empty());
    assert_eq!(call.span_kind, SpanKind::Client);
    assert!(
        matches!(call.status, Status::Error { .. }),
        "{:?}",
        call.status
    );
    let attribute = |name: &str| {
        let found = call
            .attributes
            .iter()
            .filter(|pair| pair.key.as_str() == name);
        found.map(|pair| pair.value.to_string()).collect::<Vec<_>>()
    };
    let url = format!("http://{}/kudos", server.address);
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.response.status_code", "404"),
        ("error.type", "404"),
        ("server.address", "127.0.0.1"),
        ("server.port", &server.address.port().to_string()),
        ("url.full", &url),
    ] {
        assert_eq!(attribute(name), [value], "{name}");
    }
}

#[tokio::test]
async fn each_try_has_the_context_of_the_call() {
    let spans = Spans::keep();
    let turn = AtomicUsize::new(0);
    let server = Server::start(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::Bytes(answer("503 X", "")),
        1 => Reply::Last(Vec::new()),
        _ => Reply::Bytes(answer("200 OK", "")),
    })
    .await;
    server.client().get("/").await.unwrap();
    let call = spans.named("GET");
    assert_eq!(parents(&server), vec![header(&call.span_context); 3]);
}

/// From the context around it, such as that of a server's own request.
#[tokio::test]
async fn the_state_of_the_trace_and_what_else_is_propagated_go_along() {
    let _spans = Spans::keep();
    global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ]));
    let server = Server::saying("").await;
    let remote = SpanContext::new(
        TraceId::from(1),
        SpanId::from(2),
        TraceFlags::SAMPLED,
        true,
        TraceState::from_key_value([("vendor", "value")]).unwrap(),
    );
    let context = Context::new().with_remote_span_context(remote);
    let context = context.with_baggage([KeyValue::new("tenant", "seven")]);
    let handler = info_span!("handler");
    handler.set_parent(context).unwrap();
    server
        .client()
        .get("/")
        .send()
        .instrument(handler)
        .await
        .unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].header("tracestate"), ["vendor=value"]);
    assert_eq!(seen[0].header("baggage"), ["tenant=seven"]);
    assert!(parents(&server)[0].starts_with("00-00000000000000000000000000000001-"));
}

#[tokio::test]
async fn what_the_caller_has_set_stays() {
    let _spans = Spans::keep();
    let server = Server::saying("").await;
    for (name, value, state) in [
        ("traceparent", PARENT, &[][..]),
        ("TraceParent", "garbage", &[]),
        ("tracestate", "mine=1", &["mine=1"]),
    ] {
        let state_before = TraceState::from_key_value([("other", "1")]).unwrap();
        let remote = SpanContext::new(
            TraceId::from(1),
            SpanId::from(2),
            TraceFlags::SAMPLED,
            true,
            state_before,
        );
        let handler = info_span!("handler");
        let context = Context::new().with_remote_span_context(remote);
        handler.set_parent(context).unwrap();
        let request = server.client().get("/").header(name, value).send();
        request.instrument(handler).await.unwrap();
        let seen = server.seen();
        let seen = seen.last().unwrap();
        assert_eq!(seen.header(name), [value]);
        assert_eq!(seen.header("tracestate"), state, "beside {name}");
        assert_eq!(seen.header("traceparent").len(), 1);
    }
}

/// A server takes what comes for a trace, or for none, and calls go on.
#[tokio::test]
async fn garbage_from_a_client_breaks_nothing() {
    let spans = Spans::keep();
    let api = Server::saying("").await;
    let long = "x".repeat(100_000);
    let many = "a=1,".repeat(600);
    for (number, (parent, state)) in [
        ("garbage", "garbage"),
        ("", ""),
        (&*long, &*long),
        (
            "00-00000000000000000000000000000000-0000000000000000-01",
            "a=1",
        ),
        (
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "=,=,=",
        ),
        (PARENT, "a=\u{e4},b=\u{0}"),
        (PARENT, &many),
    ]
    .into_iter()
    .enumerate()
    {
        let incoming = HashMap::from([
            ("traceparent".to_owned(), parent.to_owned()),
            ("tracestate".to_owned(), state.to_owned()),
        ]);
        let context = global::get_text_map_propagator(|propagator| propagator.extract(&incoming));
        let handler = info_span!("handler", number);
        handler.set_parent(context).unwrap();
        let call = api.client().get("/").send().instrument(handler);
        assert_eq!(
            call.await.unwrap().status(),
            200,
            "{parent:.60} {state:.60}"
        );
        let call = spans.named("GET");
        assert_eq!(parents(&api).pop(), Some(header(&call.span_context)));
        assert_eq!(
            call.span_context.trace_id().to_string() == PARENT[3..35],
            parent == PARENT
        );
        spans.exporter.reset();
    }
}

/// What a propagator of a caller's own says may be no header.
#[tokio::test]
async fn what_is_no_header_is_left_out() {
    #[derive(Debug)]
    struct Odd;

    impl TextMapPropagator for Odd {
        fn inject_context(&self, _: &Context, to: &mut dyn opentelemetry::propagation::Injector) {
            to.set("no name", "x".to_owned());
            to.set("x-line", "a\nb".to_owned());
            to.set("x-good", "good".to_owned());
        }
        fn extract_with_context(
            &self,
            context: &Context,
            _: &dyn opentelemetry::propagation::Extractor,
        ) -> Context {
            context.clone()
        }
        fn fields(&self) -> opentelemetry::propagation::text_map_propagator::FieldIter<'_> {
            opentelemetry::propagation::text_map_propagator::FieldIter::new(&[])
        }
    }

    let _spans = Spans::keep();
    global::set_text_map_propagator(Odd);
    let server = Server::saying("").await;
    server.client().get("/").await.unwrap();
    let seen: Vec<Seen> = server.seen();
    assert_eq!(seen[0].header("x-good"), ["good"]);
    assert!(!seen[0].head.contains("x-line"), "{}", seen[0].head);
}

#[tokio::test]
async fn without_a_span_nothing_is_added() {
    drop(Spans::keep());
    let server = Server::saying("").await;
    server.client().get("/").await.unwrap();
    assert!(parents(&server).is_empty());
}
