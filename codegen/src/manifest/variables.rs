//! The variables of containers, as they are written and as each environment gets them.

use std::collections::HashMap;
use std::rc::Rc;

use crate::setting::{Setting, Value};
use crate::yaml::Node;

use super::decode::Decoder;
use super::document::Document;
use super::layers::Layers;

/// The bytes of variables that are looked at, over all environments. ECS takes 64 KiB for a task definition.
const MAX_BYTES: usize = 1 << 20;

/// The variables of all containers of a task that may name a host: without the feature `map`, most do not.
#[derive(Debug, Default)]
pub(super) struct ContainerVariables {
    base: Vec<Variable>,
    /// Of environments whose sections have some.
    sections: HashMap<String, Vec<Variable>>,
}

/// A variable of one container.
#[derive(Debug)]
struct Variable {
    /// `None` for the main container.
    sidecar: Option<Rc<str>>,
    name: String,
    node: Rc<Node>,
    /// Whether there is nothing to be filled in.
    is_constant: bool,
}

impl ContainerVariables {
    pub fn read(document: &Document) -> Self {
        let Ok(root) = document.root() else {
            return Self::default();
        };
        let sections = document
            .sections()
            .filter(|(_, section)| Layers::new([*section]).has_any(&["variables", "sidecars"]));
        let sections = sections
            .map(|(name, section)| (name.to_owned(), written(&root.clone().under(Some(section)))));
        Self {
            sections: sections.collect(),
            base: written(&root),
        }
    }

    /// What they are in these environments, in each by what `decoder` makes of it.
    pub fn settings<'d>(
        &self,
        environments: impl Iterator<Item = (Option<usize>, Decoder<'d>)>,
    ) -> Vec<Setting> {
        let mut settings: Vec<Setting> = Vec::new();
        let mut known = HashMap::new();
        let mut left = MAX_BYTES;
        for (index, decoder) in environments {
            let section = decoder.variables.environment;
            let section = section.and_then(|name| self.sections.get(name));
            for variable in section.unwrap_or(&self.base) {
                let Variable {
                    sidecar,
                    name,
                    node,
                    is_constant,
                } = variable;
                let key = (Rc::as_ptr(node), sidecar, name);
                let place = *known.entry(key).or_insert_with(|| {
                    settings.push(Setting {
                        name: name.clone(),
                        sidecar: sidecar.as_deref().map(str::to_owned),
                        place: node.place.clone(),
                        values: Vec::new(),
                    });
                    settings.len() - 1
                });
                // Without a variable in it, it is the same as in the last environment.
                let values = &mut settings[place].values;
                if let Some(last) = values.last_mut().filter(|_| *is_constant) {
                    last.environments.push(index);
                    continue;
                }
                let Ok(text) = decoder.value(node, name) else {
                    continue;
                };
                let Some(rest) = left.checked_sub(name.len() + text.len()) else {
                    return settings;
                };
                left = rest;
                values.push(Value {
                    text,
                    environments: vec![index],
                });
            }
        }
        settings
    }
}

fn written(layers: &Layers<'_>) -> Vec<Variable> {
    let mut containers = vec![(None, layers.clone())];
    // What is wrong with them is said where the manifest is read.
    let sidecars = Decoder::structure(layers, "sidecars").unwrap_or_default();
    let sidecars = sidecars.entries().into_iter();
    containers.extend(sidecars.map(|(name, nodes)| {
        let nodes = nodes.into_iter().map(|node| &**node);
        (Some(name.into()), Layers::new(nodes))
    }));
    let mut written = Vec::new();
    for (sidecar, layers) in containers {
        let variables = Decoder::structure(&layers, "variables").unwrap_or_default();
        for (name, values) in variables.entries() {
            let value = values.first().copied();
            let value = value.and_then(|node| Some((node, node.text()?)));
            let value = value.filter(|(_, text)| may_name_a_host(text));
            written.extend(value.map(|(node, text)| Variable {
                sidecar: sidecar.clone(),
                name: name.to_owned(),
                node: node.clone(),
                is_constant: !text.contains("${"),
            }));
        }
    }
    written
}

/// A URL, a name in private DNS, or what only the deployer's shell knows. A program may make a URL of anything, but that
/// is for the plugin to look at.
fn may_name_a_host(text: &str) -> bool {
    let parts = ["://", "local", "${"];
    cfg!(feature = "map") || parts.iter().any(|part| text.contains(part))
}
