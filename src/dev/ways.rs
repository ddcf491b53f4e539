//! Which way calls would take in the environment, and which have none.

use service_connect_codegen::{Application, Finding, Route, Service, Via};

use crate::output::{DIM, ERROR, HEADER, one_line, printable};
use crate::table::{Cell, Table};

/// A call of one service by another, as it would go in the environment.
pub struct Way {
    pub caller: String,
    pub callee: String,
    route: Route,
}

impl Way {
    /// The one between two services, or to itself.
    pub fn find(
        application: &Application,
        caller: &Service,
        callee: &Service,
        environment: usize,
    ) -> Self {
        Self {
            caller: caller.name.clone(),
            callee: callee.name.clone(),
            route: Route::find(application, caller, callee, Some(environment)),
        }
    }

    /// How it goes; `None` if it does not.
    pub fn via(&self) -> Option<Via> {
        self.route.via
    }

    /// Where it goes.
    pub fn url(&self) -> Option<&str> {
        self.route.url.as_deref()
    }

    /// Why it does not go.
    pub fn obstacle(&self) -> Option<&Finding> {
        self.route
            .reason
            .as_ref()
            .filter(|_| self.route.via.is_none())
    }
}

/// The ways, for people; nothing where there are none.
pub fn table(ways: &[Way], environment: &str) -> String {
    if ways.is_empty() {
        return String::new();
    }
    let mut table = Table::new(["call", "way", "url"]);
    for way in ways {
        let call = format!("{} → {}", way.caller, way.callee);
        let (via, where_or_why) = match (way.via(), way.obstacle()) {
            (Some(via), _) => (name(via), Cell::new(way.url().unwrap_or_default(), DIM)),
            (None, why) => {
                let why = why.map(one_line).unwrap_or_default();
                (Cell::new("none", ERROR), Cell::from(&*why))
            }
        };
        table.row([call.as_str().into(), via, where_or_why]);
    }
    let environment = printable(environment);
    format!(
        "calls as they would go in {HEADER}{environment}{HEADER:#}\n{}",
        table.render()
    )
}

fn name(via: Via) -> Cell {
    Cell::from(match via {
        Via::ServiceConnect => "Service Connect",
        Via::Discovery => "discovery",
    })
}
