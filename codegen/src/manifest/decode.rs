//! Fields of a manifest, read as Copilot's Go structs read them: unknown keys ignored, null as absent,
//! an environment's values before those of the base.

use std::collections::HashMap;
use std::rc::Rc;

use crate::code::Code;
use crate::finding::Finding;
use crate::interpolate::Variables;
use crate::place::Place;
use crate::scalar::{self, Resolved};
use crate::yaml::{self, FEW, Kind, Node, Style};

use super::layers::{Layers, is_null};

/// A string of a manifest with its variables filled in.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub value: String,
    /// With the predefined variables left in.
    pub template: String,
    pub place: Place,
}

/// Reads fields.
#[derive(Clone, Copy)]
pub(crate) struct Decoder<'a> {
    pub variables: &'a Variables<'a>,
    /// What `${COPILOT_SERVICE_NAME}` stands for.
    pub service: Option<&'a str>,
    /// Whether a field of the wrong form reads as an empty one. Copilot drops the errors of the map that it
    /// tries first where a field may also be a boolean, when yaml.v3 has set the fields already.
    pub lenient: bool,
}

impl Decoder<'_> {
    /// The struct in the field `key`.
    pub fn structure<'a>(layers: &Layers<'a>, key: &str) -> Result<Layers<'a>, Finding> {
        let nodes = layers.values(key);
        nodes
            .map(|node| Self::mapping(node, key))
            .collect::<Result<Vec<_>, _>>()
            .map(Layers::new)
    }

    /// `node` as a struct called `name`.
    pub fn mapping<'a>(node: &'a Rc<Node>, name: &str) -> Result<&'a Node, Finding> {
        if !matches!(node.kind, Kind::Mapping(_)) {
            return Err(Self::wrong(node, name, "a map"));
        }
        unique_keys(node)?;
        Ok(node)
    }

    /// The string in the field `key`. Every layer has to be right, the first counts.
    pub fn string(&self, layers: &Layers<'_>, key: &str) -> Result<Option<Text>, Finding> {
        Self::first(layers, key, |node| self.text(node, key))
    }

    /// The port in the field `key`.
    pub fn port(&self, layers: &Layers<'_>, key: &str) -> Result<Option<(u16, Place)>, Finding> {
        Self::first(layers, key, |node| {
            let port = match &node.kind {
                Kind::Scalar { text, style } => {
                    // What a variable leaves is a string for Copilot, and a string is no number.
                    self.fill(node, text)?;
                    let resolved = scalar::resolve(text, *style, node.tag.as_deref());
                    resolved.and_then(scalar::port)
                }
                _ => None,
            };
            match port {
                Some(port) => Ok((port, node.place.clone())),
                None if self.lenient => Ok((0, node.place.clone())),
                None => Err(not_a_port(node, key)),
            }
        })
    }

    /// The structs of the list in the field `key`. An overriding list replaces the other.
    pub fn list<'a>(&self, layers: &Layers<'a>, key: &str) -> Result<Vec<&'a Node>, Finding> {
        let lists = Self::first(layers, key, |node| match &node.kind {
            Kind::Sequence(elements) => {
                let elements = elements.iter().filter(|element| !is_null(element));
                elements
                    .map(|element| Self::mapping(element, key))
                    .collect()
            }
            _ if self.lenient => Ok(Vec::new()),
            _ => Err(Self::wrong(node, key, "a list")),
        });
        Ok(lists?.unwrap_or_default())
    }

    /// The boolean that `node` is.
    pub fn boolean(&self, node: &Node) -> Result<Option<bool>, Finding> {
        let Kind::Scalar { text, style } = &node.kind else {
            return Ok(None);
        };
        let filled = self.fill(node, text)?;
        let resolved = if filled == *text {
            scalar::resolve(text, *style, node.tag.as_deref())
        } else {
            Some(Resolved::Text)
        };
        Ok(resolved.and_then(|resolved| scalar::boolean(&filled, resolved)))
    }

    /// The string that `node` is: any scalar is one, by its text.
    pub fn text(&self, node: &Node, name: &str) -> Result<Text, Finding> {
        let value = self.value(node, name)?;
        let text = node.text().unwrap_or_default();
        let template = self.variables.template(self.service, text);
        Ok(Text {
            template: template.unwrap_or_else(|_| value.clone()),
            value,
            place: node.place.clone(),
        })
    }

    /// The same without its place.
    pub fn value(&self, node: &Node, name: &str) -> Result<String, Finding> {
        let text = match node.text() {
            Some(text) => text,
            None if self.lenient => "",
            None => return Err(Self::wrong(node, name, "a string")),
        };
        let mut value = self.fill(node, text)?;
        if Self::is_json_strings(node, &value) {
            if !self.lenient {
                return Err(Self::wrong(node, name, "a string"));
            }
            value.clear();
        }
        Ok(value)
    }

    /// Whether Copilot takes the string for a JSON array of strings, and so for a sequence.
    pub fn is_json_strings(node: &Node, filled: &str) -> bool {
        let Kind::Scalar { text, style } = &node.kind else {
            return false;
        };
        if *style == Style::Literal || !filled.trim_start().starts_with('[') {
            return false;
        }
        if scalar::resolve(text, *style, node.tag.as_deref()) != Some(Resolved::Text) {
            return false;
        }
        // JSON is YAML, and what is not JSON shows in the style of an element.
        let Ok(Some(array)) = yaml::parse(&node.place.file, filled.trim()) else {
            return false;
        };
        let is_json_string = |element: &Rc<Node>| {
            matches!(
                &element.kind,
                Kind::Scalar {
                    style: Style::Quoted,
                    ..
                }
            ) && element.tag.is_none()
        };
        match &array.kind {
            Kind::Sequence(elements) => !elements.is_empty() && elements.iter().all(is_json_string),
            _ => false,
        }
    }

    /// A finding that the value of the field `name` has the wrong form.
    pub fn wrong(node: &Node, name: &str, wanted: &str) -> Finding {
        let found = match &node.kind {
            Kind::Scalar { text, style } => {
                let tag = scalar::resolve(text, *style, node.tag.as_deref())
                    .map_or("!!str", Resolved::tag);
                match tag {
                    "!!str" => format!("the string `{text}`"),
                    "!!bool" => format!("the boolean `{text}`"),
                    _ => format!("`{text}`"),
                }
            }
            Kind::Sequence(_) => "a list".to_owned(),
            Kind::Mapping(_) => "a map".to_owned(),
        };
        Finding::error(
            Code::InvalidValue,
            format!("`{name}` has to be {wanted}, not {found}"),
        )
        .at(&node.place)
    }

    /// `text` of `node` with its variables filled in.
    fn fill(&self, node: &Node, text: &str) -> Result<String, Finding> {
        let filled = self.variables.fill(self.service, text);
        filled.map_err(|undefined| {
            Finding::error(Code::UndefinedVariable, undefined.to_string())
                .at(&node.place)
                .help(format!(
                    "set `{}` in the environment of the build, or write the value",
                    undefined.0
                ))
        })
    }

    /// Every layer has to be right, the first counts.
    fn first<'a, T>(
        layers: &Layers<'a>,
        key: &str,
        read: impl Fn(&'a Node) -> Result<T, Finding>,
    ) -> Result<Option<T>, Finding> {
        let mut values = layers
            .values(key)
            .map(|node| read(node))
            .collect::<Result<Vec<_>, _>>()?;
        values.truncate(1);
        Ok(values.pop())
    }
}

/// yaml.v3 refuses a mapping that has a key twice, or merges what is none, where it decodes one.
pub(crate) fn unique_keys(node: &Node) -> Result<(), Finding> {
    let entries = node.own_entries();
    let mut known = HashMap::new();
    for (index, (key, value)) in entries.iter().enumerate() {
        let Some(text) = key.text() else { continue };
        if key.is_merge() && !value.can_merge() {
            return Err(Decoder::wrong(value, text, "a map or a list of maps"));
        }
        let first = if entries.len() <= FEW {
            let mut before = entries[..index].iter();
            let first = before.find(|(first, _)| first.text() == Some(text));
            first.map(|(first, _)| first)
        } else {
            known.insert(text, key)
        };
        if let Some(first) = first {
            return Err(Finding::error(
                Code::DuplicateKey,
                format!(
                    "the key `{text}` is there already, in line {}",
                    first.place.line
                ),
            )
            .at(&key.place)
            .help("keep one of the two"));
        }
    }
    Ok(())
}

fn not_a_port(node: &Node, key: &str) -> Finding {
    let finding = Decoder::wrong(node, key, "a number from 0 to 65535");
    match node.text() {
        Some(text) if text.parse::<u16>().is_ok() => {
            finding.help("write it without quotes").replace_with(text)
        }
        Some(text) if text.contains("${") => finding
            .help("write the number: what a variable is replaced with stays a string for Copilot"),
        _ => finding.help("write a plain number"),
    }
}
