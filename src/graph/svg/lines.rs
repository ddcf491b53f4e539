//! Lines, their ends, and what stands at them.

use std::fmt::Write as _;

use svg::node::element::{Definitions, Group, Line, Marker, Path, Rectangle, TSpan, Text};

use crate::graph::model::{Group as Ways, Look};

use super::parts::{Size, clean, width};

/// Of a label.
const TEXT: f64 = 11.0;
const LEADING: f64 = 14.0;

/// How a way is called in the style sheet.
pub const fn class(look: Look) -> &'static str {
    match look {
        Look::ServiceConnect => "connect",
        Look::Discovery => "discovery",
        Look::Doubtful => "doubtful",
        Look::Broken => "broken",
    }
}

/// The ends of lines: an arrow where a call arrives, a cross where it does not.
pub fn markers() -> Definitions {
    Look::ALL.into_iter().fold(Definitions::new(), |all, look| {
        let shape = match look {
            Look::ServiceConnect | Look::Discovery => "M2 2 L9 6 L2 10",
            Look::Doubtful => "M2 2 L9 6 L2 10 Z",
            Look::Broken => "M2 2 L10 10 M10 2 L2 10",
        };
        let class = class(look);
        let path = Path::new()
            .set("d", shape)
            .set("class", format!("{class} end"));
        let marker = Marker::new()
            .set("id", format!("end-{class}"))
            .set("viewBox", (0, 0, 12, 12))
            .set("refX", if look == Look::Broken { 11 } else { 9 })
            .set("refY", 6)
            .set("markerWidth", 12)
            .set("markerHeight", 12)
            .set("markerUnits", "userSpaceOnUse")
            .set("orient", "auto");
        all.add(marker.add(path))
    })
}

/// A line in the legend.
pub fn sample(look: Look, x: f64, y: f64) -> Line {
    Line::new()
        .set("x1", x)
        .set("y1", y)
        .set("x2", x + 44.0)
        .set("y2", y)
        .set("class", format!("line {}", class(look)))
        .set("marker-end", format!("url(#end-{})", class(look)))
}

/// A line of a call.
pub fn call(points: &[(f64, f64)], look: Look) -> Path {
    curve(points)
        .set("class", format!("line {}", class(look)))
        .set("marker-end", format!("url(#end-{})", class(look)))
}

/// A line to a host that is only named.
pub fn named(points: &[(f64, f64)]) -> Path {
    curve(points).set("class", "line names")
}

/// A smooth line near the points, from the first to the last: a B-spline, as Mermaid draws.
fn curve(points: &[(f64, f64)]) -> Path {
    let mut d = String::new();
    let [first, .., last] = points else {
        return Path::new();
    };
    let _ = write!(d, "M{:.1} {:.1}", first.0, first.1);
    let mix = |a: (f64, f64), b: (f64, f64), part: f64| {
        (a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part)
    };
    for window in points.windows(3) {
        let &[before, at, after] = window else {
            continue;
        };
        // From the middle of one part to the middle of the next, bent towards the point between.
        let [start, end] = [mix(before, at, 0.5), mix(at, after, 0.5)];
        let [one, two] = [mix(start, at, 0.75), mix(end, at, 0.75)];
        let _ = write!(
            d,
            " L{:.1} {:.1} C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            start.0, start.1, one.0, one.1, two.0, two.1, end.0, end.1
        );
    }
    let _ = write!(d, " L{:.1} {:.1}", last.0, last.1);
    Path::new().set("d", d)
}

/// What stands at a line: nothing where the ways are the same everywhere.
pub fn labels(ways: &[Ways<'_>]) -> Vec<(Look, String)> {
    match ways {
        [one] if one.environments.is_empty() => Vec::new(),
        ways => ways
            .iter()
            .map(|way| (way.look, clean(&way.label())))
            .collect(),
    }
}

/// How large that is.
pub fn label_size(labels: &[(Look, String)]) -> Size {
    if labels.is_empty() {
        return Size::NONE;
    }
    let widths = labels.iter().map(|(_, label)| width(label, TEXT));
    let lines = u32::try_from(labels.len()).unwrap_or(u32::MAX);
    Size {
        width: widths.fold(0.0, f64::max) + 8.0,
        height: f64::from(lines) * LEADING + 6.0,
    }
}

/// The label with its middle at a place.
pub fn label(labels: &[(Look, String)], x: f64, y: f64) -> Group {
    let Size {
        width: across,
        height: down,
    } = label_size(labels);
    let behind = Rectangle::new()
        .set("class", "behind")
        .set("rx", 3)
        .set("x", x - across / 2.0)
        .set("y", y - down / 2.0)
        .set("width", across)
        .set("height", down);
    let mut lines = Text::new("")
        .set("class", "way")
        .set("x", x)
        .set("y", y - down / 2.0 + 1.0);
    for (look, label) in labels {
        let span = TSpan::new(label.as_str())
            .set("x", x)
            .set("dy", LEADING)
            .set("class", format!("{}-text", class(*look)));
        lines = lines.add(span);
    }
    Group::new().add(behind).add(lines)
}
