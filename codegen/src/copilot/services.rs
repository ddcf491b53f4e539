//! From manifests to services.

use std::collections::HashMap;
use std::sync::Arc;

use crate::application::{Deployment, Environment, Kind, Service, duplicate_service, looked_at};
use crate::code::Code;
use crate::finding::Finding;
use crate::interpolate::Variables;
use crate::manifest::Manifest;
use crate::place::Place;
use crate::setting::Setting;

/// Reads the manifest of one service after the other.
pub(super) struct Reader<'a> {
    pub application: Option<&'a str>,
    pub environments: &'a [Environment],
    pub shell: &'a dyn Fn(&str) -> Option<String>,
}

impl Reader<'_> {
    /// The service in `directory`; what is wrong with it goes to `findings`.
    pub fn service(
        &self,
        directory: &str,
        file: &Arc<str>,
        manifest: Result<&Manifest, &Finding>,
        findings: &mut Vec<Finding>,
    ) -> Service {
        let deployment = |environment: Option<&str>| -> Result<Deployment, Finding> {
            manifest
                .map_err(Finding::clone)?
                .deployment(&self.variables(environment))
        };
        let base = deployment(None);
        let names = self
            .environments
            .iter()
            .map(|environment| environment.name.as_str());
        let deployments: Vec<_> = names.map(|name| deployment(Some(name))).collect();

        let head = manifest
            .ok()
            .and_then(|manifest| manifest.head(&self.variables(None)).ok());
        let kind: Option<Kind> = head.as_ref().map(|head| head.kind);
        let kind_place = head.as_ref().map(|head| head.kind_place.clone());
        let name = head.and_then(|head| head.name.clone());
        let place = name
            .as_ref()
            .map_or_else(|| Place::file(file.clone()), |name| name.place.clone());
        let name = name.map_or_else(|| directory.to_owned(), |name| name.value);

        // A base that no environment uses as it is need not be right.
        let checked = looked_at(self.environments).into_iter();
        let checked = checked.map(|index| index.map_or(&base, |index| &deployments[index]));
        let refused = checked.filter_map(|deployment| deployment.as_ref().err());
        findings.extend(refused.cloned());
        if let Ok(manifest) = manifest {
            findings.extend(manifest.unset_variables(&name, self.shell));
            findings.extend(manifest.slips.iter().cloned());
        }
        if name != directory {
            findings.push(
                Finding::warning(
                    Code::NameDiffers,
                    format!("the directory `{directory}` holds the service `{name}`"),
                )
                .at(&place)
                .help(format!(
                    "it is known as `{name}` everywhere; rename the directory to match"
                )),
            );
        }
        Service {
            name,
            directory: directory.to_owned(),
            kind_place: kind_place.unwrap_or_else(|| place.clone()),
            place,
            kind,
            external: false,
            base,
            deployments,
        }
    }

    /// The variables that the service's containers get in each environment that is looked at, or by the base.
    pub fn settings(&self, manifest: &Manifest) -> Vec<Setting> {
        let listed = looked_at(self.environments).into_iter().map(|index| {
            let name = index.map(|index| self.environments[index].name.as_str());
            (index, self.variables(name))
        });
        let listed: Vec<_> = listed.collect();
        manifest.settings(&listed)
    }

    fn variables<'a>(&'a self, environment: Option<&'a str>) -> Variables<'a> {
        Variables::new(self.application, environment, self.shell)
    }
}

/// Two services of one name are each other's end.
pub(super) fn duplicates(services: &[Service], findings: &mut Vec<Finding>) {
    let mut known = HashMap::new();
    for service in services {
        let first = *known.entry(&service.name).or_insert(service);
        if !std::ptr::eq(first, service) {
            findings.push(duplicate_service(first, service));
        }
    }
}
