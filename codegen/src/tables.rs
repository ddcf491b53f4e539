//! Tables of TOML files, with the places of what is in them.

use std::ops::Range;

use toml::de::DeTable;

use crate::place::Place;

/// A file as messages name it, and what is in it.
pub(crate) struct File<'a> {
    pub name: &'a str,
    pub text: &'a str,
    pub root: &'a DeTable<'a>,
}

impl File<'_> {
    /// Of these bytes.
    pub fn place(&self, span: Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Place::new(self.name, number(line), number(column), span)
    }
}

/// The table in the field `key`.
pub(crate) fn table<'a, 'text>(
    parent: &'a DeTable<'text>,
    key: &str,
) -> Option<&'a DeTable<'text>> {
    parent.get(key)?.get_ref().as_table()
}

/// The string in the field `key`.
pub(crate) fn string<'a>(parent: &'a DeTable<'_>, key: &str) -> Option<&'a str> {
    parent.get(key)?.get_ref().as_str()
}
