//! `dev` as a process over a workspace of servers that need nothing but std, so that they are built in a second.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::spawn;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;

use super::plugin_support::{App, Run, plugin};

#[path = "wait.rs"]
pub mod wait;

use wait::within_patience;
pub use wait::{Hold, PATIENCE};

const SERVER: &str = include_str!("server.rs");

/// The application: `web` calls `api`; `worker` has no port; `mail` is no crate here.
pub fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| workspace(""))
}

/// The same in a directory of its own, with more in the Cargo.toml of the workspace.
pub fn workspace(more: &str) -> App {
    let package = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{more}")
    };
    let shop = package(
        "shop",
        "[package.metadata.service-connect]\nservices = [\"web\", \"worker\", \"nightly\"]\n",
    );
    App::new()
            .file("Cargo.toml", format!("[workspace]\nmembers = [\"*\"]\nexclude = [\"copilot\", \"target\"]\nresolver = \"3\"\n{more}"))
            .file("shop/Cargo.toml", shop)
            .file("shop/src/main.rs", SERVER)
            .file("api/Cargo.toml", package("api", ""))
            .file("api/src/main.rs", SERVER)
            .file(
                "copilot/web/manifest.yml",
                "name: web\ntype: Load Balanced Web Service\nhttp: {path: /}\nimage: {build: Dockerfile, port: 80}\n",
            )
            .file("copilot/worker/manifest.yml", "name: worker\ntype: Worker Service\nimage: {build: Dockerfile}\n")
            .file(
                "copilot/nightly/manifest.yml",
                "name: nightly\ntype: Scheduled Job\nimage: {build: Dockerfile}\non: {schedule: \"@daily\"}\n",
            )
            .backend("api")
            .backend("mail")
}

/// One call of `dev`, and the processes that it starts.
pub struct Dev {
    pub command: Command,
    pub pids: TempDir,
}

impl Dev {
    /// Over the application of all tests.
    pub fn new(arguments: &[&str]) -> Self {
        Self::over(app(), arguments)
    }

    pub fn over(app: &App, arguments: &[&str]) -> Self {
        let pids = TempDir::new().unwrap();
        let directory = app.path();
        let mut command = plugin(&directory);
        command.arg("dev").args(arguments);
        command
            .env("CARGO_TARGET_DIR", directory.join("target"))
            .env("PIDS", pids.path());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self { command, pids }
    }

    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.command.env(variable, value);
        self
    }

    /// With a service that does nothing before it is let go.
    pub fn held(self, service: &str, hold: &Hold) -> Self {
        hold.set();
        self.with("HELD", service).with("MARKS", hold.marks())
    }

    #[track_caller]
    pub fn run(self) -> Run {
        self.start().end(&[]).0
    }

    /// Where it may be over before any process could leave its number.
    #[track_caller]
    pub fn run_at_once(self) -> Run {
        let mut running = self.start();
        let run = running.wait_for_end();
        assert_all_gone(&started(running.pids.path()));
        run
    }

    /// Starts it, to be looked at while it runs.
    pub fn start(self) -> Running {
        self.start_read_while(Stream::Stdout, |_| true)
    }

    /// The same, with a reader of one stream who leaves once what was read is not `too_little` any more.
    pub fn start_read_while(mut self, of: Stream, too_little: fn(&str) -> bool) -> Running {
        let mut child = self.command.spawn().unwrap();
        let (send, lines) = mpsc::channel();
        let pass = |stream, from| {
            let send = send.clone();
            let is_read = if of == stream {
                too_little
            } else {
                |_: &str| true
            };
            spawn(move || {
                pass_on(from, |line, read| {
                    send.send((stream, line)).is_ok() && is_read(read)
                });
            });
        };
        pass(Stream::Stdout, OwnedFd::from(child.stdout.take().unwrap()));
        pass(Stream::Stderr, OwnedFd::from(child.stderr.take().unwrap()));
        drop(send);
        Running {
            child,
            lines,
            stdout: String::new(),
            stderr: String::new(),
            pids: self.pids,
        }
    }

    /// Runs until all `texts` are printed, then sends `signals`.
    #[track_caller]
    pub fn signalled(self, texts: &[&str], signals: &[Signal]) -> (Run, Duration) {
        let mut running = self.start();
        running.wait_for(texts);
        running.end(signals)
    }
}

/// Each line, with all that was read so far.
fn pass_on(from: OwnedFd, mut to: impl FnMut(String, &str) -> bool) {
    let mut from = BufReader::new(File::from(from));
    let mut read = String::new();
    loop {
        let start = read.len();
        if from.read_line(&mut read).unwrap() == 0 || !to(read[start..].to_owned(), &read) {
            return;
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// A `dev` that runs. Dropping it kills it.
pub struct Running {
    pub child: Child,
    lines: mpsc::Receiver<(Stream, String)>,
    /// What it wrote so far.
    pub stdout: String,
    pub stderr: String,
    pids: TempDir,
}

impl Running {
    /// Reads on until all `texts` were printed.
    #[track_caller]
    pub fn wait_for(&mut self, texts: &[&str]) {
        self.wait_until(|stdout, _| texts.iter().all(|text| stdout.contains(text)));
    }

    /// Reads on until all `texts` were said on stderr.
    #[track_caller]
    pub fn wait_for_note(&mut self, texts: &[&str]) {
        self.wait_until(|_, stderr| texts.iter().all(|text| stderr.contains(text)));
    }

    #[track_caller]
    pub fn wait_until(&mut self, is_enough: impl Fn(&str, &str) -> bool) {
        while !is_enough(&self.stdout, &self.stderr) {
            match self.lines.recv_timeout(PATIENCE) {
                Ok((stream, line)) => self.keep(stream, &line),
                Err(error) => panic!("{error}: {}\n{}", self.stdout, self.stderr),
            }
        }
    }

    fn keep(&mut self, stream: Stream, line: &str) {
        match stream {
            Stream::Stdout => self.stdout += line,
            Stream::Stderr => self.stderr += line,
        }
    }

    /// The body of the answer of a service, whose address is in the table.
    #[track_caller]
    pub fn get(&self, service: &str, path: &str) -> String {
        let mut rows = self.stdout.lines();
        let row = rows.find(|row| row.split_whitespace().next() == Some(service));
        let url = row
            .unwrap()
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        let mut stream = TcpStream::connect(url.unwrap().strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n");
        body.map(|(_, body)| body.to_owned()).unwrap_or_default()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Sends `signals`, and waits for the end: what came of it, and how long that took.
    #[track_caller]
    pub fn end(mut self, signals: &[Signal]) -> (Run, Duration) {
        let start = Instant::now();
        for signal in signals {
            self.signal(*signal);
        }
        let run = self.wait_for_end();
        assert_nothing_left(self.pids.path());
        (run, start.elapsed())
    }

    #[track_caller]
    fn wait_for_end(&mut self) -> Run {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok((stream, line)) => self.keep(stream, &line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(error) => panic!("{error}: {}\n{}", self.stdout, self.stderr),
            }
        }
        let status = within_patience("it does not end", || self.child.try_wait().unwrap());
        Run {
            code: status.code(),
            stdout: std::mem::take(&mut self.stdout),
            stderr: std::mem::take(&mut self.stderr),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It is gone where the test came to its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Every process wrote a file of its number.
#[track_caller]
pub fn assert_nothing_left(pids: &Path) {
    let pids = started(pids);
    assert!(!pids.is_empty(), "nothing was started");
    assert_all_gone(&pids);
}

fn started(pids: &Path) -> Vec<i32> {
    let files = fs::read_dir(pids).unwrap();
    let names = files.map(|file| file.unwrap().file_name());
    names
        .map(|name| name.to_str().unwrap().parse().unwrap())
        .collect()
}

#[track_caller]
pub fn assert_all_gone(pids: &[i32]) {
    let what = format!("there are orphans among {pids:?}");
    let are_gone = || !pids.iter().any(|pid| is_alive(*pid));
    within_patience(&what, || are_gone().then_some(()));
}

pub fn is_alive(pid: i32) -> bool {
    // Where nothing reaps orphans, one that was killed stays as a zombie.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let is_zombie = stat
        .rsplit(')')
        .next()
        .is_some_and(|rest| rest.trim_start().starts_with('Z'));
    !is_zombie && test_kill_process(Pid::from_raw(pid).unwrap()).is_ok()
}
