//! The proxy of Service Connect in a client's task.
//!
//! ```no_run
//! # fn example(task: &data_plane::task::Task) -> data_plane::Result<()> {
//! use data_plane::envoy::{Envoy, Mode, Upstream};
//!
//! let api = Upstream {
//!     name: "api".to_owned(),
//!     alias: "api".to_owned(),
//!     port: 80,
//!     addresses: vec!["10.0.1.7".to_owned()],
//! };
//! let envoy = Envoy::start(task, Mode::Tcp, &[api])?;
//! assert_eq!(envoy.taken(task, "api")?, 0);
//! # Ok(())
//! # }
//! ```

use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{DEADLINE, Process};
use crate::task::Task;
use crate::{Error, Result, programs};

const ADMIN: u16 = 9901;

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(10);

/// What it balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Connections, as Copilot deploys it.
    Tcp,
    /// Requests, as with `AppProtocol: http`: 15 s for each, and two retries.
    Http,
}

/// A service that it leads to.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// The service's name.
    pub name: String,
    /// What clients call it.
    pub alias: String,
    /// Where its tasks listen, and the proxy for it.
    pub port: u16,
    /// Of its tasks.
    pub addresses: Vec<String>,
}

/// The lines that ECS writes into the hosts file of a task: two for each alias, the second without a route in a network
/// of IPv4.
#[must_use]
pub fn hosts(upstreams: &[Upstream]) -> String {
    let mut hosts = String::new();
    for (upstream, number) in upstreams.iter().zip(1..) {
        let alias = &upstream.alias;
        let listener = listener_address(number);
        // Writing to a string does not fail.
        let _ = write!(
            hosts,
            "{listener} {alias}\n2600:f0f0:0:0:0:0:0:{number:x} {alias}\n"
        );
    }
    hosts
}

fn listener_address(number: u8) -> String {
    format!("127.255.0.{number}")
}

/// A running proxy. It ends with its namespace.
#[derive(Debug)]
pub struct Envoy {
    mode: Mode,
    process: Process,
}

impl Envoy {
    /// Starts it in a client's task; when this returns, it takes connections.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn start(task: &Task, mode: Mode, upstreams: &[Upstream]) -> Result<Self> {
        let config = config(mode, upstreams);
        let program = programs::envoy()?;
        let arguments = ["--disable-hot-restart", "--concurrency", "1"];
        let arguments = [&arguments[..], &["--config-yaml", &config]].concat();
        let process = task.run(program.as_os_str(), &[], &arguments)?;
        process.wait_for("starting workers")?;
        let envoy = Self { mode, process };
        let end = Instant::now() + DEADLINE;
        while counter(task, "listener_manager.workers_started")? != 1 {
            if Instant::now() > end {
                let log = envoy.process.lines().join("\n");
                return Err(Error::new(format!("envoy did not start in time:\n{log}")));
            }
            thread::sleep(PAUSE);
        }
        Ok(envoy)
    }

    /// How much it has passed on to the tasks of a service: connections or requests, whichever it balances.
    ///
    /// # Errors
    /// Where it does not say.
    pub fn taken(&self, task: &Task, service: &str) -> Result<u64> {
        let what = match self.mode {
            Mode::Tcp => "upstream_cx_total",
            Mode::Http => "upstream_rq_total",
        };
        counter(task, &format!("cluster.{service}.{what}"))
    }
}

fn counter(task: &Task, name: &str) -> Result<u64> {
    let pattern = name.replace('.', "\\.");
    let answer = task.get("127.0.0.1", ADMIN, &format!("/stats?filter=^{pattern}$"))?;
    let value = answer.body.trim().strip_prefix(&format!("{name}: "));
    value
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| Error::new(format!("envoy has no counter {name}: {answer:?}")))
}

fn config(mode: Mode, upstreams: &[Upstream]) -> String {
    let listeners = upstreams.iter().zip(1..);
    let listeners: Vec<_> = listeners
        .map(|(upstream, number)| {
            let name = &upstream.name;
            let address = socket_address(&listener_address(number), upstream.port);
            let filter = match mode {
                Mode::Tcp => tcp_proxy(name),
                Mode::Http => http_manager(name),
            };
            format!(
                r#"{{"name":"{name}","address":{address},"filter_chains":[{{"filters":[{filter}]}}]}}"#
            )
        })
        .collect();
    let clusters: Vec<_> = upstreams.iter().map(cluster).collect();
    let (listeners, clusters) = (listeners.join(","), clusters.join(","));
    let admin = socket_address("127.0.0.1", ADMIN);
    format!(
        r#"{{"admin":{{"address":{admin}}},"static_resources":{{"listeners":[{listeners}],"clusters":[{clusters}]}}}}"#
    )
}

fn socket_address(address: &str, port: u16) -> String {
    format!(r#"{{"socket_address":{{"address":"{address}","port_value":{port}}}}}"#)
}

/// Tasks in turn, and out with one that fails 5 times, even if it is one of two: Envoy's own limit is a tenth of them. Its
/// own limit of three retries at a time would show in these tests as a fault of their load.
fn cluster(upstream: &Upstream) -> String {
    let Upstream { name, port, .. } = upstream;
    let endpoints = upstream.addresses.iter().map(|address| {
        let address = socket_address(address, *port);
        format!(r#"{{"endpoint":{{"address":{address}}}}}"#)
    });
    let endpoints = endpoints.collect::<Vec<_>>().join(",");
    format!(
        r#"{{"name":"{name}","type":"STATIC","connect_timeout":"1s","lb_policy":"ROUND_ROBIN","outlier_detection":{{"consecutive_5xx":5,"interval":"30s","base_ejection_time":"30s","max_ejection_time":"300s","max_ejection_percent":100}},"circuit_breakers":{{"thresholds":[{{"max_retries":1024}}]}},"load_assignment":{{"cluster_name":"{name}","endpoints":[{{"lb_endpoints":[{endpoints}]}}]}}}}"#
    )
}

fn tcp_proxy(cluster: &str) -> String {
    format!(
        r#"{{"name":"envoy.filters.network.tcp_proxy","typed_config":{{"@type":"type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy","stat_prefix":"{cluster}","cluster":"{cluster}","idle_timeout":"3600s"}}}}"#
    )
}

fn http_manager(cluster: &str) -> String {
    let route = format!(
        r#"{{"match":{{"prefix":"/"}},"route":{{"cluster":"{cluster}","timeout":"15s","retry_policy":{{"retry_on":"connect-failure,retriable-status-codes","retriable_status_codes":[503],"num_retries":2}}}}}}"#
    );
    format!(
        r#"{{"name":"envoy.filters.network.http_connection_manager","typed_config":{{"@type":"type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager","stat_prefix":"{cluster}","route_config":{{"virtual_hosts":[{{"name":"all","domains":["*"],"routes":[{route}]}}]}},"http_filters":[{{"name":"envoy.filters.http.router","typed_config":{{"@type":"type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}}}]}}}}"#
    )
}
