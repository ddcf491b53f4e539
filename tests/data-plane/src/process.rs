//! A process in a namespace, with its log.
//!
//! ```no_run
//! # fn example(namespace: &data_plane::namespace::Namespace) -> data_plane::Result<()> {
//! let mut command = namespace.command();
//! command.args(["echo", "hello"]);
//! let lines = data_plane::process::Process::start(command)?.output()?;
//! assert_eq!(lines, ["hello"]);
//! # Ok(())
//! # }
//! ```

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::While;
use crate::{Error, Result};

/// How long anything here is waited for.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A running process. It ends with its namespace; dropping this only stops to look at it.
#[derive(Debug)]
pub struct Process {
    what: String,
    log: Arc<Log>,
}

/// What it wrote so far, both streams in one.
#[derive(Debug, Default)]
struct Log {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<String>,
    has_ended: bool,
    status: Option<ExitStatus>,
}

impl Process {
    /// Starts `command`, which reads nothing.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(command: Command) -> Result<Self> {
        let (process, _) = Self::start_on(Stdio::null(), command)?;
        Ok(process)
    }

    /// Starts `command`, and gives what it reads from.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start_fed(command: Command) -> Result<(Self, ChildStdin)> {
        let (process, input) = Self::start_on(Stdio::piped(), command)?;
        let input = input.ok_or_else(|| Error::new(format!("{} has no input", process.what)))?;
        Ok((process, input))
    }

    fn start_on(input: Stdio, mut command: Command) -> Result<(Self, Option<ChildStdin>)> {
        let what = name(&command);
        let failed = || format!("{what} cannot be started");
        let (reader, writer) = io::pipe().when(failed)?;
        let other = writer.try_clone().when(failed)?;
        command.stdin(input).stdout(writer).stderr(other);
        let mut child = command.spawn().when(failed)?;
        let input = child.stdin.take();
        // It holds the writing ends, and the log ends when the last of them is closed.
        drop(command);
        let log = Arc::new(Log::default());
        thread::spawn({
            let log = Arc::clone(&log);
            move || log.follow(reader, child)
        });
        Ok((Self { what, log }, input))
    }

    /// Waits for a line that has `part` in it, and gives it.
    ///
    /// # Errors
    /// Where the process ends without it, or does not write it in time.
    pub fn wait_for(&self, part: &str) -> Result<String> {
        self.wait_for_line(part, 1)
    }

    /// Waits for so many lines that have `part` in them.
    ///
    /// # Errors
    /// Where the process ends without them, or does not write them in time.
    pub fn wait_for_times(&self, part: &str, times: usize) -> Result<()> {
        self.wait_for_line(part, times).map(drop)
    }

    fn wait_for_line(&self, part: &str, times: usize) -> Result<String> {
        let end = Instant::now() + DEADLINE;
        let mut state = self.log.lock();
        loop {
            let mut found = state.lines.iter().filter(|line| line.contains(part));
            if let Some(line) = found.nth(times - 1) {
                return Ok(line.clone());
            }
            let left = end.saturating_duration_since(Instant::now());
            if state.has_ended || left.is_zero() {
                let how = if state.has_ended {
                    "ended without"
                } else {
                    "did not write in time"
                };
                let log = state.lines.join("\n");
                let what = &self.what;
                return Err(Error::new(format!(
                    "{what} {how} {part:?} ({times} times); its log:\n{log}"
                )));
            }
            let waited = self.log.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What it wrote so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.log.lock().lines.clone()
    }

    /// Whether it wrote its last line, which is in the log then.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.log.lock().has_ended
    }

    /// Waits for its end, however it ends. All that it wrote is in the log then.
    ///
    /// # Errors
    /// Where it does not end in time, with what it wrote.
    pub fn wait_for_end(&self) -> Result<ExitStatus> {
        let state = self.log.lock();
        let waited = self
            .log
            .changed
            .wait_timeout_while(state, DEADLINE, |state| !state.has_ended);
        let state = waited.unwrap_or_else(PoisonError::into_inner).0;
        if !state.has_ended {
            let log = state.lines.join("\n");
            let what = &self.what;
            return Err(Error::new(format!(
                "{what} did not end in time; its log:\n{log}"
            )));
        }
        let status = state.status;
        status.ok_or_else(|| Error::new(format!("how {} ended is lost", self.what)))
    }

    /// Waits for its end, and gives what it wrote.
    ///
    /// # Errors
    /// Where it fails or does not end in time, with what it wrote.
    pub fn output(self) -> Result<Vec<String>> {
        let status = self.wait_for_end()?;
        let lines = self.lines();
        if status.success() {
            return Ok(lines);
        }
        let log = lines.join("\n");
        Err(Error::new(format!(
            "{} ended ({status}):\n{log}",
            self.what
        )))
    }
}

/// What is run, without the scripts and configurations that are given to it.
fn name(command: &Command) -> String {
    let arguments = command.get_args().map(|part| part.to_string_lossy());
    let arguments = arguments.filter(|part| part.len() < 100 && !part.contains('\n'));
    let arguments: Vec<_> = arguments.collect();
    let inner = arguments.iter().rposition(|part| part == "--");
    arguments[inner.map_or(0, |end| end + 1)..].join(" ")
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To the end, also where nobody looks any more: so there is no zombie.
    fn follow(&self, from: impl Read, mut child: Child) {
        for line in BufReader::new(from).split(b'\n').map_while(io::Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            self.lock().lines.push(line);
            self.changed.notify_all();
        }
        let status = child.wait().ok();
        let mut state = self.lock();
        (state.has_ended, state.status) = (true, status);
        drop(state);
        self.changed.notify_all();
    }
}
