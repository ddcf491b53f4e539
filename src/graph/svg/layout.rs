//! Where everything is: boxes that are connected as dagre puts them, all others in rows below.

use std::collections::HashMap;

use dagre::graph::{Graph, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir};
use service_connect_codegen::Service;
use service_connect_codegen::map::Edge;
use svg::node::element::Group;

use crate::graph::model::{Look, Model};

use super::parts::{Size, text};
use super::ports::{Line, Placed, spread};
use super::{lines, shapes};

/// Boxes without lines, in rows of about this width.
const ROW: f64 = 760.0;
const GAP: f64 = 18.0;

/// Boxes, lines and what stands at them, with places.
pub struct Layout<'a> {
    /// Those with lines before those without.
    boxes: Vec<(Box<'a>, Placed)>,
    calls: Vec<Call>,
    named: Vec<Vec<Point>>,
    /// Where the heading of those without lines is.
    heading: Option<f64>,
    size: Size,
}

type Point = (f64, f64);

#[derive(Clone, Copy)]
enum Box<'a> {
    Service(&'a Service),
    Host(&'a str),
}

struct Call {
    look: Look,
    points: Vec<Point>,
    label: Vec<(Look, String)>,
    middle: Point,
}

impl<'a> Layout<'a> {
    pub fn of(model: &Model<'a>) -> Self {
        // In columns of one width no line has to pass a box that is wider than its neighbours.
        let widths = model
            .services
            .iter()
            .map(|service| shapes::service_width(service));
        let width = widths.fold(0.0, f64::max);
        let size = |one: Box<'_>| match one {
            Box::Service(_) => Size {
                width,
                height: shapes::HEIGHT,
            },
            Box::Host(host) => shapes::host_size(host),
        };
        let is_alone = |service: &&&Service| model.is_alone(&service.name);
        let services = model.services.iter().filter(|service| !is_alone(service));
        let services = services.map(|service| Box::Service(service));
        let hosts = model.hosts.iter().map(|host| Box::Host(&host.host));
        let boxes: Vec<_> = services.chain(hosts).collect();

        let mut graph: Graph<NodeLabel, EdgeLabel> = Graph::with_options(GraphOptions {
            directed: true,
            multigraph: false,
            compound: false,
        });
        for (index, one) in boxes.iter().enumerate() {
            let Size { width, height } = size(*one);
            let label = NodeLabel {
                width,
                height,
                ..NodeLabel::default()
            };
            graph.set_node(id(index), Some(label));
        }
        let (calls, named) = between(model, &boxes);
        for (from, to, edge) in &calls {
            let Size { width, height } =
                lines::label_size(&lines::labels(&model.groups(&edge.ways)));
            let label = EdgeLabel {
                width,
                height,
                labelpos: dagre::layout::types::LabelPos::Center,
                ..EdgeLabel::default()
            };
            graph.set_edge(id(*from), id(*to), Some(label), None);
        }
        for (from, to) in &named {
            graph.set_edge(id(*from), id(*to), Some(EdgeLabel::default()), None);
        }
        if !boxes.is_empty() {
            dagre::layout(&mut graph, Some(options()));
        }

        let placed = |(index, one): (usize, &Box<'a>)| {
            let label = graph.node(&id(index));
            let at = label.and_then(|label| Some((label.x?, label.y?)));
            let placed = Placed {
                at: at.unwrap_or_default(),
                size: size(*one),
            };
            (*one, placed)
        };
        let boxes: Vec<_> = boxes.iter().enumerate().map(placed).collect();
        let line = |from: usize, to: usize| {
            let label = graph.edge(&id(from), &id(to), None);
            let points = label.map_or(&[][..], |label| &label.points);
            Line {
                from,
                to,
                points: points.iter().map(|point| (point.x, point.y)).collect(),
            }
        };
        let drawn = calls.iter().map(|(from, to, _)| line(*from, *to));
        let mut drawn: Vec<_> = drawn
            .chain(named.iter().map(|(from, to)| line(*from, *to)))
            .collect();
        let places: Vec<_> = boxes.iter().map(|(_, placed)| *placed).collect();
        spread(&places, &mut drawn);
        let mut drawn = drawn.into_iter().map(|line| line.points);
        let calls = calls
            .iter()
            .zip(drawn.by_ref())
            .map(|((from, to, edge), points)| {
                let label = graph.edge(&id(*from), &id(*to), None);
                let middle = label.and_then(|label| Some((label.x?, label.y?)));
                Call {
                    look: Model::worst(edge),
                    points,
                    label: lines::labels(&model.groups(&edge.ways)),
                    middle: middle.unwrap_or_default(),
                }
            });
        let mut layout = Self {
            calls: calls.collect(),
            named: drawn.collect(),
            boxes,
            heading: None,
            size: Size::NONE,
        };
        layout.move_to_corner();
        let alone = model.services.iter().filter(is_alone);
        layout.add_alone(alone.copied(), width);
        layout
    }

    /// So that nothing is left of or above zero, and the size is known.
    fn move_to_corner(&mut self) {
        let dot = |point: &Point| Placed {
            at: *point,
            size: Size::NONE,
        };
        let mut parts: Vec<Placed> = self.boxes.iter().map(|(_, placed)| *placed).collect();
        for call in &self.calls {
            parts.extend(call.points.iter().map(dot));
            if !call.label.is_empty() {
                parts.push(Placed {
                    at: call.middle,
                    size: lines::label_size(&call.label),
                });
            }
        }
        parts.extend(self.named.iter().flatten().map(dot));
        if parts.is_empty() {
            return;
        }
        let least = |of: &dyn Fn(&Placed) -> f64| parts.iter().map(of).fold(f64::MAX, f64::min);
        let most = |of: &dyn Fn(&Placed) -> f64| parts.iter().map(of).fold(f64::MIN, f64::max);
        let left = least(&|part| part.at.0 - part.size.width / 2.0);
        let top = least(&|part| part.at.1 - part.size.height / 2.0);
        let right = most(&|part| part.at.0 + part.size.width / 2.0);
        let bottom = most(&|part| part.at.1 + part.size.height / 2.0);
        let moved = |point: &mut Point| *point = (point.0 - left, point.1 - top);
        self.boxes
            .iter_mut()
            .for_each(|(_, placed)| moved(&mut placed.at));
        self.named.iter_mut().flatten().for_each(moved);
        for call in &mut self.calls {
            call.points.iter_mut().for_each(moved);
            moved(&mut call.middle);
        }
        self.size = Size {
            width: right - left,
            height: bottom - top,
        };
    }

    /// Puts boxes without lines below.
    fn add_alone(&mut self, alone: impl Iterator<Item = &'a Service>, width: f64) {
        let height = shapes::HEIGHT;
        let row = self.size.width.max(ROW);
        let mut alone = alone.peekable();
        let mut y = self.size.height;
        if alone.peek().is_some() {
            let gap = if y > 0.0 { 40.0 } else { 4.0 };
            self.heading = Some(y + gap);
            y += gap + 14.0;
        }
        let mut x = 0.0;
        for service in alone {
            if x > 0.0 && x + width > row {
                x = 0.0;
                y += height + GAP;
            }
            let placed = Placed {
                at: (x + width / 2.0, y + height / 2.0),
                size: Size { width, height },
            };
            self.boxes.push((Box::Service(service), placed));
            x += width + GAP;
            self.size.width = self.size.width.max(x - GAP);
            self.size.height = y + height;
        }
    }

    pub fn draw(&self) -> (Group, Size) {
        let mut group = Group::new();
        for points in &self.named {
            group = group.add(lines::named(points));
        }
        for call in &self.calls {
            group = group.add(lines::call(&call.points, call.look));
        }
        for call in self.calls.iter().filter(|call| !call.label.is_empty()) {
            group = group.add(lines::label(&call.label, call.middle.0, call.middle.1));
        }
        for (one, placed) in &self.boxes {
            group = group.add(match one {
                Box::Service(service) => shapes::service(service, *placed),
                Box::Host(host) => shapes::host(host, *placed),
            });
        }
        if let Some(heading) = self.heading {
            let words = "no call to or from these is known";
            group = group.add(text(words, 0.0, heading, "small"));
        }
        (group, self.size)
    }
}

/// The calls, and the hosts that are named, by the indices of the boxes.
#[allow(clippy::type_complexity, reason = "two lists of pairs")]
fn between<'m>(
    model: &'m Model<'_>,
    boxes: &[Box<'_>],
) -> (Vec<(usize, usize, &'m Edge<'m>)>, Vec<(usize, usize)>) {
    let mut services = HashMap::new();
    let mut hosts = HashMap::new();
    for (index, one) in boxes.iter().enumerate() {
        match one {
            Box::Service(service) => services.insert(service.name.as_str(), index),
            Box::Host(host) => hosts.insert(*host, index),
        };
    }
    let calls = model.edges.iter().filter_map(|edge| {
        let [from, to] = [edge.caller, edge.callee].map(|name| services.get(name));
        Some((*from?, *to?, edge))
    });
    let named = model.hosts.iter().flat_map(|host| {
        let callers = host.named.iter();
        callers.map(|named| (named.caller.as_str(), host.host.as_str()))
    });
    let named =
        named.filter_map(|(service, host)| Some((*services.get(service)?, *hosts.get(host)?)));
    let mut named: Vec<_> = named.collect();
    named.sort_unstable();
    named.dedup();
    (calls.collect(), named)
}

fn options() -> LayoutOptions {
    LayoutOptions {
        rankdir: RankDir::LR,
        nodesep: 26.0,
        ranksep: 56.0,
        edgesep: 16.0,
        ..LayoutOptions::default()
    }
}

/// What dagre calls a box.
fn id(index: usize) -> String {
    index.to_string()
}
