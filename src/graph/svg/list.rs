//! A graph that is too large for lines: a row for each caller, with those that it calls.

use std::collections::HashMap;

use service_connect_codegen::Service;
use svg::node::element::Group;

use crate::graph::model::Model;

use super::lines;
use super::parts::{Size, text};
use super::shapes::chip;

const WIDTH: f64 = 1100.0;
const ROW: f64 = 30.0;

pub fn draw(model: &Model<'_>) -> (Group, Size) {
    let services: HashMap<&str, &Service> = model
        .services
        .iter()
        .map(|service| (service.name.as_str(), *service))
        .collect();
    let words = format!(
        "{} services and {} calls are too many for lines: each row is a service and those that it calls, in the worst way of \
         any environment",
        model.services.len(),
        model.edges.len()
    );
    let mut group = Group::new().add(text(&words, 0.0, 12.0, "small"));
    let mut y = 28.0;
    let mut x = 0.0;
    let mut last = "";
    let callers = model
        .edges
        .iter()
        .filter_map(|edge| services.get(edge.caller));
    let widths = callers.map(|caller| chip(caller, 0.0, 0.0).1);
    let indent = widths.fold(0.0, f64::max) + 12.0;
    for edge in model.edges {
        let [Some(caller), Some(callee)] =
            [edge.caller, edge.callee].map(|name| services.get(name))
        else {
            continue;
        };
        if edge.caller != last {
            y += if last.is_empty() { 0.0 } else { ROW };
            last = edge.caller;
            group = group.add(chip(caller, 0.0, y).0);
            x = indent;
        }
        let width = chip(callee, 0.0, 0.0).1;
        if x > indent && x + 52.0 + width > WIDTH {
            x = indent;
            y += ROW;
        }
        let line = lines::sample(Model::worst(edge), x, y + 10.0);
        group = group.add(line).add(chip(callee, x + 52.0, y).0);
        x += 52.0 + width + 16.0;
    }
    y += ROW;
    let alone: Vec<_> = model
        .services
        .iter()
        .filter(|service| model.is_alone(&service.name))
        .collect();
    if !alone.is_empty() {
        group = group.add(text(
            "no call to or from these is known",
            0.0,
            y + 16.0,
            "small",
        ));
        y += 28.0;
        x = 0.0;
        for service in alone {
            let width = chip(service, 0.0, 0.0).1;
            if x > 0.0 && x + width > WIDTH {
                x = 0.0;
                y += ROW;
            }
            group = group.add(chip(service, x, y).0);
            x += width + 10.0;
        }
        y += ROW;
    }
    let size = Size {
        width: WIDTH,
        height: y,
    };
    (group, size)
}
