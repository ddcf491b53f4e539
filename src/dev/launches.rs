//! How the tasks of all members are started: with which variables each finds the others.

use std::collections::BTreeSet;

use anyhow::Result;
use service_connect::__private::override_name;

use super::launch::{Launch, Stamp};
use super::member::Member;
use super::members::Members;

impl Members {
    /// How all are started.
    pub fn launches(&self) -> Result<Vec<Launch>> {
        let mut launches = Vec::new();
        for member in &self.here {
            for (task, port) in member.tasks() {
                let variables = self.variables(member, port);
                let removed = self.removed(member, &variables);
                let command = member.command(&variables)?;
                member.check_there(&command, None)?;
                let (program, arguments, directory) = command;
                let local = || format!("127.0.0.1:{port}");
                let address = member.address();
                let authority = address.map_or_else(local, |address| address.authority.clone());
                launches.push(Launch {
                    task,
                    kind: member.kind,
                    stamp: member.program().and_then(|_| Stamp::of(&program)),
                    program,
                    arguments,
                    directory,
                    variables,
                    removed,
                    authority: member.listens.then_some(authority),
                    url: member.task_url(port),
                });
            }
        }
        Ok(launches)
    }

    /// The variables that a task finds in its environment.
    pub fn variables(&self, member: &Member, port: u16) -> Vec<(String, String)> {
        let mut variables = self.own_variables(member, port);
        let settings = member.settings.iter();
        variables.extend(settings.map(|setting| self.filled(setting)));
        variables
    }

    /// Those that no manifest sets.
    pub fn own_variables(&self, member: &Member, port: u16) -> Vec<(String, String)> {
        let variables = [
            ("PORT", port.to_string()),
            ("COPILOT_APPLICATION_NAME", self.application.clone()),
            ("COPILOT_ENVIRONMENT_NAME", self.environment.clone()),
            ("COPILOT_SERVICE_NAME", member.service.clone()),
            (
                "COPILOT_SERVICE_DISCOVERY_ENDPOINT",
                self.discovery_endpoint.clone(),
            ),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value));
        // Without it the library says what is in the way, as it would there.
        let is_refused = |callee: &str| {
            let pair = (member.service.clone(), callee.to_owned());
            self.refused.contains(&pair)
        };
        let urls = self.here.iter().filter_map(|callee| {
            let url = callee.url().filter(|_| !is_refused(&callee.service))?;
            Some((override_name(&callee.service), url))
        });
        variables.into_iter().chain(urls).collect()
    }

    /// The variables of this process that would lead a task to what it has no way to.
    pub fn removed(&self, member: &Member, variables: &[(String, String)]) -> Vec<String> {
        let refused = self.refused.iter();
        let refused = refused.filter(|(caller, _)| *caller == member.service);
        let names = refused.map(|(_, callee)| override_name(callee));
        let is_set = |name: &String| variables.iter().any(|(set, _)| set == name);
        // In an order of their own, so that two launches can be compared.
        let names: BTreeSet<_> = names.filter(|name| !is_set(name)).collect();
        names.into_iter().collect()
    }
}
