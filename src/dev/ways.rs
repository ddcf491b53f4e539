//! Which way calls would take in the environment, and which have none.

use std::collections::HashSet;

use service_connect_codegen::map::{self, Call, edges};
use service_connect_codegen::route::{discovery, service_connect};
use service_connect_codegen::{Application, Finding, Route, Service, Via};

use crate::calls::places;
use crate::output::{DIM, ERROR, HEADER, WARNING, one_line, printable};
use crate::table::{Cell, Table};

/// Calls of one service by another that would go the same way in the environment.
pub struct Way {
    pub caller: String,
    pub callee: String,
    /// How they go; `None` if they do not.
    pub via: Option<Via>,
    /// Where they go.
    pub url: Option<String>,
    /// Why they do not go, or hardly as it was meant.
    pub trouble: Option<Finding>,
    /// Where they are written.
    places: String,
}

/// Those of the calls that are known of these callers.
pub fn find(
    application: &Application,
    calls: &[Call],
    callers: &HashSet<&str>,
    environment: usize,
) -> Vec<Way> {
    let mut found = Vec::new();
    for edge in edges(calls) {
        let service = |name| application.service(name);
        let (caller, Some(callee)) = (service(edge.caller), service(edge.callee)) else {
            continue;
        };
        if !callers.contains(edge.caller) {
            continue;
        }
        let mut by_way: Vec<(&map::Way, Vec<&Call>)> = Vec::new();
        for call in edge.calls {
            let mut ways = call.ways.iter();
            let Some(way) = ways.find(|way| way.environment == Some(environment)) else {
                continue;
            };
            let is_like =
                |known: &map::Way| known.via == way.via && known.trouble() == way.trouble();
            match by_way.iter_mut().find(|(known, _)| is_like(known)) {
                Some((_, calls)) => calls.push(call),
                None => by_way.push((way, vec![call])),
            }
        }
        found.extend(by_way.into_iter().map(|(way, calls)| {
            let by = match way.via {
                Some(Via::ServiceConnect) => service_connect,
                _ => discovery,
            };
            let authority = by(application, caller, callee, Some(environment)).ok();
            // What is doubtful goes elsewhere.
            let is_known = way.via.is_some() && way.trouble().is_none();
            Way {
                caller: edge.caller.to_owned(),
                callee: edge.callee.to_owned(),
                via: way.via,
                url: authority.filter(|_| is_known).map(|to| to.url()),
                trouble: way.trouble().cloned(),
                places: places(&calls),
            }
        }));
    }
    found
}

/// Whether the one has no way at all to the other. Where a service finds itself is nobody's call.
pub fn is_refused(
    application: &Application,
    caller: &Service,
    callee: &Service,
    environment: usize,
) -> bool {
    let route = || Route::find(application, caller, callee, Some(environment));
    caller.name != callee.name && route().via.is_none()
}

/// The ways, for people; nothing where there are none. `is_all` is whether all sources could be looked at.
pub fn table(ways: &[Way], environment: &str, is_all: bool) -> String {
    if ways.is_empty() {
        return String::new();
    }
    let mut table = Table::new(["call", "way", "url", "where"]);
    for way in ways {
        let call = format!("{} → {}", way.caller, way.callee);
        let via = match way.via {
            Some(_) if way.trouble.is_some() => Cell::new("doubtful", WARNING),
            Some(via) => name(via),
            None => Cell::new("none", ERROR),
        };
        let url = Cell::new(way.url.as_deref().unwrap_or("-"), DIM);
        table.row([call.as_str().into(), via, url, Cell::new(&way.places, DIM)]);
        if let Some(trouble) = &way.trouble {
            table.row(["".into(), Cell::new(&one_line(trouble), DIM)]);
        }
    }
    let environment = printable(environment);
    let more = if is_all {
        String::new()
    } else {
        let text = "and maybe more: `cargo service-connect check` says where sources could not be looked at";
        format!("  {DIM}{text}{DIM:#}\n")
    };
    format!(
        "calls as they would go in {HEADER}{environment}{HEADER:#}\n{}{more}",
        table.render()
    )
}

fn name(via: Via) -> Cell {
    Cell::from(match via {
        Via::ServiceConnect => "Service Connect",
        Via::Discovery => "discovery",
    })
}
