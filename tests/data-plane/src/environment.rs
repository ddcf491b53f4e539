//! An environment of an application: its network, its DNS, its services, and clients of them.
//!
//! ```no_run
//! use data_plane::{Environment, Mode, Way};
//!
//! let mut environment = Environment::start("shop", "test")?;
//! environment.serve("orders", "orders", 80, 1)?;
//! let caller = environment.client("caller", Mode::Http)?;
//! let (way, lines) = environment.way("orders", &caller, || {
//!     caller.start("target/debug/caller".as_ref(), &["orders"])?.output()
//! })?;
//! assert_eq!(way, Way::Proxy);
//! assert!(lines[0].starts_with("200 server=envoy http://orders "));
//! # Ok::<(), data_plane::Error>(())
//! ```

use std::ffi::OsStr;

use crate::dns::Dns;
use crate::envoy::{Envoy, Mode, Upstream, hosts};
use crate::http::Answer;
use crate::namespace::Namespace;
use crate::process::Process;
use crate::task::Task;
use crate::{Error, Result, programs};

/// Where the front end listens: on port 80 of all addresses it would be in the way of the proxy, whose connections ECS
/// redirects in the network and which here listens itself.
const FRONT_END: u16 = 8000;

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

#[derive(Debug)]
struct Service {
    name: String,
    alias: String,
    port: u16,
    tasks: Vec<(Task, Process)>,
}

/// A task that calls services, and its proxy.
#[derive(Debug)]
pub struct Client {
    task: Task,
    envoy: Envoy,
    variables: Vec<(String, String)>,
    program: Option<Process>,
}

impl Client {
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
        let mut client = self.with("PORT", &FRONT_END.to_string());
        let program = programs::kudos("front-end")?;
        let process = client.start(program.as_os_str(), &[])?;
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

    /// Starts a program that calls services, such as `caller` of this crate.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(&self, program: &OsStr, arguments: &[&str]) -> Result<Process> {
        self.task.run(program, &self.variables, arguments)
    }
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
            domain,
            services: Vec::new(),
            dns: Dns::start(&namespace)?,
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
        let mut variables = self.variables(name);
        let own = programs::kudos(name)?;
        let program = if own.exists() {
            own
        } else {
            variables.push(("PORT".to_owned(), port.to_string()));
            programs::kudos("api")?
        };
        let mut service = Service {
            name: name.to_owned(),
            alias: alias.to_owned(),
            port,
            tasks: Vec::new(),
        };
        for _ in 0..tasks {
            let task = Task::start(&self.namespace, self.next_number(), "")?;
            let process = task.run(program.as_os_str(), &variables, &[])?;
            process.wait_for(&format!("listening on 0.0.0.0:{port}"))?;
            service.tasks.push((task, process));
        }
        self.services.push(service);
        let records = self.services.iter().flat_map(|service| {
            let name = format!("{}.{}", service.name, self.domain);
            let tasks = service.tasks.iter();
            tasks.map(move |(task, _)| (name.clone(), task.address().to_owned()))
        });
        let records: Vec<_> = records.collect();
        self.dns.publish(&self.namespace, &records)
    }

    /// A task of a service that calls all that was deployed before, with a proxy and what that writes into its hosts.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn client(&self, service: &str, mode: Mode) -> Result<Client> {
        self.client_with(service, mode, &hosts(&self.upstreams()))
    }

    /// One that was started before anything had Service Connect: its proxy knows the services by now, but its hosts
    /// file is as old as the task.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn old_client(&self, service: &str, mode: Mode) -> Result<Client> {
        self.client_with(service, mode, "")
    }

    fn client_with(&self, service: &str, mode: Mode, hosts: &str) -> Result<Client> {
        let task = Task::start(&self.namespace, self.next_number(), hosts)?;
        let envoy = Envoy::start(&task, mode, &self.upstreams())?;
        Ok(Client {
            task,
            envoy,
            variables: self.variables(service),
            program: None,
        })
    }

    /// A client that runs the front end of kudos, unchanged.
    ///
    /// # Errors
    /// Where it does not start in time.
    pub fn front_end(&self, mode: Mode) -> Result<Client> {
        self.client("front-end", mode)?.start_front_end()
    }

    /// Calls a service from a client's task, and tells by which way the connection went.
    ///
    /// # Errors
    /// Where the call fails, or went to no task of the service on a new connection.
    pub fn way<T>(
        &self,
        service: &str,
        client: &Client,
        call: impl FnOnce() -> Result<T>,
    ) -> Result<(Way, T)> {
        let counters = || -> Result<_> {
            let taken = client.envoy.taken(&client.task, service)?;
            Ok((taken, self.accepted(service)?))
        };
        let before = counters()?;
        let answer = call()?;
        let after = counters()?;
        if after.1.iter().sum::<u64>() == before.1.iter().sum() {
            return Err(Error::new(format!(
                "no task of {service} got a connection: what was called is another service, or the connection is an old one"
            )));
        }
        let way = if after.0 > before.0 {
            Way::Proxy
        } else {
            Way::Discovery
        };
        Ok((way, answer))
    }

    /// How many connections each task of a service has accepted.
    ///
    /// # Errors
    /// Where the kernel does not say.
    pub fn accepted(&self, service: &str) -> Result<Vec<u64>> {
        let services = self.services.iter().filter(|known| known.name == service);
        let tasks = services.flat_map(|service| &service.tasks);
        tasks.map(|(task, _)| task.accepted()).collect()
    }

    /// How often DNS was asked for the discovery name of a service.
    #[must_use]
    pub fn asked(&self, service: &str) -> usize {
        self.dns.asked(&format!("{service}.{}", self.domain))
    }

    /// Its namespaces, as the links of `/proc/*/ns` name them.
    ///
    /// # Errors
    /// Where the kernel does not say.
    pub fn namespaces(&self) -> Result<Vec<String>> {
        self.namespace.ids()
    }

    fn upstreams(&self) -> Vec<Upstream> {
        let upstreams = self.services.iter().map(|service| Upstream {
            name: service.name.clone(),
            alias: service.alias.clone(),
            port: service.port,
            addresses: {
                let tasks = service.tasks.iter();
                tasks.map(|(task, _)| task.address().to_owned()).collect()
            },
        });
        upstreams.collect()
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
