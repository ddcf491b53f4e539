//! The order to deploy in for the first time: a client whose task started before its server was first deployed with
//! Service Connect never finds it, because a task's hosts are written when it starts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::application::Application;

use super::edge::Edge;

/// Of so many services in one circle, the smallest set to deploy again is found by trying.
const MAX_TRIED: usize = 12;

/// The order in one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// What can be deployed at the same time, one after the other; services without calls by Service Connect are in none.
    pub waves: Vec<Vec<String>>,
    /// Services that call each other in a circle, so that no order is right for all.
    pub cycles: Vec<Cycle>,
    /// Services that are deployed from another repository, and have to be there before those that call them.
    pub elsewhere: Vec<Elsewhere>,
}

/// Services that call each other in a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// All of them, in the order of their names.
    pub services: Vec<String>,
    /// The shortest circle, which ends with the service that it starts with.
    pub shortest: Vec<String>,
    /// Those to be deployed once more after all others.
    pub again: Vec<String>,
    /// Whether no smaller set would do; of very many services, not every set is tried.
    pub is_smallest: bool,
}

/// A service of another repository that is called by Service Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The service.
    pub service: String,
    /// Those that call it.
    pub callers: Vec<String>,
}

impl Order {
    /// The order in the environment of that index, or by the base manifests.
    #[must_use]
    pub fn find(application: &Application, edges: &[Edge<'_>], environment: Option<usize>) -> Self {
        let services = application.services.iter();
        let external = services.filter(|service| service.external);
        let external: BTreeSet<&str> = external.map(|service| service.name.as_str()).collect();
        let mut elsewhere: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut servers: Servers<'_> = BTreeMap::new();
        for edge in edges {
            // A task that calls its own service is there once the service is.
            if edge.caller == edge.callee || !edge.connects(environment) {
                continue;
            }
            if external.contains(edge.callee) {
                let callers = elsewhere.entry(edge.callee).or_default();
                callers.push(edge.caller.to_owned());
                continue;
            }
            servers.entry(edge.callee).or_default();
            servers.entry(edge.caller).or_default().insert(edge.callee);
        }
        let cycles: Vec<_> = circles(&servers)
            .iter()
            .map(|circle| Cycle::of(circle))
            .collect();
        for cycle in &cycles {
            for again in &cycle.again {
                let called = servers.get_mut(again.as_str());
                let is_other = |server: &&str| !cycle.services.iter().any(|one| one == server);
                if let Some(called) = called {
                    called.retain(is_other);
                }
            }
        }
        let elsewhere = elsewhere.into_iter();
        Self {
            waves: waves(&servers),
            cycles,
            elsewhere: elsewhere
                .map(|(service, callers)| Elsewhere {
                    service: service.to_owned(),
                    callers,
                })
                .collect(),
        }
    }

    /// Whether it does not matter.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.waves.is_empty() && self.elsewhere.is_empty()
    }

    /// Whether that service is to be deployed once more, so that it may come before those that it calls.
    #[must_use]
    pub fn is_again(&self, service: &str) -> bool {
        let mut again = self.cycles.iter().flat_map(|cycle| &cycle.again);
        again.any(|again| again == service)
    }
}

/// The servers of each client; every service that is one or the other has an entry.
type Servers<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The circles, each with the calls among its services: what is reached both along the calls and against them.
fn circles<'a>(servers: &Servers<'a>) -> Vec<Servers<'a>> {
    let mut seen = BTreeSet::new();
    let mut finished = Vec::new();
    for service in servers.keys() {
        finished.extend(reached(servers, service, &mut seen));
    }
    let clients = turned(servers);
    let mut seen = BTreeSet::new();
    let mut circles = Vec::new();
    // Whoever is left last is called by nobody else, but for those of its own circle.
    for service in finished.into_iter().rev() {
        let names: BTreeSet<&str> = reached(&clients, service, &mut seen).into_iter().collect();
        if names.len() > 1 {
            let inside = names.iter().map(|client| {
                let called = servers[client].intersection(&names).copied();
                (*client, called.collect())
            });
            circles.push(inside.collect());
        }
    }
    circles.sort_by_key(|circle: &Servers<'a>| circle.keys().next().copied());
    circles
}

/// What is reached from `start` and was not seen, each after what is reached from it.
fn reached<'a>(graph: &Servers<'a>, start: &'a str, seen: &mut BTreeSet<&'a str>) -> Vec<&'a str> {
    let mut left = Vec::new();
    let mut path = Vec::new();
    if seen.insert(start) {
        path.push((start, graph[start].iter()));
    }
    while let Some((service, rest)) = path.last_mut() {
        let Some(next) = rest.find(|next| seen.insert(next)) else {
            left.push(*service);
            path.pop();
            continue;
        };
        path.push((next, graph[next].iter()));
    }
    left
}

/// The clients of each server.
fn turned<'a>(servers: &Servers<'a>) -> Servers<'a> {
    let mut clients: Servers<'a> = servers
        .keys()
        .map(|name| (*name, BTreeSet::new()))
        .collect();
    for (client, called) in servers {
        for server in called {
            clients.entry(server).or_default().insert(client);
        }
    }
    clients
}

/// Clients after their servers; what is in a circle is left out.
fn waves(servers: &Servers<'_>) -> Vec<Vec<String>> {
    let clients = turned(servers);
    let mut missing: BTreeMap<&str, usize> = servers
        .iter()
        .map(|(client, called)| (*client, called.len()))
        .collect();
    let free = missing.iter().filter(|(_, missing)| **missing == 0);
    let mut wave: BTreeSet<&str> = free.map(|(service, _)| *service).collect();
    let mut waves = Vec::new();
    while !wave.is_empty() {
        let mut next = BTreeSet::new();
        for client in wave
            .iter()
            .filter_map(|server| clients.get(server))
            .flatten()
        {
            let left = missing.entry(client).or_default();
            *left = left.saturating_sub(1);
            if *left == 0 {
                next.insert(*client);
            }
        }
        waves.push(wave.into_iter().map(str::to_owned).collect());
        wave = next;
    }
    waves
}

impl Cycle {
    fn of(circle: &Servers<'_>) -> Self {
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        let (again, is_smallest) = again(circle);
        Self {
            services: owned(circle.keys().copied().collect()),
            shortest: owned(shortest(circle)),
            again: owned(again),
            is_smallest,
        }
    }
}

/// The shortest way from a service back to itself.
fn shortest<'a>(circle: &Servers<'a>) -> Vec<&'a str> {
    let mut shortest = Vec::new();
    // Nobody needs a longer one than that of all.
    let mut limit = circle.len() + 2;
    for start in circle.keys() {
        if let Some(way) = back_to(circle, start, limit) {
            limit = way.len();
            shortest = way;
        }
    }
    shortest
}

/// The shortest way back to `start`, if it has fewer services than that.
fn back_to<'a>(circle: &Servers<'a>, start: &'a str, limit: usize) -> Option<Vec<&'a str>> {
    let mut from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut waiting = VecDeque::from([(start, 2)]);
    while let Some((service, length)) = waiting.pop_front() {
        if length >= limit {
            return None;
        }
        for server in &circle[service] {
            if *server == start {
                let mut way = vec![start, service];
                while let Some(before) = way.last().and_then(|last| from.get(last)) {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            if !from.contains_key(server) {
                from.insert(server, service);
                waiting.push_back((server, length + 1));
            }
        }
    }
    None
}

/// The services without whose calls there is no circle, and whether fewer would not do.
fn again<'a>(circle: &Servers<'a>) -> (Vec<&'a str>, bool) {
    let services: Vec<&str> = circle.keys().copied().collect();
    if services.len() <= MAX_TRIED {
        for size in 1..=services.len() {
            let sets = 0u32..1 << services.len();
            for set in sets.filter(|set| set.count_ones() as usize == size) {
                let chosen = services.iter().enumerate();
                let chosen = chosen.filter(|(index, _)| set & (1 << index) != 0);
                let chosen: Vec<&str> = chosen.map(|(_, service)| *service).collect();
                if is_cut(circle, &chosen) {
                    return (chosen, true);
                }
            }
        }
    }
    // The one with the most ways through it, then the same in the circles that are left.
    let mut chosen = Vec::new();
    let mut left = vec![circle.clone()];
    while let Some(circle) = left.pop() {
        if let Some(next) = busiest(&circle) {
            left.extend(circles(&without(&circle, &[next])));
            chosen.push(next);
        }
    }
    // Without each that is in no circle, now that the others are chosen.
    let mut rest = without(circle, &chosen);
    chosen.retain(|service| {
        rest.insert(service, circle[service].clone());
        let is_needed = back_to(&rest, service, usize::MAX).is_some();
        if is_needed {
            rest.insert(service, BTreeSet::new());
        }
        is_needed
    });
    chosen.sort_unstable();
    (chosen, false)
}

/// The service with the most ways through it.
fn busiest<'a>(circle: &Servers<'a>) -> Option<&'a str> {
    let clients = turned(circle);
    let ways = circle.iter().map(|(service, called)| {
        let ways = called.len() * clients[service].len();
        (ways, std::cmp::Reverse(*service))
    });
    ways.max().map(|(_, service)| service.0)
}

/// The calls of all others.
fn without<'a>(circle: &Servers<'a>, chosen: &[&str]) -> Servers<'a> {
    let rest = circle.iter().map(|(client, called)| {
        let is_chosen = chosen.contains(client);
        let called = if is_chosen {
            BTreeSet::new()
        } else {
            called.clone()
        };
        (*client, called)
    });
    rest.collect()
}

/// Whether an order is right for all others.
fn is_cut(circle: &Servers<'_>, chosen: &[&str]) -> bool {
    let rest = without(circle, chosen);
    waves(&rest).iter().map(Vec::len).sum::<usize>() == circle.len()
}

/// What to type to have the tasks of a service started anew, so that they learn the names that there are by now.
///
/// ```
/// # use service_connect_codegen::map::redeploy;
/// assert_eq!(redeploy("web", "test"), "copilot svc deploy --force --name web --env test");
/// ```
#[must_use]
pub fn redeploy(service: &str, environment: &str) -> String {
    let [service, environment] = [service, environment].map(word);
    format!("copilot svc deploy --force --name {service} --env {environment}")
}

/// A word of a shell; what stands in a manifest may hold anything.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
