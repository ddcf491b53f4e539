//! What changes the deployed resources behind the manifest's back.

use crate::application::Service;
use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;

/// A change of a service's resources, by the path of what it changes.
#[derive(Clone, Debug)]
pub(crate) struct Override {
    /// `None` for code that could change anything.
    pub path: Option<String>,
    pub place: Place,
}

/// Parts of a stack's resources that Service Connect and ports are made of.
const PARTS: &[&str] = &[
    "ServiceConnectConfiguration",
    "PortMappings",
    "ServiceRegistries",
];

pub(super) fn review(service: &Service, overrides: &[Override], findings: &mut Vec<Finding>) {
    let name = &service.name;
    for change in overrides {
        match &change.path {
            None => findings.push(
                Finding::note(
                    Code::CodeOverride,
                    format!("code changes the resources of `{name}`, which is not looked at here"),
                )
                .at(&change.place)
                .help("see that it leaves ports and Service Connect as the manifest has them: only that is checked"),
            ),
            Some(path) if PARTS.iter().any(|part| path.contains(part)) => findings.push(
                Finding::warning(
                    Code::OverridesConnect,
                    format!("an override of `{name}` touches Service Connect or ports"),
                )
                .at(&change.place)
                .help("write in the manifest what it can say: what is deployed is not what is checked here"),
            ),
            Some(_) => {}
        }
    }
}
