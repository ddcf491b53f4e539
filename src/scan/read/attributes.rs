//! Attributes, and how far the item below them goes.
//!
//! ```text
//! #[cfg(test)] mod tests { … }      // all of it is there in tests only
//! ```

use std::ops::Range;

use super::{Here, Reader};
use crate::scan::conditions::{Attribute, Conditions, When};
use crate::scan::lex::Kind;
use crate::scan::modules::Paths;
use crate::scan::source::Marked;

/// Attributes that are never ours: of the language, and the most common ones.
const OTHER_ATTRIBUTES: [&str; 14] = [
    "allow", "cfg", "cfg_attr", "derive", "doc", "expect", "ignore", "inline", "must_use", "path",
    "repr", "serde", "test", "warn",
];

/// Those that make no type of another name, of ours and of the most common crates.
const HARMLESS: [&str; 17] = [
    "async_trait",
    "cold",
    "delete",
    "deprecated",
    "error",
    "get",
    "head",
    "instrument",
    "macro_export",
    "macro_use",
    "main",
    "non_exhaustive",
    "patch",
    "post",
    "put",
    "route",
    "service_client",
];

/// Derives that make none either.
const DERIVES: [&str; 18] = [
    "Args",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Display",
    "Eq",
    "Error",
    "From",
    "FromRow",
    "Hash",
    "Ord",
    "Parser",
    "PartialEq",
    "PartialOrd",
    "Serialize",
    "Subcommand",
];

impl Reader<'_> {
    /// Whether an attribute of an item may make other items.
    fn makes_items(&self, list: usize) -> bool {
        let (path, after) = self.path(list + 1 + if self.is_separator(list + 1) { 2 } else { 0 });
        match path.last().map(String::as_str) {
            Some("derive") if self.opens(after, b'(') => {
                let mut inside = self.inside(after);
                inside.any(|index| {
                    let is_last = !self.is_separator(index + 1);
                    let word = self.word(index).filter(|_| is_last);
                    word.is_some_and(|word| !DERIVES.contains(&word))
                })
            }
            Some("cfg_attr") | None => true,
            Some(name) => !HARMLESS.contains(&name) && !OTHER_ATTRIBUTES.contains(&name),
        }
    }

    /// Attributes in front of something: where that goes on, behind it if it is read already, and the paths that they name.
    pub(super) fn attributes(&mut self, start: usize, end: usize, here: &Here) -> (usize, Paths) {
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
            self.found.scopes[here.scope].is_open |= here.brackets == 0 && self.makes_items(list);
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
    pub(super) fn one_item(&mut self, range: Range<usize>, mut here: Here, mut paths: Paths) {
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
    pub(super) fn conditions(&self, lists: impl IntoIterator<Item = usize>) -> Conditions {
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
            let commas = self.commas(self.inside(after));
            let Some(first) = commas.first() else {
                return;
            };
            let mut condition = Conditions::default();
            condition.add(&Attribute {
                name: "cfg",
                arguments: &self.text[self.bytes(after + 1..*first)],
                value: "",
            });
            let mut here = here.clone();
            match condition.when() {
                When::Never => return,
                When::Tests => here.is_test = true,
                When::Builds => {}
            }
            for comma in commas {
                let start = comma + 1;
                let (path, after) = self.path(start + if self.is_separator(start) { 2 } else { 0 });
                let end = if self.opens(after, b'(') {
                    self.tokens[after].other + 1
                } else {
                    after
                };
                self.mark(path, after, self.bytes(start..end), item.clone(), &here);
            }
            return;
        }
        let bytes = self.bytes(list - 1..self.tokens[list].other + 1);
        self.mark(path, after, bytes, item, here);
    }

    /// Those that stand in no brackets.
    fn commas(&self, range: Range<usize>) -> Vec<usize> {
        let mut commas = Vec::new();
        let mut index = range.start;
        while index < range.end {
            match self.tokens[index].kind {
                Kind::Open(_) => index = self.tokens[index].other,
                Kind::Mark(b',') => commas.push(index),
                _ => {}
            }
            index += 1;
        }
        commas
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
    pub(super) fn end_of_item(&self, start: usize, end: usize) -> usize {
        let mut first = start;
        while self.word(first) == Some("pub") || self.opens(first, b'(') {
            first = if self.opens(first, b'(') {
                self.tokens[first].other + 1
            } else {
                first + 1
            };
        }
        let is_item = self.starts_item(first);
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
                // What stands between commas is a field, a variant, an arm or an argument.
                Kind::Mark(b',') if !is_value && !is_item => return index + 1,
                _ => index += 1,
            }
        }
        end
    }
    /// Whether an item with a body starts there, in whose generics and bounds commas may stand.
    fn starts_item(&self, mut index: usize) -> bool {
        while matches!(
            self.word(index),
            Some("const" | "async" | "unsafe" | "extern" | "default" | "auto")
        ) {
            let is_abi = self.kind(index + 1) == Some(Kind::Text);
            index += if is_abi { 2 } else { 1 };
        }
        match self.word(index) {
            Some("impl") => true,
            Some("fn" | "struct" | "enum" | "union" | "trait") => self.word(index + 1).is_some(),
            _ => false,
        }
    }
}
