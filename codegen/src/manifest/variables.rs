//! The variables of containers, and those that manifests are filled in with.

use std::collections::HashSet;

use crate::finding::{Code, Finding};
use crate::interpolate::{self, Variables};
use crate::place::Place;

use super::Manifest;
use super::decode::Decoder;

/// The bytes that ECS takes for a task definition: no task has variables beyond them.
const TASK_DEFINITION: usize = 64 << 10;

/// So many variables that nothing sets are told for each manifest.
const MAX_UNSET: usize = 1_000;

impl Manifest {
    /// The variables that the container gets by that section and the base, or by the base alone: those that may name a
    /// host, and most do not.
    pub fn settings(&self, variables: &Variables<'_>) -> Vec<(String, String, Place)> {
        let Ok(head) = self.head(variables) else {
            return Vec::new();
        };
        let service = head.name.as_ref().map(|name| name.value.as_str());
        let decoder = Decoder {
            variables,
            service,
            lenient: false,
        };
        let Ok(root) = self.root() else {
            return Vec::new();
        };
        let layers = root.under(self.section(variables));
        let Ok(settings) = Decoder::structure(&layers, "variables") else {
            return Vec::new();
        };
        let settings = settings.entries().into_iter();
        let settings = settings.filter_map(|(name, values)| {
            let node = values.first()?;
            node.text().filter(|text| may_name_a_host(text))?;
            let value = decoder.value(node, name).ok()?;
            Some((name.to_owned(), value, node.place.clone()))
        });
        let mut size = 0;
        settings
            .take_while(|(name, value, _)| {
                size += name.len() + value.len();
                size <= TASK_DEFINITION
            })
            .collect()
    }

    /// The shell's variables that the manifest uses, a deciding field or not.
    pub fn shell_variables(&self) -> Vec<String> {
        let scalars = self
            .root
            .as_ref()
            .map_or_else(Vec::new, |root| root.scalars());
        let names = scalars
            .into_iter()
            .flat_map(|(_, text)| interpolate::names(text));
        let names: HashSet<_> = names
            .filter(|name| !interpolate::is_predefined(name))
            .collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// Warnings for variables that nothing sets. Copilot wants them all; a build must not need the deployer's shell
    /// for those that decide nothing here.
    pub fn unset_variables(
        &self,
        service: &str,
        shell: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Finding> {
        let scalars = self
            .root
            .as_ref()
            .map_or_else(Vec::new, |root| root.scalars());
        let names = scalars.into_iter().flat_map(|(node, text)| {
            let mut known = HashSet::new();
            let names = interpolate::names(text).filter(move |name| known.insert(*name));
            names.map(move |name| (node, name))
        });
        names
            .filter(|(_, name)| !interpolate::is_predefined(name) && shell(name).is_none())
            .map(|(node, name)| unset_variable(name, service).at(&node.place))
            .take(MAX_UNSET)
            .collect()
    }
}

/// A URL, a name in private DNS, or what only the deployer's shell knows.
fn may_name_a_host(text: &str) -> bool {
    ["://", "local", "${"]
        .iter()
        .any(|part| text.contains(part))
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
