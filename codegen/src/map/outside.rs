//! The hosts that variables name and that are no service of the application: databases, and what others run.

use std::collections::BTreeMap;

use crate::application::Application;
use crate::place::Place;
use crate::setting::Setting;
use crate::urls::{MAX_HOSTS, Names, fold};

use super::variables::is_called;

/// A host outside of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// Its name, in lower case.
    pub host: String,
    /// Who names it, in the order of the services.
    pub named: Vec<Named>,
}

/// A variable that names a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The service that gets the variable.
    pub caller: String,
    /// The variable.
    pub variable: String,
    /// Where it is written.
    pub place: Place,
    /// The indices of the environments in which it names the host; `None` for the base manifest.
    pub environments: Vec<Option<usize>>,
}

/// The hosts in the order of their names; `settings` go with the services, in their order. The task itself is no host.
#[must_use]
pub fn outside(application: &Application, settings: &[Vec<Setting>]) -> Vec<Outside> {
    let names = Names::of(application);
    let mut hosts: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for (caller, settings) in application.services.iter().zip(settings) {
        let mut left = MAX_HOSTS;
        for setting in settings.iter().filter(|setting| is_called(setting)) {
            for value in &setting.values {
                for &environment in &value.environments {
                    let leads = names.leads(caller, environment, &value.text);
                    let leads = leads.into_iter().take(left);
                    for lead in leads {
                        left -= 1;
                        let host = fold(&lead.host);
                        if lead.service.is_some() || is_here(&host) {
                            continue;
                        }
                        let named = hosts.entry(host).or_default();
                        add(named, &caller.name, setting, environment);
                    }
                }
            }
        }
    }
    let hosts = hosts.into_iter();
    hosts.map(|(host, named)| Outside { host, named }).collect()
}

fn add(named: &mut Vec<Named>, caller: &str, setting: &Setting, environment: Option<usize>) {
    let last = named.last_mut();
    let last = last.filter(|last| last.caller == caller && last.place == setting.place);
    match last {
        Some(last) if last.environments.contains(&environment) => {}
        Some(last) => last.environments.push(environment),
        None => named.push(Named {
            caller: caller.to_owned(),
            variable: setting.name.clone(),
            place: setting.place.clone(),
            environments: vec![environment],
        }),
    }
}

/// Whether it is the task itself: another container of it, or ECS's own endpoints.
fn is_here(host: &str) -> bool {
    let starts = ["127.", "169.254."];
    matches!(host, "localhost" | "0.0.0.0") || starts.iter().any(|start| host.starts_with(start))
}
