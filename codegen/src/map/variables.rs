//! The calls that variables of manifests make: programs call the URLs that they find there.

use std::collections::HashMap;

use crate::application::{Application, Service};
use crate::setting::Setting;
use crate::urls::{Lead, MAX_HOSTS, Names};

use super::call::{Call, CallKind, Way};

/// Words in the names of variables that say how the service itself is known, or who may call it.
const NAMED_ONLY: &[&[&str]] = &[
    &["ADVERTISE"],
    &["ADVERTISED"],
    &["ALLOWED"],
    &["BROADCAST", "ADDRESS"],
    &["COOKIE"],
    &["COOKIES"],
    &["CORS"],
    &["CSRF"],
    &["ORIGIN"],
    &["ORIGINS"],
];

/// Whether a program would call what stands in the variable.
pub(super) fn is_called(setting: &Setting) -> bool {
    let name = setting.name.to_ascii_uppercase();
    let words: Vec<_> = name.split(['_', '-', '.']).collect();
    let mut named_only = NAMED_ONLY.iter();
    !named_only.any(|said| words.windows(said.len()).any(|words| words == *said))
}

/// The calls of all services; `settings` go with these, in their order.
#[must_use]
pub fn calls(application: &Application, settings: &[Vec<Setting>]) -> Vec<Call> {
    let variables = Variables::of(application);
    let services = application.services.iter().zip(settings);
    services
        .flat_map(|(caller, settings)| variables.calls(caller, settings))
        .collect()
}

struct Variables<'a> {
    application: &'a Application,
    services: HashMap<&'a str, &'a Service>,
    names: Names<'a>,
}

impl<'a> Variables<'a> {
    fn of(application: &'a Application) -> Self {
        // The first of a name is the one that counts.
        let services = application.services.iter().rev();
        Self {
            application,
            services: services
                .map(|service| (service.name.as_str(), service))
                .collect(),
            names: Names::of(application),
        }
    }

    /// The calls of one service.
    fn calls(&self, caller: &Service, settings: &[Setting]) -> Vec<Call> {
        let mut left = MAX_HOSTS;
        let mut calls = Vec::new();
        for setting in settings.iter().filter(|setting| is_called(setting)) {
            let mut of_setting: Vec<Call> = Vec::new();
            for value in &setting.values {
                for &environment in &value.environments {
                    let leads = self.names.leads(caller, environment, &value.text);
                    let looked_at = leads.len().min(left);
                    left -= looked_at;
                    for lead in leads.into_iter().take(looked_at) {
                        let Some((callee, way)) = self.way(caller, environment, lead) else {
                            continue;
                        };
                        add(&mut of_setting, caller, callee, setting, way);
                    }
                }
            }
            calls.append(&mut of_setting);
        }
        calls
    }

    /// Which service a lead means, and how it gets there.
    fn way(
        &self,
        caller: &Service,
        environment: Option<usize>,
        lead: Lead,
    ) -> Option<(&'a Service, Way)> {
        let callee = *self.services.get(lead.service.as_deref()?)?;
        let (application, via) = (self.application, lead.via);
        let way = Way::led(application, caller, callee, environment, via, lead.finding);
        Some((callee, way))
    }
}

/// Adds a way to the call of that service among those of the variable.
fn add(calls: &mut Vec<Call>, caller: &Service, callee: &Service, setting: &Setting, way: Way) {
    let Some(call) = calls.iter_mut().find(|call| call.callee == callee.name) else {
        calls.push(Call {
            caller: caller.name.clone(),
            callee: callee.name.clone(),
            place: Some(setting.place.clone()),
            kind: CallKind::Variable(setting.name.clone()),
            ways: vec![way],
        });
        return;
    };
    call.add(way);
}
