//! A recorder of metrics that keeps what it is told, and may misbehave.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// A metric with its labels, in one line, and what was recorded of it.
type Numbers = BTreeMap<String, Vec<f64>>;

type Hook = Box<dyn Fn(&str) + Send + Sync>;

/// A clone is the same one.
#[derive(Clone, Default)]
pub struct Kept {
    numbers: Arc<Mutex<Numbers>>,
    hook: Option<Arc<Hook>>,
}

struct One {
    name: String,
    kept: Kept,
}

impl Kept {
    /// One that does something each time that it is told anything, before it takes note. It gets to know the metric's name.
    pub fn with(hook: impl Fn(&str) + Send + Sync + 'static) -> Kept {
        Kept {
            hook: Some(Arc::new(Box::new(hook))),
            ..Kept::default()
        }
    }

    pub fn all(&self) -> Numbers {
        let numbers = self.numbers.lock();
        numbers.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Those of a name, by their labels.
    pub fn of(&self, name: &str) -> Numbers {
        let all = self.all().into_iter();
        all.filter_map(|(key, values)| {
            let labels = key.strip_prefix(name)?.strip_prefix('{')?;
            Some((labels.trim_end_matches('}').to_owned(), values))
        })
        .collect()
    }

    fn one(&self, key: &Key) -> Arc<One> {
        let mut labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        labels.sort_unstable();
        Arc::new(One {
            name: format!("{}{{{}}}", key.name(), labels.join(",")),
            kept: self.clone(),
        })
    }
}

impl One {
    fn keep(&self, value: f64) {
        if let Some(hook) = &self.kept.hook {
            hook(&self.name);
        }
        let numbers = self.kept.numbers.lock();
        let mut numbers = numbers.unwrap_or_else(PoisonError::into_inner);
        numbers.entry(self.name.clone()).or_default().push(value);
    }
}

impl CounterFn for One {
    fn increment(&self, value: u64) {
        self.keep(f64::from(u32::try_from(value).unwrap()));
    }
    fn absolute(&self, _: u64) {
        unreachable!();
    }
}

impl GaugeFn for One {
    fn increment(&self, value: f64) {
        self.keep(value);
    }
    fn decrement(&self, value: f64) {
        self.keep(-value);
    }
    fn set(&self, _: f64) {
        unreachable!();
    }
}

impl HistogramFn for One {
    fn record(&self, value: f64) {
        self.keep(value);
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.one(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.one(key))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.one(key))
    }
}
