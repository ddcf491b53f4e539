//! One service as `dev` has it.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use service_connect_codegen::{Kind, Place};

use crate::address::Address;

use super::programs::Program;
use super::stand_in::fill;
use super::task::Task;
use super::variables::Setting;

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
    pub fn command(
        &self,
        variables: &[(String, String)],
    ) -> Result<(PathBuf, Vec<String>, PathBuf)> {
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
                        .or_else(|| std::env::var(name).ok())
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
