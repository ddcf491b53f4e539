//! A subscriber that keeps what it is told of this library, and may misbehave.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// The names of what a subscriber is told, as [`Listener::upset`] takes them.
pub const OCCASIONS: [&str; 6] = ["new_span", "enter", "exit", "record", "event", "try_close"];

/// A span, or an event.
#[derive(Clone, Debug)]
pub struct Told {
    pub level: Level,
    pub fields: BTreeMap<String, String>,
    /// Of an event: the number of the span that it happened in.
    pub within: Option<usize>,
    /// Of a span: whether it has ended.
    pub has_ended: bool,
}

impl Told {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

type Hook = Box<dyn Fn(&str) + Send + Sync>;

/// A clone is the same one.
#[derive(Clone, Default)]
pub struct Listener(Arc<Inner>);

#[derive(Default)]
struct Inner {
    spans: Mutex<Vec<Told>>,
    events: Mutex<Vec<Told>>,
    within: Mutex<Vec<usize>>,
    hook: Option<Hook>,
}

impl Listener {
    /// One that does something each time that it is told anything, before it takes note.
    pub fn with(hook: impl Fn(&str) + Send + Sync + 'static) -> Listener {
        Listener(Arc::new(Inner {
            hook: Some(Box::new(hook)),
            ..Inner::default()
        }))
    }

    /// One that panics each time that it is told this.
    pub fn upset(by: &'static str) -> Listener {
        Listener::with(move |occasion| assert_ne!(occasion, by, "a subscriber may panic"))
    }

    /// Listens to this thread.
    pub fn listen(&self) -> DefaultGuard {
        tracing::subscriber::set_default(self.clone())
    }

    pub fn spans(&self) -> Vec<Told> {
        lock(&self.0.spans).clone()
    }

    pub fn events(&self) -> Vec<Told> {
        lock(&self.0.events).clone()
    }

    fn told(&self, occasion: &str) {
        if let Some(hook) = &self.0.hook {
            hook(occasion);
        }
    }

    fn index(id: &Id) -> usize {
        usize::try_from(id.into_u64()).unwrap() - 1
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "service_connect"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        self.told("new_span");
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let mut spans = lock(&self.0.spans);
        spans.push(Told {
            level: *attributes.metadata().level(),
            fields: fields.0,
            within: None,
            has_ended: false,
        });
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, id: &Id, record: &Record<'_>) {
        self.told("record");
        let mut fields = Fields::default();
        record.record(&mut fields);
        for (name, value) in fields.0 {
            let told = &mut lock(&self.0.spans)[Listener::index(id)].fields;
            // An exporter would have both.
            assert_eq!(
                told.insert(name.clone(), value),
                None,
                "{name} is told twice"
            );
        }
    }

    fn event(&self, event: &Event<'_>) {
        self.told("event");
        let mut fields = Fields::default();
        event.record(&mut fields);
        lock(&self.0.events).push(Told {
            level: *event.metadata().level(),
            fields: fields.0,
            within: lock(&self.0.within).last().copied(),
            has_ended: false,
        });
    }

    fn enter(&self, id: &Id) {
        self.told("enter");
        lock(&self.0.within).push(Listener::index(id));
    }

    fn exit(&self, id: &Id) {
        self.told("exit");
        assert_eq!(lock(&self.0.within).pop(), Some(Listener::index(id)));
    }

    fn try_close(&self, id: Id) -> bool {
        self.told("try_close");
        lock(&self.0.spans)[Listener::index(&id)].has_ended = true;
        true
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
}

#[derive(Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}
