//! `environments`: what a manifest says differently for some of them.

use std::collections::HashMap;
use std::rc::Rc;

use crate::application::Kind;
use crate::code::Code;
use crate::finding::Finding;
use crate::interpolate::Variables;
use crate::yaml::Node;

use super::config::Config;
use super::decode::Decoder;
use super::layers::{Layers, is_null};

/// How many values the base may have, counted once for each section: what overrides it, is read together with it.
const MAX_OVERRIDDEN: usize = 100_000;

/// The sections by environment.
///
/// # Errors
///
/// If there are so many of them over so large a base that reading each would take too long.
pub(super) fn by_environment(root: &Node) -> Result<HashMap<String, Rc<Node>>, Finding> {
    let Some(environments) = root.get("environments") else {
        return Ok(HashMap::new());
    };
    if Decoder::mapping(environments, "environments").is_err() {
        return Ok(HashMap::new());
    }
    let entries = environments.entries();
    let base = root.size().saturating_sub(environments.size());
    if entries.len().saturating_mul(base) > MAX_OVERRIDDEN {
        let message = format!(
            "{} sections over a base of {base} values are more than can be read",
            entries.len()
        );
        return Err(Finding::error(Code::InvalidValue, message)
            .at(&environments.place)
            .help("keep the sections of environments that exist"));
    }
    let sections = entries.into_iter().filter(|(_, section)| !is_null(section));
    let sections = sections.filter_map(|(key, section)| Some((key.text()?, section)));
    Ok(sections
        .map(|(name, section)| (name.to_owned(), section.clone()))
        .collect())
}

/// Whether the sections and the base have the right form, which does not depend on the environment.
pub(super) fn check(
    service: Option<&str>,
    variables: &Variables<'_>,
    kind: Kind,
    root: &Layers<'_>,
) -> Result<(), Finding> {
    let decoder = Decoder {
        // What the sections say of the environment's name is not the base's.
        variables: &variables.within(None),
        service,
        lenient: false,
    };
    for (name, layers) in Decoder::structure(root, "environments")?.entries() {
        for section in layers {
            let section = Decoder::mapping(section, name)?;
            let layers = Layers::new([section]);
            Config::check(kind, &layers)?;
            if Config::is_overridden_by(section) {
                Config::read(&decoder, kind, &layers)?;
            }
        }
    }
    Config::check(kind, root)
}
