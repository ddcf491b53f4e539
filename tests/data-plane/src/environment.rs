//! An environment of an application: its network, its DNS, its services, and clients of them.
//!
//! ```no_run
//! use data_plane::{Environment, Mode, Way};
//!
//! let mut environment = Environment::start("shop", "test")?;
//! environment.serve("orders", "orders", 80, 1)?;
//! let caller = environment.client("caller", Mode::Http)?;
//! let (way, lines) = environment.way("orders", &caller, || {
//!     caller.run("target/debug/caller".as_ref(), &["orders"])?.output()
//! })?;
//! assert_eq!(way, Way::Proxy);
//! assert!(lines[0].starts_with("200 server=envoy http://orders "));
//! # Ok::<(), data_plane::Error>(())
//! ```

use std::ffi::OsStr;
use std::path::Path;

use crate::client::Client;
use crate::dns::{Answers, Dns};
use crate::envoy::{self, Mode, Upstream, hosts};
use crate::namespace::Namespace;
use crate::service::Service;
use crate::task::Task;
use crate::{Error, Result, programs};

/// How a call went, by the counters of the proxy and of the tasks, whatever the client says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Through the proxy of Service Connect.
    Proxy,
    /// Straight to a task.
    Discovery,
}

/// An environment. Dropping this ends all that is in it.
#[derive(Debug)]
pub struct Environment {
    application: String,
    name: String,
    domain: String,
    services: Vec<Service>,
    dns: Dns,
    number: std::cell::Cell<u8>,
    // The last field: the others end with it.
    namespace: Namespace,
}

impl Environment {
    /// One without services, whose private DNS is `{name}.{application}.local`.
    ///
    /// # Errors
    /// Where the machine cannot do it.
    pub fn start(application: &str, name: &str) -> Result<Self> {
        Self::start_in(application, name, format!("{name}.{application}.local"))
    }

    /// One as Copilot made them before v1.9: all environments have the domain `{application}.local`.
    ///
    /// # Errors
    /// Where the machine cannot do it.
    pub fn start_legacy(application: &str, name: &str) -> Result<Self> {
        Self::start_in(application, name, format!("{application}.local"))
    }

    fn start_in(application: &str, name: &str, domain: String) -> Result<Self> {
        let namespace = Namespace::new()?;
        Ok(Self {
            application: application.to_owned(),
            name: name.to_owned(),
            services: Vec::new(),
            dns: Dns::start(&namespace, &domain)?,
            domain,
            number: 0.into(),
            namespace,
        })
    }

    /// Deploys a service with so many tasks, in DNS and for the proxies of clients that start later. It runs the program
    /// of kudos that has its name, else `api`, which answers with the name of the service and of the environment.
    ///
    /// # Errors
    /// Where a task does not start in time.
    pub fn serve(&mut self, name: &str, alias: &str, port: u16, tasks: u8) -> Result<()> {
        let own = programs::kudos(name)?;
        let program = if own.exists() {
            own
        } else {
            programs::kudos("api")?
        };
        self.serve_by(program.as_os_str(), name, alias, port, tasks)
    }

    /// The same, with a program that says `listening on` when it does, at `PORT` if its name is not the service's.
    ///
    /// # Errors
    /// Where a task does not start in time.
    pub fn serve_by(
        &mut self,
        program: &OsStr,
        name: &str,
        alias: &str,
        port: u16,
        tasks: u8,
    ) -> Result<()> {
        self.services.push(Service::new(name, alias, port));
        for _ in 0..tasks {
            self.start_task(program, name)?;
        }
        self.publish()
    }

    /// Adds a task to a service, in DNS and for all proxies that lead to it, also those that run.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn add(&mut self, program: &OsStr, name: &str) -> Result<()> {
        self.start_task(program, name)?;
        self.publish()
    }

    /// Takes a task out of DNS and of all proxies. It goes on running, with the connections that it has.
    ///
    /// # Errors
    /// Where there is no such task, or DNS does not take it in time.
    pub fn retire(&mut self, name: &str, task: usize) -> Result<()> {
        self.service_mut(name)?.retire(task)?;
        self.publish()
    }

    /// A task of a service: they are counted from 0, as they were started, and stay where they are.
    ///
    /// # Errors
    /// Where there is no such task.
    pub fn task(&self, name: &str, task: usize) -> Result<&Task> {
        self.service(name)?.task(task)
    }

    fn service(&self, name: &str) -> Result<&Service> {
        let mut services = self.services.iter();
        let service = services.find(|service| service.name() == name);
        service.ok_or_else(|| not_deployed(name))
    }

    fn service_mut(&mut self, name: &str) -> Result<&mut Service> {
        let mut services = self.services.iter_mut();
        let service = services.find(|service| service.name() == name);
        service.ok_or_else(|| not_deployed(name))
    }

    /// Sends a signal to the DNS server.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn signal_dns(&self, signal: &str) -> Result<()> {
        self.dns.signal(&self.namespace, signal)
    }

    /// Has DNS answer in this way from now on.
    ///
    /// # Errors
    /// Where DNS is not told in time.
    pub fn set_dns(&mut self, answers: Answers) -> Result<()> {
        self.dns.answer(answers);
        self.publish()
    }

    /// Has DNS say, and do itself, that an answer may be kept for so many seconds: 10 s at first.
    ///
    /// # Errors
    /// Where DNS is not told in time.
    pub fn set_ttl(&mut self, seconds: u32) -> Result<()> {
        self.dns.set_ttl(seconds)
    }

    fn start_task(&mut self, program: &OsStr, name: &str) -> Result<()> {
        let port = self.service(name)?.port();
        let mut variables = self.variables(name);
        // What was built as this service knows its port; what stands in for it has to be told.
        if Path::new(program).file_name() != Some(name.as_ref()) {
            variables.push(("PORT".to_owned(), port.to_string()));
        }
        let task = Task::start(&self.namespace, self.next_number(), "")?;
        let process = task.run(program, &variables, &[])?;
        process.wait_for(&format!("listening on 0.0.0.0:{port}"))?;
        self.service_mut(name)?.add(task, process);
        Ok(())
    }

    fn publish(&mut self) -> Result<()> {
        let upstreams = self.upstreams();
        envoy::publish(&self.namespace, &upstreams)?;
        self.dns.publish(&upstreams)
    }

    /// Ends all tasks of a service, and gives all that they wrote, one after the other.
    ///
    /// # Errors
    /// Where there is no such service, or one of them has ended.
    pub fn end(&self, service: &str) -> Result<Vec<String>> {
        self.service(service)?.end()
    }

    /// A task of a service that calls all that was deployed before, with a proxy and what that writes into its hosts.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn client(&self, service: &str, mode: Mode) -> Result<Client> {
        self.client_of(service, mode, self.upstreams())
    }

    /// One that was started before anything had Service Connect: neither its hosts file nor its proxy knows a service.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn old_client(&self, service: &str) -> Result<Client> {
        self.client_of(service, Mode::Tcp, Vec::new())
    }

    fn client_of(&self, service: &str, mode: Mode, upstreams: Vec<Upstream>) -> Result<Client> {
        let task = Task::start(&self.namespace, self.next_number(), &hosts(&upstreams))?;
        Client::start(task, mode, upstreams, self.variables(service))
    }

    /// A client that runs the front end of kudos, unchanged.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn front_end(&self, mode: Mode) -> Result<Client> {
        self.client("front-end", mode)?.start_front_end()
    }

    /// Calls a service from a client's task, and tells by which way the connections went.
    ///
    /// # Errors
    /// Where the call fails, or went over no new connection to the service, or both ways.
    pub fn way<T>(
        &self,
        service: &str,
        client: &Client,
        call: impl FnOnce() -> Result<T>,
    ) -> Result<(Way, T)> {
        let counters = || -> Result<_> {
            let accepted: u64 = self.accepted(service)?.iter().sum();
            let direct = accepted - client.connections(service)?;
            // A proxy of requests keeps its connections to the tasks, so its other counter is the one that tells.
            Ok((client.passed_on(service)?, direct))
        };
        let before = counters()?;
        let answer = call()?;
        let after = counters()?;
        match (after.0 > before.0, after.1 > before.1) {
            (true, false) => Ok((Way::Proxy, answer)),
            (false, true) => Ok((Way::Discovery, answer)),
            (true, true) => Err(Error::new(format!("{service} was called both ways"))),
            (false, false) => Err(Error::new(format!(
                "neither the proxy nor a task of {service} got a connection: what was called is another service, or \
                 over a connection from before"
            ))),
        }
    }

    /// How many connections each task of a service has accepted.
    ///
    /// # Errors
    /// Where the kernel does not say.
    pub fn accepted(&self, service: &str) -> Result<Vec<u64>> {
        self.service(service)?.accepted()
    }

    /// How often DNS was asked for the discovery name of a service.
    ///
    /// # Errors
    /// Where DNS is silent, so that nobody knows.
    pub fn asked(&self, service: &str) -> Result<usize> {
        self.dns.asked(service)
    }

    /// Its namespaces, as the links of `/proc/*/ns` name them.
    ///
    /// # Errors
    /// Where the kernel does not say.
    pub fn namespaces(&self) -> Result<Vec<String>> {
        self.namespace.ids()
    }

    fn upstreams(&self) -> Vec<Upstream> {
        self.services.iter().map(Service::upstream).collect()
    }

    /// The variables that Copilot sets in the tasks of a service.
    fn variables(&self, service: &str) -> Vec<(String, String)> {
        [
            ("COPILOT_APPLICATION_NAME", &*self.application),
            ("COPILOT_ENVIRONMENT_NAME", &*self.name),
            ("COPILOT_SERVICE_NAME", service),
            ("COPILOT_SERVICE_DISCOVERY_ENDPOINT", &*self.domain),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    fn next_number(&self) -> u8 {
        let number = self.number.get() + 1;
        self.number.set(number);
        number
    }
}

fn not_deployed(service: &str) -> Error {
    Error::new(format!("{service} is not deployed here: `serve` it before"))
}
