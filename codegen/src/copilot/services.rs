//! From manifests to services.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::application::{Deployment, Environment, Kind, Service, duplicate_service};
use crate::finding::{Code, Finding};
use crate::interpolate::Variables;
use crate::manifest::Manifest;
use crate::place::Place;
use crate::review::Setting;

/// The bytes of a service's variables, over all environments, beyond which they are not looked at.
const MAX_SETTINGS: usize = 1 << 20;

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
        let name = head.and_then(|head| head.name.clone());
        let place = name
            .as_ref()
            .map_or_else(|| Place::file(file.clone()), |name| name.place.clone());
        let name = name.map_or_else(|| directory.to_owned(), |name| name.value);

        // A base that no environment uses as it is need not be right.
        let listed = self.environments.iter().zip(&deployments);
        let mut checked: Vec<_> = listed
            .filter(|(environment, _)| environment.listed)
            .map(|(_, deployment)| deployment)
            .collect();
        if checked.is_empty() {
            checked.push(&base);
        }
        let refused = checked
            .into_iter()
            .filter_map(|deployment| deployment.as_ref().err());
        findings.extend(refused.cloned());
        if let Ok(manifest) = manifest {
            findings.extend(manifest.unset_variables(&name, self.shell));
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
            place,
            kind,
            base,
            deployments,
        }
    }

    /// The variables that the service of that index gets, in each environment or by the base.
    pub fn settings(&self, service: usize, manifest: &Manifest) -> Vec<Setting> {
        let environments = self.environments.iter().enumerate();
        let mut listed: Vec<_> = environments
            .filter(|(_, environment)| environment.listed)
            .map(|(index, environment)| (Some(index), Some(environment.name.as_str())))
            .collect();
        if listed.is_empty() {
            listed.push((None, None));
        }
        let settings = listed.into_iter().flat_map(|(environment, name)| {
            let settings = manifest.settings(&self.variables(name)).into_iter();
            settings.map(move |(name, value, place)| Setting {
                service,
                environment,
                name,
                value,
                place,
            })
        });
        let mut size = 0;
        settings
            .take_while(|setting| {
                size += setting.name.len() + setting.value.len();
                size <= MAX_SETTINGS
            })
            .collect()
    }

    fn variables<'a>(&'a self, environment: Option<&'a str>) -> Variables<'a> {
        Variables {
            application: self.application,
            environment,
            shell: self.shell,
            names_environment: Cell::new(false),
        }
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
