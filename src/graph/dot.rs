//! The graph for Graphviz.

use std::fmt::Write as _;

use service_connect_codegen::{Kind, Service};

use super::model::{Look, Model, kind};

/// The text of it.
pub fn render(model: &Model<'_>) -> String {
    let name = model.application.name.as_deref().unwrap_or("services");
    let mut out = format!("digraph {} {{\n", quoted(name));
    out.push_str("  rankdir=LR;\n  node [fontname=\"Helvetica\", shape=box, style=rounded];\n");
    out.push_str("  edge [fontname=\"Helvetica\", fontsize=10];\n");
    for service in &model.services {
        let label = quoted(&format!("{}\n{}", service.name, kind(service)));
        let name = quoted(&service.name);
        let _ = writeln!(out, "  {name} [label={label}{}];", shape(service));
    }
    for host in model.hosts {
        let host = quoted(&host.host);
        let _ = writeln!(out, "  {host} [shape=cylinder, style=solid, color=gray];");
    }
    for edge in model.edges {
        let [from, to] = [edge.caller, edge.callee].map(quoted);
        let labels: Vec<_> = model
            .groups(&edge.ways)
            .iter()
            .map(super::model::Group::label)
            .collect();
        let label = quoted(&labels.join("\n"));
        let look = match Model::worst(edge) {
            Look::ServiceConnect => "color=\"#0a7f5a\"",
            Look::Discovery => "color=\"#2f77c9\", style=dashed",
            Look::Doubtful => "color=\"#b7791f\", style=dashed, arrowhead=odot",
            Look::Broken => "color=\"#d6402f\", style=dotted, arrowhead=tee",
        };
        let _ = writeln!(out, "  {from} -> {to} [label={label}, {look}];");
    }
    for host in model.hosts {
        let mut callers: Vec<_> = host.named.iter().map(|named| &named.caller).collect();
        callers.dedup();
        for caller in callers {
            let [from, to] = [caller, &host.host].map(|name| quoted(name));
            let _ = writeln!(out, "  {from} -> {to} [color=gray];");
        }
    }
    out.push_str("}\n");
    out
}

fn shape(service: &Service) -> &'static str {
    match service.kind {
        _ if service.external => ", style=\"rounded,dashed\"",
        Some(Kind::LoadBalancedWebService | Kind::RequestDrivenWebService) => {
            ", shape=ellipse, style=solid"
        }
        Some(Kind::WorkerService) => ", shape=cds, style=solid",
        Some(Kind::ScheduledJob) => ", shape=octagon, style=solid",
        Some(Kind::StaticSite) => ", shape=note, style=solid",
        Some(Kind::BackendService) | None => "",
    }
}

/// A string of Graphviz, in which nothing but the ends of lines has a meaning.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
