//! The graph for people: by caller, with the reason for each way that is broken.

use anstyle::{AnsiColor, Style};
use service_connect_codegen::Finding;
use service_connect_codegen::map::Way;

use crate::calls::places;
use crate::context::NO_SERVICE;
use crate::output::{self, DIM, ERROR, HEADER, WARNING};
use crate::table::{Cell, Table};

use super::model::{Group, Look, Model, entry, kind};

const CONNECT: Style = AnsiColor::Green.on_default();
const DISCOVERY: Style = AnsiColor::Cyan.on_default();

/// So many variables of a host are named.
const VARIABLES: usize = 3;

/// The lines of it.
pub fn render(model: &Model<'_>) -> String {
    let mut out = String::new();
    if model.services.is_empty() {
        return format!("{NO_SERVICE}\n");
    }
    if model.edges.is_empty() {
        out.push_str("no call between the services is known\n");
    } else {
        out.push_str(&calls(model));
    }
    out.push_str(&others(model));
    if !model.hosts.is_empty() {
        out.push_str(&hosts(model));
    }
    out
}

/// The services that no other one calls.
fn others(model: &Model<'_>) -> String {
    let others = model.services.iter();
    let others: Vec<_> = others
        .filter(|service| !model.is_called(&service.name))
        .collect();
    if others.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{HEADER}not known to be called by another service{HEADER:#}\n");
    let mut table = Table::new(["service", "type"]);
    for service in others {
        let why = Cell::new(entry(service), DIM);
        table.row([service.name.as_str().into(), kind(service).into(), why]);
    }
    out.push_str(&table.render());
    out
}

fn calls(model: &Model<'_>) -> String {
    let mut table = Table::new(["from", "to", "way", "where"]);
    let mut last = "";
    for edge in model.edges {
        let from = if edge.caller == last { "" } else { edge.caller };
        last = edge.caller;
        let mut names = [from, edge.callee];
        for alike in edge.alike() {
            for (index, group) in model.groups(alike.ways).iter().enumerate() {
                let [from, to] = std::mem::take(&mut names).map(Cell::from);
                let way = Cell::new(&group.label(), style(group));
                if index == 0 {
                    table.row([from, to, way, Cell::new(&places(&alike.calls), DIM)]);
                } else {
                    table.row([from, to, way]);
                }
            }
            for reason in reasons(model, alike.ways) {
                table.row(["".into(), "".into(), Cell::new(&format!("  {reason}"), DIM)]);
            }
        }
    }
    table.render()
}

fn style(group: &Group<'_>) -> Style {
    match group.look {
        Look::ServiceConnect => CONNECT,
        Look::Discovery => DISCOVERY,
        Look::Doubtful => WARNING,
        Look::Broken => ERROR,
    }
}

/// What is wrong with it, once for all environments of which it is true.
fn reasons(model: &Model<'_>, ways: &[Way]) -> Vec<String> {
    let mut reasons: Vec<(&Finding, Vec<Option<usize>>)> = Vec::new();
    for way in ways {
        let Some(reason) = way.trouble() else {
            continue;
        };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, environments)) => environments.push(way.environment),
            None => reasons.push((reason, vec![way.environment])),
        }
    }
    let reasons = reasons.into_iter().map(|(reason, environments)| {
        let scope = model.scope(&environments).join(", ");
        let colon = if scope.is_empty() { "" } else { ": " };
        format!("{scope}{colon}{}", output::one_line(reason))
    });
    reasons.collect()
}

fn hosts(model: &Model<'_>) -> String {
    let mut out = format!("\n{HEADER}outside of the application{HEADER:#}\n");
    let mut table = Table::new(["host", "named by"]);
    for outside in model.hosts {
        let mut callers: Vec<&str> = outside.named.iter().map(|named| &*named.caller).collect();
        callers.dedup();
        let variables = outside.named.iter().map(|named| {
            let scope = model.scope(&named.environments).join(", ");
            let colon = if scope.is_empty() { "" } else { ": " };
            format!("{scope}{colon}{}", named.variable)
        });
        let mut variables: Vec<_> = variables.collect();
        variables.sort();
        variables.dedup();
        let more = variables.len().saturating_sub(VARIABLES);
        variables.truncate(VARIABLES);
        if more > 0 {
            variables.push(format!("{more} more"));
        }
        let variables = Cell::new(&variables.join(", "), DIM);
        table.row([
            outside.host.as_str().into(),
            callers.join(", ").as_str().into(),
            variables,
        ]);
    }
    out.push_str(&table.render());
    out
}
