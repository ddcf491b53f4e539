//! URLs and host names in the variables of manifests that name a service of the application wrongly.

mod check;
mod hosts;
mod zones;

use std::collections::HashMap;

use crate::application::Application;
use crate::finding::Finding;
use crate::reference::in_environments;

use super::Setting;
use check::{Check, Names};
use hosts::{Host, hosts};
use zones::Zones;

/// So many hosts are looked at for each service, over all environments.
const MAX_HOSTS: usize = 10_000;

pub(super) fn review(
    application: &Application,
    settings: &[Setting],
    external: &[String],
    findings: &mut Vec<Finding>,
) {
    let mut names = HashMap::new();
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut known = HashMap::new();
    let mut budgets = HashMap::new();
    for setting in settings {
        let mut hosts = hosts(&setting.value).peekable();
        let Some(caller) = application.services.get(setting.service) else {
            continue;
        };
        if hosts.peek().is_none() {
            continue;
        }
        let environment = setting.environment;
        let check = Check {
            application,
            names: names
                .entry(environment)
                .or_insert_with(|| Names::of(application, environment)),
            zones: Zones::of(application, environment),
            external,
            caller,
            setting,
        };
        let budget: &mut usize = budgets.entry(setting.service).or_insert(MAX_HOSTS);
        let within = |_: &Host<'_>| {
            budget
                .checked_sub(1)
                .inspect(|left| *budget = *left)
                .is_some()
        };
        for finding in hosts
            .take_while(within)
            .filter_map(|host| check.host(&host))
        {
            let key = (variable(setting), finding.code, finding.message.clone());
            let index = *known.entry(key).or_insert(found.len());
            match found.get_mut(index) {
                // The value names the host twice.
                Some(found) if found.environments.last() == Some(&environment) => {}
                Some(found) => found.environments.push(environment),
                None => found.push(Found {
                    finding,
                    setting,
                    environments: vec![environment],
                }),
            }
        }
    }
    if found.is_empty() {
        return;
    }
    let mut counts = HashMap::new();
    for setting in settings {
        *counts.entry(variable(setting)).or_insert(0) += 1;
    }
    findings.extend(found.into_iter().map(|found| {
        let is_everywhere = found.environments.len() == counts[&variable(found.setting)];
        found.told(application, is_everywhere)
    }));
}

/// A variable as it is written once, be it for one environment or for all of them.
fn variable(setting: &Setting) -> (&str, usize, &str) {
    (&setting.place.file, setting.place.span.start, &setting.name)
}

/// What is wrong with a variable, and in which environments.
struct Found<'a> {
    finding: Finding,
    setting: &'a Setting,
    environments: Vec<Option<usize>>,
}

impl Found<'_> {
    fn told(self, application: &Application, is_everywhere: bool) -> Finding {
        let indices = self.environments.iter().flatten();
        let names: Vec<_> = indices
            .filter(|_| !is_everywhere)
            .map(|index| application.environments[*index].name.as_str())
            .collect();
        let (name, scope) = (&self.setting.name, in_environments(&names));
        Finding {
            message: format!("in the variable `{name}`{scope}, {}", self.finding.message),
            ..self.finding
        }
        .at(&self.setting.place)
    }
}
