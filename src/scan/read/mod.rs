//! From tokens to what a source says.
//!
//! ```text
//! let source = read(&text, &tokens, Directory::of_root(&file));
//! ```
//!
//! What stands where is told by keywords, attributes and brackets. The tokens of a macro are read like those of a block.

mod attributes;
mod include;

use std::ops::Range;

use super::conditions::When;
use super::lex::{Kind, Token};
use super::modules::{Directory, Paths};
use super::source::{Call, Declaration, Included, Module, Named, Scope, Source, What};
use super::uses;

/// Reads a file whose modules are looked for in `directory`.
pub fn read(text: &str, tokens: &[Token], directory: Directory) -> Source {
    let mut reader = Reader {
        text,
        tokens,
        found: Source {
            scopes: vec![Scope::default()],
            ..Source::default()
        },
    };
    let here = Here {
        scope: 0,
        module: Vec::new(),
        directory,
        is_test: false,
        is_sure: true,
        is_associated: false,
        brackets: 0,
    };
    reader.items(0..tokens.len(), here);
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    found: Source,
}

/// Where the reader is.
#[derive(Clone)]
struct Here {
    scope: usize,
    module: Vec<String>,
    directory: Directory,
    is_test: bool,
    /// Not in the tokens of a macro.
    is_sure: bool,
    /// In an `impl` or a trait, whose types are no names in the scope.
    is_associated: bool,
    /// How many brackets are around in the module.
    brackets: usize,
}

impl<'a> Reader<'a> {
    fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    fn is(&self, index: usize, mark: u8) -> bool {
        self.kind(index) == Some(Kind::Mark(mark))
    }

    fn opens(&self, index: usize, bracket: u8) -> bool {
        self.kind(index) == Some(Kind::Open(bracket))
    }

    /// The name or keyword there, without the `r#` of a keyword that is none.
    fn word(&self, index: usize) -> Option<&'a str> {
        let token = self.tokens.get(index)?;
        let word = &self.text[token.bytes()];
        (token.kind == Kind::Word).then(|| word.strip_prefix("r#").unwrap_or(word))
    }

    /// `::`
    fn is_separator(&self, index: usize) -> bool {
        self.is(index, b':')
            && self.is(index + 1, b':')
            && self.tokens[index].bytes().end == self.tokens[index + 1].bytes().start
    }

    fn bytes(&self, tokens: Range<usize>) -> Range<usize> {
        let start = self
            .tokens
            .get(tokens.start)
            .map_or(0, |token| token.bytes().start);
        let last = tokens
            .end
            .checked_sub(1)
            .filter(|last| *last >= tokens.start);
        let end = last
            .and_then(|last| self.tokens.get(last))
            .map_or(start, |token| token.bytes().end);
        start..end
    }

    /// What stands between the brackets of which the first is there.
    fn inside(&self, open: usize) -> Range<usize> {
        open + 1..self.tokens[open].other
    }

    /// The bytes between those brackets, blanks and all.
    fn bytes_inside(&self, open: usize) -> Range<usize> {
        let close = &self.tokens[self.tokens[open].other];
        self.tokens[open].bytes().end..close.bytes().start
    }

    /// The path that starts there, and where it ends.
    fn path(&self, mut index: usize) -> (Vec<String>, usize) {
        let mut path = Vec::new();
        while let Some(word) = self.word(index) {
            path.push(word.to_owned());
            index += 1;
            if !self.is_separator(index) || self.word(index + 2).is_none() {
                break;
            }
            index += 2;
        }
        (path, index)
    }

    /// What stands in a module, in a block or in the tokens of a macro.
    fn items(&mut self, range: Range<usize>, mut here: Here) {
        let mut index = range.start;
        let mut paths = Paths::default();
        let mut is_associated = false;
        while index < range.end {
            match self.tokens[index].kind {
                Kind::Mark(b'#') if self.is(index + 1, b'!') && self.opens(index + 2, b'[') => {
                    match self.conditions([index + 2]).when() {
                        When::Never => return,
                        When::Tests => here.is_test = true,
                        When::Builds => {}
                    }
                    index = self.tokens[index + 2].other + 1;
                }
                Kind::Mark(b'#') if self.opens(index + 1, b'[') => {
                    (index, paths) = self.attributes(index, range.end, &here);
                }
                Kind::Word => {
                    index = self.statement(index, &mut here, &mut paths, &mut is_associated);
                }
                Kind::Open(bracket) => {
                    let inner = self.block(index, &here, std::mem::take(&mut is_associated));
                    self.items(self.inside(index), inner);
                    index = self.tokens[index].other + 1;
                    if bracket == b'{' {
                        paths = Paths::default();
                    }
                }
                _ => index += 1,
            }
        }
    }

    /// A keyword that names something, a path, or any other word.
    fn statement(
        &mut self,
        index: usize,
        here: &mut Here,
        paths: &mut Paths,
        is_associated: &mut bool,
    ) -> usize {
        let keyword = self.word(index).unwrap_or_default();
        // `r#mod` is a name.
        let is_raw = self.tokens[index].bytes().len() != keyword.len();
        let name = self.word(index + 1);
        self.generics(keyword, index);
        match (keyword, name) {
            _ if is_raw => self.named(index, here),
            ("mod", Some(name)) => {
                self.module(index, name.to_owned(), here, &std::mem::take(paths))
            }
            ("use", _) if !self.is(index + 1, b'<') => {
                let end = self.end_of_item(index, self.tokens.len());
                let (names, globs) = uses::read(self.text, &self.tokens[index + 1..end]);
                let scope = &mut self.found.scopes[here.scope];
                scope.uses.extend(names);
                scope.globs.extend(globs);
                end
            }
            ("struct" | "enum" | "union" | "trait" | "type", Some(name)) => {
                *is_associated |= keyword == "trait";
                if !here.is_associated {
                    let alias = (keyword == "type").then(|| self.alias(index + 2)).flatten();
                    self.found.scopes[here.scope]
                        .items
                        .push((name.to_owned(), alias));
                }
                index + 2
            }
            ("impl", _) => {
                *is_associated = true;
                index + 1
            }
            _ => self.named(index, here),
        }
    }

    /// The parameters in `impl<…>` and `fn name<…>`.
    fn generics(&mut self, keyword: &str, index: usize) {
        let open = match keyword {
            "impl" => index + 1,
            "fn" | "struct" | "enum" | "union" | "trait" | "type" => index + 2,
            _ => return,
        };
        if !self.is(open, b'<') {
            return;
        }
        let mut depth = 1;
        let mut index = open + 1;
        while depth > 0 {
            let before = index - 1;
            match self.kind(index) {
                Some(Kind::Mark(b'<')) => depth += 1,
                Some(Kind::Mark(b'>')) if !self.is(before, b'-') => depth -= 1,
                Some(Kind::Word) if depth == 1 => {
                    let is_first = self.is(before, b'<') || self.is(before, b',');
                    if let Some(word) = self.word(index)
                        && is_first
                    {
                        self.found.generics.push(word.to_owned());
                    }
                }
                Some(Kind::Open(b'{')) | None => return,
                Some(Kind::Open(_)) => index = self.tokens[index].other,
                _ => {}
            }
            index += 1;
        }
    }

    /// The path that stands behind `type Name =`.
    fn alias(&self, index: usize) -> Option<Vec<String>> {
        if !self.is(index, b'=') {
            return None;
        }
        let start = index + 1 + if self.is_separator(index + 1) { 2 } else { 0 };
        let (path, end) = self.path(start);
        self.is(end, b';').then_some(path)
    }

    /// `mod name;` or `mod name { … }`
    fn module(&mut self, index: usize, name: String, here: &Here, paths: &Paths) -> usize {
        if self.is(index + 2, b';') {
            self.found.scopes[here.scope].modules.push(name.clone());
            self.found.declarations.push(Declaration {
                what: What::Module(Module {
                    name,
                    paths: paths.clone(),
                    directory: here.directory.clone(),
                    is_sure: here.is_sure,
                }),
                inside: here.module.clone(),
                is_test: here.is_test,
                bytes: self.tokens[index + 1].bytes(),
            });
            return index + 3;
        }
        if !self.opens(index + 2, b'{') {
            return index + 2;
        }
        self.found.scopes[here.scope].modules.push(name.clone());
        let mut module = here.module.clone();
        module.push(name.clone());
        let inner = Here {
            scope: self.scope(Scope {
                module: module.clone(),
                ..Scope::default()
            }),
            module,
            directory: here.directory.inside(&name, paths),
            is_associated: false,
            brackets: 0,
            ..here.clone()
        };
        self.items(self.inside(index + 2), inner);
        self.tokens[index + 2].other + 1
    }

    fn scope(&mut self, scope: Scope) -> usize {
        self.found.scopes.push(scope);
        self.found.scopes.len() - 1
    }

    /// Between brackets: a scope of its own where items stand in it.
    fn block(&mut self, open: usize, here: &Here, is_associated: bool) -> Here {
        let mut inner = Here {
            is_associated,
            brackets: here.brackets + 1,
            ..here.clone()
        };
        if self.opens(open, b'{') && !is_associated && self.has_items(self.inside(open)) {
            inner.scope = self.scope(Scope {
                around: Some(here.scope),
                module: here.module.clone(),
                ..Scope::default()
            });
        }
        inner
    }

    fn has_items(&self, range: Range<usize>) -> bool {
        let mut index = range.start;
        while index < range.end {
            match self.tokens[index].kind {
                Kind::Open(_) => index = self.tokens[index].other,
                Kind::Word if self.word(index).is_some_and(|word| ITEMS.contains(&word)) => {
                    return true;
                }
                _ => {}
            }
            index += 1;
        }
        false
    }

    /// A path, and what it is that is called by it.
    fn named(&mut self, index: usize, here: &mut Here) -> usize {
        let (path, after) = self.path(index);
        let after = after.max(index + 1);
        if self.is(after, b'!') {
            if path == ["macro_rules"] {
                let name = self.word(after + 1).map(str::to_owned);
                self.found.macros.extend(name);
                // What it takes is not what it gives.
                let open = (after + 1..self.tokens.len())
                    .find(|index| matches!(self.kind(*index), Some(Kind::Open(_))));
                return open.map_or(after + 1, |open| self.tokens[open].other + 1);
            }
            if let Some(Kind::Open(_)) = self.kind(after + 1) {
                self.call(&path, index, after + 1, here);
                return self.tokens[after + 1].other + 1;
            }
        }
        if let [.., stub, function] = &path[..]
            && FUNCTIONS.contains(&function.as_str())
            && !stub.starts_with(char::is_lowercase)
        {
            self.found.paths.push(Named {
                path,
                scope: here.scope,
                is_test: here.is_test,
                is_sure: here.is_sure && !(index > 1 && self.is_separator(index - 2)),
                bytes: self.bytes(index..after),
            });
        }
        after
    }

    /// A call of a macro.
    fn call(&mut self, path: &[String], start: usize, open: usize, here: &Here) {
        let arguments = self.bytes_inside(open);
        let bytes = self.bytes(start..self.tokens[open].other + 1);
        match path.last().map(String::as_str) {
            Some("include") => {
                let is_stubs =
                    self.text[arguments.clone()].contains(service_connect_codegen::stubs::FILE);
                let mut included = Included::File(String::new());
                self.append(self.inside(open), &mut included);
                if included == Included::Unknown && is_stubs {
                    // What the build script wrote for `clients!()`.
                    self.found.scopes[here.scope].clients = true;
                    return;
                }
                self.found.scopes[here.scope].is_open = true;
                self.found.declarations.push(Declaration {
                    what: What::Include(included),
                    inside: here.module.clone(),
                    is_test: here.is_test,
                    bytes,
                });
            }
            Some(name @ ("clients" | "listen_addr")) => {
                self.found.scopes[here.scope].clients |= name == "clients";
                self.found.calls.push(Call {
                    path: path.to_vec(),
                    scope: here.scope,
                    is_test: here.is_test,
                    bytes,
                    arguments,
                });
            }
            _ => {
                self.found.scopes[here.scope].is_open |= here.brackets == 0;
                let inner = Here {
                    is_sure: false,
                    ..self.block(open, here, false)
                };
                self.items(self.inside(open), inner);
            }
        }
    }
}

/// The functions of a stub: those that `__stub!` of the runtime makes.
const FUNCTIONS: [&str; 12] = [
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "request",
    "url",
    "base_url",
    "authority",
    "channel",
    "client",
];

/// Keywords by which something gets a name in its scope.
const ITEMS: [&str; 7] = ["use", "struct", "enum", "union", "trait", "type", "mod"];

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;

    #[test]
    fn the_functions_of_a_stub_are_those_of_the_runtime() {
        let stub = include_str!("../../../runtime/src/stub.rs");
        let functions = stub.split("pub fn ").skip(1);
        let mut functions: Vec<_> = functions
            .filter_map(|rest| rest.split('(').next())
            .collect();
        let mut known = FUNCTIONS.to_vec();
        functions.sort_unstable();
        known.sort_unstable();
        assert_eq!(functions, known);
    }
}
