//! One service: resolved and connected to.
//!
//! ```text
//! let check = check(Some("api"), &client, end).await;
//! ```

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use super::Check;
use super::cause::{Cause, Parties};
use crate::balance::{Avoid, is_proxy};
use crate::choose::{SERVICE, Target, Variables, Way};
use crate::retry::ready;
use crate::route::{NoLease, Route};
use crate::{Client, Error};

/// For how long a connection through the proxy has to last to be one. In TCP mode it closes one that it has no task for as
/// soon as it has found that out.
const LASTS: Duration = Duration::from_millis(250);

/// Where Service Connect writes its names.
const HOSTS: &str = "/etc/hosts";

/// What is known of a service's addresses.
enum Found {
    Unresolved,
    DnsSilent,
    /// The name that resolved, and what each address did.
    Tried(Target, Vec<(SocketAddr, Outcome)>),
}

type Outcome = Result<(), Trouble>;

#[derive(Debug)]
enum Trouble {
    Failed(io::Error),
    /// The proxy took the connection, and closed it.
    Closed,
}

pub(super) async fn check(service: Option<&'static str>, client: &Client, end: Instant) -> Check {
    let start = Instant::now();
    let mut check = Check {
        service,
        environment: None,
        way: None,
        url: None,
        connected: Vec::new(),
        cause: None,
        explanation: None,
        took: Duration::ZERO,
    };
    match client
        .route()
        .and_then(|route| ready(&route.choice).map(|()| route))
    {
        Ok(route) => check.probe(route, end).await,
        Err(error) => check.has_no_way(&error),
    }
    check.took = start.elapsed();
    check
}

impl Check {
    fn has_no_way(&mut self, error: &Error) {
        let is_task = Variables::process().deployed();
        self.cause = Some(match error {
            Error::Variable(_) if !is_task => Cause::NotInEcs,
            Error::Variable(_) => Cause::Variable,
            _ => Cause::NoWay,
        });
        self.environment = error.details().environment().map(str::to_owned);
        self.explanation = Some(error.details().problem().to_owned());
    }

    async fn probe(&mut self, route: &Route, end: Instant) {
        let choice = &route.choice;
        self.environment.clone_from(&choice.environment);
        self.way = Some(choice.way.id());
        self.url = Some(choice.target.to_string());
        let found = connect_all(route, end).await;
        let wrong = match &found {
            Found::Tried(target, tried) => {
                let connected = tried.iter().filter(|(_, outcome)| outcome.is_ok());
                self.connected = connected.map(|(address, _)| *address).collect();
                if choice.fallback.as_ref() == Some(target) {
                    self.way = Some(Way::Discovery.id());
                    self.url = Some(target.to_string());
                }
                self.judge(route, target, tried, end).await
            }
            Found::Unresolved => Some(self.unresolved(route)),
            Found::DnsSilent => Some((
                Cause::DnsSilent,
                self.parties(choice.way, &choice.target).dns_silent(),
            )),
        };
        (self.cause, self.explanation) = wrong.unzip();
    }

    /// No name resolves.
    fn unresolved(&self, route: &Route) -> (Cause, String) {
        let choice = &route.choice;
        let last = choice.fallback.as_ref().unwrap_or(&choice.target);
        let about = self.parties(choice.way, last);
        match choice.way {
            Way::ServiceConnect | Way::Discovery if !choice.deployed => {
                (Cause::NotInEcs, about.not_in_ecs())
            }
            // Nothing else is known where it could have fallen back.
            Way::ServiceConnect if choice.fallback.is_none() => self
                .parties(choice.way, &choice.target)
                .no_name(has_names()),
            _ => (Cause::NoTask, about.no_address()),
        }
    }

    async fn judge(
        &self,
        route: &Route,
        target: &Target,
        tried: &[(SocketAddr, Outcome)],
        end: Instant,
    ) -> Option<(Cause, String)> {
        let choice = &route.choice;
        let about = self.parties(choice.way, target);
        if tried.iter().any(|(_, outcome)| outcome.is_ok()) {
            let fell_back = choice.way == Way::ServiceConnect && *target != choice.target;
            return fell_back.then(|| {
                let (cause, words) = self
                    .parties(choice.way, &choice.target)
                    .no_name(has_names());
                (cause, format!("through discovery, because {words}"))
            });
        }
        // The first is the one that counts: an IPv6 address without a route comes last.
        let (address, outcome) = tried.first()?;
        let error = match outcome {
            Ok(()) => return None,
            Err(Trouble::Closed) => return Some(self.closed(route, &about, end).await),
            Err(Trouble::Failed(error)) => error,
        };
        let list = list(tried);
        Some(match error.kind() {
            io::ErrorKind::ConnectionRefused if is_proxy(*address) => {
                (Cause::NoProxy, about.no_proxy(&list))
            }
            io::ErrorKind::ConnectionRefused => {
                (Cause::NothingListens, about.nothing_listens(&list))
            }
            _ if target.is_https() && error.kind() != io::ErrorKind::TimedOut => {
                (Cause::Tls, about.tls(&error.to_string()))
            }
            _ => (Cause::Silent, about.silent(&list)),
        })
    }

    fn parties<'a>(&'a self, way: Way, target: &'a Target) -> Parties<'a> {
        Parties {
            way,
            service: self.service.unwrap_or(target.host()),
            caller: Variables::process().get(SERVICE),
            host: target.host(),
            port: target.port(),
        }
    }

    /// The proxy has no task for the connection: what discovery says of them.
    async fn closed(&self, route: &Route, about: &Parties<'_>, end: Instant) -> (Cause, String) {
        let Some(direct) = route.directly() else {
            return (Cause::NoTask, about.closed());
        };
        match connect_all(&direct, end).await {
            Found::Unresolved => {
                let about = self.parties(Way::Discovery, &direct.choice.target);
                (Cause::NoTask, about.no_address())
            }
            Found::DnsSilent => (Cause::NoTask, about.closed()),
            Found::Tried(_, tried) => {
                let is_refused = |outcome: &Outcome| matches!(outcome, Err(Trouble::Failed(error)) if error.kind() == io::ErrorKind::ConnectionRefused);
                if tried.iter().any(|(_, outcome)| outcome.is_ok()) {
                    (Cause::ProxyCutOff, about.cut_off())
                } else if tried.iter().any(|(_, outcome)| is_refused(outcome)) {
                    (Cause::NothingListens, about.nothing_listens(&list(&tried)))
                } else {
                    (Cause::Silent, about.silent(&list(&tried)))
                }
            }
        }
    }
}

/// Whether Service Connect has written any name for this task: the address of its proxy is in none but its lines.
fn has_names() -> bool {
    let hosts = fs::read_to_string(HOSTS).unwrap_or_default();
    let mut addresses = hosts
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    addresses.any(|address| {
        let address = address.parse();
        address.is_ok_and(|address| is_proxy(SocketAddr::new(address, 0)))
    })
}

/// What the addresses did, in words.
fn list(tried: &[(SocketAddr, Outcome)]) -> String {
    let words = tried.iter().map(|(address, outcome)| match outcome {
        Ok(()) => format!("{address} takes connections"),
        Err(Trouble::Closed) => format!("{address} closes connections"),
        Err(Trouble::Failed(error)) => match error.kind() {
            io::ErrorKind::ConnectionRefused => format!("{address} refuses connections"),
            io::ErrorKind::TimedOut => format!("{address} {error}"),
            _ => format!("{address} fails ({error})"),
        },
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Connects to each address of the first name that resolves. What can be kept is.
async fn connect_all(route: &Route, end: Instant) -> Found {
    let mut running = JoinSet::new();
    let mut avoid = Avoid::default();
    let mut target = None;
    loop {
        let patience = end.saturating_duration_since(Instant::now());
        let lease = match timeout_at(end, route.lease(&avoid, true, patience)).await {
            Ok(Ok(lease)) => lease,
            Err(_) if target.is_none() => return Found::DnsSilent,
            Ok(Err(NoLease::Unresolved { .. })) if target.is_none() => return Found::Unresolved,
            Ok(Err(_)) | Err(_) => break,
        };
        let (address, order) = (lease.address(), avoid.unreachable.len());
        target.get_or_insert_with(|| lease.pool().target.clone());
        avoid.unreachable.push(address);
        let limit = route.resilience.connect_timeout.min(patience);
        running.spawn(async move {
            let outcome = match lease.connect(limit).await {
                Ok(mut connection) => {
                    if is_proxy(address) && timeout(LASTS, connection.ends()).await.is_ok() {
                        Err(Trouble::Closed)
                    } else {
                        lease.keep(connection);
                        Ok(())
                    }
                }
                Err(error) => Err(Trouble::Failed(error)),
            };
            (order, address, outcome)
        });
    }
    let Some(target) = target else {
        return Found::Unresolved;
    };
    let mut tried = running.join_all().await;
    tried.sort_unstable_by_key(|(order, _, _)| *order);
    let tried = tried.into_iter();
    let tried = tried.map(|(_, address, outcome)| (address, outcome));
    Found::Tried(target, tried.collect())
}
