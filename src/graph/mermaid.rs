//! The graph for Mermaid, which GitHub and GitLab draw in Markdown.

use std::collections::HashMap;
use std::fmt::Write as _;

use service_connect_codegen::{Kind, Service};

use super::model::{Look, Model, kind};

/// The text of it.
pub fn render(model: &Model<'_>) -> String {
    let mut out = String::from("flowchart LR\n");
    let mut ids = HashMap::new();
    for (index, service) in model.services.iter().enumerate() {
        ids.insert(service.name.as_str(), index);
        let (open, close) = shape(service);
        let name = escaped(&service.name);
        let _ = writeln!(
            out,
            "  s{index}{open}\"{name}<br/><small>{}</small>\"{close}",
            kind(service)
        );
    }
    for (index, host) in model.hosts.iter().enumerate() {
        let _ = writeln!(out, "  h{index}[(\"{}\")]", escaped(&host.host));
    }
    let mut styles = Vec::new();
    for edge in model.edges {
        let [Some(from), Some(to)] = [edge.caller, edge.callee].map(|name| ids.get(name)) else {
            continue;
        };
        let look = Model::worst(edge);
        let arrow = match look {
            Look::ServiceConnect => "-->",
            Look::Discovery => "-.->",
            Look::Doubtful => "-.-o",
            Look::Broken => "--x",
        };
        let groups = model.groups(&edge.ways);
        let labels = groups.iter().map(|group| escaped(&group.label()));
        let labels: Vec<_> = labels.collect();
        let _ = writeln!(out, "  s{from} {arrow}|\"{}\"| s{to}", labels.join("<br/>"));
        styles.push(look);
    }
    for (index, host) in model.hosts.iter().enumerate() {
        let mut callers: Vec<_> = host.named.iter().map(|named| &named.caller).collect();
        callers.dedup();
        for from in callers
            .into_iter()
            .filter_map(|caller| ids.get(caller.as_str()))
        {
            let _ = writeln!(out, "  s{from} --- h{index}");
        }
    }
    for look in Look::ALL {
        let alike = styles
            .iter()
            .enumerate()
            .filter(|(_, other)| **other == look);
        let alike: Vec<_> = alike.map(|(index, _)| index.to_string()).collect();
        if !alike.is_empty() {
            let color = color(look);
            let _ = writeln!(
                out,
                "  linkStyle {} stroke:{color},color:{color}",
                alike.join(",")
            );
        }
    }
    out
}

fn shape(service: &Service) -> (&'static str, &'static str) {
    match service.kind {
        _ if service.external => ("[[", "]]"),
        Some(Kind::LoadBalancedWebService | Kind::RequestDrivenWebService) => ("([", "])"),
        Some(Kind::WorkerService) => ("[/", "/]"),
        Some(Kind::ScheduledJob) => ("{{", "}}"),
        Some(Kind::StaticSite) => (">", "]"),
        Some(Kind::BackendService) | None => ("[", "]"),
    }
}

/// Readable on white and on black.
fn color(look: Look) -> &'static str {
    match look {
        Look::ServiceConnect => "#0a7f5a",
        Look::Discovery => "#2f77c9",
        Look::Doubtful => "#b7791f",
        Look::Broken => "#d6402f",
    }
}

/// With everything that Mermaid or HTML could take for more than text as its number.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | ':' | ',') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
