//! URLs and host names in the variables of manifests that name a service of the application wrongly.

use crate::application::{Application, Service};
use crate::finding::Finding;
use crate::reference::in_environments;
use crate::setting::Setting;
use crate::urls::{MAX_HOSTS, Names, hosts};

/// The names that variables may have, in each environment.
pub(super) struct Review<'a> {
    application: &'a Application,
    names: Names<'a>,
}

impl<'a> Review<'a> {
    pub fn new(application: &'a Application) -> Self {
        Self {
            application,
            names: Names::of(application),
        }
    }

    /// What is wrong with the variables of a service.
    pub fn review(&self, caller: &Service, settings: &[Setting], findings: &mut Vec<Finding>) {
        let mut left = MAX_HOSTS;
        for setting in settings {
            let found = self.find(caller, setting, &mut left).into_iter();
            findings.extend(found.map(|found| found.told(self.application, setting)));
        }
    }

    fn find(&self, caller: &Service, setting: &Setting, left: &mut usize) -> Vec<Found> {
        let mut found = Vec::new();
        for value in &setting.values {
            for host in hosts(&value.text) {
                for environment in &value.environments {
                    if *left == 0 {
                        return found;
                    }
                    *left -= 1;
                    let leads = self.names.host(caller, *environment, &host);
                    let finding = leads.and_then(|leads| leads.finding);
                    Found::add(&mut found, finding, *environment);
                }
            }
        }
        found
    }
}

/// What is wrong with a variable, and in which environments.
struct Found {
    finding: Finding,
    environments: Vec<Option<usize>>,
}

impl Found {
    fn add(found: &mut Vec<Self>, finding: Option<Finding>, environment: Option<usize>) {
        let Some(finding) = finding else { return };
        match found.iter_mut().find(|known| known.finding == finding) {
            // The value names the host twice.
            Some(known) if known.environments.contains(&environment) => {}
            Some(known) => known.environments.push(environment),
            None => found.push(Self {
                finding,
                environments: vec![environment],
            }),
        }
    }

    fn told(self, application: &Application, setting: &Setting) -> Finding {
        let is_everywhere = self.environments.len() == setting.environments();
        let indices = self.environments.iter().flatten();
        let names: Vec<_> = indices
            .filter(|_| !is_everywhere)
            .map(|index| application.environments[*index].name.as_str())
            .collect();
        let (name, scope) = (&setting.name, in_environments(&names));
        let container = match &setting.sidecar {
            Some(sidecar) => format!(" of the sidecar `{sidecar}`"),
            None => String::new(),
        };
        Finding {
            message: format!(
                "in the variable `{name}`{container}{scope}, {}",
                self.finding.message
            ),
            ..self.finding
        }
        .at(&setting.place)
    }
}
