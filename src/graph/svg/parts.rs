//! Texts, how wide they are, and the legend.

use svg::node::element::{Group, Text};

use crate::graph::model::{Look, Model};
use crate::output::printable;

use super::lines;

/// How large something is, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

/// Longer names are cut.
const MAX_CHARS: usize = 30;

/// A text that begins, or has its middle, at a place.
pub fn text(text: &str, x: f64, y: f64, class: &str) -> Text {
    Text::new(clean(text))
        .set("x", x)
        .set("y", y)
        .set("class", class)
}

/// Without what XML cannot have.
pub fn clean(text: &str) -> String {
    let text = printable(text);
    let is_noncharacter = |c: char| matches!(c, '\u{fffe}' | '\u{ffff}');
    text.replace(is_noncharacter, "\u{fffd}")
}

/// A name that is not too long for a box.
pub fn short(name: &str) -> String {
    let name = clean(name);
    if name.chars().count() <= MAX_CHARS {
        return name;
    }
    let head: String = name.chars().take(MAX_CHARS - 1).collect();
    head + "…"
}

/// How wide a text is in a font of that size, rather too wide: nobody knows which font it will be.
pub fn width(text: &str, size: f64) -> f64 {
    let widths = text.chars().map(|c| match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | '.' | ',' | ':' | ';' | '\'' | '|' | ' ' | '-' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' => 0.98,
        'A'..='Z' => 0.74,
        c if c.is_ascii() => 0.62,
        _ => 1.05,
    });
    widths.sum::<f64>() * size
}

/// What the lines mean: those that are there.
pub fn legend(model: &Model<'_>) -> (Group, Size) {
    let looks = model.edges.iter().flat_map(|edge| &edge.ways).map(Look::of);
    let looks: Vec<_> = looks.collect();
    let mut group = Group::new();
    let mut x = 0.0;
    for look in Look::ALL.into_iter().filter(|look| looks.contains(look)) {
        let words = match look {
            Look::ServiceConnect => "Service Connect",
            Look::Discovery => "discovery",
            Look::Doubtful => "doubtful: may arrive, but hardly as meant",
            Look::Broken => "broken",
        };
        group = group
            .add(lines::sample(look, x, 10.0))
            .add(text(words, x + 52.0, 14.0, "small"));
        x += 52.0 + width(words, 11.0) + 22.0;
    }
    let height = if x > 0.0 { 20.0 } else { 0.0 };
    (group, Size { width: x, height })
}
