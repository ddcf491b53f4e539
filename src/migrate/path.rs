//! The path of a URL as Rust code: what the caller wrote after the host, kept as it is.
//!
//! Code is written again where it stood, once and in its order. What stood elsewhere, as in a `let` that is followed or in
//! the argument of a function, is only written if it is a name that means the same here and holds the same still.

use std::ops::Range;

use syn::Expr;

use super::rest::{Rest, Type, Way, inside, is_whole, parameter};
use super::words::Words;
use crate::scan::urls::{Expression, Part, Spot, TextType, Urls, bytes, is_building, last};

/// Types of numbers and the like, which are copied and show themselves in one way.
const COPIED: &[&str] = &[
    "bool", "char", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
    "usize", "f32", "f64", "Uuid",
];

/// Methods that leave a name to its owner, and change nothing of what it shows.
const READS: &[&str] = &[
    "as_bytes",
    "as_ref",
    "as_str",
    "clone",
    "is_empty",
    "len",
    "to_owned",
    "to_string",
    "trim",
];

/// A path.
#[derive(Debug, PartialEq, Eq)]
pub enum Path {
    /// There is none.
    Empty,
    /// The code of one.
    Code(String),
}

/// Where a path is written: what stands there is replaced.
pub struct Site<'a> {
    pub urls: &'a Urls<'a>,
    pub words: &'a [Words],
    pub spot: Spot,
    pub span: Range<usize>,
}

/// The code for the rest of a URL.
///
/// # Errors
///
/// Why it cannot be written there.
pub fn code(rest: &Rest, site: &Site<'_>) -> Result<Path, String> {
    let mut pieces = Vec::new();
    for (way, part) in rest {
        site.flatten(std::slice::from_ref(part), way, &mut pieces)?;
    }
    in_order(&pieces)?;
    Ok(match &pieces[..] {
        [] => Path::Empty,
        [Piece::Text(text)] if text == "/" => Path::Code("\"/\"".to_owned()),
        [Piece::Text(text)] => Path::Code(literal(text)),
        [Piece::Hole(hole)] if hole.spec.is_empty() => Path::Code(site.alone(hole)),
        pieces => Path::Code(format(pieces)),
    })
}

enum Piece {
    Text(String),
    Hole(Hole),
}

struct Hole {
    code: String,
    spec: String,
    /// It is known to be text.
    is_text: bool,
    /// Where it stood.
    span: Range<usize>,
}

/// Whether all that is more than a name is written once, in the order in which it stood.
fn in_order(pieces: &[Piece]) -> Result<(), String> {
    let mut end = 0;
    for piece in pieces {
        let Piece::Hole(hole) = piece else { continue };
        if is_name(&hole.code) || is_constant(&hole.code) {
            continue;
        }
        if hole.span.start < end {
            return Err(format!(
                "`{}` would be evaluated in another order, or more than once",
                hole.code
            ));
        }
        end = hole.span.end;
    }
    Ok(())
}

impl Site<'_> {
    fn flatten(&self, parts: &[Part], way: &Way, pieces: &mut Vec<Piece>) -> Result<(), String> {
        for part in parts {
            match part {
                Part::Text(text) => match pieces.last_mut() {
                    Some(Piece::Text(last)) => last.push_str(text),
                    _ if text.is_empty() => {}
                    _ => pieces.push(Piece::Text(text.clone())),
                },
                Part::Origin(_) | Part::Trimmed(_) => {
                    return Err("a URL is a part of its path".to_owned());
                }
                Part::Chosen(..) => {
                    return Err("its path differs with a variable".to_owned());
                }
                Part::Variable(name, _) => {
                    return Err(format!("what `{name}` holds is a part of its path"));
                }
                Part::Expression(expression) => {
                    let Err(why) = self.can_hold(expression, way) else {
                        pieces.push(Piece::Hole(Hole {
                            code: expression.code.clone(),
                            spec: expression.spec.clone(),
                            is_text: expression.known.is_some(),
                            span: expression.span.clone(),
                        }));
                        continue;
                    };
                    match &expression.known {
                        Some(known) if expression.spec.is_empty() => {
                            let way = inside(expression, way, self.urls, self.spot);
                            let is_own = expression.spot == self.spot;
                            self.flatten(known, &way, pieces)
                                .map_err(|inner| if is_own { why } else { inner })?;
                        }
                        _ => return Err(why),
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether an expression can be written here.
    fn can_hold(&self, expression: &Expression, way: &Way) -> Result<(), String> {
        let Expression { code, span, .. } = expression;
        if code.is_empty() {
            return Err("a part of its path cannot be written at another place".to_owned());
        }
        if expression.spot != self.spot || *way == Way::Hidden {
            return Err(format!(
                "`{code}` is a part of its path, and is not known where it is called"
            ));
        }
        if !is_whole(self.urls.files, expression) {
            return Err(format!(
                "more is done to `{code}` before it is a part of its path"
            ));
        }
        let is_here = self.span.start <= span.start && span.end <= self.span.end;
        if is_here && *way == Way::Shown || is_constant(code) {
            return Ok(());
        }
        if !is_name(code) {
            return Err(format!(
                "`{code}` is a part of its path, and would be evaluated at another place"
            ));
        }
        if let Way::Given(given) = way
            && !self.is_of_type(code, span, given)
        {
            return Err(format!(
                "`{code}` is given to a function, and may show itself in another way than there"
            ));
        }
        if is_here {
            Ok(())
        } else {
            self.holds(code, span)
        }
    }

    /// Whether a name has the type of the parameter that it is given as.
    fn is_of_type(&self, name: &str, span: &Range<usize>, given: &Type) -> bool {
        let after = &self.source()[span.end..];
        if after.trim_start().starts_with(".to_string()") {
            return true;
        }
        let model = &self.urls.model;
        if let Some(index) = model.binding(name, self.spot, span.start) {
            let init = model.bindings[index].init.as_ref();
            return *given == Type::Text && init.is_some_and(is_building);
        }
        let parameter = parameter(model, self.spot, name);
        parameter.is_some_and(|parameter| {
            let of = Type::of(parameter);
            of == *given && of != Type::Other(None)
        })
    }

    /// Whether a name that stood elsewhere means the same here, and holds the same still.
    fn holds(&self, name: &str, span: &Range<usize>) -> Result<(), String> {
        let model = &self.urls.model;
        let here = self.span.start;
        let binding = |at: usize| model.binding(name, self.spot, at);
        let parameter = parameter(model, self.spot, name);
        let is_mutable = match (binding(span.start), parameter) {
            (index, _) if index != binding(here) => {
                return Err(format!(
                    "`{name}` is a part of its path, and is another one here"
                ));
            }
            (Some(index), _) => model.bindings[index].is_mutable,
            (None, Some(parameter)) => parameter.is_mutable,
            (None, None) => return Err(format!("it is not known what `{name}` is")),
        };
        let mut closures = model.closures.iter();
        if closures.any(|(file, range)| {
            *file == self.spot.file && range.contains(&here) && !range.contains(&span.start)
        }) {
            return Err(format!(
                "`{name}` would be taken into a closure or an `async` block, which has the text of it now"
            ));
        }
        let is_copied = || {
            let of = parameter.and_then(|parameter| parameter.type_name.as_deref());
            binding(here).is_none() && of.is_some_and(|of| COPIED.contains(&of))
        };
        let words = &self.words[self.spot.file];
        let is_kept = |name: &str| {
            let between = span.end..here;
            let mut places = words.places(name, &between);
            places.all(|at| only_reads(self.source(), at, name))
        };
        // What it may refer to has to be there too.
        let init = binding(here).and_then(|index| model.bindings[index].init.as_ref());
        let mut of = init.into_iter().flat_map(|init| words.within(&bytes(init)));
        if is_mutable
            || !(is_copied() || is_kept(name))
            || !of.all(|word| is_kept(words.get(word).0))
        {
            return Err(format!(
                "`{name}` is a part of its path, and may be changed or gone by here"
            ));
        }
        Ok(())
    }

    fn source(&self) -> &str {
        &self.urls.files[self.spot.file].text
    }

    /// One expression that is the whole path.
    fn alone(&self, hole: &Hole) -> String {
        let code = &hole.code;
        if !is_name(code) {
            return format!("format!(\"{{}}\", {code})");
        }
        let model = &self.urls.model;
        let binding = model.binding(code, self.spot, hole.span.start);
        let parameter = parameter(model, self.spot, code).filter(|_| binding.is_none());
        match parameter.and_then(|parameter| parameter.text) {
            Some(TextType::Borrowed) => code.to_owned(),
            Some(TextType::Owned) => format!("&{code}"),
            None if hole.is_text && is_constant(code) => code.to_owned(),
            None if hole.is_text => format!("&{code}"),
            None => format!("format!(\"{{{code}}}\")"),
        }
    }
}

/// Whether a name that stands there is neither given away nor changed.
fn only_reads(source: &str, at: usize, name: &str) -> bool {
    let Some(after) = source[at..].strip_prefix(name) else {
        // In a string.
        return source[at..].starts_with(['"', 'r']);
    };
    if source[..at].trim_end().ends_with('&') {
        return true;
    }
    let method = after.trim_start().strip_prefix('.').map(str::trim_start);
    method.is_some_and(|method| {
        READS.iter().any(|read| {
            method
                .strip_prefix(read)
                .is_some_and(|rest| rest.starts_with('('))
        })
    })
}

/// A string literal.
pub fn literal(text: &str) -> String {
    format!("{text:?}")
}

fn is_name(code: &str) -> bool {
    let starts = |c: char| c.is_alphabetic() || c == '_';
    code != "self"
        && code.starts_with(starts)
        && code.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// A constant by its name, or a literal: the same everywhere.
fn is_constant(code: &str) -> bool {
    match syn::parse_str::<Expr>(code) {
        Ok(Expr::Lit(_)) => true,
        Ok(Expr::Path(path)) => {
            let name = last(&path.path);
            name.chars().any(char::is_uppercase) && name.chars().all(|c| !c.is_lowercase())
        }
        _ => false,
    }
}

fn format(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let mut arguments = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(piece) => {
                let literal = literal(&piece.replace('{', "{{").replace('}', "}}"));
                text.push_str(&literal[1..literal.len() - 1]);
            }
            Piece::Hole(Hole { code, spec, .. }) if is_name(code) => {
                text.extend(["{", code, spec, "}"]);
            }
            Piece::Hole(Hole { code, spec, .. }) => {
                text.extend(["{", spec, "}"]);
                arguments.push_str(", ");
                arguments.push_str(code);
            }
        }
    }
    format!("format!(\"{text}\"{arguments})")
}
