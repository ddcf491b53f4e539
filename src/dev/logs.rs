//! The logs of the services: one line after the other, each with the name of its service.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use anstyle::{AnsiColor, Color};
use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::output::printable;

/// The length in bytes after which a line is broken.
const LINE: u64 = 1 << 16;

/// How long the last lines may take.
const PATIENCE: Duration = Duration::from_secs(1);

const COLORS: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Yellow,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::BrightRed,
];

/// Where the logs go.
#[derive(Clone, Copy, Debug)]
pub enum Sink {
    Stdout,
    Stderr,
}

/// What the services write, on its way to the terminal.
pub struct Log {
    lines: mpsc::Sender<String>,
    written: oneshot::Receiver<()>,
    readers: JoinSet<()>,
    names: Vec<String>,
}

impl Log {
    /// Begins to write.
    pub fn new(sink: Sink, names: Vec<String>) -> Result<Self> {
        let (lines, received) = mpsc::channel(256);
        let (done, written) = oneshot::channel();
        // A terminal that is held up must hold up nothing but the logs: not the signals.
        let writer = move || {
            // An end because nobody reads shows in the closed channel.
            let _ = write(sink, received);
            let _ = done.send(());
        };
        let thread = thread::Builder::new().name("logs".into()).spawn(writer);
        thread.context("the thread that writes the logs cannot be started")?;
        Ok(Self {
            lines,
            written,
            readers: JoinSet::new(),
            names,
        })
    }

    /// Writes a text of several lines as it is.
    pub async fn print(&self, text: String) {
        // Whether anybody reads is for `unread` to tell.
        let _ = self.lines.send(text).await;
    }

    /// Passes on what the service writes.
    pub fn follow(
        &mut self,
        service: &str,
        stdout: Option<ChildStdout>,
        stderr: Option<ChildStderr>,
    ) {
        let prefix = self.prefix(service);
        if let Some(stdout) = stdout {
            self.readers
                .spawn(read(stdout, prefix.clone(), self.lines.clone()));
        }
        if let Some(stderr) = stderr {
            self.readers.spawn(read(stderr, prefix, self.lines.clone()));
        }
    }

    fn prefix(&self, service: &str) -> String {
        let width = self
            .names
            .iter()
            .map(|name| name.chars().count())
            .max()
            .unwrap_or_default();
        let index = self
            .names
            .iter()
            .position(|name| name == service)
            .unwrap_or_default();
        let color = Color::from(COLORS[index % COLORS.len()]).on_default();
        let service = printable(service);
        format!("{color}{service:width$} |{color:#} ")
    }

    /// Waits until nobody reads the logs any more.
    pub async fn unread(&self) {
        self.lines.closed().await;
    }

    /// Writes the last lines of services that have ended.
    pub async fn finish(self) {
        let Self {
            lines,
            written,
            mut readers,
            ..
        } = self;
        let all = async { while readers.join_next().await.is_some() {} };
        // A process that a service set free may hold its end of the pipe for good.
        let _ = timeout(PATIENCE, all).await;
        readers.shutdown().await;
        drop(lines);
        let _ = timeout(PATIENCE, written).await;
    }
}

fn write(sink: Sink, mut lines: mpsc::Receiver<String>) -> io::Result<()> {
    while let Some(line) = lines.blocking_recv() {
        match sink {
            Sink::Stdout => anstream::stdout().lock().write_all(line.as_bytes())?,
            Sink::Stderr => anstream::stderr().lock().write_all(line.as_bytes())?,
        }
    }
    Ok(())
}

async fn read(from: impl AsyncRead + Unpin, prefix: String, to: mpsc::Sender<String>) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut from).take(LINE).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']);
        if to.send(format!("{prefix}{text}\n")).await.is_err() {
            return;
        }
    }
}
