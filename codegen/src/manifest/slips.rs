//! Keys that Copilot ignores and that were probably meant to be others: most often it is why Service Connect is off.

use crate::application::Kind;
use crate::code::Code;
use crate::finding::{Finding, nearest};
use crate::yaml::Node;

use super::config::FIELDS;
use super::schema;

/// The keys of `image`.
const IMAGE: &[&str] = &[
    "build",
    "location",
    "port",
    "credentials",
    "labels",
    "depends_on",
    "healthcheck",
];

/// The keys of the base that sections do not have.
const HEAD: &[&str] = &["name", "type", "environments"];

/// So many are told for each manifest.
const MAX: usize = 100;

/// Those of a manifest of that kind, in the base and in the sections.
pub(super) fn find<'a>(
    kind: Kind,
    root: &'a Node,
    sections: impl Iterator<Item = &'a Node>,
) -> Vec<Finding> {
    let fields = schema::fields(kind).iter().flat_map(|fields| fields.iter());
    let mut known: Vec<&str> = fields
        .map(|(key, _)| *key)
        .chain(FIELDS.iter().copied())
        .collect();
    known.extend(HEAD);
    let mut findings = Vec::new();
    for config in std::iter::once(root).chain(sections) {
        check(
            config,
            &known,
            &[("connect", "network"), ("port", "image")],
            &mut findings,
        );
        if let Some(image) = config.get("image") {
            let top = FIELDS.iter().chain(HEAD).map(|key| (*key, ""));
            check(image, IMAGE, &top.collect::<Vec<_>>(), &mut findings);
        }
        if let Some(network) = config.get("network") {
            check(
                network,
                &["connect", "vpc"],
                &[("alias", "connect")],
                &mut findings,
            );
            if let Some(connect) = network.get("connect") {
                check(connect, &["alias"], &[], &mut findings);
            }
        }
        if findings.len() > MAX {
            break;
        }
    }
    findings.truncate(MAX);
    findings
}

/// Whether `mapping` has keys other than those `known`, and which of these, or of those that belong `elsewhere`, is meant.
fn check(mapping: &Node, known: &[&str], elsewhere: &[(&str, &str)], findings: &mut Vec<Finding>) {
    for (key, _) in mapping.own_entries() {
        let Some(name) = key.text() else { continue };
        if known.contains(&name) || key.is_merge() {
            continue;
        }
        let message = format!("`{name}` is not read here, so it changes nothing");
        let finding = Finding::warning(Code::UnknownKey, message).at(&key.place);
        let owner = elsewhere.iter().find(|(other, _)| *other == name);
        match owner {
            Some((_, "")) => findings.push(finding.help("write it at the top of the manifest")),
            Some((_, owner)) => findings.push(finding.help(format!("write it below `{owner}:`"))),
            None => {
                let near = nearest(name, known.iter().copied());
                findings.extend(near.map(|near| {
                    finding
                        .help(format!("did you mean `{near}`?"))
                        .replace_with(near)
                }));
            }
        }
    }
}
