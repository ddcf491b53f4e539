//! Who calls whom: all calls of one service by another as one edge.

use std::collections::BTreeMap;

use crate::application::{Kind, Service};
use crate::route::Via;

use super::call::{Call, Way};

/// All calls from one service to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge<'a> {
    /// The name of the service that calls.
    pub caller: &'a str,
    /// The name of the service that is called.
    pub callee: &'a str,
    /// The calls, in the order of their files and lines.
    pub calls: Vec<&'a Call>,
    /// One for each environment in which there is a call, in their order: of several calls, the one that is most in need
    /// of a look.
    pub ways: Vec<Way>,
}

/// Calls of an edge that go the same ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike<'a> {
    /// The ways of each of them.
    pub ways: &'a [Way],
    /// The calls, in the order of their files and lines.
    pub calls: Vec<&'a Call>,
}

/// The edges, in the order of the names of callers and callees.
#[must_use]
pub fn edges(calls: &[Call]) -> Vec<Edge<'_>> {
    let mut edges: BTreeMap<(&str, &str), Vec<&Call>> = BTreeMap::new();
    for call in calls {
        let edge = edges.entry((&call.caller, &call.callee)).or_default();
        edge.push(call);
    }
    let edges = edges.into_iter().map(|((caller, callee), mut calls)| {
        calls.sort_by_key(|call| {
            let place = call.place.as_ref();
            place.map(|place| (place.file.clone(), place.line, place.column))
        });
        let ways = worst(&calls);
        Edge {
            caller,
            callee,
            calls,
            ways,
        }
    });
    edges.collect()
}

fn worst(calls: &[&Call]) -> Vec<Way> {
    let mut ways: BTreeMap<Option<usize>, &Way> = BTreeMap::new();
    for way in calls.iter().flat_map(|call| &call.ways) {
        let known = ways.entry(way.environment).or_insert(way);
        if way.is_worse_than(known) {
            *known = way;
        }
    }
    ways.into_values().cloned().collect()
}

impl<'a> Edge<'a> {
    /// Its calls by the ways that they go, in the order of the first of each.
    #[must_use]
    pub fn alike(&self) -> Vec<Alike<'a>> {
        let mut all: Vec<Alike<'a>> = Vec::new();
        for call in &self.calls {
            match all.iter_mut().find(|alike| alike.ways == call.ways) {
                Some(alike) => alike.calls.push(call),
                None => all.push(Alike {
                    ways: &call.ways,
                    calls: vec![call],
                }),
            }
        }
        all
    }

    /// Whether any of its calls goes through Service Connect there.
    #[must_use]
    pub fn connects(&self, environment: Option<usize>) -> bool {
        let mut ways = self.calls.iter().flat_map(|call| &call.ways);
        ways.any(|way| way.environment == environment && way.via == Some(Via::ServiceConnect))
    }

    /// Whether a call does not arrive somewhere.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.ways.iter().any(|way| way.via.is_none())
    }
}

/// What makes a service work, beside calls of other services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The public calls it.
    Public,
    /// Messages of a queue.
    Queue,
    /// A schedule.
    Schedule,
}

impl Entry {
    /// That of a service; `None` if only calls do.
    #[must_use]
    pub fn of(service: &Service) -> Option<Self> {
        match service.kind? {
            _ if service.external => None,
            Kind::LoadBalancedWebService | Kind::RequestDrivenWebService | Kind::StaticSite => {
                Some(Self::Public)
            }
            Kind::WorkerService => Some(Self::Queue),
            Kind::ScheduledJob => Some(Self::Schedule),
            Kind::BackendService => None,
        }
    }

    /// `public`, `queue` or `schedule`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Queue => "queue",
            Self::Schedule => "schedule",
        }
    }
}
