//! A source as words and brackets: all that is needed to find modules, names and calls in it, at a small part of what it
//! costs to parse it.
//!
//! ```text
//! let tokens = tokens("mod api;")?;    // Word, Word, Mark(b';')
//! ```

use std::ops::Range;

/// How deep brackets may be nested: readers go down one by one, and a stack ends.
pub const MAX_DEPTH: usize = 160;

/// How many tokens may stand in one statement, or between two commas, with those of all that it stands in: operators,
/// generics, `else if` and chains of calls are nested without brackets.
pub const MAX_LENGTH: usize = 2_000;

/// A token and where it is.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Kind,
    start: u32,
    end: u32,
    /// Of a bracket, the index of the other one.
    pub other: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Word,
    /// A string.
    Text,
    /// Another literal, or a lifetime.
    Other,
    /// A character of an operator.
    Mark(u8),
    Open(u8),
    Close(u8),
}

impl Token {
    /// The bytes of the source.
    pub fn bytes(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Why a text is no source, and where.
#[derive(Debug)]
pub struct Refused {
    pub why: String,
    pub bytes: Range<usize>,
}

/// The tokens of a text that is no longer than 4 GiB.
///
/// # Errors
///
/// If a quote or a bracket has no other one, brackets are nested too deep, or a statement is too long to be parsed.
pub fn tokens(text: &str) -> Result<Vec<Token>, Refused> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: head(text),
        tokens: Vec::with_capacity(text.len() / 4),
        open: Vec::new(),
        length: Length::default(),
    };
    while lexer.at < lexer.bytes.len() {
        lexer.step()?;
    }
    match lexer.open.last() {
        Some(open) => Err(refused(
            "the bracket is never closed",
            lexer.tokens[open.index].bytes(),
        )),
        None => Ok(lexer.tokens),
    }
}

/// The length of the byte order mark and the `#!` line.
pub fn head(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let rest = &text[mark..];
    // `#![…]` is an attribute.
    let is_shebang = rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[');
    mark + if is_shebang {
        rest.find('\n').unwrap_or(rest.len())
    } else {
        0
    }
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    open: Vec<Open>,
    length: Length,
}

/// A bracket that is open.
struct Open {
    index: usize,
    /// What was there before it.
    before: Length,
}

/// How much there may be for the parser to go down.
#[derive(Clone, Copy, Default)]
struct Length {
    /// The tokens, with those of all that is around.
    tokens: usize,
    /// The same before the block that was just closed, should it go on.
    before_block: usize,
    /// The `<` that are open, in which a comma ends nothing.
    angles: usize,
}

fn refused(why: impl Into<String>, bytes: Range<usize>) -> Refused {
    Refused {
        why: why.into(),
        bytes,
    }
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn step(&mut self) -> Result<(), Refused> {
        let before = self.tokens.len();
        self.token()?;
        if let Some(token) = self.tokens.get(before) {
            self.measure(token.kind, before);
            if self.length.tokens > MAX_LENGTH {
                let why = format!("one statement has more than {MAX_LENGTH} tokens");
                return Err(refused(why, self.tokens[before].bytes()));
            }
        }
        Ok(())
    }

    fn measure(&mut self, kind: Kind, index: usize) {
        let around = self.open.last().map_or(0, |open| open.before.tokens);
        let last = index.checked_sub(1).map(|last| self.tokens[last].kind);
        let goes_on = match kind {
            Kind::Word => &self.text[self.tokens[index].bytes()] == "else",
            Kind::Mark(mark) => !matches!(mark, b'#' | b';' | b',' | b'$' | b'~'),
            _ => false,
        };
        let length = &mut self.length;
        if goes_on && last == Some(Kind::Close(b'}')) {
            length.tokens = length.before_block;
        }
        length.tokens += 1;
        match kind {
            Kind::Mark(b'<') => length.angles += 1,
            // No arrow.
            Kind::Mark(b'>') if !matches!(last, Some(Kind::Mark(b'-' | b'='))) => {
                length.angles = length.angles.saturating_sub(1);
            }
            Kind::Mark(b',') if length.angles == 0 => length.tokens = around,
            Kind::Mark(b';') => (length.tokens, length.angles) = (around, 0),
            Kind::Close(b'}') => {
                *length = Length {
                    tokens: around,
                    before_block: length.tokens,
                    angles: 0,
                };
            }
            _ => {}
        }
    }

    fn token(&mut self) -> Result<(), Refused> {
        match self.byte(0) {
            byte if byte.is_ascii_whitespace() => self.at += 1,
            b'/' if self.byte(1) == b'/' => self.at = self.find("\n").unwrap_or(self.bytes.len()),
            b'/' if self.byte(1) == b'*' => self.block_comment()?,
            b'"' => self.string(0)?,
            b'\'' => self.quote()?,
            byte @ (b'(' | b'[' | b'{') => self.open(byte)?,
            byte @ (b')' | b']' | b'}') => self.close(byte)?,
            byte if byte.is_ascii_digit() => {
                let length = self.word_length(0);
                self.push(Kind::Other, length);
            }
            byte if is_word(byte) => self.word()?,
            byte => self.push(Kind::Mark(byte), 1),
        }
        Ok(())
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.tokens.push(Token {
            kind,
            start: number(self.at),
            end: number(self.at + length),
            other: 0,
        });
        self.at += length;
    }

    fn find(&self, what: &str) -> Option<usize> {
        self.text[self.at..].find(what).map(|found| self.at + found)
    }

    fn block_comment(&mut self) -> Result<(), Refused> {
        let start = self.at;
        let mut depth = 0;
        loop {
            match (self.byte(0), self.byte(1)) {
                (b'/', b'*') => (depth, self.at) = (depth + 1, self.at + 2),
                (b'*', b'/') => (depth, self.at) = (depth - 1, self.at + 2),
                _ if self.at >= self.bytes.len() => {
                    return Err(refused("the comment has no end", start..start + 2));
                }
                _ => self.at += 1,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// A string in which `\` escapes; before it are `prefix` letters.
    fn string(&mut self, prefix: usize) -> Result<(), Refused> {
        let mut length = prefix + 1;
        loop {
            match self.byte(length) {
                b'\\' => length += 2,
                b'"' => break,
                0 if self.at + length >= self.bytes.len() => return Err(self.open_string(prefix)),
                _ => length += 1,
            }
        }
        self.push(Kind::Text, length + 1);
        Ok(())
    }

    /// `r"…"`, `br#"…"#`: up to the quote with as many `#`.
    fn raw_string(&mut self, prefix: usize, marks: usize) -> Result<(), Refused> {
        let end = format!("\"{}", "#".repeat(marks));
        let inside = self.at + prefix + marks + 1;
        let Some(found) = self.text[inside..].find(&end) else {
            return Err(self.open_string(prefix + marks));
        };
        self.push(Kind::Text, inside + found + end.len() - self.at);
        Ok(())
    }

    fn open_string(&self, prefix: usize) -> Refused {
        refused("the string has no end", self.at..self.at + prefix + 1)
    }

    /// A character or a lifetime.
    fn quote(&mut self) -> Result<(), Refused> {
        let rest = &self.text[self.at + 1..];
        let first = rest.chars().next().map_or(0, char::len_utf8);
        if let Some(escaped) = rest.strip_prefix('\\') {
            // What is escaped may be a quote.
            let end = escaped.char_indices().skip(1).find(|(_, c)| *c == '\'');
            let Some((end, _)) = end else {
                return Err(refused("the character has no end", self.at..self.at + 1));
            };
            self.push(Kind::Other, end + 3);
        } else if rest[first..].starts_with('\'') {
            self.push(Kind::Other, first + 2);
        } else {
            let length = 1 + self.word_length(1);
            self.push(Kind::Other, length);
        }
        Ok(())
    }

    /// A name, or the letters before a literal.
    fn word(&mut self) -> Result<(), Refused> {
        let length = self.word_length(0);
        let rest = &self.bytes[self.at + length..];
        let marks = rest.iter().take_while(|byte| **byte == b'#').count();
        match &self.bytes[self.at..self.at + length] {
            b"r" | b"br" | b"cr" if rest.get(marks) == Some(&b'"') => {
                return self.raw_string(length, marks);
            }
            b"b" | b"c" if rest.first() == Some(&b'"') => return self.string(length),
            b"b" if rest.first() == Some(&b'\'') => {
                self.at += 1;
                return self.quote();
            }
            b"r" if marks == 1 && rest.get(1).copied().is_some_and(is_word) => {
                let length = 2 + self.word_length(2);
                self.push(Kind::Word, length);
            }
            _ => self.push(Kind::Word, length),
        }
        Ok(())
    }

    fn word_length(&self, from: usize) -> usize {
        let rest = &self.bytes[self.at + from..];
        rest.iter().take_while(|byte| is_word(**byte)).count()
    }

    fn open(&mut self, byte: u8) -> Result<(), Refused> {
        if self.open.len() >= MAX_DEPTH {
            let why = format!("more than {MAX_DEPTH} brackets are open");
            return Err(refused(why, self.at..self.at + 1));
        }
        self.open.push(Open {
            index: self.tokens.len(),
            before: self.length,
        });
        self.length.angles = 0;
        self.push(Kind::Open(byte), 1);
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Result<(), Refused> {
        let is_other =
            |open: u8| matches!((open, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
        let index = self.tokens.len();
        match self.open.pop() {
            Some(Open {
                index: open,
                before,
            }) if matches!(self.tokens[open].kind, Kind::Open(open) if is_other(open)) => {
                self.length = before;
                self.push(Kind::Close(byte), 1);
                self.tokens[open].other = index;
                self.tokens[index].other = open;
                Ok(())
            }
            _ => Err(refused(
                "the bracket closes none that is open",
                self.at..self.at + 1,
            )),
        }
    }
}

/// Letters that are not ASCII belong to names, too.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::{Kind, MAX_DEPTH, MAX_LENGTH, tokens};

    #[test]
    fn a_source_is_words_and_brackets() {
        let table: &[(&str, &[&str])] = &[
            ("mod a;", &["mod", "a", ";"]),
            ("r#mod r#\"a\"# r\"\\\"", &["r#mod", "r#\"a\"#", "r\"\\\""]),
            (
                "br##\"a\"#b\"## b\"\\\"\" c\"x\"",
                &["br##\"a\"#b\"##", "b\"\\\"\"", "c\"x\""],
            ),
            (
                "'a 'a' '\\'' b'\\'' '\\u{7f}' '}' 'ä'",
                &["'a", "'a'", "'\\''", "'\\''", "'\\u{7f}'", "'}'", "'ä'"],
            ),
            ("&'a str<'_>", &["&", "'a", "str", "<", "'_", ">"]),
            ("a/* { /* */ \" */b // }\nc", &["a", "b", "c"]),
            ("\"\\\\\" \"{\" x", &["\"\\\\\"", "\"{\"", "x"]),
            ("1.5e3 0x1f..2", &["1", ".", "5e3", "0x1f", ".", ".", "2"]),
            ("\u{feff}#!/bin/run \"\nä(b)", &["ä", "(", "b", ")"]),
            ("#![x]", &["#", "!", "[", "x", "]"]),
        ];
        for (text, expected) in table {
            let tokens = tokens(text).unwrap();
            let words: Vec<_> = tokens.iter().map(|token| &text[token.bytes()]).collect();
            assert_eq!(words, *expected, "{text}");
        }
    }

    #[test]
    fn brackets_know_each_other() {
        let tokens = tokens("a(b[c]{d})").unwrap();
        for (index, token) in tokens.iter().enumerate() {
            if let Kind::Open(_) | Kind::Close(_) = token.kind {
                assert_eq!(tokens[token.other].other, index);
            }
        }
        assert_eq!(tokens[1].other, tokens.len() - 1);
    }

    #[test]
    fn what_has_no_other_one_is_refused_where_it_is() {
        let deep = "(".repeat(100_000);
        for (text, at) in [
            ("fn f() {\n", 7),
            ("fn f() }", 7),
            ("fn f(}", 5),
            ("a \"b", 2),
            ("a r#\"b\"", 2),
            ("a /* /* */", 2),
            ("'\\'", 0),
            (&*deep, MAX_DEPTH),
        ] {
            let refused = tokens(text).expect_err("it is no source");
            assert_eq!(refused.bytes.start, at, "{text:.20}: {}", refused.why);
        }
    }
    #[test]
    fn only_what_one_statement_nests_is_counted() {
        let many = |part: &str| part.repeat(MAX_LENGTH);
        for text in [
            many("f(a, b);"),
            format!("[{}]", many("1, a::<B, C>(), ")),
            format!("match a {{ {} }}", many("B => c, D if e >= f => {} ")),
            format!("mod a {{ {} }}", many("fn f() -> A<B> {} ")),
            many("struct A<B, C>(B); #[a] impl A<B> {}"),
            many("if a < b { c(-d) }"),
        ] {
            tokens(&text).unwrap_or_else(|refused| panic!("{text:.40}: {}", refused.why));
        }
    }
}
