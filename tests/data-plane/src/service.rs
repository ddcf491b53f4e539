//! A service of an environment, with its tasks: those that callers are led to, and those that only still run.
//!
//! ```no_run
//! # use data_plane::{process::Process, service::Service, task::Task};
//! # fn example(task: Task, process: Process) -> data_plane::Result<()> {
//! let mut api = Service::new("api", "api", 80);
//! api.add(task, process);
//! assert_eq!(api.upstream().addresses.len(), 1);
//! api.retire(0)?;
//! assert_eq!(api.upstream().addresses.len(), 0);
//! assert!(api.task(0)?.accepted().is_ok());
//! # Ok(())
//! # }
//! ```

use crate::envoy::Upstream;
use crate::process::Process;
use crate::task::Task;
use crate::{Error, Result};

/// A service. Its tasks are counted from 0, in the order in which they came, and keep their numbers.
#[derive(Debug)]
pub struct Service {
    name: String,
    alias: String,
    port: u16,
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    task: Task,
    process: Process,
    /// Whether DNS and the proxies tell of it.
    is_listed: bool,
}

impl Service {
    /// One without tasks.
    #[must_use]
    pub fn new(name: &str, alias: &str, port: u16) -> Self {
        Self {
            name: name.to_owned(),
            alias: alias.to_owned(),
            port,
            members: Vec::new(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its tasks listen.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Leads callers to a task too, which runs this process.
    pub fn add(&mut self, task: Task, process: Process) {
        self.members.push(Member {
            task,
            process,
            is_listed: true,
        });
    }

    /// Leads no callers to a task any more.
    ///
    /// # Errors
    /// Where there is no such task.
    pub fn retire(&mut self, task: usize) -> Result<()> {
        let missing = self.missing(task);
        let member = self.members.get_mut(task).ok_or(missing)?;
        member.is_listed = false;
        Ok(())
    }

    /// One of its tasks.
    ///
    /// # Errors
    /// Where there is no such task.
    pub fn task(&self, task: usize) -> Result<&Task> {
        let member = self.members.get(task);
        let member = member.ok_or_else(|| self.missing(task))?;
        Ok(&member.task)
    }

    /// How many connections each of its tasks has accepted.
    ///
    /// # Errors
    /// Where the kernel does not say.
    pub fn accepted(&self) -> Result<Vec<u64>> {
        let members = self.members.iter();
        members.map(|member| member.task.accepted()).collect()
    }

    /// Ends its tasks, and gives all that they wrote, one after the other.
    ///
    /// # Errors
    /// Where one has ended.
    pub fn end(&self) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for member in &self.members {
            member.task.end()?;
            member.process.wait_for_end()?;
            lines.extend(member.process.lines());
        }
        Ok(lines)
    }

    /// What DNS and the proxies tell of it.
    #[must_use]
    pub fn upstream(&self) -> Upstream {
        let listed = self.members.iter().filter(|member| member.is_listed);
        let addresses = listed.map(|member| member.task.address().to_owned());
        Upstream {
            name: self.name.clone(),
            alias: self.alias.clone(),
            port: self.port,
            addresses: addresses.collect(),
        }
    }

    fn missing(&self, task: usize) -> Error {
        Error::new(format!(
            "{} has no task {task}, but {}: count from 0",
            self.name,
            self.members.len()
        ))
    }
}
