//! The graph as a picture: services as boxes of the shape of their kind, calls as lines that show the way.
//!
//! Where the boxes are is for `dagre` to say, which lays out as Mermaid does; `svg` writes it. What has too many lines to be
//! followed is drawn as a list.

mod layout;
mod lines;
mod list;
mod parts;
mod ports;
mod shapes;
mod style;

use svg::Document;
use svg::node::element::{Group, Rectangle, Style};

use super::model::Model;
use layout::Layout;
use parts::{Size, legend, text};

/// So many boxes and lines are drawn as a graph: more are too many for an eye, and for the time that it takes.
const MAX_BOXES: usize = 60;
const MAX_LINES: usize = 120;

/// The space around everything.
const MARGIN: f64 = 24.0;

/// The text of the picture.
pub fn render(model: &Model<'_>) -> String {
    let alone = |name: &str| model.is_alone(name);
    let boxes = model
        .services
        .iter()
        .filter(|service| !alone(&service.name));
    let boxes = boxes.count() + model.hosts.len();
    let lines = model.edges.len();
    let (drawn, size) = if boxes <= MAX_BOXES && lines <= MAX_LINES {
        Layout::of(model).draw()
    } else {
        list::draw(model)
    };
    let name = model.application.name.as_deref().unwrap_or("services");
    let environments = model.environments();
    let (legend, legend_size) = legend(model);
    let width = size.width.max(legend_size.width).max(260.0) + 2.0 * MARGIN;
    let top = MARGIN + 58.0;
    let height = top + size.height + 28.0 + legend_size.height + MARGIN;
    let [w, h] = [width, height].map(f64::ceil);
    let mut document = Document::new()
        .set("viewBox", (0.0, 0.0, w, h))
        .set("width", w)
        .set("height", h)
        .set("role", "img")
        .add(svg::node::element::Title::new(parts::clean(&format!(
            "The calls between the services of {name}"
        ))))
        .add(Style::new(style::SHEET))
        .add(lines::markers())
        .add(
            Rectangle::new()
                .set("class", "page")
                .set("width", w)
                .set("height", h),
        )
        .add(text(name, MARGIN, MARGIN + 18.0, "title"));
    if !environments.is_empty() {
        let environments = environments.join(", ");
        document = document.add(text(&environments, MARGIN, MARGIN + 38.0, "small"));
    }
    let place = |x: f64, y: f64| Group::new().set("transform", format!("translate({x} {y})"));
    document = document
        .add(place(MARGIN, top).add(drawn))
        .add(place(MARGIN, top + size.height + 28.0).add(legend));
    format!("{document}\n")
}

impl Size {
    const NONE: Self = Self {
        width: 0.0,
        height: 0.0,
    };
}
