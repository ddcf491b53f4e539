//! A Rust file that gets lines added: what it says, and where that stands in the text.

use std::ops::Range;

use anyhow::{Result, bail};
use syn::spanned::Spanned;

use crate::output::printable;
use crate::scan::{Syntax, lex, place};

/// A file that was read.
pub struct Source<'a> {
    text: &'a str,
    pub file: Syntax,
}

impl<'a> Source<'a> {
    /// Reads the file that messages call `name`.
    pub fn parse(name: &str, text: &'a str) -> Result<Self> {
        let file = Syntax::of(text.into());
        if let Some(refused) = file.refused() {
            let place = place(&name.into(), text, refused.bytes.clone());
            bail!(
                "{}:{}:{}: this does not parse: {}; mend that first",
                printable(name),
                place.line,
                place.column,
                printable(&refused.why)
            );
        }
        Ok(Self { text, file })
    }

    /// Where that stands.
    pub fn range(what: &impl Spanned) -> Range<usize> {
        what.span().byte_range()
    }

    /// The length of what stands before everything else.
    pub fn head(&self) -> usize {
        lex::head(self.text)
    }

    /// From where on something can stand in it at all.
    pub fn start(&self) -> usize {
        let attributes = self.file.attrs.last();
        attributes.map_or(self.head(), |last| Self::range(last).end)
    }

    /// The text with `insert` in the place of that range, its lines ended as the others are.
    pub fn with(&self, range: Range<usize>, insert: &str) -> String {
        let insert = if ends_lines_with_crlf(self.text) {
            insert.replace('\n', "\r\n")
        } else {
            insert.to_owned()
        };
        format!(
            "{}{insert}{}",
            &self.text[..range.start],
            &self.text[range.end..]
        )
    }
}

/// Whether all of its lines end so, of which there is one at least.
pub fn ends_lines_with_crlf(text: &str) -> bool {
    let ends = text.matches('\n').count();
    ends > 0 && ends == text.matches("\r\n").count()
}

/// Whether the text has these words one after the other, comments and strings aside.
pub fn mentions(text: &str, words: &[&str]) -> bool {
    // A text is taken apart only if it is worth it.
    let is_worth_it = words.first().is_some_and(|first| text.contains(first));
    let tokens = is_worth_it.then(|| lex::tokens(text).ok()).flatten();
    let tokens = tokens.unwrap_or_default();
    tokens.windows(words.len().max(1)).any(|window| {
        let mut pairs = window.iter().zip(words);
        pairs.all(|(token, word)| text.get(token.bytes()) == Some(word))
    })
}
