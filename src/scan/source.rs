//! What a source says, without the rest of its grammar: modules, what it includes, the names that stand in its scopes,
//! attributes, and paths that may be functions of stubs.
//!
//! ```text
//! let source = read(&text, &tokens, Directory::of_root(&file), is_test);
//! ```

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::conditions::{Attribute, Conditions, When};
use super::lex::{Kind, Token};
use super::modules::{Directory, Paths};
use super::uses;

/// What was found in one file.
#[derive(Debug, Default)]
pub struct Source {
    /// The first is that of the file.
    pub scopes: Vec<Scope>,
    pub declarations: Vec<Declaration>,
    pub attributes: Vec<Marked>,
    pub paths: Vec<Named>,
    pub calls: Vec<Call>,
}

/// What names mean in a module, or between braces that have items of their own.
#[derive(Debug, Default)]
pub struct Scope {
    /// The one around it, whose names are known in here; `None` for a module.
    pub around: Option<usize>,
    /// The modules that lead to it from the root of the file.
    pub module: Vec<String>,
    /// The names of items that are no modules; of a type that is another name, what it stands for.
    pub items: Vec<(String, Option<Vec<String>>)>,
    /// The modules that it declares.
    pub modules: Vec<String>,
    /// Names, and the paths that are brought in under them.
    pub uses: Vec<(String, Vec<String>)>,
    /// The paths all of whose names are brought in.
    pub globs: Vec<Vec<String>>,
    /// `clients!()` stands in it.
    pub clients: bool,
}

/// Something of another file.
#[derive(Debug)]
pub struct Declaration {
    pub what: What,
    /// The modules in braces that it stands in.
    pub inside: Vec<String>,
    pub is_test: bool,
    pub bytes: Range<usize>,
}

#[derive(Debug)]
pub enum What {
    Module(Module),
    Include(Included),
}

/// `mod name;`
#[derive(Debug)]
pub struct Module {
    pub name: String,
    pub paths: Paths,
    pub directory: Directory,
    /// It does not stand in the tokens of a macro, which may make anything of it.
    pub is_sure: bool,
}

/// What `include!` is given.
#[derive(Debug, PartialEq, Eq)]
pub enum Included {
    /// A path from the file.
    File(String),
    /// A path from the package's directory.
    Package(String),
    /// The build script wrote it, or a macro makes it up.
    Unknown,
}

impl Included {
    /// The path, from the file or from the root of the file system.
    pub fn resolve(&self, package: &Path) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(PathBuf::from(path)),
            Self::Package(path) => Some(package.join(path.trim_start_matches('/'))),
            Self::Unknown => None,
        }
    }
}

/// An attribute with arguments that may be ours, and the item below it.
#[derive(Debug)]
pub struct Marked {
    pub path: Vec<String>,
    pub scope: usize,
    pub is_test: bool,
    /// `#[…]`, or what stands for that in a `cfg_attr`.
    pub bytes: Range<usize>,
    /// What stands in the parentheses, if there are any.
    pub arguments: Range<usize>,
    /// The item, with all of its attributes.
    pub item: Range<usize>,
}

/// A path of at least two names.
#[derive(Debug)]
pub struct Named {
    pub path: Vec<String>,
    pub scope: usize,
    pub is_test: bool,
    pub bytes: Range<usize>,
}

/// A call of one of our macros that takes nothing.
#[derive(Debug)]
pub struct Call {
    pub path: Vec<String>,
    pub scope: usize,
    pub is_test: bool,
    pub bytes: Range<usize>,
    pub arguments: Range<usize>,
}

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

    /// Attributes in front of something: where that goes on, behind it if it is read already, and the paths that they name.
    fn attributes(&mut self, start: usize, end: usize, here: &Here) -> (usize, Paths) {
        let mut lists = Vec::new();
        let mut item = start;
        while self.is(item, b'#') && self.opens(item + 1, b'[') {
            lists.push(item + 1);
            item = self.tokens[item + 1].other + 1;
        }
        let conditions = self.conditions(lists.iter().copied());
        let after = self.end_of_item(item, end);
        let here = match conditions.when() {
            When::Never => return (after, Paths::default()),
            When::Tests => Here {
                is_test: true,
                ..here.clone()
            },
            When::Builds => here.clone(),
        };
        for list in lists {
            self.marked(list, self.bytes(start..after), &here);
        }
        if here.is_test && conditions.when() == When::Tests {
            // To its end, and with it the condition.
            self.one_item(item..after, here, conditions.paths);
            return (after, Paths::default());
        }
        (item, conditions.paths)
    }

    /// One item whose attributes were read.
    fn one_item(&mut self, range: Range<usize>, mut here: Here, mut paths: Paths) {
        let mut is_associated = false;
        let mut index = range.start;
        while index < range.end && self.kind(index) == Some(Kind::Word) {
            index = self.statement(index, &mut here, &mut paths, &mut is_associated);
        }
        if is_associated
            && let Some(open) = (index..range.end).find(|index| self.opens(*index, b'{'))
        {
            self.items(index..open, here.clone());
            let inner = self.block(open, &here, true);
            return self.items(self.inside(open), inner);
        }
        self.items(index..range.end, here);
    }

    /// What the attributes of these lists say of when and where.
    fn conditions(&self, lists: impl IntoIterator<Item = usize>) -> Conditions {
        let mut conditions = Conditions::default();
        for list in lists {
            let (path, after) = self.path(list + 1);
            let arguments = if self.opens(after, b'(') {
                &self.text[self.bytes_inside(after)]
            } else {
                ""
            };
            let value = if self.is(after, b'=') {
                &self.text[self.bytes(after + 1..self.tokens[list].other)]
            } else {
                ""
            };
            if let Some(name) = path.last() {
                conditions.add(&Attribute {
                    name,
                    arguments,
                    value,
                });
            }
        }
        conditions
    }

    /// An attribute that may be `#[service_client]`, on that item.
    fn marked(&mut self, list: usize, item: Range<usize>, here: &Here) {
        let (path, after) = self.path(list + 1 + if self.is_separator(list + 1) { 2 } else { 0 });
        if path == ["cfg_attr"] && self.opens(after, b'(') {
            // One of those behind the condition.
            let inside = self.inside(after);
            let parts = inside.clone().filter(|index| self.is(*index, b','));
            for comma in parts.collect::<Vec<_>>() {
                let start = comma + 1;
                let (path, after) = self.path(start + if self.is_separator(start) { 2 } else { 0 });
                let end = if self.opens(after, b'(') {
                    self.tokens[after].other + 1
                } else {
                    after
                };
                self.mark(path, after, self.bytes(start..end), item.clone(), here);
            }
            return;
        }
        let bytes = self.bytes(list - 1..self.tokens[list].other + 1);
        self.mark(path, after, bytes, item, here);
    }

    fn mark(
        &mut self,
        path: Vec<String>,
        after: usize,
        bytes: Range<usize>,
        item: Range<usize>,
        here: &Here,
    ) {
        let arguments = if self.opens(after, b'(') {
            self.bytes_inside(after)
        } else {
            bytes.end..bytes.end
        };
        // Those of the language, and what has no name.
        let is_other = path
            .last()
            .is_none_or(|name| OTHER_ATTRIBUTES.contains(&name.as_str()));
        if !is_other {
            self.found.attributes.push(Marked {
                path,
                scope: here.scope,
                is_test: here.is_test,
                bytes,
                arguments,
                item,
            });
        }
    }

    /// Where the item, statement, field or arm that starts there ends.
    fn end_of_item(&self, start: usize, end: usize) -> usize {
        let mut first = start;
        while self.word(first) == Some("pub") || self.opens(first, b'(') {
            first = if self.opens(first, b'(') {
                self.tokens[first].other + 1
            } else {
                first + 1
            };
        }
        let is_value = match self.word(first) {
            Some("let" | "static" | "use" | "type") => true,
            Some("const") => !matches!(
                self.word(first + 1),
                Some("fn" | "unsafe" | "async" | "extern")
            ),
            _ => false,
        };
        let mut index = first;
        while index < end {
            match self.tokens[index].kind {
                Kind::Open(bracket) => {
                    index = self.tokens[index].other + 1;
                    if bracket == b'{' && !is_value {
                        return index;
                    }
                }
                Kind::Mark(b';') => return index + 1,
                Kind::Mark(b',') if !is_value => return index + 1,
                _ => index += 1,
            }
        }
        end
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
                // What it takes is not what it gives.
                let open = (after + 1..self.tokens.len())
                    .find(|index| matches!(self.kind(*index), Some(Kind::Open(_))));
                return open.map_or(after + 1, |open| self.tokens[open].other + 1);
            }
            if let Some(Kind::Open(_)) = self.kind(after + 1) {
                self.call(path, index, after + 1, here);
                return self.tokens[after + 1].other + 1;
            }
        }
        if path.len() > 1 {
            self.found.paths.push(Named {
                path,
                scope: here.scope,
                is_test: here.is_test,
                bytes: self.bytes(index..after),
            });
        }
        after
    }

    /// A call of a macro.
    fn call(&mut self, path: Vec<String>, start: usize, open: usize, here: &Here) {
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
                    path,
                    scope: here.scope,
                    is_test: here.is_test,
                    bytes,
                    arguments,
                });
            }
            _ => {
                let inner = Here {
                    is_sure: false,
                    ..self.block(open, here, false)
                };
                self.items(self.inside(open), inner);
            }
        }
    }

    /// Adds a literal, or what a `concat!` of literals and the package's directory is.
    fn append(&self, range: Range<usize>, to: &mut Included) {
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

    fn literal(&self, index: usize) -> Option<String> {
        let token = self.tokens.get(index)?;
        let literal: syn::LitStr = syn::parse_str(&self.text[token.bytes()]).ok()?;
        Some(literal.value())
    }
}

/// Keywords by which something gets a name in its scope.
const ITEMS: [&str; 7] = ["use", "struct", "enum", "union", "trait", "type", "mod"];

/// Attributes that are never ours: of the language, and the most common ones.
const OTHER_ATTRIBUTES: [&str; 14] = [
    "allow", "cfg", "cfg_attr", "derive", "doc", "expect", "ignore", "inline", "must_use", "path",
    "repr", "serde", "test", "warn",
];
