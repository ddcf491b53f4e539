//! What is drawn, whatever the format: services, and the ways between them in words.

use std::collections::BTreeSet;

use service_connect_codegen::map::{Edge, Entry, Outside, Way};
use service_connect_codegen::{Application, Service, Via};

/// The graph of an application.
pub struct Model<'a> {
    pub application: &'a Application,
    /// The services in the order of their names, each name once.
    pub services: Vec<&'a Service>,
    pub edges: &'a [Edge<'a>],
    pub hosts: &'a [Outside],
    called: BTreeSet<&'a str>,
    calling: BTreeSet<&'a str>,
}

/// How a call looks in an environment, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    ServiceConnect,
    Discovery,
    /// It may arrive, but hardly as it was meant.
    Doubtful,
    Broken,
}

impl Look {
    pub const ALL: [Self; 4] = [
        Self::ServiceConnect,
        Self::Discovery,
        Self::Doubtful,
        Self::Broken,
    ];

    pub fn of(way: &Way) -> Self {
        match way.via {
            None => Self::Broken,
            Some(_) if way.trouble().is_some() => Self::Doubtful,
            Some(Via::ServiceConnect) => Self::ServiceConnect,
            Some(Via::Discovery) => Self::Discovery,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServiceConnect => "Service Connect",
            Self::Discovery => "discovery",
            Self::Doubtful => "doubtful",
            Self::Broken => "broken",
        }
    }
}

/// The environments in which an edge looks alike.
pub struct Group<'a> {
    pub look: Look,
    /// Their names; none if it is all of them.
    pub environments: Vec<&'a str>,
}

impl Group<'_> {
    /// As in `prod, test: broken`.
    pub fn label(&self) -> String {
        let look = self.look.as_str();
        if self.environments.is_empty() {
            return look.to_owned();
        }
        format!("{}: {look}", self.environments.join(", "))
    }
}

impl<'a> Model<'a> {
    pub fn of(application: &'a Application, edges: &'a [Edge<'a>], hosts: &'a [Outside]) -> Self {
        let mut services: Vec<_> = application.services.iter().collect();
        services.sort_by_key(|service| &service.name);
        services.dedup_by_key(|service| &service.name);
        // Who calls itself is called by nobody else.
        let others = || edges.iter().filter(|edge| edge.caller != edge.callee);
        let naming = hosts.iter().flat_map(|host| &host.named);
        let naming = naming.map(|named| named.caller.as_str());
        Self {
            application,
            services,
            edges,
            hosts,
            called: others().map(|edge| edge.callee).collect(),
            calling: others().map(|edge| edge.caller).chain(naming).collect(),
        }
    }

    /// The name of an environment that is looked at; `None` for the base manifests.
    pub fn environment(&self, index: Option<usize>) -> Option<&'a str> {
        let environment = self.application.environments.get(index?)?;
        Some(&environment.name)
    }

    /// The names of the environments that are looked at.
    pub fn environments(&self) -> Vec<&'a str> {
        let looked_at = self.application.looked_at().into_iter();
        looked_at
            .filter_map(|index| self.environment(index))
            .collect()
    }

    /// Whether another service calls it.
    pub fn is_called(&self, service: &str) -> bool {
        self.called.contains(service)
    }

    /// Whether it neither calls nor is called.
    pub fn is_alone(&self, service: &str) -> bool {
        !self.is_called(service) && !self.calling.contains(service)
    }

    /// The environments by how these ways look there.
    pub fn groups(&self, ways: &[Way]) -> Vec<Group<'a>> {
        let groups = Look::ALL.into_iter().filter_map(|look| {
            let alike = ways.iter().filter(|way| Look::of(way) == look);
            let alike: Vec<_> = alike.map(|way| way.environment).collect();
            (!alike.is_empty()).then(|| Group {
                look,
                environments: self.scope(&alike),
            })
        });
        groups.collect()
    }

    /// The names of these environments; none if it is all that are looked at.
    pub fn scope(&self, environments: &[Option<usize>]) -> Vec<&'a str> {
        if environments.len() == self.application.looked_at().len() {
            return Vec::new();
        }
        let names = environments
            .iter()
            .filter_map(|index| self.environment(*index));
        names.collect()
    }

    /// The worst way of an edge.
    pub fn worst(edge: &Edge<'_>) -> Look {
        let looks = edge.ways.iter().map(Look::of);
        looks.max().unwrap_or(Look::Broken)
    }
}

/// What a service is, in a few words.
pub fn kind(service: &Service) -> &'static str {
    match service.kind {
        _ if service.external => "external",
        Some(kind) => kind.as_str(),
        None => "not known",
    }
}

/// What makes it work where no other service calls it; nothing if that is not known.
pub fn entry(service: &Service) -> &'static str {
    match Entry::of(service) {
        Some(Entry::Public) => "called by the public",
        Some(Entry::Queue) => "fed by a queue",
        Some(Entry::Schedule) => "runs on a schedule",
        None => "",
    }
}
