//! One call: its span, from the first poll to the head of the response.
//!
//! ```text
//! let watch = Watch::begin(subject, || route.falls_back())?;
//! let outcome = watch.over(sending, ended).await;
//! ```

use std::borrow::Cow;
use std::cell::LazyCell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::thread;

use http::StatusCode;
use tokio::time::Instant;
use tracing::field::{Empty, display};
use tracing::{Span, info_span};

use super::{Subject, TARGET, names, numbers};
use crate::Error;

/// What came of it.
pub(crate) struct Ended<'a> {
    pub(crate) answer: Result<StatusCode, &'a Error>,
    /// Whether it went to the discovery name because the Service Connect name does not resolve.
    pub(crate) fell_back: bool,
    /// How often it was sent again.
    pub(crate) resends: u32,
    /// Who answered, or failed to, last.
    pub(crate) peer: Option<SocketAddr>,
}

/// A call that somebody watches.
pub(crate) struct Watch<'a> {
    subject: Subject<'a>,
    span: Span,
    /// What the span says of the way. An exporter may keep both of two values, so each is told once if it can be.
    told: Option<bool>,
    began: Instant,
    has_ended: bool,
}

impl<'a> Watch<'a> {
    /// `falls_back` says which of two names it will be, if that is known.
    ///
    /// `None` where nobody wants to know of it, which is all that this costs then.
    pub(crate) fn begin(
        subject: Subject<'a>,
        falls_back: impl FnOnce() -> Option<bool>,
    ) -> Option<Watch<'a>> {
        let now = LazyCell::new(|| {
            let falls_back = falls_back();
            (falls_back, falls_back.and_then(|it| subject.way(it)))
        });
        let way = || now.1.as_ref();
        let method = names::method;
        // What samplers decide by has to be there from the start.
        let span = info_span!(
            target: TARGET,
            "call",
            "otel.name" = subject.name(),
            "otel.kind" = "client",
            "otel.status_code" = Empty,
            "otel.status_description" = Empty,
            "http.request.method" = method(subject.method),
            "http.request.method_original" = subject.unknown_method(),
            "http.request.resend_count" = Empty,
            "http.response.status_code" = Empty,
            "error.type" = Empty,
            "network.peer.address" = Empty,
            "network.peer.port" = Empty,
            "server.address" = way().map(|(target, _)| target.host()),
            "server.port" = way().map(|(target, _)| target.port()),
            "url.full" = way().map(|(target, _)| display(subject.url(target))),
            "service_connect.service" = subject.service,
            "service_connect.environment" = subject.environment(),
            "service_connect.way" = way().map(|(_, way)| way.id()),
        );
        if span.is_disabled() && !numbers::ARE_KEPT {
            return None;
        }
        Some(Watch {
            told: now.0,
            subject,
            span,
            began: Instant::now(),
            has_ended: false,
        })
    }

    /// Carries the call out within its span.
    pub(crate) async fn over<T>(
        mut self,
        mut call: impl Future<Output = T> + Unpin,
        ended: impl Fn(&T) -> Ended<'_>,
    ) -> T {
        let outcome = poll_fn(|cx| {
            let _entered = self.span.enter();
            Pin::new(&mut call).poll(cx)
        });
        let outcome = outcome.await;
        self.end(&ended(&outcome));
        outcome
    }

    fn end(&mut self, ended: &Ended) {
        self.has_ended = true;
        let (span, subject) = (&self.span, self.subject);
        if self.told != Some(ended.fell_back)
            && let Some((target, way)) = subject.way(ended.fell_back)
        {
            span.record("server.address", target.host());
            span.record("server.port", target.port());
            span.record("url.full", display(subject.url(target)));
            span.record("service_connect.way", way.id());
        }
        if ended.resends > 0 {
            span.record("http.request.resend_count", ended.resends);
        }
        if let Some(peer) = ended.peer {
            span.record("network.peer.address", display(peer.ip()));
            span.record("network.peer.port", peer.port());
        }
        if let Ok(status) = ended.answer {
            span.record("http.response.status_code", status.as_u16());
        }
        if let Err(error) = ended.answer {
            span.record("otel.status_description", display(error));
        }
        self.over_with(ended.fell_back, ended.answer.ok(), ended.kind().as_deref());
    }

    /// With an error of this kind, or well.
    fn over_with(&self, fell_back: bool, status: Option<StatusCode>, kind: Option<&str>) {
        if let Some(kind) = kind {
            self.span.record("error.type", kind);
            self.span.record("otel.status_code", "ERROR");
        }
        let to = self.subject.way(fell_back).map(|(target, _)| target);
        numbers::ended(self.subject, to, self.began, status, kind);
    }
}

/// Nobody waits for the answer any more. Where that is because of a panic, another one would end the process.
impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.has_ended && !thread::panicking() {
            self.over_with(self.told == Some(true), None, Some("cancelled"));
        }
    }
}

impl Ended<'_> {
    /// `error.type`, where it failed.
    fn kind(&self) -> Option<Cow<'static, str>> {
        match self.answer {
            Ok(status) if status.is_client_error() || status.is_server_error() => {
                Some(names::status_name(status))
            }
            Ok(_) => None,
            Err(error) => Some(names::kind(error).into()),
        }
    }
}
