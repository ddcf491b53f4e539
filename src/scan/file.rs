//! A Rust source: its text, what it is, and where in it something stands.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use proc_macro2::{Span, TokenStream, TokenTree};
use service_connect_codegen::Place;

/// How deep brackets may be nested: the parser goes down one by one, and a stack ends.
const MAX_DEPTH: usize = 160;

/// A source, parsed.
pub struct File {
    /// Its name from the directory that holds `copilot/`, as in [`Place::file`].
    pub name: Arc<str>,
    /// Where it is.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
    /// The same, taken apart. What is included as an expression stands in a constant.
    pub syntax: syn::File,
    /// Only tests, examples and benchmarks have it.
    pub is_test: bool,
    /// The modules that lead to it from the root of its crate.
    pub module: Vec<String>,
    /// The index of the crate's root among the package's files.
    pub root: usize,
}

impl File {
    /// Where a span of `syntax` is.
    pub fn place(&self, span: Span) -> Place {
        self.place_of(span.byte_range())
    }

    /// Where these bytes are.
    pub fn place_of(&self, bytes: Range<usize>) -> Place {
        place(&self.name, &self.text, bytes)
    }
}

/// Where `bytes` of `text` are.
pub fn place(name: &Arc<str>, text: &str, bytes: Range<usize>) -> Place {
    let before = text.get(..bytes.start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[start..].chars().count() + 1;
    let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
    Place::new(name.clone(), number(line), number(column), bytes)
}

/// Why a text is no source, and where.
pub struct Refused {
    pub why: String,
    pub bytes: Range<usize>,
}

/// Takes a text apart.
///
/// # Errors
///
/// If it does not parse, or is nested too deep to be tried.
pub fn parse(text: &str) -> Result<syn::File, Refused> {
    let tokens = tokens(text)?;
    syn::parse2(tokens).map_err(refused)
}

/// Takes a text apart that is an expression, as `include!` may name one.
pub fn parse_expression(text: &str) -> Result<syn::File, Refused> {
    let expression: syn::Expr = syn::parse2(tokens(text)?).map_err(refused)?;
    Ok(syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items: vec![syn::parse_quote!(const _: () = #expression;)],
    })
}

#[allow(clippy::needless_pass_by_value, reason = "it is what `map_err` passes")]
fn refused(error: syn::Error) -> Refused {
    let bytes = error.span().byte_range();
    Refused {
        why: error.to_string(),
        bytes,
    }
}

fn tokens(text: &str) -> Result<TokenStream, Refused> {
    let text = blank_head(text);
    let tokens: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| Refused {
        why: "it has a quote or a bracket without its other one, or a character that no source has".to_owned(),
        bytes: error.span().byte_range(),
    })?;
    match too_deep(&tokens) {
        Some(span) => Err(Refused {
            why: format!("more than {MAX_DEPTH} brackets are open"),
            bytes: span.byte_range(),
        }),
        None => Ok(tokens),
    }
}

/// The text with blanks where it has a byte order mark and a `#!` line, so that all else keeps its place.
fn blank_head(text: &str) -> std::borrow::Cow<'_, str> {
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let rest = &text[mark..];
    // `#![…]` is an attribute.
    let is_shebang = rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[');
    let head = mark
        + if is_shebang {
            rest.find('\n').unwrap_or(rest.len())
        } else {
            0
        };
    if head == 0 {
        text.into()
    } else {
        (" ".repeat(head) + &text[head..]).into()
    }
}

/// The first bracket that is too deep.
fn too_deep(tokens: &TokenStream) -> Option<Span> {
    let mut open = vec![tokens.clone().into_iter()];
    while let Some(innermost) = open.last_mut() {
        match innermost.next() {
            Some(TokenTree::Group(group)) if open.len() > MAX_DEPTH => {
                return Some(group.span_open());
            }
            Some(TokenTree::Group(group)) => open.push(group.stream().into_iter()),
            Some(_) => {}
            None => drop(open.pop()),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::{MAX_DEPTH, parse, place};

    #[test]
    fn what_stands_before_the_source_moves_nothing() {
        for head in [
            "",
            "\u{feff}",
            "#!/usr/bin/env run\n",
            "\u{feff}#!run\r\n",
            "#![allow(unused)]\n",
        ] {
            let text = format!("{head}fn ä() {{}} fn f() {{}}\r\nfn g() {{}}");
            let Ok(file) = parse(&text) else {
                panic!("{text} does not parse");
            };
            for (item, name) in file.items.iter().zip(["ä", "f", "g"]) {
                let syn::Item::Fn(item) = item else {
                    panic!("{text} has functions");
                };
                assert_eq!(text[item.sig.ident.span().byte_range()], *name, "{text}");
            }
        }
    }

    #[test]
    fn a_place_counts_lines_and_characters() {
        let name: Arc<str> = "src/main.rs".into();
        let text = "let a;\n  \"ä\" + b";
        let at = text.find('b').unwrap();
        let place = place(&name, text, at..at + 1);
        assert_eq!((place.line, place.column), (2, 9));
    }

    #[test]
    fn a_file_is_refused_where_it_is_wrong() {
        let deep = |depth| format!("const A: u8 = {}1{};", "(".repeat(depth), ")".repeat(depth));
        let work = thread::Builder::new().stack_size(crate::STACK);
        let tried = work.spawn(move || {
            assert!(parse(&deep(MAX_DEPTH - 10)).is_ok());
            for (text, at) in [
                ("fn f() {\n", 7),
                ("fn f() {}\nfn 5() {}", 13),
                (&deep(100_000), "const A: u8 = ".len() + MAX_DEPTH),
            ] {
                let refused = parse(text).err().expect("it is no source");
                assert_eq!(refused.bytes.start, at, "{}", refused.why);
            }
        });
        tried.unwrap().join().unwrap();
    }
}
