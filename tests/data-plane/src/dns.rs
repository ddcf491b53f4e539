//! Private DNS, as Cloud Map answers it: A and SRV records for each task, for 10 s, and no such name for all else. The
//! server is the program `resolver` of this crate.
//!
//! ```no_run
//! # fn example(
//! #     namespace: &data_plane::namespace::Namespace,
//! #     api: data_plane::Upstream,
//! # ) -> data_plane::Result<()> {
//! let mut dns = data_plane::dns::Dns::start(namespace, "test.kudos.local")?;
//! dns.publish(&[api])?;
//! assert_eq!(dns.asked("api")?, 0);
//! # Ok(())
//! # }
//! ```

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ChildStdin;

use crate::envoy::Upstream;
use crate::error::While;
use crate::namespace::{Namespace, RESOLVER, by_shell};
use crate::process::Process;
use crate::{Result, programs};

/// What it says of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// Its tasks.
    Tasks,
    /// That the name is known, and has no records.
    Nothing,
    /// That there is no such name.
    NoSuchName,
}

/// The resolver of an environment.
#[derive(Debug)]
pub struct Dns {
    process: Process,
    input: ChildStdin,
    /// Its process in the namespace.
    id: String,
    domain: String,
    answers: Answers,
    /// How often it took what it was told, and answered a mark.
    taken: usize,
    marks: Cell<usize>,
}

impl Dns {
    /// Starts it for the services of a domain, without records.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(namespace: &Namespace, domain: &str) -> Result<Self> {
        let program = programs::resolver()?;
        let mut command = namespace.command();
        by_shell(&mut command).arg(program).arg(RESOLVER);
        let (process, input) = Process::start_fed(command)?;
        let id = process.wait_for("process ")?;
        Ok(Self {
            process,
            input,
            id: id.trim_start_matches("process ").to_owned(),
            domain: domain.to_owned(),
            answers: Answers::Tasks,
            taken: 0,
            marks: Cell::new(0),
        })
    }

    /// Has it answer in this way once it is told of services again.
    pub fn answer(&mut self, answers: Answers) {
        self.answers = answers;
    }

    /// Tells it of these services, in place of those it has.
    ///
    /// # Errors
    /// Where it does not take them in time.
    pub fn publish(&mut self, services: &[Upstream]) -> Result<()> {
        let mut records = String::new();
        for service in services {
            self.write_records(&mut records, service);
        }
        self.tell(&format!("{records}take\n"))
    }

    fn write_records(&self, records: &mut String, service: &Upstream) {
        let name = self.name(&service.name);
        match self.answers {
            // Writing to a string does not fail.
            Answers::Tasks => {
                for address in &service.addresses {
                    let task = format!("{}.{name}", address.replace('.', "-"));
                    let port = service.port;
                    let _ = write!(
                        records,
                        "{name} A {address}\n{name} SRV 1 1 {port} {task}\n{task} A {address}\n"
                    );
                }
            }
            Answers::Nothing => {
                let _ = writeln!(records, "{name}");
            }
            Answers::NoSuchName => {}
        }
    }

    /// Sends it a signal: `KILL`, and nobody is there to ask; `STOP`, and no answer comes.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn signal(&self, namespace: &Namespace, signal: &str) -> Result<()> {
        let mut command = namespace.command();
        command.args(["kill", "-s", signal, &self.id]);
        Process::start(command)?.output().map(drop)
    }

    /// Has it say to those who ask from now on that an answer may be kept for so many seconds, and keep it so long.
    ///
    /// # Errors
    /// Where it does not take that in time.
    pub fn set_ttl(&mut self, seconds: u32) -> Result<()> {
        self.tell(&format!("ttl {seconds}\n"))
    }

    fn tell(&mut self, lines: &str) -> Result<()> {
        let told = self.input.write_all(lines.as_bytes());
        told.when(|| "DNS does not take what it is told".to_owned())?;
        self.taken += 1;
        self.process.wait_for_times("took it", self.taken)
    }

    /// How often it was asked for the IPv4 addresses of a service.
    ///
    /// # Errors
    /// Where it is silent, so that nobody knows.
    pub fn asked(&self, service: &str) -> Result<usize> {
        self.mark()?;
        let question = format!("A {} from ", self.name(service));
        let lines = self.process.lines();
        let asked = lines.iter().filter(|line| line.starts_with(&question));
        Ok(asked.count())
    }

    /// When this returns, all that it wrote before is in the log.
    fn mark(&self) -> Result<()> {
        self.marks.set(self.marks.get() + 1);
        // If it was killed, its log has all that there is.
        let _ = (&self.input).write_all(b"mark\n");
        let marked = self.process.wait_for_times("marked", self.marks.get());
        if self.process.has_ended() {
            Ok(())
        } else {
            marked
        }
    }

    fn name(&self, service: &str) -> String {
        format!("{service}.{}.", self.domain)
    }
}
