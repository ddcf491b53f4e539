//! What packages give to functions of others.

use std::collections::HashMap;
use std::ops::Range;

use super::super::model::{Model, Spot, bytes};
use super::super::template::{Expression, Part, shut};
use super::{Reader, Texts};
use crate::scan::File;

/// The arguments of calls of functions of other packages: by the type and the name of the function, one list for each call.
pub type Outer = HashMap<(Option<String>, String), Vec<Vec<Given>>>;

/// An argument of one.
pub struct Given {
    pub(super) parts: Vec<Part>,
    /// The package, the file and the bytes that it stands in.
    pub(super) place: (usize, usize, Range<usize>),
}

/// What the calls of a package give to functions that are not its own.
pub fn outer(package: usize, model: &Model, files: &[File], into: &mut Outer) {
    let nothing = Outer::new();
    let reader = Reader::new(model, files, &nothing);
    for (name, calls) in &model.calls {
        for call in calls {
            let own = model.named(name).iter();
            let mut own = own.map(|index| &model.functions[*index]);
            let is_own = own.any(|function| call.of.is_none() || function.self_type == call.of);
            // Types that everybody has, and enum variants, are called all the time.
            if is_own || call.of.is_none() || call.arguments.is_empty() {
                continue;
            }
            let arguments = call.arguments.iter();
            let arguments = arguments.map(|argument| Given {
                parts: one(reader.texts(argument, call.spot), call.spot),
                place: (package, call.spot.file, bytes(argument)),
            });
            let key = (call.of.clone(), name.clone());
            into.entry(key).or_default().push(arguments.collect());
        }
    }
}

/// The one text, whose code cannot be written elsewhere.
fn one(mut texts: Texts, spot: Spot) -> Vec<Part> {
    match (texts.variants.pop(), &texts.variants[..]) {
        (Some(text), []) => shut(text),
        _ => vec![Part::Expression(Expression::unknown(spot))],
    }
}
