//! Mappings that override each other, read as one.

use std::collections::HashMap;
use std::rc::Rc;

use crate::place::Place;
use crate::scalar::{self, Resolved};
use crate::yaml::{Kind, Node};

/// Mappings that are read as one, those that override first.
#[derive(Clone, Default)]
pub(crate) struct Layers<'a>(Vec<&'a Node>);

impl<'a> Layers<'a> {
    /// Of these nodes, which are mappings.
    pub fn new(nodes: impl IntoIterator<Item = &'a Node>) -> Self {
        Self(nodes.into_iter().collect())
    }

    /// These below one that overrides them.
    pub fn under(self, overriding: Option<&'a Node>) -> Self {
        Self(overriding.into_iter().chain(self.0).collect())
    }

    /// The mappings.
    pub fn nodes(&self) -> impl Iterator<Item = &'a Node> {
        self.0.iter().copied()
    }

    /// Each layer by itself.
    pub fn split(&self) -> impl Iterator<Item = Self> {
        self.0.iter().map(|node| Self(vec![node]))
    }

    /// Where the first one is; `None` if there is none.
    pub fn place(&self) -> Option<Place> {
        self.0.first().map(|node| node.place.clone())
    }

    /// Whether any of `keys` has a value.
    pub fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.values(key).next().is_some())
    }

    /// The keys in the order in which they are first written, each with its values that are not null, the overriding
    /// first.
    pub fn entries(&self) -> Vec<(&'a str, Vec<&'a Rc<Node>>)> {
        if let [node] = self.0[..] {
            let entries = node.entries().into_iter();
            let entries = entries.filter_map(|(key, value)| Some((key.text()?, value)));
            let values = |value: &'a Rc<Node>| Some(value).filter(|value| !is_null(value));
            return entries
                .map(|(key, value)| (key, Vec::from_iter(values(value))))
                .collect();
        }
        let mut places = HashMap::new();
        let mut entries: Vec<(&str, Vec<&Rc<Node>>)> = Vec::new();
        for (key, value) in self.0.iter().rev().flat_map(|node| node.entries()) {
            let Some(key) = key.text() else { continue };
            let place = *places.entry(key).or_insert_with(|| {
                entries.push((key, Vec::new()));
                entries.len() - 1
            });
            if !is_null(value) {
                entries[place].1.insert(0, value);
            }
        }
        entries
    }

    /// The values of `key` that are not null, the overriding first.
    pub fn values(&self, key: &str) -> impl Iterator<Item = &'a Rc<Node>> {
        let values = self.0.iter().filter_map(move |node| node.get(key));
        values.filter(|node| !is_null(node))
    }
}

/// Null counts as absent everywhere.
pub(crate) fn is_null(node: &Node) -> bool {
    match &node.kind {
        Kind::Scalar { text, style } => {
            // Asked of every value, and few can be.
            let may_be = matches!(text.as_bytes(), [] | [b'~' | b'n' | b'N', ..]);
            may_be && scalar::resolve(text, *style, node.tag.as_deref()) == Some(Resolved::Null)
        }
        _ => false,
    }
}
