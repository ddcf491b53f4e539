//! One service as `dev` has it.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use service_connect_codegen::{Kind, Place};

use crate::address::Address;

use super::inputs::Inputs;
use super::programs::Program;
use super::stand_in::fill;
use super::task::Task;
use super::variables::Setting;

/// A program, its arguments, and where it runs.
pub type Command = (PathBuf, Vec<String>, PathBuf);

/// A service that runs here, or is known to run somewhere.
pub struct Member {
    /// Its name.
    pub service: String,
    /// What it is; `None` for what is no service of the application.
    pub kind: Option<Kind>,
    /// Where it comes from.
    pub source: Source,
    /// Whether it is called, so that it has to listen.
    pub listens: bool,
    /// How many tasks it has.
    pub number: u16,
    /// What its manifest sets in the environment of its tasks.
    pub settings: Vec<Setting>,
    /// `PORT` of each of its tasks.
    pub ports: Vec<u16>,
}

/// Where a service comes from.
pub enum Source {
    /// From a package of the cargo workspace.
    Crate {
        program: Program,
        /// The file to run, once it is built.
        executable: PathBuf,
    },
    /// From a command in the metadata.
    Command {
        words: Vec<String>,
        directory: PathBuf,
        /// Where it is reached, if not at its `PORT`.
        address: Option<Address>,
        place: Place,
    },
    /// It runs already.
    Address {
        address: Address,
        /// Who says so.
        by: String,
    },
}

impl Member {
    /// Its program in the cargo workspace.
    pub fn program(&self) -> Option<&Program> {
        match &self.source {
            Source::Crate { program, .. } => Some(program),
            _ => None,
        }
    }

    /// Where it is reached, where that is not for this command to choose.
    pub fn address(&self) -> Option<&Address> {
        match &self.source {
            Source::Crate { .. } => None,
            Source::Command { address, .. } => address.as_ref(),
            Source::Address { address, .. } => Some(address),
        }
    }

    /// What to run, with what, and where.
    pub fn command(&self, variables: &[(String, String)]) -> Result<Command> {
        match &self.source {
            Source::Crate {
                program,
                executable,
            } => Ok((executable.clone(), Vec::new(), program.directory.clone())),
            Source::Command {
                words,
                directory,
                place,
                ..
            } => {
                let variable = |name: &str| {
                    let mut own = variables.iter();
                    let own = own.find(|(known, _)| known == name);
                    own.map(|(_, value)| value.clone())
                        .or_else(|| env::var(name).ok())
                };
                let words = words.iter().map(|word| fill(word, variable));
                let words = words.collect::<Result<Vec<_>, _>>();
                let words = words.map_err(|name| {
                    anyhow!(
                        "{place}: the variable `{name}` in the `command` of `{}` is not set; `$$` is a `$`",
                        self.service
                    )
                })?;
                let (program, arguments) = words.split_first().map_or(
                    (PathBuf::new(), &words[..]),
                    |(program, arguments)| {
                        // A path is one from where it runs; a bare name is looked for in `PATH`.
                        let is_path = program.contains(std::path::is_separator);
                        let program = if is_path {
                            directory.join(program)
                        } else {
                            program.into()
                        };
                        (program, arguments)
                    },
                );
                Ok((program, arguments.to_vec(), directory.clone()))
            }
            Source::Address { .. } => Ok(Default::default()),
        }
    }

    /// Fails where what its command needs is not there. `before` a build, what is built may still come.
    pub fn check_there(&self, command: &Command, before: Option<&Inputs>) -> Result<()> {
        let Source::Command { place, .. } = &self.source else {
            return Ok(());
        };
        let (program, _, directory) = command;
        let service = &self.service;
        if !directory.is_dir() && !before.is_some_and(|inputs| inputs.is_built(directory)) {
            let shown = directory.display();
            bail!("{place}: the `directory` of `{service}` is not there: `{shown}`");
        }
        let shown = program.display();
        if program.is_relative() && program.components().count() == 1 {
            let path = env::var_os("PATH");
            let name = format!("{shown}{}", env::consts::EXE_SUFFIX);
            let is_in = |directory: PathBuf| {
                directory.join(program).is_file() || directory.join(&name).is_file()
            };
            // What is looked at where there is none is the system's affair.
            if path.is_some_and(|path| !env::split_paths(&path).any(is_in)) {
                bail!(
                    "{place}: the program of `{service}` is in no directory of `PATH`: `{shown}`"
                );
            }
        } else if before.is_none() && !program.is_file() {
            bail!("{place}: the program of `{service}` is not there: `{shown}`");
        }
        Ok(())
    }

    /// Whether it is started here.
    pub fn runs_here(&self) -> bool {
        !matches!(self.source, Source::Address { .. })
    }

    /// Its tasks that need a port of their own.
    pub fn on_ports(&self) -> impl Iterator<Item = Task> {
        let has_own = self.runs_here() && self.address().is_none();
        let number = if has_own { self.number } else { 0 };
        (1..=number).map(|number| self.task(number))
    }

    /// Its tasks here, each with its port.
    pub fn tasks(&self) -> impl Iterator<Item = (Task, u16)> {
        (1..)
            .zip(&self.ports)
            .map(|(number, port)| (self.task(number), *port))
    }

    fn task(&self, number: u16) -> Task {
        Task {
            service: self.service.clone(),
            number,
            is_sole: self.number == 1,
        }
    }

    /// The base URL of all of its tasks, as an override variable has it; `None` where it is not called.
    pub fn url(&self) -> Option<String> {
        if !self.listens {
            return None;
        }
        match self.address() {
            Some(address) => Some(address.url.clone()),
            None => Some(local_url(&self.ports)),
        }
    }

    /// The `host:port` of its first task.
    pub fn first_authority(&self) -> String {
        let local = || {
            let port = self.ports.first().copied().unwrap_or_default();
            format!("127.0.0.1:{port}")
        };
        let address = self.address();
        address.map_or_else(local, |address| address.authority.clone())
    }

    /// That of one of them.
    pub fn task_url(&self, port: u16) -> Option<String> {
        if !self.listens {
            return None;
        }
        match self.address() {
            Some(address) => Some(address.url.clone()),
            None => Some(local_url(&[port])),
        }
    }
}

fn local_url(ports: &[u16]) -> String {
    let authorities = ports.iter().map(|port| format!("127.0.0.1:{port}"));
    format!("http://{}", authorities.collect::<Vec<_>>().join(","))
}
