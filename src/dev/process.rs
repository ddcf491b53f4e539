//! A process that ends with this one, and all that it started with it.

use std::io;
use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, Command};

use super::open_files::{explained, give_back};
use super::system::Group;

/// A running process. Dropping it kills it.
pub struct Process {
    child: Child,
    group: Group,
}

impl Process {
    /// Starts `command`, which leads a group of its own: what it starts ends with it, and Ctrl-C reaches
    /// only this process, which stops them all in order.
    pub fn start(mut command: Command) -> io::Result<Self> {
        Group::lead(&mut command);
        Self::spawn(command, true)
    }

    /// Starts `command` in the foreground, where it may ask the user something.
    pub fn start_in_foreground(command: Command) -> io::Result<Self> {
        Self::spawn(command, false)
    }

    fn spawn(mut command: Command, is_leader: bool) -> io::Result<Self> {
        let child = command.kill_on_drop(true).spawn().map_err(explained)?;
        give_back(&child);
        let group = Group::of(&child, is_leader).map_err(explained)?;
        Ok(Self { child, group })
    }

    /// Its output, where it was asked to be piped; only once.
    pub fn output(
        &mut self,
    ) -> (
        Option<tokio::process::ChildStdout>,
        Option<tokio::process::ChildStderr>,
    ) {
        (self.child.stdout.take(), self.child.stderr.take())
    }

    /// Waits for its end. Safe to cancel.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.group.clear();
        Ok(status)
    }

    /// Asks it to end.
    pub fn terminate(&self) {
        self.group.terminate();
    }

    /// Ends it.
    pub fn kill(&mut self) {
        self.group.kill();
        // Fails only where it has ended.
        let _ = self.child.start_kill();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A command whose output comes here and which reads nothing.
pub fn piped(mut command: Command) -> Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
