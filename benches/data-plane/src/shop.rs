//! What is called, `orders` of the shop, whose tasks fail as they are told to; and the clients of it.

use std::env;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use data_plane::process::Process;
use data_plane::task::Task;
use data_plane::{Answers, Client, Environment, Mode};

use crate::caller;

const SERVICE: &str = "orders";

/// How a client finds tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Discovery,
    /// A proxy of connections, as Copilot deploys it.
    Tcp,
    /// A proxy of requests.
    Http,
}

/// A client of the shop: by which library, by which way, and by which method it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub library: &'static str,
    pub way: Way,
    pub is_post: bool,
}

impl Kind {
    pub const fn get(library: &'static str, way: Way) -> Self {
        let is_post = false;
        Self {
            library,
            way,
            is_post,
        }
    }

    pub const fn post(library: &'static str, way: Way) -> Self {
        let is_post = true;
        Self {
            library,
            way,
            is_post,
        }
    }

    pub fn is_ours(self) -> bool {
        self.library == "ours"
    }

    /// What it is called in tables, and with `-` for a space in paths.
    pub fn name(self) -> String {
        let way = match self.way {
            Way::Discovery => "discovery",
            Way::Tcp => "TCP proxy",
            Way::Http => "HTTP proxy",
        };
        let method = if self.is_post { " POST" } else { "" };
        format!("{} {way}{method}", self.library)
    }

    pub fn path(self) -> String {
        self.name().replace(' ', "-")
    }

    pub fn url(self) -> &'static str {
        match self.way {
            Way::Discovery => "http://orders.test.shop.local",
            Way::Tcp | Way::Http => "http://orders",
        }
    }

    pub fn method(self) -> &'static str {
        if self.is_post { "POST" } else { "GET" }
    }
}

/// The environment, and which tasks of the service are in use: the oldest one first.
pub struct Shop {
    environment: Environment,
    tasks: Vec<usize>,
    /// How many tasks there ever were.
    started: usize,
}

impl Shop {
    /// One with three tasks.
    pub fn open() -> Result<Self> {
        let mut environment = Environment::start("shop", "test")?;
        // What DNS is late to say is a step of the faults, not the resolver's doing.
        environment.set_ttl(1)?;
        environment.serve_by(program()?.as_os_str(), SERVICE, SERVICE, 80, 3)?;
        Ok(Self {
            environment,
            tasks: vec![0, 1, 2],
            started: 3,
        })
    }

    /// A client's task.
    pub fn client(&self, kind: Kind) -> Result<Client> {
        let mode = match kind.way {
            Way::Discovery | Way::Tcp => Mode::Tcp,
            Way::Http => Mode::Http,
        };
        Ok(self.environment.client("caller", mode)?)
    }

    fn task(&self, place: usize) -> Result<&Task> {
        let task = self.tasks.get(place).context("there are fewer tasks")?;
        Ok(self.environment.task(SERVICE, *task)?)
    }

    /// The address of the task that came last.
    pub fn newest(&self) -> Result<String> {
        let last = self.environment.task(SERVICE, self.started - 1)?;
        Ok(last.address().to_owned())
    }

    /// The addresses of all tasks that there ever were.
    pub fn addresses(&self) -> Result<Vec<String>> {
        let tasks = (0..self.started).map(|task| self.environment.task(SERVICE, task));
        let tasks = tasks.map(|task| Ok(task?.address().to_owned()));
        tasks.collect()
    }

    fn signal(&self, place: usize, signal: &str) -> Result<()> {
        Ok(self.task(place)?.signal(signal, SERVICE)?)
    }

    /// Its connections are closed, and new ones refused.
    pub fn kill(&mut self) -> Result<()> {
        self.signal(0, "KILL")
    }

    /// DNS and the proxies tell of the oldest one no more.
    pub fn retire(&mut self) -> Result<()> {
        let oldest = self.tasks.remove(0);
        Ok(self.environment.retire(SERVICE, oldest)?)
    }

    pub fn add(&mut self) -> Result<()> {
        self.environment.add(program()?.as_os_str(), SERVICE)?;
        self.tasks.push(self.started);
        self.started += 1;
        Ok(())
    }

    /// A new task takes the place of the oldest one, which is not given the time to end what it began.
    pub fn replace(&mut self) -> Result<()> {
        self.add()?;
        self.kill()?;
        self.retire()
    }

    pub fn stop(&mut self) -> Result<()> {
        self.signal(0, "STOP")
    }

    pub fn go_on(&mut self) -> Result<()> {
        self.signal(0, "CONT")
    }

    /// The oldest one answers 503, or no more.
    pub fn toggle_unwell(&mut self) -> Result<()> {
        self.signal(0, "USR1")
    }

    /// All of them do, at the same time.
    pub fn toggle_all_unwell(&mut self) -> Result<()> {
        let tasks = (0..self.tasks.len()).map(|place| self.task(place));
        let tasks = tasks.collect::<Result<Vec<_>>>()?;
        thread::scope(|scope| {
            let tasks = tasks.into_iter();
            let signals = tasks.map(|task| scope.spawn(|| task.signal("USR1", SERVICE)));
            for signal in signals.collect::<Vec<_>>() {
                signal.join().expect("nothing in there panics")?;
            }
            Ok(())
        })
    }

    pub fn toggle_slow(&mut self) -> Result<()> {
        self.signal(0, "USR2")
    }

    /// DNS gives no answer at all.
    pub fn stop_dns(&mut self) -> Result<()> {
        Ok(self.environment.signal_dns("STOP")?)
    }

    /// DNS answers again: it knows the name, and no task.
    pub fn empty_dns(&mut self) -> Result<()> {
        self.environment.signal_dns("CONT")?;
        Ok(self.environment.set_dns(Answers::Nothing)?)
    }

    pub fn fill_dns(&mut self) -> Result<()> {
        Ok(self.environment.set_dns(Answers::Tasks)?)
    }

    /// Ends the tasks, and gives the lines that they wrote.
    pub fn end(&self) -> Result<Vec<String>> {
        Ok(self.environment.end(SERVICE)?)
    }

    /// How many calls of a client arrived in these seconds of the clock at the tasks that are in use.
    pub fn arrivals(&self, caller: &str, seconds: std::ops::Range<u64>) -> Result<u64> {
        let mut sum = 0;
        for place in 0..self.tasks.len() {
            let task = self.task(place)?;
            let told = task.get(task.address(), 80, "/arrivals")?.body;
            for line in told.lines() {
                let words: Vec<_> = line.split(' ').collect();
                let &[name, second, count] = &words[..] else {
                    anyhow::bail!("a task wrote {line:?}");
                };
                if name == caller && seconds.contains(&second.parse()?) {
                    sum += count.parse::<u64>()?;
                }
            }
        }
        Ok(sum)
    }
}

/// Starts the caller in a client's task.
pub fn call(client: &Client, kind: Kind, how: &str, rest: &[&str]) -> Result<Process> {
    let mut arguments = vec![caller::ARGUMENT, how, kind.library, kind.url()];
    arguments.extend(rest);
    Ok(client.run(env::current_exe()?.as_os_str(), &arguments)?)
}

/// The program of the tasks, which is built beside this one.
fn program() -> Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(SERVICE))
}

/// Waits until so many seconds after a point of time.
pub fn sleep_until(start: SystemTime, seconds: u64) {
    let end = start + Duration::from_secs(seconds);
    if let Ok(left) = end.duration_since(SystemTime::now()) {
        thread::sleep(left);
    }
}
