//! Tables of TOML files, with the places of what is in them.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::place::Place;

/// A file as messages name it, and where in it something is.
pub(crate) struct File {
    name: Arc<str>,
    text: String,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl File {
    pub fn new(name: impl Into<Arc<str>>, text: String) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        Self {
            lines: std::iter::once(0).chain(ends).collect(),
            name: name.into(),
            text,
        }
    }

    /// What is in it, or where it stops to be TOML and why.
    pub fn parse(&self) -> Result<Spanned<DeTable<'_>>, (Place, String)> {
        DeTable::parse(&self.text).map_err(|error| {
            let place = match error.span() {
                Some(span) => self.place(span),
                None => Place::file(self.name.clone()),
            };
            let message = format!("`{}` is not TOML: {}", self.name, error.message());
            (place, message)
        })
    }

    /// Of these bytes.
    pub fn place(&self, span: Range<usize>) -> Place {
        let line = self.lines.partition_point(|start| *start <= span.start);
        let start = self.lines[line.saturating_sub(1)];
        let before = self.text.get(start..span.start).unwrap_or_default();
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        let column = number(before.chars().count() + 1);
        Place::new(self.name.clone(), number(line), column, span)
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

/// A whole number that `T` holds.
pub(crate) fn integer<T: TryFrom<u64>>(value: &DeValue<'_>) -> Option<T> {
    let integer = value.as_integer()?;
    let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok()?;
    T::try_from(number).ok()
}

/// A port that something can listen on.
pub(crate) fn port(value: &DeValue<'_>) -> Option<u16> {
    integer(value).filter(|port| *port > 0)
}
