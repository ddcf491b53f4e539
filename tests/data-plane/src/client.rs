//! A task that calls services, and its proxy.
//!
//! ```no_run
//! # fn example(environment: &data_plane::Environment) -> data_plane::Result<()> {
//! use data_plane::Mode;
//!
//! let front_end = environment
//!     .client("front-end", Mode::Tcp)?
//!     .with("SERVICE_CONNECT_URL_API", "http://api.test.kudos.local")
//!     .start_front_end()?;
//! assert_eq!(front_end.get("/")?.body, "Hello from api in test\n");
//! # Ok(())
//! # }
//! ```

use std::ffi::OsStr;
use std::process::ChildStdin;

use crate::envoy::{Envoy, Mode, Upstream};
use crate::http::Answer;
use crate::process::Process;
use crate::task::Task;
use crate::{Error, Result, programs};

/// Where the front end listens: on port 80 of all addresses it would be in the way of the proxy, whose connections ECS
/// redirects in the network and which here listens itself.
const FRONT_END: u16 = 8000;

/// A client's task. It ends with its environment.
#[derive(Debug)]
pub struct Client {
    task: Task,
    envoy: Envoy,
    mode: Mode,
    upstreams: Vec<Upstream>,
    variables: Vec<(String, String)>,
    /// The front end, if it runs in here.
    program: Option<Process>,
}

impl Client {
    pub(crate) fn start(
        task: Task,
        mode: Mode,
        upstreams: Vec<Upstream>,
        variables: Vec<(String, String)>,
    ) -> Result<Self> {
        let envoy = Envoy::start(&task, mode, &upstreams)?;
        Ok(Self {
            task,
            envoy,
            mode,
            upstreams,
            variables,
            program: None,
        })
    }

    /// Sets a variable for what is started in it from now on.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts the front end of kudos in it, unchanged.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn start_front_end(self) -> Result<Self> {
        let program = programs::kudos("front-end")?;
        self.start_front_end_by(program.as_os_str())
    }

    /// Starts another front end in it.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn start_front_end_by(self, program: &OsStr) -> Result<Self> {
        let mut client = self.with("PORT", &FRONT_END.to_string());
        let process = client.run(program, &[])?;
        process.wait_for("listening on")?;
        client.program = Some(process);
        Ok(client)
    }

    /// What the front end answers to a GET.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn get(&self, path: &str) -> Result<Answer> {
        self.task.get("127.0.0.1", FRONT_END, path)
    }

    /// Waits until the front end has written so many lines with `part` in them, and gives them.
    ///
    /// # Errors
    /// Where there is no front end, or it does not write them in time.
    pub fn wait_for(&self, part: &str, times: usize) -> Result<Vec<String>> {
        let missing = || Error::new("there is no front end in here: start it before");
        let program = self.program.as_ref().ok_or_else(missing)?;
        program.wait_for_times(part, times)?;
        let lines = program.lines().into_iter();
        Ok(lines.filter(|line| line.contains(part)).collect())
    }

    /// Starts a program that calls services, such as `caller` of this crate.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn run(&self, program: &OsStr, arguments: &[&str]) -> Result<Process> {
        self.task.run(program, &self.variables, arguments)
    }

    /// The same, and gives what it reads from.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn run_fed(&self, program: &OsStr, arguments: &[&str]) -> Result<(Process, ChildStdin)> {
        self.task.run_fed(program, &self.variables, arguments)
    }

    /// Kills its proxy.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn kill_proxy(&self) -> Result<()> {
        self.envoy.kill(&self.task)
    }

    /// Starts another proxy with the same configuration in the place of the one that runs, if one does.
    ///
    /// # Errors
    /// Where that does not start in time.
    pub fn restart_proxy(&mut self) -> Result<()> {
        // It may have been killed before.
        drop(self.kill_proxy());
        self.envoy = Envoy::start(&self.task, self.mode, &self.upstreams)?;
        Ok(())
    }

    /// Waits until its proxy knows so many tasks of a service.
    ///
    /// # Errors
    /// Where it does not in time.
    pub fn wait_for_tasks(&self, service: &str, tasks: u64) -> Result<()> {
        self.envoy.wait_for_tasks(&self.task, service, tasks)
    }

    /// How much its proxy has passed on to a service: connections or requests, whichever it balances.
    ///
    /// # Errors
    /// Where the proxy does not say.
    pub fn passed_on(&self, service: &str) -> Result<u64> {
        if !self.leads_to(service) {
            return Ok(0);
        }
        self.envoy.passed_on(&self.task, service)
    }

    /// How many connections its proxy has made to the tasks of a service.
    ///
    /// # Errors
    /// Where the proxy does not say.
    pub fn connections(&self, service: &str) -> Result<u64> {
        if !self.leads_to(service) {
            return Ok(0);
        }
        self.envoy.connections(&self.task, service)
    }

    /// A proxy from before a service does not know it.
    fn leads_to(&self, service: &str) -> bool {
        self.upstreams.iter().any(|known| known.name == service)
    }
}
