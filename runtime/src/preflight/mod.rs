//! Whether services can be reached from here, before the first call: with the reason, where one cannot.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use service_connect::{Client, preflight};
//!
//! // As `preflight([Api::client(), Billing::client()])`.
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let api = Client::at(format!("http://{}", listener.local_addr()?))?;
//! let report = preflight([api]).await;
//! assert!(report.is_ready(), "{report}");
//! # Ok(())
//! # }
//! ```

mod cause;
mod probe;

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use self::cause::Cause;
use crate::Client;
use crate::resilience::NEVER;
use crate::status::milliseconds;

/// How long all of it may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Resolves and connects to each of the services, all at the same time, and says what keeps calls from getting there. No
/// request is sent; what was connected serves the first calls.
///
/// For the start of a process: `println!("{}", preflight([Api::client()]).await)`; or for a `/healthz`, as JSON. It takes
/// 5 s at most, unless [`timeout`](PreflightBuilder::timeout) says otherwise.
///
/// Through the proxy of Service Connect a connection says nothing of the tasks where the proxy looks at requests
/// (`AppProtocol: http`, which Copilot never writes): it knows of none until it has one to send.
pub fn preflight(clients: impl IntoIterator<Item = Client>) -> PreflightBuilder {
    PreflightBuilder {
        clients: clients.into_iter().collect(),
        limit: LIMIT,
    }
}

/// What [`preflight`] gives: to be awaited, in a tokio runtime.
#[must_use = "it does nothing until it is awaited"]
#[derive(Debug)]
pub struct PreflightBuilder {
    clients: Vec<Client>,
    limit: Duration,
}

impl PreflightBuilder {
    /// The same within another time.
    pub fn timeout(self, limit: Duration) -> PreflightBuilder {
        PreflightBuilder { limit, ..self }
    }

    async fn run(self) -> Preflight {
        let end = Instant::now() + self.limit.min(NEVER);
        if Handle::try_current().is_err() {
            // Each says so.
            let mut checks = Vec::new();
            for client in &self.clients {
                checks.push(probe::check(client.service(), &client.chosen(), end).await);
            }
            return Preflight { checks };
        }
        let mut running = JoinSet::new();
        for (index, client) in self.clients.into_iter().enumerate() {
            // An override in code is in force here, and not in a task.
            let (service, client) = (client.service(), client.chosen().into_owned());
            running.spawn(async move { (index, probe::check(service, &client, end).await) });
        }
        let mut checks = running.join_all().await;
        checks.sort_unstable_by_key(|(index, _)| *index);
        let checks = checks.into_iter().map(|(_, check)| check).collect();
        Preflight { checks }
    }
}

impl IntoFuture for PreflightBuilder {
    type Output = Preflight;
    type IntoFuture = Pin<Box<dyn Future<Output = Preflight> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// What came of a [`preflight`]: as text one line for each service, and serializable.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preflight {
    /// One for each client, in their order.
    pub checks: Vec<Check>,
}

/// What came of one service.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Check {
    /// The service, as its manifest names it. None for a client of a base URL.
    pub service: Option<&'static str>,
    /// The environment of this process.
    pub environment: Option<String>,
    /// How it is reached: `service-connect`, `discovery`, `override` or `url`. None if there is no way.
    pub way: Option<&'static str>,
    /// Its base URL, if there is a way.
    pub url: Option<String>,
    /// The addresses that took a connection: tasks, or the proxy of Service Connect.
    pub connected: Vec<SocketAddr>,
    /// What is wrong, if something is.
    pub cause: Option<Cause>,
    /// What is wrong and what to do, in words.
    pub explanation: Option<String>,
    /// How long it took. Serialized as `took_ms`, in milliseconds.
    pub took: Duration,
}

impl Preflight {
    /// Whether all services can be reached, if not all in the way that was meant.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.checks.iter().all(Check::is_ready)
    }
}

impl Check {
    /// Whether calls get there, if not in the way that was meant.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.connected.is_empty()
    }
}

impl fmt::Display for Preflight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.checks.iter().map(Check::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match (self.is_ready(), self.cause) {
            (true, None) => "ready",
            (true, Some(_)) => "ready, but",
            (false, _) => "not ready",
        };
        let who = self.service.or(self.url.as_deref());
        write!(f, "{}: {verdict}", who.unwrap_or_default())?;
        if let (Some(_), Some(url)) = (self.service, &self.url) {
            write!(f, ": {url}")?;
        }
        match &self.explanation {
            Some(explanation) => write!(f, ": {explanation}"),
            None => write!(f, " in {} ms", milliseconds(self.took)),
        }
    }
}

impl Serialize for Preflight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Preflight", 2)?;
        fields.serialize_field("ready", &self.is_ready())?;
        fields.serialize_field("checks", &self.checks)?;
        fields.end()
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Check", 9)?;
        fields.serialize_field("service", &self.service)?;
        fields.serialize_field("environment", &self.environment)?;
        fields.serialize_field("way", &self.way)?;
        fields.serialize_field("url", &self.url)?;
        fields.serialize_field("ready", &self.is_ready())?;
        fields.serialize_field("connected", &self.connected)?;
        fields.serialize_field("cause", &self.cause)?;
        fields.serialize_field("explanation", &self.explanation)?;
        fields.serialize_field("took_ms", &milliseconds(self.took))?;
        fields.end()
    }
}
