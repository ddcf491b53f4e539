//! One tree of a YAML document that keeps what a manifest's rules ask for: the tag, the style, the text and
//! the place of every node.

mod parse;

use std::collections::HashSet;
use std::rc::Rc;

use crate::place::Place;

pub(crate) use parse::parse;

/// So many keys are compared faster one by one than hashed.
pub(crate) const FEW: usize = 32;

/// A value with its place. Aliases share the node that they stand for, so that no document grows by them.
#[derive(Debug)]
pub(crate) struct Node {
    pub kind: Kind,
    /// An explicit tag, the core schema's in short form (`!!str`).
    pub tag: Option<String>,
    pub place: Place,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Scalar { text: String, style: Style },
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<(Rc<Node>, Rc<Node>)>),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Quoted,
    /// A `|` block, which Copilot never takes for a JSON array.
    Literal,
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The value of `key`: the mapping's own before what `<<` merges into it, nearest first.
    pub fn get(&self, key: &str) -> Option<&Rc<Node>> {
        let mut merges = false;
        for (name, value) in self.own_entries() {
            let text = name.text();
            if text == Some(key) && !name.is_merge() {
                return Some(value);
            }
            merges |= text == Some("<<");
        }
        if !merges {
            return None;
        }
        let layers = self.layers().into_iter();
        layers
            .flat_map(Node::own_entries)
            .find(|(name, _)| name.text() == Some(key) && !name.is_merge())
            .map(|(_, value)| value)
    }

    /// The keys of a mapping with their values, merged ones included.
    pub fn entries(&self) -> Vec<(&Rc<Node>, &Rc<Node>)> {
        let own = self.own_entries();
        if own.len() <= FEW && !own.iter().any(|(key, _)| key.is_merge()) {
            let is_first = |index: usize, key: &Node| {
                let mut before = own[..index].iter();
                before.all(|(other, _)| other.text() != key.text())
            };
            let entries = own.iter().enumerate();
            let entries = entries.filter(|(index, (key, _))| is_first(*index, key));
            return entries.map(|(_, (key, value))| (key, value)).collect();
        }
        let mut known = HashSet::new();
        let layers = self.layers().into_iter();
        layers
            .flat_map(Node::own_entries)
            .filter(|(key, _)| !key.is_merge() && known.insert(key.text()))
            .map(|(key, value)| (key, value))
            .collect()
    }

    /// The keys that a mapping has of its own, as written.
    pub fn own_entries(&self) -> &[(Rc<Node>, Rc<Node>)] {
        match &self.kind {
            Kind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// This mapping and those that `<<` merges into it, each once, however often they are named.
    fn layers(&self) -> Vec<&Node> {
        let mut layers = Vec::new();
        let mut known = HashSet::new();
        let mut waiting = vec![self];
        while let Some(node) = waiting.pop() {
            if !known.insert(std::ptr::from_ref(node)) {
                continue;
            }
            layers.push(node);
            for (_, source) in node
                .own_entries()
                .iter()
                .filter(|(key, _)| key.is_merge())
                .rev()
            {
                match &source.kind {
                    Kind::Sequence(sources) => {
                        waiting.extend(sources.iter().rev().map(|source| &**source));
                    }
                    _ => waiting.push(source),
                }
            }
        }
        layers
    }

    /// How many nodes it is with all that is below it, those that aliases stand for included.
    pub fn size(&self) -> usize {
        let mut size = 0;
        let mut waiting = vec![self];
        while let Some(node) = waiting.pop() {
            size += 1;
            match &node.kind {
                Kind::Scalar { .. } => {}
                Kind::Sequence(elements) => waiting.extend(elements.iter().map(|node| &**node)),
                Kind::Mapping(entries) => {
                    let nodes = entries.iter().flat_map(|(key, value)| [&**key, &**value]);
                    waiting.extend(nodes);
                }
            }
        }
        size
    }

    /// Every scalar that may hold variables, each once: values, not keys.
    pub fn scalars(&self) -> Vec<(&Node, &str)> {
        let mut found = Vec::new();
        let mut known = HashSet::new();
        let mut is_new =
            |node: &Rc<Self>| Rc::strong_count(node) == 1 || known.insert(Rc::as_ptr(node));
        let mut waiting = vec![self];
        while let Some(node) = waiting.pop() {
            match &node.kind {
                Kind::Scalar { text, .. } => found.push((node, text.as_str())),
                Kind::Sequence(elements) => {
                    let new = elements.iter().rev().filter(|element| is_new(element));
                    waiting.extend(new.map(|element| &**element));
                }
                Kind::Mapping(entries) => {
                    let values = entries.iter().rev().map(|(_, value)| value);
                    let new = values.filter(|value| is_new(value));
                    waiting.extend(new.map(|value| &**value));
                }
            }
        }
        found
    }

    /// Whether `<<` may merge it.
    pub fn can_merge(&self) -> bool {
        let is_map = |node: &Node| matches!(node.kind, Kind::Mapping(_));
        match &self.kind {
            Kind::Sequence(sources) => sources.iter().all(|source| is_map(source)),
            _ => is_map(self),
        }
    }

    /// The key `<<`.
    pub fn is_merge(&self) -> bool {
        let plain =
            matches!(&self.kind, Kind::Scalar { text, style: Style::Plain } if text == "<<");
        plain && self.tag.is_none()
    }
}
