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

/// So many unknown keys of a manifest are compared with known ones.
const MAX: usize = 1_000;

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
    let mut sections: Vec<_> = sections.collect();
    // Where there are too many, it is the same ones that are left out each time.
    sections.sort_by_key(|section| section.place.span.start);
    let top = FIELDS.iter().chain(HEAD).map(|key| (*key, ""));
    let top: Vec<_> = top.collect();
    let mut slips = Slips {
        findings: Vec::new(),
        left: MAX,
    };
    for config in std::iter::once(root).chain(sections) {
        slips.check(config, &known, &[("connect", "network"), ("port", "image")]);
        if let Some(image) = config.get("image") {
            slips.check(image, IMAGE, &top);
        }
        if let Some(network) = config.get("network") {
            slips.check(network, &["connect", "vpc"], &[("alias", "connect")]);
            if let Some(connect) = network.get("connect") {
                slips.check(connect, &["alias"], &[]);
            }
        }
    }
    slips.findings
}

struct Slips {
    findings: Vec<Finding>,
    /// How many keys may still be compared.
    left: usize,
}

impl Slips {
    /// Whether `mapping` has keys other than those `known`, and which of these, or of those that belong `elsewhere`, is
    /// meant.
    fn check(&mut self, mapping: &Node, known: &[&str], elsewhere: &[(&str, &str)]) {
        for (key, _) in mapping.own_entries() {
            let Some(name) = key.text() else { continue };
            if known.contains(&name) || key.is_merge() {
                continue;
            }
            let Some(left) = self.left.checked_sub(1) else {
                return;
            };
            self.left = left;
            let message = format!("`{name}` is not read here, so it changes nothing");
            let finding = Finding::warning(Code::UnknownKey, message).at(&key.place);
            let finding = match elsewhere.iter().find(|(other, _)| *other == name) {
                Some((_, "")) => finding.help("write it at the top of the manifest"),
                Some((_, owner)) => finding.help(format!("write it below `{owner}:`")),
                None => match nearest(name, known.iter().copied()) {
                    Some(near) => finding
                        .help(format!("did you mean `{near}`?"))
                        .replace_with(near),
                    None => continue,
                },
            };
            self.findings.push(finding);
        }
    }
}
