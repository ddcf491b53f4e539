//! The stages of pipelines: what Copilot refuses, and clients that are deployed before their servers are there.
//!
//! A stage deploys all services at once, or those below `deployments` in the order of their `depends_on`.

mod before;
mod read;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::application::Application;
use crate::code::Code;
use crate::copilot::Workspace;
use crate::finding::{Finding, listed, nearest};
use crate::yaml;

use super::order::{Orders, redeploy};
use before::Dependencies;
use read::{Deployment, Stage, Text, stages};

/// What is wrong with the pipelines of a workspace: with `copilot/pipelines/*/manifest.yml`, and `copilot/pipeline.yml` as
/// there was one before.
#[must_use]
pub fn pipelines(workspace: &Workspace, orders: &Orders<'_>) -> Vec<Finding> {
    let application = orders.application;
    let mut findings = Vec::new();
    let directories = workspace.directories("copilot/pipelines", &mut findings);
    let files = directories
        .iter()
        .map(|name| format!("copilot/pipelines/{name}/manifest.yml"));
    let own = application.services.iter();
    let own = own.filter(|service| !service.external);
    // Those of a pipeline are named by their directories.
    let services: HashMap<&str, &str> = own
        .flat_map(|service| {
            let name = service.name.as_str();
            [(name, name), (service.directory.as_str(), name)]
        })
        .collect();
    // The first of a name is the one that counts.
    let is_own = application.services.iter().rev();
    let is_own: HashMap<&str, bool> = is_own
        .map(|service| (service.name.as_str(), !service.external))
        .collect();
    let has_environments = workspace.copilot().join("environments").is_dir();
    for file in files.chain(["copilot/pipeline.yml".to_owned()]) {
        let file: Arc<str> = file.into();
        let text = workspace.read(&file);
        let root = text.and_then(|text| yaml::parse(&file, &text.unwrap_or_default()));
        let stages = match root {
            Ok(root) => root.map_or_else(Vec::new, |root| stages(&root)),
            Err(finding) => {
                findings.push(finding);
                continue;
            }
        };
        // Nothing is said of environments that are not asked for.
        let is_left_out = |stage: &&Stage| {
            let mut known = application.environments.iter();
            known.any(|known| known.name == stage.name.text && !known.listed)
        };
        for stage in stages.iter().filter(|stage| !is_left_out(stage)) {
            let check = Check {
                application,
                services: &services,
                is_own: &is_own,
                orders,
                stage,
                dependencies: Dependencies::of(stage),
            };
            if has_environments {
                findings.extend(check.environment());
            }
            check.names(&mut findings);
            findings.extend(check.circle());
            check.order(&mut findings);
        }
    }
    findings.sort_by_key(|finding| {
        let place = finding.place.as_ref();
        place.map(|place| (place.file.clone(), place.line, place.column))
    });
    findings
}

struct Check<'a> {
    application: &'a Application,
    /// The services of this workspace, by what a deployment may be called.
    services: &'a HashMap<&'a str, &'a str>,
    /// Whether a service is of this workspace.
    is_own: &'a HashMap<&'a str, bool>,
    orders: &'a Orders<'a>,
    stage: &'a Stage,
    dependencies: Dependencies<'a>,
}

impl Check<'_> {
    /// A stage is named as its environment.
    fn environment(&self) -> Option<Finding> {
        let Text { text, place } = &self.stage.name;
        let mut known = self.application.environments.iter();
        if known.any(|known| known.name == *text) {
            return None;
        }
        let names = || {
            let environments = self.application.environments.iter();
            environments.map(|environment| environment.name.as_str())
        };
        let message = format!("the stage `{text}` is for no environment of this workspace");
        let finding = match nearest(text, names()) {
            Some(_) => Finding::warning(Code::PipelineStage, message),
            None => Finding::note(Code::PipelineStage, message),
        };
        let otherwise = || format!("`copilot/environments/{text}/manifest.yml` would make it one");
        Some(finding.at(place).meant(text, names(), otherwise))
    }

    /// What is deployed has to be there, and so has what that depends on.
    fn names(&self, findings: &mut Vec<Finding>) {
        let stage = &self.stage.name.text;
        let deployments = &self.stage.deployments;
        let deployed = || deployments.iter().map(|one| one.name.text.as_str());
        let is_deployed: BTreeSet<&str> = deployed().collect();
        for Deployment {
            name,
            depends_on,
            has_template,
        } in deployments
        {
            if !has_template && !self.services.contains_key(name.text.as_str()) {
                let message = format!(
                    "the stage `{stage}` deploys `{}`, and there is no such service or job",
                    name.text
                );
                let finding = Finding::warning(Code::PipelineDeployment, message);
                let otherwise = || "a stack of another kind needs its `template_path`".to_owned();
                let finding = finding.at(&name.place);
                let mut known: Vec<&str> = self.services.keys().copied().collect();
                known.sort_unstable();
                findings.push(finding.meant(&name.text, known, otherwise));
            }
            for server in depends_on {
                if is_deployed.contains(server.text.as_str()) {
                    continue;
                }
                let message = format!(
                    "`{}` depends on `{}`, which the stage `{stage}` does not deploy",
                    name.text, server.text
                );
                let finding = Finding::error(Code::PipelineDependency, message).at(&server.place);
                let others = deployed().filter(|other| *other != name.text);
                let otherwise = || format!("write `{}:` below `deployments`", server.text);
                findings.push(finding.meant(&server.text, others, otherwise));
            }
        }
    }

    /// Copilot finds no order for what depends on itself.
    fn circle(&self) -> Option<Finding> {
        let (name, circle) = self.dependencies.circle(self.stage)?;
        let message = match &circle[..] {
            [_] => format!("`{}` depends on itself", name.text),
            circle => format!("{} depend on each other", listed(circle)),
        };
        let finding = Finding::error(Code::PipelineCycle, message).at(&name.place);
        Some(finding.help("take one of them out of `depends_on`: Copilot finds no order otherwise"))
    }

    /// A client that is deployed beside its server, or before it.
    fn order(&self, findings: &mut Vec<Finding>) {
        let name = &self.stage.name.text;
        let mut looked_at = self.application.looked_at().into_iter();
        let environment = looked_at.find(|index| {
            let environment = index.and_then(|index| self.application.environments.get(index));
            environment.is_none_or(|environment| environment.name == *name)
        });
        let Some(environment) = environment else {
            return;
        };
        let order = self.orders.find(environment);
        // In a circle somebody is first, whatever is written here.
        let first = order.again();
        let edges = self.orders.edges.iter().filter(|edge| {
            let is_own = self.is_own.get(edge.callee).copied().unwrap_or_default();
            let is_first = first.contains(edge.caller);
            edge.caller != edge.callee && is_own && !is_first && edge.connects(environment)
        });
        let mut servers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for edge in edges {
            servers.entry(edge.caller).or_default().push(edge.callee);
        }
        if self.stage.deployments.is_empty() {
            findings.extend(self.at_once(&servers));
            return;
        }
        let mut deployed: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, deployment) in self.stage.deployments.iter().enumerate() {
            let service = self.service(&deployment.name.text);
            deployed.entry(service).or_default().push(index);
        }
        for client in &self.stage.deployments {
            let called = servers.get(self.service(&client.name.text));
            let called = called.into_iter().flatten();
            let called = called.filter_map(|server| deployed.get(server)).flatten();
            let mut called: Vec<usize> = called.copied().collect();
            called.sort_unstable();
            self.early(client, &called, findings);
        }
    }

    /// The stage deploys everything at once.
    fn at_once(&self, servers: &BTreeMap<&str, Vec<&str>>) -> Option<Finding> {
        let clients: Vec<_> = servers.keys().copied().collect();
        let (name, first) = (&self.stage.name, clients.first()?);
        let message = format!(
            "the stage `{}` deploys all services at once: at the first deployment, {} may start before what {} \
             through Service Connect, and then never find{} it",
            name.text,
            listed(&clients),
            if clients.len() == 1 {
                "it calls"
            } else {
                "they call"
            },
            if clients.len() == 1 { "s" } else { "" },
        );
        let finding = Finding::note(Code::PipelineOrder, message).at(&name.place);
        Some(finding.help(format!(
            "write `deployments:` with a `depends_on` for each of them, or run `{}` once after the first time{}",
            redeploy(first, &name.text),
            if clients.len() == 1 { "" } else { ", and so for the others" },
        )))
    }

    /// The same of one client, whose servers are the deployments of these indices: one that is not deployed here is there,
    /// or comes another way.
    fn early(&self, client: &Deployment, servers: &[usize], findings: &mut Vec<Finding>) {
        if servers.is_empty() {
            return;
        }
        let name = client.name.text.as_str();
        let before = self.dependencies.before(name);
        let servers = servers.iter().map(|index| &self.stage.deployments[*index]);
        let servers = servers.map(|server| server.name.text.as_str());
        let early = servers.filter(|server| !before.contains(server));
        let (later, beside): (Vec<&str>, Vec<&str>) =
            early.partition(|server| self.dependencies.before(server).contains(name));
        let stage = &self.stage.name.text;
        let force = format!("run `{}` once after the first time", redeploy(name, stage));
        let message = |how, servers: &[&str], what| {
            format!(
                "the stage `{stage}` deploys `{name}` {how} {}, which it calls through Service Connect: at the first \
                 deployment it {what} it",
                listed(servers)
            )
        };
        if !later.is_empty() {
            let message = message("before", &later, "starts first, and never finds");
            let finding = Finding::warning(Code::PipelineOrder, message).at(&client.name.place);
            findings.push(finding.help(format!("turn `depends_on` round, or {force}")));
        }
        if !beside.is_empty() {
            let message = message("beside", &beside, "may start first and then never find");
            let finding = Finding::note(Code::PipelineOrder, message).at(&client.name.place);
            let servers = beside.join(", ");
            findings.push(finding.help(format!(
                "write `depends_on: [{servers}]` below `{name}`, or {force}"
            )));
        }
    }

    /// The service that a deployment is of.
    fn service<'n>(&'n self, name: &'n str) -> &'n str {
        self.services.get(name).copied().unwrap_or(name)
    }
}
