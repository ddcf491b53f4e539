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
use tokio::time::{Instant, timeout_at};

use super::Check;
use super::cause::{Cause, Parties};
use crate::balance::{Avoid, is_proxy};
use crate::choose::{ENVIRONMENT, SERVICE, Target, Variables, Way, is_missing};
use crate::connection::Pool;
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
    Unresolved(Option<io::Error>),
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
    let environment = Variables::process().get(ENVIRONMENT);
    let mut check = Check {
        service,
        environment: environment.map(str::to_owned),
        way: None,
        url: None,
        connected: Vec::new(),
        cause: None,
        explanation: None,
        took: Duration::ZERO,
    };
    if let Ok(choice) = client.choice() {
        check.goes(choice.way, &choice.target);
    }
    let route = client.choice().and_then(ready);
    match route.and_then(|()| client.route()) {
        Ok(route) => check.probe(route, end).await,
        Err(error) => check.has_no_way(&error),
    }
    check.took = start.elapsed();
    check
}

impl Check {
    fn goes(&mut self, way: Way, to: &Target) {
        self.way = Some(way.id());
        self.url = Some(to.to_string());
    }

    fn has_no_way(&mut self, error: &Error) {
        let is_task = Variables::process().deployed();
        self.cause = Some(match error {
            error if is_missing(error) && !is_task => Cause::NotInEcs,
            Error::Variable(_) => Cause::Variable,
            _ => Cause::NoWay,
        });
        self.explanation = Some(error.details().problem().to_owned());
    }

    async fn probe(&mut self, route: &Route, end: Instant) {
        let choice = &route.choice;
        let wrong = match connect_all(route, end).await {
            Found::Tried(target, tried) => {
                let connected = tried.iter().filter(|(_, outcome)| outcome.is_ok());
                self.connected = connected.map(|(address, _)| *address).collect();
                if choice.fallback.as_ref() == Some(&target) {
                    self.goes(Way::Discovery, &target);
                }
                self.judge(route, &target, &tried, end).await
            }
            Found::Unresolved(error) => Some(self.unresolved(route, error)),
            Found::DnsSilent => {
                let about = self.parties(choice.way, &choice.target);
                Some((Cause::DnsSilent, about.dns_silent()))
            }
        };
        (self.cause, self.explanation) = wrong.unzip();
    }

    /// No name resolves.
    fn unresolved(&self, route: &Route, error: Option<io::Error>) -> (Cause, String) {
        let choice = &route.choice;
        let about = self.parties(choice.way, &choice.target);
        let said = error.map(|error| error.to_string()).unwrap_or_default();
        match choice.way {
            Way::ServiceConnect | Way::Discovery if !choice.deployed => {
                (Cause::NotInEcs, about.not_in_ecs())
            }
            // As glibc and musl say that they got no answer.
            _ if ["Temporary failure", "Try again"]
                .iter()
                .any(|words| said.contains(words)) =>
            {
                (Cause::DnsSilent, format!("{} ({said})", about.dns_silent()))
            }
            // Nothing else is known where it could have fallen back.
            Way::ServiceConnect if choice.fallback.is_none() => about.no_name(has_names()),
            _ => (
                Cause::NoTask,
                format!("{} ({said})", about.no_address(choice.fallback.as_ref())),
            ),
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
        let missing = Pool::of(target, route.resilience).missing();
        if tried.iter().any(|(_, outcome)| outcome.is_ok()) {
            let fell_back = choice.way == Way::ServiceConnect && *target != choice.target;
            if fell_back {
                let parties = self.parties(choice.way, &choice.target);
                let (cause, words) = parties.no_name(has_names());
                return Some((cause, format!("through discovery, because {words}")));
            }
            return some_fail(&about, &missing, tried);
        }
        // The first is the one that counts: an IPv6 address without a route comes last.
        let (address, outcome) = tried.first()?;
        let error = match outcome {
            Ok(()) => return None,
            Err(Trouble::Closed) => return Some(self.closed(route, &about, end).await),
            Err(Trouble::Failed(error)) => error,
        };
        let list = [missing, vec![list(tried)]].concat().join(", ");
        Some(match error.kind() {
            io::ErrorKind::ConnectionRefused if is_proxy(*address) => {
                (Cause::NoProxy, about.no_proxy(&list))
            }
            io::ErrorKind::ConnectionRefused => {
                (Cause::NothingListens, about.nothing_listens(&list))
            }
            io::ErrorKind::TimedOut
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable => (Cause::Silent, about.silent(&list)),
            // What rustls finds, and what a server does that finds something itself.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof if target.is_https() => {
                (Cause::Tls, about.tls(&error.to_string()))
            }
            _ => (Cause::Silent, list),
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
            Found::Unresolved(_) => {
                let about = self.parties(Way::Discovery, &direct.choice.target);
                (Cause::NoTask, about.no_address(None))
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

/// Where some of the tasks that an override names can be reached, those that cannot.
fn some_fail(
    about: &Parties<'_>,
    missing: &[String],
    tried: &[(SocketAddr, Outcome)],
) -> Option<(Cause, String)> {
    if about.way != Way::Override {
        return None;
    }
    let failed = tried.iter().filter(|(_, outcome)| outcome.is_err());
    let failed: Vec<_> = failed.map(words).collect();
    let all = [missing, &failed].concat().join(", ");
    if !missing.is_empty() {
        Some((Cause::NoTask, about.some_fail(&all)))
    } else if failed.is_empty() {
        None
    } else {
        Some((Cause::NothingListens, about.some_fail(&all)))
    }
}

/// What the addresses did, in words.
fn list(tried: &[(SocketAddr, Outcome)]) -> String {
    tried.iter().map(words).collect::<Vec<_>>().join(", ")
}

fn words((address, outcome): &(SocketAddr, Outcome)) -> String {
    match outcome {
        Ok(()) => format!("{address} takes connections"),
        Err(Trouble::Closed) => format!("{address} closes connections"),
        Err(Trouble::Failed(error)) => match error.kind() {
            io::ErrorKind::ConnectionRefused => format!("{address} refuses connections"),
            io::ErrorKind::TimedOut => format!("{address} {error}"),
            _ => format!("{address} fails ({error})"),
        },
    }
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
            Ok(Err(NoLease::Unresolved { error, .. })) if target.is_none() => {
                return Found::Unresolved(error);
            }
            Ok(Err(_)) | Err(_) => break,
        };
        let (address, order) = (lease.address(), avoid.unreachable.len());
        target.get_or_insert_with(|| lease.pool().target.clone());
        avoid.unreachable.push(address);
        let left = end.saturating_duration_since(Instant::now());
        let limit = route.resilience.connect_timeout.min(left);
        // It is told in milliseconds.
        let limit = Duration::from_millis(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
        running.spawn(async move {
            let outcome = match lease.connect(limit).await {
                Ok(mut connection) => {
                    let until = end.min(Instant::now() + LASTS);
                    let is_closed =
                        is_proxy(address) && timeout_at(until, connection.ends()).await.is_ok();
                    if is_closed {
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
        return Found::Unresolved(None);
    };
    let mut tried = running.join_all().await;
    tried.sort_unstable_by_key(|(order, _, _)| *order);
    let tried = tried.into_iter();
    let tried = tried.map(|(_, address, outcome)| (address, outcome));
    Found::Tried(target, tried.collect())
}
