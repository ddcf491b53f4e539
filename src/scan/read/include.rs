//! What `include!` is given.
//!
//! ```text
//! include!(concat!(env!("CARGO_MANIFEST_DIR"), "/shared.rs"));
//! ```

use std::ops::Range;

use super::Reader;
use crate::scan::lex::Kind;
use crate::scan::source::Included;

impl Reader<'_> {
    /// Adds a literal, or what a `concat!` of literals and the package's directory is.
    pub(super) fn append(&self, range: Range<usize>, to: &mut Included) {
        let mut index = range.start;
        while index < range.end {
            let text = match self.tokens[index].kind {
                Kind::Mark(b',') => {
                    index += 1;
                    continue;
                }
                Kind::Text => self.literal(index),
                Kind::Word
                    if self.is(index + 1, b'!')
                        && matches!(self.kind(index + 2), Some(Kind::Open(_))) =>
                {
                    let inside = self.inside(index + 2);
                    let after = inside.end + 1;
                    match self.word(index) {
                        Some("concat") => self.append(inside, to),
                        Some("env")
                            if *to == Included::File(String::new())
                                && self
                                    .literal(inside.start)
                                    .is_some_and(|name| name == "CARGO_MANIFEST_DIR") =>
                        {
                            *to = Included::Package(String::new());
                        }
                        _ => return *to = Included::Unknown,
                    }
                    index = after;
                    continue;
                }
                _ => None,
            };
            match (text, &mut *to) {
                (Some(text), Included::File(path) | Included::Package(path)) => {
                    path.push_str(&text);
                }
                _ => return *to = Included::Unknown,
            }
            index += 1;
        }
    }

    pub(super) fn literal(&self, index: usize) -> Option<String> {
        let token = self.tokens.get(index)?;
        let literal: syn::LitStr = syn::parse_str(&self.text[token.bytes()]).ok()?;
        Some(literal.value())
    }
}
