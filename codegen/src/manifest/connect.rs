//! `network.connect`.

use std::rc::Rc;

use crate::finding::Finding;
use crate::place::Place;
use crate::yaml::Node;

use super::decode::{Decoder, Text, unique_keys};
use super::layers::Layers;

/// Service Connect of one workload.
pub(super) struct Connect {
    pub on: bool,
    pub place: Place,
    pub alias: Option<Text>,
}

impl Connect {
    /// Of App Runner's services, whose `network` has no such field.
    pub fn ignored(network: &Layers<'_>) -> Option<Self> {
        let node = network.values("connect").next()?;
        Some(Self {
            on: node.text() != Some("false"),
            place: node.place.clone(),
            alias: None,
        })
    }

    /// A map with an alias, else a boolean. An environment's clears the base's.
    pub fn read(decoder: &Decoder<'_>, network: &Layers<'_>) -> Result<Option<Self>, Finding> {
        let mut found = None;
        for node in network.values("connect") {
            let alias = alias_node(node)
                .map(|alias| {
                    Decoder {
                        lenient: true,
                        ..*decoder
                    }
                    .text(alias, "alias")
                })
                .transpose()?;
            let on = match alias {
                Some(_) => true,
                None => decoder.boolean(node)?.ok_or_else(|| not_a_switch(node))?,
            };
            let place = node.place.clone();
            found = found.or(Some(Self { on, place, alias }));
        }
        Ok(found)
    }
}

fn alias_node(connect: &Rc<Node>) -> Option<&Rc<Node>> {
    unique_keys(connect).ok()?;
    let layers = Layers::new([&**connect]);
    layers.values("alias").next()
}

fn not_a_switch(node: &Node) -> Finding {
    let finding = Decoder::wrong(node, "connect", "true, false or a map with an `alias`");
    match node.text() {
        Some(text @ ("true" | "false")) => {
            finding.help("write it without quotes").replace_with(text)
        }
        _ => finding.help("write `connect: true`, or `alias:` with a name below it"),
    }
}
