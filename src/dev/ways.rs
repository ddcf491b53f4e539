//! Which way calls would take in the environment, and which have none.

use std::collections::HashSet;

use service_connect_codegen::map::{Call, edges};
use service_connect_codegen::route::{discovery, service_connect};
use service_connect_codegen::{Application, Finding, Route, Service, Via};

use crate::output::{DIM, ERROR, HEADER, one_line, printable};
use crate::table::{Cell, Table};

/// The calls of one service by another, as they would go in the environment.
pub struct Way {
    pub caller: String,
    pub callee: String,
    /// How they go; `None` if one of them does not.
    pub via: Option<Via>,
    /// Where they go.
    pub url: Option<String>,
    reason: Option<Finding>,
}

impl Way {
    /// Why they do not go.
    pub fn obstacle(&self) -> Option<&Finding> {
        self.reason.as_ref().filter(|_| self.via.is_none())
    }
}

/// Those of the calls that are known of these callers.
pub fn find(
    application: &Application,
    calls: &[Call],
    callers: &HashSet<&str>,
    environment: usize,
) -> Vec<Way> {
    let all = edges(calls).into_iter();
    let own = all.filter(|edge| callers.contains(edge.caller));
    let ways = own.filter_map(|edge| {
        let mut ways = edge.ways.into_iter();
        let way = ways.find(|way| way.environment == Some(environment))?;
        let service = |name| application.service(name);
        let (caller, callee) = (service(edge.caller), service(edge.callee)?);
        let by = match way.via {
            Some(Via::ServiceConnect) => service_connect,
            _ => discovery,
        };
        let authority = by(application, caller, callee, Some(environment)).ok();
        Some(Way {
            caller: edge.caller.to_owned(),
            callee: edge.callee.to_owned(),
            via: way.via,
            url: authority.filter(|_| way.via.is_some()).map(|to| to.url()),
            reason: way.reason,
        })
    });
    ways.collect()
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
    let mut table = Table::new(["call", "way", "url"]);
    for way in ways {
        let call = format!("{} → {}", way.caller, way.callee);
        let (via, where_or_why) = if let Some(via) = way.via {
            let url = way.url.as_deref().unwrap_or_default();
            (name(via), Cell::new(url, DIM))
        } else {
            let why = way.obstacle().map(one_line).unwrap_or_default();
            (Cell::new("none", ERROR), Cell::from(&*why))
        };
        table.row([call.as_str().into(), via, where_or_why]);
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
