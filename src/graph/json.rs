//! The graph for programs.

use serde::Serialize;
use service_connect_codegen::Place;
use service_connect_codegen::map::{CallKind, Edge, Entry, Way};

use crate::calls::kind;
use crate::output;

use super::model::Model;

/// What `--format json` prints.
#[derive(Serialize)]
pub struct Graph<'a> {
    application: Option<&'a str>,
    /// Those that are looked at; none where the base manifests are.
    environments: Vec<&'a str>,
    services: Vec<Service<'a>>,
    /// Who calls whom, in the order of their names.
    calls: Vec<Call<'a>>,
    /// Hosts outside of the application that variables of manifests name.
    outside: Vec<Outside<'a>>,
}

#[derive(Serialize)]
struct Service<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: Option<&'static str>,
    external: bool,
    /// Another service calls it.
    called: bool,
    /// What else makes it work: `public`, `queue` or `schedule`.
    entry: Option<&'static str>,
}

#[derive(Serialize)]
struct Call<'a> {
    from: &'a str,
    to: &'a str,
    /// In each environment in which it is called; the worst, if there are several calls.
    ways: Vec<WayOf<'a>>,
    places: Vec<PlaceOf<'a>>,
}

#[derive(Serialize)]
struct WayOf<'a> {
    /// `null` for the base manifests.
    environment: Option<&'a str>,
    /// `service-connect`, `discovery`, or `null` where it does not arrive.
    via: Option<&'static str>,
    /// Why not, or why there is no better way.
    reason: Option<String>,
    /// The code of that.
    code: Option<&'static str>,
}

#[derive(Serialize)]
struct PlaceOf<'a> {
    #[serde(flatten)]
    spot: Spot<'a>,
    /// `stub`, `attribute`, `url` or `variable`.
    kind: &'static str,
    /// The name of the variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<&'a str>,
    ways: Vec<WayOf<'a>>,
}

/// Relative to the directory that holds `copilot/`.
#[derive(Serialize)]
struct Spot<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
}

#[derive(Serialize)]
struct Outside<'a> {
    host: &'a str,
    named: Vec<Named<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    service: &'a str,
    variable: &'a str,
    #[serde(flatten)]
    spot: Spot<'a>,
    /// `null` for the base manifests.
    environments: Vec<Option<&'a str>>,
}

impl<'a> Graph<'a> {
    pub fn of(model: &Model<'a>) -> Self {
        let services = model.services.iter().map(|service| Service {
            name: &service.name,
            kind: service.kind.map(service_connect_codegen::Kind::as_str),
            external: service.external,
            called: model.is_called(&service.name),
            entry: Entry::of(service).map(Entry::as_str),
        });
        let outside = model.hosts.iter().map(|outside| Outside {
            host: &outside.host,
            named: outside
                .named
                .iter()
                .map(|named| Named {
                    service: &named.caller,
                    variable: &named.variable,
                    spot: Spot::of(Some(&named.place)),
                    environments: named
                        .environments
                        .iter()
                        .map(|index| model.environment(*index))
                        .collect(),
                })
                .collect(),
        });
        Self {
            application: model.application.name.as_deref(),
            environments: model.environments(),
            services: services.collect(),
            calls: model
                .edges
                .iter()
                .map(|edge| Call::of(model, edge))
                .collect(),
            outside: outside.collect(),
        }
    }
}

impl<'a> Call<'a> {
    fn of(model: &Model<'a>, edge: &'a Edge<'a>) -> Self {
        let places = edge.calls.iter().map(|call| PlaceOf {
            spot: Spot::of(call.place.as_ref()),
            kind: kind(&call.kind),
            variable: match &call.kind {
                CallKind::Variable(name) => Some(name),
                CallKind::Stub | CallKind::Attribute | CallKind::Url => None,
            },
            ways: ways(model, &call.ways),
        });
        Self {
            from: edge.caller,
            to: edge.callee,
            ways: ways(model, &edge.ways),
            places: places.collect(),
        }
    }
}

fn ways<'a>(model: &Model<'a>, ways: &[Way]) -> Vec<WayOf<'a>> {
    let ways = ways.iter().map(|way| WayOf {
        environment: model.environment(way.environment),
        via: way.via.map(service_connect_codegen::Via::as_str),
        reason: way.reason.as_ref().map(output::one_line),
        code: way.reason.as_ref().map(|reason| reason.code.as_str()),
    });
    ways.collect()
}

impl<'a> Spot<'a> {
    fn of(place: Option<&'a Place>) -> Self {
        let spot = place.filter(|place| place.line > 0);
        Self {
            file: place.map(|place| &*place.file),
            line: spot.map(|place| place.line),
            column: spot.map(|place| place.column),
        }
    }
}
