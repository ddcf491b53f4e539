//! `use`: which names it brings in.
//!
//! ```text
//! read("a::{b, c as d, e::*}", …)     // b: a::b, d: a::c; all of a::e
//! ```

use super::lex::{Kind, Token};

type Names = Vec<(String, Vec<String>)>;
type Globs = Vec<Vec<String>>;

/// The names with their paths, and the paths all of whose names are brought in.
pub fn read(text: &str, tokens: &[Token]) -> (Names, Globs) {
    let mut reader = Reader {
        text,
        tokens,
        at: 0,
        names: Vec::new(),
        globs: Vec::new(),
    };
    reader.tree(&[]);
    (reader.names, reader.globs)
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    names: Names,
    globs: Globs,
}

impl Reader<'_> {
    fn kind(&self) -> Option<Kind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    fn word(&mut self) -> Option<String> {
        let token = self
            .tokens
            .get(self.at)
            .filter(|token| token.kind == Kind::Word)?;
        self.at += 1;
        let word = &self.text[token.bytes()];
        Some(word.strip_prefix("r#").unwrap_or(word).to_owned())
    }

    fn skip(&mut self, mark: u8) -> bool {
        let is_it = self.kind() == Some(Kind::Mark(mark));
        self.at += usize::from(is_it);
        is_it
    }

    fn tree(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        loop {
            while self.skip(b':') {}
            match self.kind() {
                Some(Kind::Mark(b'*')) => {
                    self.at += 1;
                    return self.globs.push(path);
                }
                Some(Kind::Open(b'{')) => return self.group(&path),
                Some(Kind::Word) => {}
                _ => return,
            }
            let Some(word) = self.word() else { return };
            // `a::{self}` is `a`.
            if word != "self" || path.is_empty() {
                path.push(word);
            }
            if self.kind() != Some(Kind::Mark(b':')) {
                break;
            }
        }
        let mut name = path.last().cloned();
        let token = self.tokens.get(self.at);
        if token.is_some_and(|token| &self.text[token.bytes()] == "as") {
            self.at += 1;
            name = self.word();
        }
        if let Some(name) = name.filter(|name| name != "_") {
            self.names.push((name, path));
        }
    }

    fn group(&mut self, prefix: &[String]) {
        self.at += 1;
        while let Some(kind) = self.kind() {
            let before = self.at;
            match kind {
                Kind::Close(_) => {
                    self.at += 1;
                    return;
                }
                Kind::Mark(b',') => self.at += 1,
                _ => self.tree(prefix),
            }
            // What is no tree is passed by.
            self.at = self.at.max(before + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::scan::lex::tokens;

    #[test]
    fn names_and_globs_are_found() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("a;", &["a=a"], &[]),
            ("::a::b;", &["b=a::b"], &[]),
            ("a::b as c;", &["c=a::b"], &[]),
            ("a::B as _;", &[], &[]),
            ("a::*;", &[], &["a"]),
            ("*;", &[], &[""]),
            ("{a, b::c};", &["a=a", "c=b::c"], &[]),
            (
                "crate::a::{self, b as d, e::{f, g::*}, r#mod,};",
                &[
                    "a=crate::a",
                    "d=crate::a::b",
                    "f=crate::a::e::f",
                    "mod=crate::a::mod",
                ],
                &["crate::a::e::g"],
            ),
            ("self::a;", &["a=self::a"], &[]),
            ("a::{5, b};", &["b=a::b"], &[]),
        ];
        for (text, names, globs) in table {
            let found = read(text, &tokens(text).unwrap());
            let found_names = found
                .0
                .iter()
                .map(|(name, path)| format!("{name}={}", path.join("::")));
            let found_globs = found.1.iter().map(|path| path.join("::"));
            assert_eq!(found_names.collect::<Vec<_>>(), *names, "{text}");
            assert_eq!(found_globs.collect::<Vec<_>>(), *globs, "{text}");
        }
    }
}
