//! The strings of `format!`, taken apart.

/// A piece of one.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it is written, braces unescaped.
    Text(String),
    /// `{…}`.
    Hole {
        /// What stands there.
        argument: Argument,
        /// What comes after it, with its colon.
        spec: String,
    },
}

/// What is formatted.
#[derive(Debug, PartialEq, Eq)]
pub enum Argument {
    /// `{}`.
    Next,
    /// `{0}`.
    At(usize),
    /// `{name}`.
    Named(String),
}

/// The pieces; `None` where it is no such string.
pub fn pieces(format: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' | '}' if rest.peek() == Some(&c) => {
                rest.next();
                text.push(c);
            }
            '}' => return None,
            '{' => {
                let inner: String = rest.by_ref().take_while(|c| *c != '}').collect();
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                let (name, spec) = inner.split_at(inner.find(':').unwrap_or(inner.len()));
                let name = name.trim();
                let argument = match name.parse() {
                    Ok(index) => Argument::At(index),
                    Err(_) if name.is_empty() => Argument::Next,
                    Err(_) => Argument::Named(name.to_owned()),
                };
                let spec = if spec == ":" { "" } else { spec };
                pieces.push(Piece::Hole {
                    argument,
                    spec: spec.to_owned(),
                });
            }
            c => text.push(c),
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Some(pieces)
}

/// The names that such a string takes from around it; a string that is none has none.
pub fn captured(format: &str) -> Vec<String> {
    let pieces = pieces(format).unwrap_or_default().into_iter();
    pieces
        .filter_map(|piece| match piece {
            Piece::Hole {
                argument: Argument::Named(name),
                ..
            } => Some(name),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_taken_apart() {
        let text = |text: &str| Piece::Text(text.to_owned());
        let hole = |argument, spec: &str| Piece::Hole {
            argument,
            spec: spec.to_owned(),
        };
        let found = pieces("http://{}.{zone}:{1}/{{x}}/{id:>4}").unwrap();
        assert_eq!(
            found,
            [
                text("http://"),
                hole(Argument::Next, ""),
                text("."),
                hole(Argument::Named("zone".into()), ""),
                text(":"),
                hole(Argument::At(1), ""),
                text("/{x}/"),
                hole(Argument::Named("id".into()), ":>4"),
            ]
        );
        assert_eq!(pieces("a } b"), None);
        assert_eq!(captured("{a} {} {0} {b:?}"), ["a", "b"]);
    }
}
