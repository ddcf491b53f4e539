//! What a stage deploys before what. By numbers, because a stage of a thousand deployments asks a million times.

use std::collections::HashMap;

use super::super::circle::circles;
use super::read::{Stage, Text};

/// Who depends on whom.
pub(super) struct Dependencies<'a> {
    names: Vec<&'a str>,
    numbers: HashMap<&'a str, usize>,
    /// Those that each depends on.
    on: Vec<Vec<usize>>,
}

/// All that is deployed before one.
pub(super) struct Before<'a> {
    dependencies: &'a Dependencies<'a>,
    seen: Vec<bool>,
}

impl<'a> Dependencies<'a> {
    pub fn of(stage: &'a Stage) -> Self {
        let mut all = Self {
            names: Vec::new(),
            numbers: HashMap::new(),
            on: Vec::new(),
        };
        for deployment in &stage.deployments {
            let depends_on = deployment.depends_on.iter();
            let on: Vec<_> = depends_on.map(|server| all.number(&server.text)).collect();
            let client = all.number(&deployment.name.text);
            all.on[client] = on;
        }
        all
    }

    fn number(&mut self, name: &'a str) -> usize {
        *self.numbers.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.on.push(Vec::new());
            self.names.len() - 1
        })
    }

    /// The first deployment that depends on itself, and the names of all that it depends on in a circle, in order.
    pub fn circle(&self, stage: &'a Stage) -> Option<(&'a Text, Vec<&'a str>)> {
        let circles = circles(&self.on);
        stage.deployments.iter().find_map(|deployment| {
            let number = *self.numbers.get(deployment.name.text.as_str())?;
            let mut around = circles.iter().map(|circle| &circle.services[..]);
            let around = around.find(|services| services.contains(&number));
            let own = [number];
            let services = around.or_else(|| self.on[number].contains(&number).then_some(&own[..]));
            let mut names: Vec<_> = services?.iter().map(|one| self.names[*one]).collect();
            names.sort_unstable();
            Some((&deployment.name, names))
        })
    }

    /// All that is deployed before it: itself too, where it is in a circle.
    pub fn before(&self, name: &str) -> Before<'_> {
        let mut seen = vec![false; self.names.len()];
        let mut waiting: Vec<usize> = self.numbers.get(name).copied().into_iter().collect();
        while let Some(next) = waiting.pop() {
            for &server in &self.on[next] {
                if !seen[server] {
                    seen[server] = true;
                    waiting.push(server);
                }
            }
        }
        Before {
            dependencies: self,
            seen,
        }
    }
}

impl Before<'_> {
    pub fn contains(&self, name: &str) -> bool {
        let number = self.dependencies.numbers.get(name);
        number.is_some_and(|number| self.seen[*number])
    }
}
