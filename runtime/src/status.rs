//! What a client knows of its service at a moment, as data: for a `/healthz`, a log, or a person.
//!
//! ```
//! use service_connect::Client;
//!
//! // As `Api::client().status()`.
//! let status = Client::at("http://127.0.0.1:8080")?.status();
//! assert_eq!(status.url.as_deref(), Some("http://127.0.0.1:8080"));
//! assert!(status.tasks.is_empty(), "nothing was called yet");
//! assert!(serde_json::to_string(&status)?.contains(r#""way":"url""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::net::SocketAddr;
use std::time::Duration;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::Client;
use crate::choose::{ENVIRONMENT, RESILIENCE, Variables, Way};
use crate::route::Route;

/// The way to a service, and who is there: what the next call would go by.
///
/// It serializes with these names. There is nothing secret in it: no path, no header, no value of a variable but the host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// The service, as its manifest names it. None for a client of a base URL.
    pub service: Option<&'static str>,
    /// The environment of this process.
    pub environment: Option<String>,
    /// How it is reached: `service-connect`, `discovery`, `override` or `url`. None if there is no way.
    pub way: Option<&'static str>,
    /// Its base URL, if there is a way.
    pub url: Option<String>,
    /// Whether calls go to the discovery name because the Service Connect name does not resolve.
    pub fell_back: bool,
    /// Why no call can be made: what its error would say.
    pub problem: Option<String>,
    /// Requests in flight, of all clients that share its connections.
    pub in_flight: usize,
    /// The tasks that DNS named of late, or the proxy of Service Connect in their place. None were looked up before the
    /// first call or `preflight`.
    pub tasks: Vec<TaskStatus>,
    /// The last look-up of its name; none before the first call or `preflight`.
    pub lookup: Option<LookupStatus>,
}

/// A task of a service, or the proxy of Service Connect.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskStatus {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it is the proxy of Service Connect, which stands for all tasks.
    pub proxy: bool,
    /// Requests in flight there.
    pub in_flight: usize,
    /// Connections that no request is on.
    pub idle_connections: usize,
    /// Failures in a row.
    pub failures: u32,
    /// For how long it gets no requests; zero where one is about to find out how it is. None if it is not ejected.
    /// Serialized as `ejected_for_ms`, in milliseconds.
    pub ejected_for: Option<Duration>,
    /// What its answers take of late. Serialized as `latency_ms`, in milliseconds.
    pub latency: Option<Duration>,
}

/// A look-up of a name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LookupStatus {
    /// How long ago it ended. Serialized as `age_ms`, in milliseconds.
    pub age: Duration,
    /// Why it named no tasks: these are then the last ones that were named.
    pub problem: Option<String>,
}

impl Client {
    /// What this client knows of its service now. It asks nobody: a copy of what is there, which takes the lock of its
    /// connections for as long as that takes. As with a call, an override in force counts.
    #[must_use]
    pub fn status(&self) -> Status {
        let client = self.chosen();
        let mut status = Status {
            service: self.service(),
            environment: Variables::process().get(ENVIRONMENT).map(str::to_owned),
            way: None,
            url: None,
            fell_back: false,
            problem: None,
            in_flight: 0,
            tasks: Vec::new(),
            lookup: None,
        };
        let choice = match client.choice() {
            Ok(choice) => choice,
            Err(error) => {
                status.problem = Some(error.to_string());
                return status;
            }
        };
        if let Err(error) = Variables::process().switch(RESILIENCE) {
            status.problem = Some(error.to_string());
        }
        let (mut target, mut way) = (&choice.target, choice.way);
        if let Some((pool, fell_back)) = client.used_route().and_then(Route::in_use) {
            if fell_back {
                (target, way) = (&pool.target, Way::Discovery);
            }
            status.fell_back = fell_back;
            (status.in_flight, status.tasks, status.lookup) = pool.snapshot();
        }
        status.way = Some(way.id());
        status.url = Some(target.to_string());
        status
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Status", 9)?;
        fields.serialize_field("service", &self.service)?;
        fields.serialize_field("environment", &self.environment)?;
        fields.serialize_field("way", &self.way)?;
        fields.serialize_field("url", &self.url)?;
        fields.serialize_field("fell_back", &self.fell_back)?;
        fields.serialize_field("problem", &self.problem)?;
        fields.serialize_field("in_flight", &self.in_flight)?;
        fields.serialize_field("tasks", &self.tasks)?;
        fields.serialize_field("lookup", &self.lookup)?;
        fields.end()
    }
}

impl Serialize for TaskStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("TaskStatus", 7)?;
        fields.serialize_field("address", &self.address)?;
        fields.serialize_field("proxy", &self.proxy)?;
        fields.serialize_field("in_flight", &self.in_flight)?;
        fields.serialize_field("idle_connections", &self.idle_connections)?;
        fields.serialize_field("failures", &self.failures)?;
        fields.serialize_field("ejected_for_ms", &self.ejected_for.map(milliseconds))?;
        fields.serialize_field("latency_ms", &self.latency.map(milliseconds))?;
        fields.end()
    }
}

impl Serialize for LookupStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("LookupStatus", 2)?;
        fields.serialize_field("age_ms", &milliseconds(self.age))?;
        fields.serialize_field("problem", &self.problem)?;
        fields.end()
    }
}

/// To the microsecond.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
