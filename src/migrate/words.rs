//! The names in a source, each with its place: what is used where.

use std::collections::HashMap;
use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::scan::tokens;
use crate::scan::urls::captured;

/// Every name that may be that of a binding, a constant or a function; not fields and methods.
pub struct Words {
    /// By their places.
    all: Vec<(String, usize)>,
    /// The places of each.
    places: HashMap<String, Vec<usize>>,
}

impl Words {
    /// Those of a source; none where it is no source.
    pub fn of(text: &str) -> Self {
        let mut all = Vec::new();
        if let Ok(tokens) = tokens(text) {
            collect(tokens, Delimiter::None, &mut all);
        }
        all.sort_by_key(|(_, at)| *at);
        let mut places: HashMap<_, Vec<_>> = HashMap::new();
        for (word, at) in &all {
            places.entry(word.clone()).or_default().push(*at);
        }
        Self { all, places }
    }

    /// Whether the name stands anywhere in it.
    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// Where the name stands in a range of it.
    pub fn places(&self, name: &str, range: &Range<usize>) -> impl Iterator<Item = usize> {
        let places = self.places.get(name).map_or(&[][..], Vec::as_slice);
        let places = &places[places.partition_point(|at| *at < range.start)..];
        let end = places.partition_point(|at| *at < range.end);
        places[..end].iter().copied()
    }

    /// The indices of all names in a range of it.
    pub fn within(&self, range: &Range<usize>) -> Range<usize> {
        let before = |end: usize| self.all.partition_point(|(_, at)| *at < end);
        before(range.start)..before(range.end)
    }

    /// The name of that index, and its place.
    pub fn get(&self, index: usize) -> (&str, usize) {
        let (word, at) = &self.all[index];
        (word, *at)
    }
}

fn collect(tokens: TokenStream, around: Delimiter, words: &mut Vec<(String, usize)>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let is_punct = |at: Option<usize>, c: char| {
        let token = at.and_then(|at| tokens.get(at));
        matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
    };
    for (at, token) in tokens.iter().enumerate() {
        let start = token.span().byte_range().start;
        match token {
            TokenTree::Group(group) => {
                let before = at.checked_sub(1);
                let is_attribute = group.delimiter() == Delimiter::Bracket
                    && (is_punct(before, '#')
                        || is_punct(before, '!')
                            && is_punct(before.and_then(|at| at.checked_sub(1)), '#'));
                if is_attribute {
                    named(group.stream(), words);
                }
                collect(group.stream(), group.delimiter(), words);
            }
            TokenTree::Ident(ident) => {
                let before = at.checked_sub(1);
                let is_member = is_punct(before, '.')
                    && !is_punct(before.and_then(|at| at.checked_sub(1)), '.');
                let is_label = around == Delimiter::Brace
                    && (at == 0 || is_punct(before, ','))
                    && is_punct(Some(at + 1), ':')
                    && !is_punct(Some(at + 2), ':');
                if !is_member && !is_label {
                    let name = ident.to_string();
                    words.push((name.trim_start_matches("r#").to_owned(), start));
                }
            }
            TokenTree::Literal(literal) => {
                if let Ok(syn::Lit::Str(text)) =
                    syn::parse2(TokenTree::Literal(literal.clone()).into())
                {
                    words.extend(
                        captured(&text.value())
                            .into_iter()
                            .map(|name| (name, start)),
                    );
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
}

/// What an attribute's strings may name: `#[serde(default = "base")]`. Documentation names nothing.
fn named(attribute: TokenStream, words: &mut Vec<(String, usize)>) {
    let tokens: Vec<_> = attribute.into_iter().collect();
    if matches!(tokens.first(), Some(TokenTree::Ident(ident)) if ident == "doc") {
        return;
    }
    for token in tokens {
        match token {
            TokenTree::Group(group) => named(group.stream(), words),
            TokenTree::Literal(literal) => {
                let start = literal.span().byte_range().start;
                let text = literal.to_string();
                let names = text.split(|c: char| !c.is_alphanumeric() && c != '_');
                let names = names.filter(|name| !name.is_empty());
                words.extend(names.map(|name| (name.to_owned(), start)));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn fields_and_methods_are_no_words() {
        let text = "/// k\n#[serde(default = \"super::l\")]\nfn f() { a.b(c); S { d: e, f }; info!(\"{g} {}\", ..h); i::j }";
        let words = Words::of(text);
        let all = 0..text.len();
        let is_there = |name| words.places(name, &all).next().is_some();
        for name in ["a", "c", "e", "f", "g", "h", "i", "j", "l"] {
            assert!(is_there(name), "{name}");
        }
        assert!(!is_there("b") && !is_there("d") && !is_there("k"));
    }
}
