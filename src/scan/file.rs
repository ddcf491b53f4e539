//! A Rust source: its text, what it is, and where in it something stands.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::iter;
use std::ops::{Deref, Range};
use std::path::PathBuf;
use std::sync::Arc;

use proc_macro2::TokenStream;
use service_connect_codegen::{Finding, Place};

use super::lex::{self, Refused, head};
use super::walk::{Read, unparsed};

/// A source.
pub struct File {
    /// Its name from the directory that holds `copilot/`, as in [`Place::file`].
    pub name: Arc<str>,
    /// Where it is.
    pub path: PathBuf,
    /// What stands in it.
    pub text: Arc<str>,
    /// The same, parsed where it is asked for.
    pub syntax: Syntax,
    /// Only tests, examples and benchmarks have it.
    pub is_test: bool,
    /// The modules that lead to it from the root of its crate.
    pub module: Vec<String>,
    /// The index of that root among the package's files.
    pub root: usize,
}

impl File {
    /// Says that `syntax` could not be looked into.
    pub fn unparsed(&self) -> Option<Finding> {
        let refused = self.syntax.refused()?;
        Some(unparsed(&self.name, &self.text, refused))
    }
}

impl From<Read> for File {
    fn from(read: Read) -> Self {
        Self {
            name: read.name,
            path: read.path,
            syntax: Syntax::of(read.text.clone()),
            text: read.text,
            is_test: read.is_test,
            module: read.module,
            root: read.root,
        }
    }
}

/// A source as the compiler sees it. It is parsed when it is first looked into: most files are of no interest, and that
/// takes ten times as long as finding out.
///
/// What is included as an expression stands in a constant; what does not parse is empty.
pub struct Syntax {
    text: Arc<str>,
    parsed: OnceCell<(syn::File, Option<Refused>)>,
}

impl Syntax {
    /// That of a text.
    pub fn of(text: Arc<str>) -> Self {
        Self {
            text,
            parsed: OnceCell::new(),
        }
    }

    /// Why it does not parse.
    pub fn refused(&self) -> Option<&Refused> {
        self.parsed().1.as_ref()
    }

    fn parsed(&self) -> &(syn::File, Option<Refused>) {
        self.parsed.get_or_init(|| match parse(&self.text) {
            Ok(file) => (file, None),
            Err(refused) => (of_items(Vec::new()), Some(refused)),
        })
    }
}

impl Deref for Syntax {
    type Target = syn::File;

    fn deref(&self) -> &syn::File {
        &self.parsed().0
    }
}

fn of_items(items: Vec<syn::Item>) -> syn::File {
    syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items,
    }
}

/// Where the lines of a text start, for who asks for many places in it.
pub struct Lines(Vec<usize>);

impl Lines {
    /// Those of a text.
    pub fn of(text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        Self(iter::once(0).chain(ends).collect())
    }

    /// Where `bytes` of that text are.
    pub fn place(&self, name: &Arc<str>, text: &str, bytes: Range<usize>) -> Place {
        let line = self.0.partition_point(|start| *start <= bytes.start);
        let start = self.0[line - 1];
        let column = text
            .get(start..bytes.start)
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Place::new(name.clone(), number(line), number(column), bytes)
    }
}

/// Where `bytes` of `text` are.
pub fn place(name: &Arc<str>, text: &str, bytes: Range<usize>) -> Place {
    Lines::of(text).place(name, text, bytes)
}

fn parse(text: &str) -> Result<syn::File, Refused> {
    let tokens = tokens(text)?;
    syn::parse2(tokens.clone()).or_else(|error| {
        let expression: syn::Expr = syn::parse2(tokens).map_err(|_| refused(&error))?;
        Ok(of_items(vec![
            syn::parse_quote!(const _: () = #expression;),
        ]))
    })
}

fn refused(error: &syn::Error) -> Refused {
    Refused {
        why: error.to_string(),
        bytes: error.span().byte_range(),
    }
}

/// The tokens of a text that starts a file.
pub fn tokens(text: &str) -> Result<TokenStream, Refused> {
    // The parser goes down one by one, and has no limit of its own.
    lex::tokens(text)?;
    blank_head(text)
        .parse()
        .map_err(|error: proc_macro2::LexError| Refused {
            why: "that is no token".to_owned(),
            bytes: error.span().byte_range(),
        })
}

/// The text with blanks where it has a byte order mark and a `#!` line, so that all else keeps its place.
fn blank_head(text: &str) -> Cow<'_, str> {
    match head(text) {
        0 => text.into(),
        head => (" ".repeat(head) + &text[head..]).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::{Syntax, place};
    use crate::scan::lex::{MAX_DEPTH, MAX_LENGTH};

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
            let syntax = Syntax::of(text.as_str().into());
            assert_eq!(syntax.items.len(), 3, "{text}");
            for (item, name) in syntax.items.iter().zip(["ä", "f", "g"]) {
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
    fn what_is_nested_without_brackets_is_parsed_or_refused() {
        let nested = |before: &str, part: &str, after: &str, number: usize| {
            format!("{before}{}{after}", part.repeat(number))
        };
        let work = thread::Builder::new().stack_size(crate::STACK);
        let tried = work.spawn(move || {
            for (before, part, after, length) in [
                ("type A = ", "A<", "u8;", 2),
                ("type A = ", "A<u8, ", "u8;", 4),
                ("use ", "a::", "a;", 3),
                ("const A: u8 = ", "&", "1;", 1),
                ("type A = ", "&", "u8;", 1),
                ("const A: u8 = ", "|| ", "1;", 2),
                ("const A: u8 = ", "-", "1;", 1),
                ("const A: u8 = ", "return ", "1;", 1),
                ("const A: u8 = ", "1 + ", "1;", 2),
                ("const A: u8 = ", "{ 1 } + ", "1;", 4),
                ("const A: u8 = 1", ".a()", ";", 4),
                ("const A: u8 = 1", ".a(|| {})", ";", 6),
                ("fn f() { if a {}", " else if a {}", "}", 5),
            ] {
                let most = Syntax::of(nested(before, part, after, MAX_LENGTH / length - 10).into());
                let why = most.refused().map(|refused| &refused.why);
                assert!(
                    why.is_none_or(|why| !why.starts_with("one statement")),
                    "{part}: {why:?}"
                );
                for number in [MAX_LENGTH, 100_000] {
                    let syntax = Syntax::of(nested(before, part, after, number).into());
                    let refused = syntax.refused().expect("it is too long");
                    assert!(refused.why.starts_with("one statement"), "{}", refused.why);
                }
            }
        });
        tried.unwrap().join().unwrap();
    }

    #[test]
    fn what_does_not_parse_is_empty_and_says_why() {
        let deep = |depth| format!("const A: u8 = {}1{};", "(".repeat(depth), ")".repeat(depth));
        let work = thread::Builder::new().stack_size(crate::STACK);
        let tried = work.spawn(move || {
            let whole = Syntax::of(deep(MAX_DEPTH - 10).into());
            assert!(whole.refused().is_none());
            for (text, at) in [
                ("fn f() {\n", 7),
                ("fn f() {}\nfn 5() {}", 13),
                ("fn f() { '' }", 9),
                (&deep(100_000), "const A: u8 = ".len() + MAX_DEPTH),
            ] {
                let syntax = Syntax::of(text.into());
                let refused = syntax.refused().expect("it is no source");
                assert_eq!(refused.bytes.start, at, "{}", refused.why);
                assert!(syntax.items.is_empty());
            }
        });
        tried.unwrap().join().unwrap();
        let expression = Syntax::of("1 + 2".into());
        assert_eq!(expression.items.len(), 1);
    }
}
