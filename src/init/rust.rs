//! A Rust file that gets lines added: what it says as `syn` has it, and where that stands in the text.

use std::ops::Range;

use anyhow::{Result, anyhow};
use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;

use crate::output::printable;

/// A file that was read.
pub struct Source<'a> {
    text: &'a str,
    /// What the parser is not given: a byte order mark and the line of a shell.
    skipped: usize,
    pub file: syn::File,
}

impl<'a> Source<'a> {
    /// Reads the file that messages call `name`.
    pub fn parse(name: &str, text: &'a str) -> Result<Self> {
        let mut body = text.strip_prefix('\u{feff}').unwrap_or(text);
        if body.starts_with("#!") && !body.starts_with("#![") {
            body = body.find('\n').map_or("", |end| &body[end..]);
        }
        let file = syn::parse_file(body).map_err(|error| {
            let at = error.span().start();
            let skipped_lines = text[..text.len() - body.len()].matches('\n').count();
            anyhow!(
                "{}:{}:{}: this does not parse: {}; mend that first",
                printable(name),
                at.line + skipped_lines,
                at.column + 1,
                printable(&error.to_string())
            )
        })?;
        Ok(Self {
            text,
            skipped: text.len() - body.len(),
            file,
        })
    }

    /// Where that stands.
    pub fn range(&self, what: &impl Spanned) -> Range<usize> {
        let range = what.span().byte_range();
        range.start + self.skipped..range.end + self.skipped
    }

    /// What was not given to the parser.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// From where on something can stand in it at all.
    pub fn start(&self) -> usize {
        let attributes = self.file.attrs.last();
        attributes.map_or(self.skipped, |last| self.range(last).end)
    }

    /// The text with `insert` in the place of that range, its lines ended as the others are.
    pub fn with(&self, range: Range<usize>, insert: &str) -> String {
        let insert = if self.text.contains("\r\n") {
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

/// Whether the text has these words one after the other, comments and strings aside.
pub fn mentions(text: &str, words: &[&str]) -> bool {
    let Some((first, _)) = words.split_first() else {
        return false;
    };
    // A text is taken apart only if it is worth it.
    text.contains(first) && text.parse().is_ok_and(|tokens| has(tokens, words))
}

fn has(tokens: TokenStream, words: &[&str]) -> bool {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let is_here = tokens.windows(words.len()).any(|window| {
        let mut pairs = window.iter().zip(words);
        pairs.all(|(token, word)| token.to_string() == **word)
    });
    is_here
        || tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => has(group.stream(), words),
            _ => false,
        })
}
