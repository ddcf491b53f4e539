//! Circles of services that call each other. By numbers, because one of hundreds of services is taken apart hundreds of times.
//!
//! Services are numbered in the order of their names, and a list of numbers is in order. A graph is the servers of each
//! client.

use std::cmp::Reverse;
use std::collections::VecDeque;

/// Of so many services in one circle, the smallest set to deploy again is found by trying.
const MAX_TRIED: usize = 12;

/// Services that call each other, all of those.
pub(super) struct Circle {
    /// Their numbers.
    pub services: Vec<usize>,
    /// The calls among them, by places in that list.
    pub servers: Vec<Vec<usize>>,
}

/// The circles in the order of their first services: what is reached both along the calls and against them.
pub(super) fn circles(servers: &[Vec<usize>]) -> Vec<Circle> {
    let mut seen = vec![false; servers.len()];
    let mut finished = Vec::new();
    for service in 0..servers.len() {
        finished.extend(reached(servers, service, &mut seen));
    }
    let clients = turned(servers);
    let mut seen = vec![false; servers.len()];
    let mut places = vec![None; servers.len()];
    let mut circles = Vec::new();
    // Whoever is left last is called by nobody else, but for those of its own circle.
    for service in finished.into_iter().rev() {
        let mut services = reached(&clients, service, &mut seen);
        if services.len() < 2 {
            continue;
        }
        services.sort_unstable();
        for (place, service) in services.iter().enumerate() {
            places[*service] = Some(place);
        }
        let called = services.iter().map(|client| {
            let called = servers[*client].iter();
            called.filter_map(|server| places[*server]).collect()
        });
        let called = called.collect();
        for service in &services {
            places[*service] = None;
        }
        circles.push(Circle {
            services,
            servers: called,
        });
    }
    circles.sort_by_key(|circle| circle.services.first().copied());
    circles
}

/// What is reached from `start` and was not seen, each after what is reached from it.
fn reached(graph: &[Vec<usize>], start: usize, seen: &mut [bool]) -> Vec<usize> {
    let mut left = Vec::new();
    let mut path = Vec::new();
    if !seen[start] {
        seen[start] = true;
        path.push((start, graph[start].iter()));
    }
    while let Some((service, rest)) = path.last_mut() {
        let Some(&next) = rest.find(|next| !seen[**next]) else {
            left.push(*service);
            path.pop();
            continue;
        };
        seen[next] = true;
        path.push((next, graph[next].iter()));
    }
    left
}

/// The clients of each server.
fn turned(servers: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut clients = vec![Vec::new(); servers.len()];
    for (client, called) in servers.iter().enumerate() {
        for server in called {
            clients[*server].push(client);
        }
    }
    clients
}

/// Clients after their servers; what is in a circle is left out.
pub(super) fn waves(servers: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let clients = turned(servers);
    let mut missing: Vec<usize> = servers.iter().map(Vec::len).collect();
    let mut wave: Vec<usize> = (0..servers.len())
        .filter(|service| missing[*service] == 0)
        .collect();
    let mut waves = Vec::new();
    while !wave.is_empty() {
        let mut next = Vec::new();
        for client in wave.iter().flat_map(|server| &clients[*server]) {
            missing[*client] -= 1;
            if missing[*client] == 0 {
                next.push(*client);
            }
        }
        next.sort_unstable();
        waves.push(wave);
        wave = next;
    }
    waves
}

/// The shortest way from a service of a circle back to itself.
pub(super) fn shortest(circle: &[Vec<usize>]) -> Vec<usize> {
    let mut shortest = Vec::new();
    // Nobody needs a longer one than that of all.
    let mut limit = circle.len() + 2;
    for start in 0..circle.len() {
        if let Some(way) = back_to(circle, start, limit) {
            limit = way.len();
            shortest = way;
        }
    }
    shortest
}

/// The shortest way back to `start`, if it has fewer services than that.
fn back_to(graph: &[Vec<usize>], start: usize, limit: usize) -> Option<Vec<usize>> {
    let mut from = vec![None; graph.len()];
    let mut waiting = VecDeque::from([(start, 2)]);
    while let Some((service, length)) = waiting.pop_front() {
        if length >= limit {
            return None;
        }
        for &server in &graph[service] {
            if server == start {
                let mut way = vec![start, service];
                let mut before = from[service];
                while let Some(next) = before {
                    way.push(next);
                    before = from[next];
                }
                way.reverse();
                return Some(way);
            }
            if from[server].is_none() {
                from[server] = Some(service);
                waiting.push_back((server, length + 1));
            }
        }
    }
    None
}

/// The services without whose calls there is no circle, and whether fewer would not do.
pub(super) fn again(circle: &[Vec<usize>]) -> (Vec<usize>, bool) {
    if circle.len() <= MAX_TRIED {
        for size in 1..=circle.len() {
            let sets = 0u32..1 << circle.len();
            for set in sets.filter(|set| set.count_ones() as usize == size) {
                let services = 0..circle.len();
                let chosen = services.filter(|service| set & (1 << service) != 0);
                let chosen: Vec<usize> = chosen.collect();
                if is_cut(circle, &chosen) {
                    return (chosen, true);
                }
            }
        }
    }
    // The one with the most ways through it, then the same in the circles that are left.
    let mut chosen = Vec::new();
    let mut left = vec![Circle {
        services: (0..circle.len()).collect(),
        servers: circle.to_vec(),
    }];
    while let Some(Circle { services, servers }) = left.pop() {
        if let Some(next) = busiest(&servers) {
            left.extend(
                circles(&without(&servers, &[next]))
                    .into_iter()
                    .map(|inner| {
                        let inside = inner.services.iter().map(|service| services[*service]);
                        Circle {
                            services: inside.collect(),
                            ..inner
                        }
                    }),
            );
            chosen.push(services[next]);
        }
    }
    // Without each that is in no circle, now that the others are chosen.
    let mut rest = without(circle, &chosen);
    chosen.retain(|&service| {
        rest[service].clone_from(&circle[service]);
        let is_needed = back_to(&rest, service, usize::MAX).is_some();
        if is_needed {
            rest[service].clear();
        }
        is_needed
    });
    chosen.sort_unstable();
    (chosen, false)
}

/// The calls, each from a client to a server, of which any one is enough: without it there is no circle left. They are among
/// the calls of any way back, such as the shortest.
pub(super) fn enough(circle: &[Vec<usize>], shortest: &[usize]) -> Vec<[usize; 2]> {
    let mut rest = circle.to_vec();
    let calls = shortest.windows(2).filter_map(|pair| {
        let [client, server] = *pair else { return None };
        rest[client].retain(|other| *other != server);
        let is_enough = is_ordered(&rest);
        rest[client].clone_from(&circle[client]);
        is_enough.then_some([client, server])
    });
    calls.collect()
}

/// The service with the most ways through it.
fn busiest(circle: &[Vec<usize>]) -> Option<usize> {
    let clients = turned(circle);
    let ways = circle.iter().zip(&clients).enumerate();
    let ways =
        ways.map(|(service, (called, clients))| (called.len() * clients.len(), Reverse(service)));
    ways.max().map(|(_, service)| service.0)
}

/// The calls of all others.
fn without(circle: &[Vec<usize>], chosen: &[usize]) -> Vec<Vec<usize>> {
    let mut rest = circle.to_vec();
    for service in chosen {
        rest[*service].clear();
    }
    rest
}

/// Whether an order is right for all others.
fn is_cut(circle: &[Vec<usize>], chosen: &[usize]) -> bool {
    is_ordered(&without(circle, chosen))
}

/// Whether nothing of it is in a circle.
fn is_ordered(servers: &[Vec<usize>]) -> bool {
    waves(servers).iter().map(Vec::len).sum::<usize>() == servers.len()
}
