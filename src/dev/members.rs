//! The services of the application as `dev` runs them: those that are here, and those that are not.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use cargo_metadata::Metadata;
use service_connect::__private::override_name;
use service_connect_codegen::map::Call;
use service_connect_codegen::{Application, Deployment, Environment, Kind, Place, nearest};

use crate::context::Context;
use crate::output;

use super::inputs::Inputs;
use super::member::{Member, Source};
use super::ports;
use super::programs;
use super::replicas::Replicas;
use super::task::Task;
use super::ways::{self, Way};

/// The services in one environment.
pub struct Members {
    /// The application's name.
    pub application: String,
    /// The environment's.
    pub environment: String,
    /// What follows the names in service discovery.
    pub discovery_endpoint: String,
    /// Those that run here, or are known to run somewhere.
    pub here: Vec<Member>,
    /// Names and types of the others.
    pub elsewhere: Vec<(String, Option<Kind>)>,
    /// Their calls, as far as they are known.
    pub ways: Vec<Way>,
    /// Who has no way to whom.
    pub refused: HashSet<(String, String)>,
    /// Variables of manifests that no task gets, each with its service.
    pub left_out: BTreeSet<(String, String)>,
    /// Whether all sources could be looked at for calls.
    pub is_all_seen: bool,
    inputs: Inputs,
}

impl Members {
    /// Those of the environment that was asked for; `stand_ins` take the place of services, and more of them may be
    /// called by containers. That cargo has no `metadata` counts after what is wrong with the application.
    pub fn find(
        context: &Context,
        metadata: Result<Metadata>,
        stand_ins: Vec<(String, Source)>,
        calls: &[Call],
    ) -> Result<Self> {
        let application = context.application();
        let name = context.name()?.to_owned();
        let environments = context.environments()?;
        let (index, environment) =
            default_environment(&environments).ok_or_else(|| anyhow!("there is no environment"))?;
        let replaced: Vec<&str> = stand_ins.iter().map(|(name, _)| name.as_str()).collect();
        let (mut programs, inputs) = programs::find(context, &metadata?, &replaced)?;
        let mut stand_ins = stand_ins;
        let mut members = Self {
            application: name,
            environment: environment.name.clone(),
            discovery_endpoint: application
                .discovery_endpoint(environment)
                .unwrap_or_default(),
            here: Vec::new(),
            elsewhere: Vec::new(),
            ways: Vec::new(),
            refused: HashSet::new(),
            left_out: BTreeSet::new(),
            is_all_seen: true,
            inputs,
        };
        for service in &application.services {
            let deployment = application.deployment(service, Some(index));
            if let Some(found) = stand_ins.iter().position(|(name, _)| *name == service.name) {
                let (name, source) = stand_ins.remove(found);
                let listens = deployment.is_ok_and(listens);
                members.stand_in(name, service.kind, source, listens);
                continue;
            }
            let mut programs = programs.extract_if(.., |program| program.service == service.name);
            let Some(program) = programs.next() else {
                members.elsewhere.push((service.name.clone(), service.kind));
                continue;
            };
            let deployment = deployment.map_err(|finding| anyhow!(output::one_line(finding)))?;
            members.here.push(Member {
                service: service.name.clone(),
                kind: Some(deployment.kind),
                source: Source::Crate {
                    program,
                    executable: PathBuf::new(),
                },
                listens: listens(deployment),
                number: 1,
                settings: Vec::new(),
                ports: Vec::new(),
            });
        }
        let mut slips = Vec::new();
        for (name, source) in stand_ins {
            let services = application.services.iter().map(|service| &*service.name);
            if let Some(near) = nearest(&name, services) {
                slips.push(format!(
                    "`{name}` is no service of the application; did you mean `{near}`?"
                ));
            }
            members.stand_in(name, None, source, false);
        }
        members.check_overrides()?;
        for slip in slips {
            output::note(&slip);
        }
        members.refused = members.find_refused(application, index);
        members.set(context.loaded(), index);
        members.check_commands()?;
        let here = members.here.iter().filter(|member| member.runs_here());
        let callers = here.map(|member| &*member.service).collect();
        members.ways = ways::find(application, calls, &callers, index);
        Ok(members)
    }

    /// What is wrong with a command is said before anything is built.
    fn check_commands(&self) -> Result<()> {
        let mut known: HashMap<String, (&Member, &Place)> = HashMap::new();
        for member in &self.here {
            let Source::Command { address, place, .. } = &member.source else {
                continue;
            };
            let command = member.command(&self.variables(member, 0))?;
            member.check_there(&command, Some(&self.inputs))?;
            let Some(address) = address else { continue };
            let at = address.authority.replace("localhost:", "127.0.0.1:");
            if let Some((other, other_place)) = known.insert(at, (member, place)) {
                bail!(
                    "{other_place} and {place}: the commands of `{}` and `{}` are both to listen on {}, where only one can: \
                     give one another `address`",
                    other.service,
                    member.service,
                    address.authority
                );
            }
        }
        Ok(())
    }

    /// Fails where one variable would have to name two services, because their names differ in letter case or dashes only.
    fn check_overrides(&self) -> Result<()> {
        let mut known = HashMap::new();
        for Member { service, .. } in self.here.iter().filter(|member| member.listens) {
            let variable = override_name(service);
            if let Some(other) = known.get(&variable) {
                bail!(
                    "callers could not tell `{other}` from `{service}`: the variable of both is `{variable}`; rename one, or \
                     leave it out"
                );
            }
            known.insert(variable, service);
        }
        Ok(())
    }

    /// Pairs of callers and callees.
    fn find_refused(
        &self,
        application: &Application,
        environment: usize,
    ) -> HashSet<(String, String)> {
        let callers = self.here.iter().filter(|member| member.runs_here());
        let callers = callers.filter_map(|member| application.service(&member.service));
        let mut refused = HashSet::new();
        for caller in callers {
            let callees = application.services.iter();
            let callees =
                callees.filter(|callee| ways::is_refused(application, caller, callee, environment));
            refused.extend(callees.map(|callee| (caller.name.clone(), callee.name.clone())));
        }
        refused
    }

    /// Whoever says where something is, or that it uses its port, has it called.
    fn stand_in(&mut self, service: String, kind: Option<Kind>, source: Source, listens: bool) {
        let uses_port = match &source {
            Source::Command { words, .. } => {
                let mut words = words.iter();
                words.any(|word| word.contains("$PORT") || word.contains("${PORT}"))
            }
            _ => false,
        };
        let mut member = Member {
            service,
            kind,
            source,
            listens: listens || uses_port,
            number: 1,
            settings: Vec::new(),
            ports: Vec::new(),
        };
        member.listens |= member.address().is_some();
        self.here.push(member);
    }

    /// Whether tasks of all of these run here.
    pub fn check_names<'a>(&self, names: impl IntoIterator<Item = &'a String>) -> Result<()> {
        let here = || {
            let here = self.here.iter().filter(|member| member.runs_here());
            here.map(|member| member.service.as_str())
        };
        for name in names {
            if !here().any(|here| here == name) {
                let meant = match nearest(name, here()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "what runs here is `{}`",
                        here().collect::<Vec<_>>().join("`, `")
                    ),
                };
                bail!("no service `{name}` runs here; {meant}");
            }
        }
        Ok(())
    }

    /// The service of a request.
    pub fn listening(&self, service: &str) -> Result<&Member> {
        let mut here = self.here.iter();
        let Some(member) = here.find(|member| member.service == service) else {
            bail!(
                "no package of this cargo workspace runs as `{service}`: add `services = [\"{service}\"]` below \
                 `[package.metadata.service-connect]` in the Cargo.toml of the one that does, or say where it is: \
                 `--service {service}=HOST:PORT`"
            );
        };
        if !member.listens {
            let what = member.kind.map_or("command", Kind::as_str);
            bail!("`{service}` is a {what} without a port, so no request can be made to it");
        }
        Ok(member)
    }

    /// Where the first task of the service is reached, once there are ports.
    pub fn url(&self, service: &str) -> Option<String> {
        let mut here = self.here.iter();
        let member = here.find(|member| member.service == service)?;
        member.task_url(member.ports.first().copied().unwrap_or_default())
    }

    /// Sets how many tasks services have.
    pub fn replicate(&mut self, replicas: &[Replicas]) -> Result<()> {
        let mut known = HashSet::new();
        if let Some(Replicas { service, .. }) =
            replicas.iter().find(|one| !known.insert(&one.service))
        {
            bail!("`--replicas` says twice how many tasks `{service}` has: leave one of them out");
        }
        for member in &mut self.here {
            let is_its = |replicas: &&Replicas| replicas.service == member.service;
            let Some(Replicas { service, number }) = replicas.iter().find(is_its) else {
                continue;
            };
            if let Some(address) = member.address() {
                bail!(
                    "`{service}` is at {} alone, so it cannot have {number} tasks",
                    address.authority
                );
            }
            member.number = *number;
        }
        Ok(())
    }

    /// Gives each task a port: the one that it has already, where there is one.
    pub fn take_ports(&mut self, known: &HashMap<Task, u16>) -> Result<()> {
        let tasks = self.here.iter().flat_map(Member::on_ports);
        let missing = tasks.filter(|task| !known.contains_key(task)).count();
        let mut free = ports::free(missing)?.into_iter();
        for member in &mut self.here {
            member.ports = match member.address() {
                Some(address) if member.runs_here() => vec![address.port],
                Some(_) => Vec::new(),
                None => {
                    let mut port = |task| known.get(&task).copied().or_else(|| free.next());
                    member.on_ports().filter_map(&mut port).collect()
                }
            };
        }
        Ok(())
    }

    /// The ports of all tasks.
    pub fn ports(&self) -> HashMap<Task, u16> {
        self.here.iter().flat_map(Member::tasks).collect()
    }

    /// What they are built from.
    pub fn inputs(&self) -> Inputs {
        let mut inputs = self.inputs.clone();
        for member in &self.here {
            if let Source::Crate { executable, .. } = &member.source {
                inputs.add_read(executable);
            }
        }
        inputs
    }
}

/// One for developing where there is one by its name, so that nobody runs as in production without asking for it.
fn default_environment<'a>(
    environments: &[(usize, &'a Environment)],
) -> Option<(usize, &'a Environment)> {
    let named = ["dev", "test"].into_iter();
    let mut found = named.filter_map(|name| {
        environments
            .iter()
            .find(|(_, environment)| environment.name == name)
    });
    found.next().or(environments.first()).copied()
}

/// Whether others call it: App Runner's services are public and have a port too.
fn listens(deployment: &Deployment) -> bool {
    let has_port = deployment.port.is_some() || deployment.image_port.is_some();
    has_port && (deployment.kind.has_endpoint() || deployment.kind == Kind::RequestDrivenWebService)
}
