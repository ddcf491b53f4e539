//! The path of a URL as Rust code: what the caller wrote after the host, kept as it is.

use crate::scan::urls::{Model, Part, Spot, TextType};

/// A path.
#[derive(Debug, PartialEq, Eq)]
pub enum Path {
    /// There is none.
    Empty,
    /// The code of one.
    Code(String),
}

/// The code for the rest of a URL, in the function that `spot` names.
///
/// # Errors
///
/// Why it cannot be written there.
pub fn code(rest: &[Part], model: &Model, spot: Spot) -> Result<Path, String> {
    let mut pieces = Vec::new();
    flatten(rest, spot, &mut pieces)?;
    Ok(match &pieces[..] {
        [] => Path::Empty,
        [Piece::Text(text)] if text == "/" => Path::Code("\"/\"".to_owned()),
        [Piece::Text(text)] => Path::Code(literal(text)),
        [
            Piece::Hole {
                code,
                spec,
                is_text,
            },
        ] if spec.is_empty() => Path::Code(alone(code, *is_text, model, spot)),
        pieces => Path::Code(format(pieces)),
    })
}

enum Piece {
    Text(String),
    Hole {
        code: String,
        spec: String,
        /// It is known to be text.
        is_text: bool,
    },
}

fn flatten(parts: &[Part], spot: Spot, pieces: &mut Vec<Piece>) -> Result<(), String> {
    for part in parts {
        match part {
            Part::Text(text) => match pieces.last_mut() {
                Some(Piece::Text(last)) => last.push_str(text),
                _ if text.is_empty() => {}
                _ => pieces.push(Piece::Text(text.clone())),
            },
            Part::Origin(_) => return Err("a URL is a part of its path".to_owned()),
            Part::Variable(name, _) => {
                return Err(format!("what `{name}` holds is a part of its path"));
            }
            Part::Expression(expression) => {
                if expression.spot == spot && !expression.code.is_empty() {
                    pieces.push(Piece::Hole {
                        code: expression.code.clone(),
                        spec: expression.spec.clone(),
                        is_text: expression.known.is_some(),
                    });
                    continue;
                }
                match &expression.known {
                    Some(known) if expression.spec.is_empty() => flatten(known, spot, pieces)?,
                    _ if expression.code.is_empty() => {
                        return Err("the text is changed after it is made".to_owned());
                    }
                    _ => {
                        return Err(format!(
                            "`{}` is a part of its path, and is not known where it is called",
                            expression.code
                        ));
                    }
                }
            }
        }
    }
    Ok(())
}

/// A string literal.
pub fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// One expression that is the whole path.
fn alone(code: &str, is_text: bool, model: &Model, spot: Spot) -> String {
    if is_name(code) {
        let function = spot.function.map(|index| &model.functions[index]);
        let mut parameters = function
            .into_iter()
            .flat_map(|function| &function.parameters);
        let parameter = parameters.find(|parameter| parameter.name.as_deref() == Some(code));
        match parameter.and_then(|parameter| parameter.text) {
            Some(TextType::Borrowed) => return code.to_owned(),
            Some(TextType::Owned) => return format!("&{code}"),
            None if is_text && code.chars().all(|c| !c.is_lowercase()) => return code.to_owned(),
            None if is_text => return format!("&{code}"),
            None => {}
        }
        return format!("format!(\"{{{code}}}\")");
    }
    format!("format!(\"{{}}\", {code})")
}

fn is_name(code: &str) -> bool {
    let starts = |c: char| c.is_alphabetic() || c == '_';
    code != "self"
        && code.starts_with(starts)
        && code.chars().all(|c| c.is_alphanumeric() || c == '_')
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
            Piece::Hole { code, spec, .. } if is_name(code) => {
                text.extend(["{", code, spec, "}"]);
            }
            Piece::Hole { code, spec, .. } => {
                text.extend(["{", spec, "}"]);
                arguments.push_str(", ");
                arguments.push_str(code);
            }
        }
    }
    format!("format!(\"{text}\"{arguments})")
}
