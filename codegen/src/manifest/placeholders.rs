//! `${NAME}` in a manifest, as far as the deployer's shell has to know it.

use std::collections::HashSet;

use crate::code::Code;
use crate::finding::Finding;
use crate::interpolate;
use crate::place::Place;
use crate::yaml::Node;

/// So many variables that nothing sets are told for each manifest.
const MAX_UNSET: usize = 1_000;

/// A `${NAME}` that Copilot does not predefine.
#[derive(Debug)]
pub(super) struct Placeholder {
    pub name: String,
    place: Place,
}

impl Placeholder {
    /// Those of a manifest, each once for each value.
    pub fn all(root: &Node) -> Vec<Self> {
        let scalars = root.scalars().into_iter();
        let names = scalars.flat_map(|(node, text)| {
            let mut known = HashSet::new();
            let names = interpolate::names(text);
            let names = names.filter(move |name| known.insert(*name));
            names.map(move |name| (node, name))
        });
        names
            .filter(|(_, name)| !interpolate::is_predefined(name))
            .map(|(node, name)| Self {
                name: name.to_owned(),
                place: node.place.clone(),
            })
            .collect()
    }

    /// Warnings for those that nothing sets. Copilot wants them all; a build must not need the deployer's shell for
    /// those that decide nothing here.
    pub fn unset(
        all: &[Self],
        service: &str,
        shell: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Finding> {
        let unset = all.iter().filter(|used| shell(&used.name).is_none());
        unset
            .map(|used| unset_variable(&used.name, service).at(&used.place))
            .take(MAX_UNSET)
            .collect()
    }
}

fn unset_variable(name: &str, service: &str) -> Finding {
    if name == interpolate::DISCOVERY_ENDPOINT {
        return Finding::error(
            Code::DiscoveryVariable,
            "`${COPILOT_SERVICE_DISCOVERY_ENDPOINT}` is not filled in in a manifest",
        )
        .help(
            "write `${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local`, or put the URL together in the \
             service, whose tasks have the variable",
        );
    }
    if name == interpolate::SERVICE_NAME {
        // Copilot's own page on leaving service discovery has it in an alias, so it is filled in here.
        return Finding::warning(
            Code::ServiceNameVariable,
            "`${COPILOT_SERVICE_NAME}` is not predefined in a manifest, so `copilot svc deploy` refuses it",
        )
        .help(format!("write `{service}`, or export {name}={service} for the deployment"));
    }
    Finding::warning(
        Code::UndefinedVariable,
        format!("the variable `{name}` is not defined here"),
    )
    .help(format!(
        "`copilot svc deploy` needs `{name}` in its environment"
    ))
}
