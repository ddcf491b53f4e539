//! The form that a value has to have, and whether it has it: Go's types as yaml.v3 decodes into them.

use std::rc::Rc;

use crate::finding::Finding;
use crate::interpolate;
use crate::scalar::{self, Resolved};
use crate::yaml::{Kind, Node};

use super::decode::{Decoder, unique_keys};
use super::layers::is_null;

/// The form of a value.
pub(super) enum Shape {
    /// Nothing is asked here.
    Any,
    /// Any scalar.
    Text,
    Bool,
    /// A number within these bounds; a fraction is cut off.
    Int(i64, i64),
    Float,
    /// As `90s` or `1m30s`.
    Duration,
    List(&'static Shape),
    /// Keys of the user's own.
    Map(&'static Shape),
    /// Known keys; others are ignored.
    Struct(&'static [Field]),
    /// A struct if one of its fields is set, and then errors inside it do not count; else the other form.
    StructOr(&'static [Field], &'static Shape),
    /// A list if it is one of these; else the other form.
    ListOr(&'static Shape, &'static Shape),
    /// The one, else the other.
    Either(&'static Shape, &'static Shape),
}

/// A key of a struct.
pub(super) type Field = (&'static str, Shape);

impl Shape {
    /// Whether `node`, the value of `name`, has this form. Null always has.
    ///
    /// # Errors
    ///
    /// What has not.
    pub fn check(&self, node: &Rc<Node>, name: &str) -> Result<(), Finding> {
        if is_null(node) {
            return Ok(());
        }
        let is_list = node
            .text()
            .is_some_and(|text| Decoder::is_json_strings(node, text));
        match self {
            Self::Any => Ok(()),
            // Copilot makes a list of a string that is a JSON array of strings.
            Self::List(Self::Text) | Self::ListOr(Self::Text, _) if is_list => Ok(()),
            Self::List(element) => match &node.kind {
                Kind::Sequence(elements) => elements
                    .iter()
                    .try_for_each(|node| element.check(node, name)),
                _ => Err(self.wrong(node, name)),
            },
            Self::Map(value) => {
                Decoder::mapping(node, name)?;
                let mut entries = node.entries().into_iter();
                entries.try_for_each(|(key, node)| value.check(node, key.text().unwrap_or(name)))
            }
            Self::Struct(fields) => {
                Decoder::mapping(node, name)?;
                check_fields(fields, node)
            }
            Self::StructOr(fields, other) => {
                let is_struct = matches!(node.kind, Kind::Mapping(_)) && unique_keys(node).is_ok();
                if is_struct
                    && fields
                        .iter()
                        .any(|(key, shape)| shape.is_set(node.get(key)))
                {
                    return check_unions(fields, node);
                }
                other
                    .check(node, name)
                    .map_err(|error| self.neither(node, name, error))
            }
            Self::ListOr(element, other) => match &node.kind {
                Kind::Sequence(elements)
                    if elements
                        .iter()
                        .all(|node| element.check(node, name).is_ok()) =>
                {
                    Ok(())
                }
                _ => other
                    .check(node, name)
                    .map_err(|error| self.neither(node, name, error)),
            },
            Self::Either(one, other) => match one.check(node, name) {
                Ok(()) => Ok(()),
                Err(_) => other
                    .check(node, name)
                    .map_err(|error| self.neither(node, name, error)),
            },
            Self::Text if is_list => Err(self.wrong(node, name).help(
                "Copilot makes a list of a JSON array: write it as a block with `|`, which it leaves alone",
            )),
            Self::Text | Self::Bool | Self::Int(..) | Self::Float | Self::Duration => {
                if self.accepts(node) {
                    Ok(())
                } else {
                    Err(self.wrong(node, name))
                }
            }
        }
    }

    fn accepts(&self, node: &Node) -> bool {
        let Kind::Scalar { text, style } = &node.kind else {
            return false;
        };
        // What a variable leaves is a string; what that is, the deployer's shell decides.
        if interpolate::names(text).next().is_some() {
            return true;
        }
        // Whatever it stands for, its text is a string.
        if matches!(self, Self::Text) && node.tag.is_none() {
            return true;
        }
        let Some(resolved) = scalar::resolve(text, *style, node.tag.as_deref()) else {
            return false;
        };
        match self {
            Self::Bool => scalar::boolean(text, resolved).is_some(),
            Self::Int(min, max) => scalar::number(resolved, *min, *max).is_some(),
            Self::Float => matches!(resolved, Resolved::Int(_) | Resolved::Float(_)),
            Self::Duration => resolved == Resolved::Text && scalar::is_duration(text),
            _ => true,
        }
    }

    /// Whether a field of this form counts as set.
    fn is_set(&self, node: Option<&Rc<Node>>) -> bool {
        let Some(node) = node.filter(|node| !is_null(node)) else {
            return false;
        };
        match self {
            Self::Struct(fields) => fields
                .iter()
                .any(|(key, shape)| shape.is_set(node.get(key))),
            Self::List(_) => !matches!(&node.kind, Kind::Sequence(elements) if elements.is_empty()),
            _ => true,
        }
    }

    /// Neither of two forms; what helps with the second one helps.
    fn neither(&self, node: &Node, name: &str, second: Finding) -> Finding {
        Finding {
            help: second.help,
            ..self.wrong(node, name)
        }
    }

    fn wrong(&self, node: &Node, name: &str) -> Finding {
        Decoder::wrong(node, name, &self.words())
    }

    /// As messages name it.
    fn words(&self) -> String {
        match self {
            Self::Any => "anything".to_owned(),
            Self::Text => "a string".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Int(..) | Self::Float => "a number".to_owned(),
            Self::Duration => "a duration like `90s`".to_owned(),
            Self::List(element) => format!("a list, each {}", element.words()),
            Self::Map(_) | Self::Struct(_) => "a map".to_owned(),
            Self::StructOr(fields, other) => {
                let keys: Vec<_> = fields
                    .iter()
                    .take(3)
                    .map(|(key, _)| format!("`{key}`"))
                    .collect();
                format!("a map with {} or {}", keys.join(", "), other.words())
            }
            Self::ListOr(_, other) => format!("a list or {}", other.words()),
            Self::Either(one, other) => format!("{} or {}", one.words(), other.words()),
        }
    }
}

/// Every field of a struct.
pub(super) fn check_fields(fields: &[Field], node: &Node) -> Result<(), Finding> {
    let values = fields
        .iter()
        .filter_map(|(key, shape)| Some((key, shape, node.get(key)?)));
    values
        .into_iter()
        .try_for_each(|(key, shape, value)| shape.check(value, key))
}

/// Those fields of a struct whose errors count even where those of plain fields do not: Copilot decodes them by
/// code of its own, whose errors are no type errors of yaml.v3.
fn check_unions(fields: &[Field], node: &Node) -> Result<(), Finding> {
    for (key, shape) in fields {
        let Some(value) = node.get(key) else { continue };
        match shape {
            Shape::StructOr(..) | Shape::ListOr(..) | Shape::Either(..) => {
                shape.check(value, key)?;
            }
            Shape::Struct(fields) => check_unions(fields, value)?,
            _ => {}
        }
    }
    Ok(())
}
