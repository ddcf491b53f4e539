//! What packages give to functions of others.

use std::collections::HashMap;
use std::ops::Range;

use super::super::model::{Model, Spot, bytes};
use super::super::template::{Expression, Part, shut};
use super::{Reader, Texts};
use crate::scan::File;

/// The arguments of calls of functions of other packages, one list for each call: by the name of the function, and that of
/// its type, its module or its crate.
pub type Outer = HashMap<(String, String), Vec<Vec<Given>>>;

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
            // Types that everybody has, and enum variants, are called all the time.
            let Some(of) = reader.foreign_qualifier(call) else {
                continue;
            };
            let own = model.named(name).iter();
            let mut own = own.map(|index| &model.functions[*index]);
            let is_own = own.any(|function| function.self_type.as_ref() == Some(&of));
            if is_own || call.arguments.is_empty() {
                continue;
            }
            let arguments = call.arguments.iter();
            let arguments = arguments.map(|argument| Given {
                parts: one(reader.texts(argument, call.spot), call.spot),
                place: (package, call.spot.file, bytes(argument)),
            });
            into.entry((of, name.clone()))
                .or_default()
                .push(arguments.collect());
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
