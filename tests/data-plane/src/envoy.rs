//! The proxy of Service Connect in a client's task.
//!
//! ```no_run
//! # use data_plane::{namespace::Namespace, task::Task};
//! # fn example(namespace: &Namespace, task: &Task) -> data_plane::Result<()> {
//! use data_plane::envoy::{self, Envoy, Mode, Upstream};
//!
//! let api = Upstream {
//!     name: "api".to_owned(),
//!     alias: "api".to_owned(),
//!     port: 80,
//!     addresses: vec!["10.0.1.7".to_owned()],
//! };
//! envoy::publish(namespace, &[api.clone()])?;
//! let envoy = Envoy::start(task, Mode::Tcp, &[api])?;
//! assert_eq!(envoy.passed_on(task, "api")?, 0);
//! # Ok(())
//! # }
//! ```

use std::fmt::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::namespace::Namespace;
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

/// Tells the proxies of an environment where the tasks of these services are, as ECS does: also those that run, once they
/// have seen it.
///
/// # Errors
/// Where the system refuses.
pub fn publish(namespace: &Namespace, upstreams: &[Upstream]) -> Result<()> {
    for upstream in upstreams {
        namespace.replace(&endpoints_file(&upstream.name), &endpoints(upstream))?;
    }
    Ok(())
}

/// Envoy reads the endpoints of one service from one file.
fn endpoints_file(service: &str) -> String {
    format!("endpoints-{service}.json")
}

/// A running proxy. It ends with its namespace.
#[derive(Debug)]
pub struct Envoy {
    mode: Mode,
    process: Process,
}

impl Envoy {
    /// Starts it in a client's task; when this returns, it takes connections, and knows the tasks of these services.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn start(task: &Task, mode: Mode, upstreams: &[Upstream]) -> Result<Self> {
        let config = config(mode, upstreams, &programs::mount_point()?);
        let program = programs::envoy()?;
        let mut arguments = vec!["--disable-hot-restart", "--concurrency", "1"];
        // Who has endpoints told has to have names.
        arguments.extend(["--service-node", "client", "--service-cluster", "client"]);
        arguments.extend(["--config-yaml", &config]);
        let process = task.run(program.as_os_str(), &[], &arguments)?;
        process.wait_for("starting workers")?;
        let envoy = Self { mode, process };
        envoy.wait_until(task, "listener_manager.workers_started", |value| value == 1)?;
        for upstream in upstreams {
            let updates = format!("cluster.{}.update_success", upstream.name);
            envoy.wait_until(task, &updates, |value| value > 0)?;
        }
        Ok(envoy)
    }

    /// Kills it; when this returns, another can listen where it did.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn kill(&self, task: &Task) -> Result<()> {
        let program = programs::envoy()?;
        let name = program.file_name().unwrap_or_default();
        // The kernel keeps 15 letters of it.
        let name: String = name.to_string_lossy().chars().take(15).collect();
        task.signal("KILL", &name)?;
        self.process.wait_for_end().map(drop)
    }

    /// Waits until it knows so many tasks of a service.
    ///
    /// # Errors
    /// Where it does not in time.
    pub fn wait_for_tasks(&self, task: &Task, service: &str, tasks: u64) -> Result<()> {
        let members = format!("cluster.{service}.membership_total");
        self.wait_until(task, &members, |value| value == tasks)
    }

    fn wait_until(&self, task: &Task, name: &str, is_met: impl Fn(u64) -> bool) -> Result<()> {
        let end = Instant::now() + DEADLINE;
        loop {
            let value = counter(task, name)?;
            if is_met(value) {
                return Ok(());
            }
            if Instant::now() > end {
                let log = self.process.lines().join("\n");
                return Err(Error::new(format!(
                    "envoy is not ready in time: {name} is {value}; its log:\n{log}"
                )));
            }
            thread::sleep(PAUSE);
        }
    }

    /// How much it has passed on to the tasks of a service: connections or requests, whichever it balances.
    ///
    /// # Errors
    /// Where it does not say.
    pub fn passed_on(&self, task: &Task, service: &str) -> Result<u64> {
        match self.mode {
            Mode::Tcp => self.connections(task, service),
            Mode::Http => counter(task, &format!("cluster.{service}.upstream_rq_total")),
        }
    }

    /// How many connections it has made to the tasks of a service.
    ///
    /// # Errors
    /// Where it does not say.
    pub fn connections(&self, task: &Task, service: &str) -> Result<u64> {
        counter(task, &format!("cluster.{service}.upstream_cx_total"))
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

fn config(mode: Mode, upstreams: &[Upstream], scratch: &Path) -> String {
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
    let clusters = upstreams.iter();
    let clusters: Vec<_> = clusters
        .map(|upstream| cluster(&upstream.name, scratch))
        .collect();
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
fn cluster(name: &str, scratch: &Path) -> String {
    let path = scratch.join(endpoints_file(name));
    let path = path.display();
    format!(
        r#"{{"name":"{name}","type":"EDS","eds_cluster_config":{{"eds_config":{{"resource_api_version":"V3","path_config_source":{{"path":"{path}"}}}}}},"connect_timeout":"1s","lb_policy":"ROUND_ROBIN","outlier_detection":{{"consecutive_5xx":5,"interval":"30s","base_ejection_time":"30s","max_ejection_time":"300s","max_ejection_percent":100}},"circuit_breakers":{{"thresholds":[{{"max_retries":1024}}]}}}}"#
    )
}

fn endpoints(upstream: &Upstream) -> String {
    let Upstream { name, port, .. } = upstream;
    let endpoints = upstream.addresses.iter().map(|address| {
        let address = socket_address(address, *port);
        format!(r#"{{"endpoint":{{"address":{address}}}}}"#)
    });
    let endpoints = endpoints.collect::<Vec<_>>().join(",");
    format!(
        r#"{{"resources":[{{"@type":"type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment","cluster_name":"{name}","endpoints":[{{"lb_endpoints":[{endpoints}]}}]}}]}}"#
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
