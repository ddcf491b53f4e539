//! What the services write and what happens to them: one line after the other, each with the name of its task.

mod writer;

use std::sync::Arc;

use anstyle::{AnsiColor, Color};
use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::options::Format;
use crate::output::printable;

use super::events::{self, Event};
use super::members::Members;
use super::system::{Signals, when_unread};
use super::task::Task;
use super::ways;

use writer::{Lines, Writer};

/// The length in bytes after which a line is split: a service that never ends one must not fill the memory.
const LINE: usize = 1 << 16;

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

/// What is shown, and how.
pub struct Style {
    pub sink: Sink,
    pub format: Format,
    /// The services whose lines are shown; `None` is all.
    pub shown: Option<Vec<String>>,
}

/// The logs on their way to the terminal.
pub struct Log {
    style: Style,
    writer: Writer,
    /// Told when the reader of stdout leaves.
    left: Arc<Notify>,
    senders: JoinSet<()>,
    tasks: Vec<Task>,
    /// Who is there, as it was shown last.
    shown: String,
}

impl Log {
    /// Begins to write.
    pub fn new(style: Style) -> Result<Self> {
        let writer = Writer::start(style.sink, style.format)?;
        let left = Arc::new(Notify::new());
        if let Sink::Stdout = style.sink {
            let left = Arc::clone(&left);
            when_unread(move || left.notify_one());
        }
        Ok(Self {
            style,
            writer,
            left,
            senders: JoinSet::new(),
            tasks: Vec::new(),
            shown: String::new(),
        })
    }

    /// Shows who is there and which way calls would take, unless that is what it showed last.
    pub fn show(&mut self, members: &Members) {
        self.tasks = members.ports().into_keys().collect();
        self.tasks.sort();
        let ways = &members.ways;
        let text = match self.style.format {
            Format::Human => {
                let Members {
                    environment,
                    is_all_seen,
                    ..
                } = members;
                members.table() + &ways::table(ways, environment, *is_all_seen)
            }
            Format::Json => ways.iter().map(events::way).collect(),
        };
        if self.shown != text {
            self.shown.clone_from(&text);
            self.send(text);
        }
    }

    /// Says what happens to a task, to programs: people are told what they have to know on stderr.
    pub fn happened(&mut self, task: &Task, event: &Event<'_>) {
        if self.style.format == Format::Json {
            self.send(events::happened(task, event));
        }
    }

    /// In the order of the calls, and without waiting for whoever reads.
    fn send(&mut self, text: String) {
        while self.senders.try_join_next().is_some() {}
        let mut lines = self.writer.lines();
        // Whether anybody reads is for `unread` to tell.
        self.senders.spawn(async move {
            let _ = lines.send(text).await;
        });
    }

    /// Passes on what the task writes.
    pub fn follow(
        &mut self,
        task: &Task,
        stdout: Option<ChildStdout>,
        stderr: Option<ChildStderr>,
    ) {
        if let Some(stdout) = stdout {
            let layout = self.layout(task, "stdout");
            self.senders
                .spawn(read(stdout, layout, self.writer.lines()));
        }
        if let Some(stderr) = stderr {
            let layout = self.layout(task, "stderr");
            self.senders
                .spawn(read(stderr, layout, self.writer.lines()));
        }
    }

    fn layout(&self, task: &Task, stream: &'static str) -> Layout {
        let shown = self.style.shown.as_ref();
        if shown.is_some_and(|shown| !shown.contains(&task.service)) {
            return Layout::Hidden;
        }
        match self.style.format {
            Format::Human => Layout::Prefix(self.prefix(task)),
            Format::Json => Layout::Json(task.clone(), stream),
        }
    }

    fn prefix(&self, task: &Task) -> String {
        let lengths = self.tasks.iter().map(|task| length(&task.to_string()));
        let width = lengths.max().unwrap_or_default();
        let is_of_it = |other: &Task| other.service == task.service;
        let index = self.tasks.iter().position(is_of_it);
        let color = COLORS[index.unwrap_or_default() % COLORS.len()];
        let color = Color::from(color).on_default();
        let name = printable(&task.to_string());
        format!("{color}{name:width$} |{color:#} ")
    }

    /// Waits until nobody reads the logs any more, which may show only in the next line. Beside an answer it is never.
    pub async fn unread(&self) {
        tokio::select! {
            () = self.writer.closed() => {}
            () = self.left.notified() => {}
        }
    }

    /// Writes the last lines of services that have ended.
    pub async fn finish(self, signals: &mut Signals) -> Result<()> {
        self.writer.finish(self.senders, signals).await
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// What becomes of a line.
enum Layout {
    Prefix(String),
    Json(Task, &'static str),
    Hidden,
}

impl Layout {
    fn of(&self, line: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\r', '\n']);
        match self {
            Self::Prefix(prefix) => Some(format!("{prefix}{text}\n")),
            Self::Json(task, stream) => Some(events::written(task, stream, text)),
            Self::Hidden => None,
        }
    }
}

/// Passes on each line. One of more than [`LINE`] bytes comes as several, split between characters.
async fn read(from: impl AsyncRead + Unpin, layout: Layout, mut to: Lines) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    let mut is_rest = false;
    loop {
        let room = LINE - line.len();
        let mut part = (&mut from).take(room as u64);
        match part.read_until(b'\n', &mut line).await {
            Err(_) => return,
            Ok(0) if line.is_empty() => return,
            Ok(_) => {}
        }
        let is_split = line.len() == LINE && !line.ends_with(b"\n");
        let rest = if is_split {
            line.split_off(LINE - begun(&line))
        } else {
            Vec::new()
        };
        // Where it ends just behind a part, there is nothing left of it.
        let is_nothing = is_rest && matches!(&*line, b"\n" | b"\r\n");
        // What is not shown is read all the same, or the service would stand still.
        if !is_nothing
            && let Some(text) = layout.of(&line)
            && !to.send(text).await
        {
            return;
        }
        is_rest = is_split;
        line = rest;
    }
}

/// How many bytes at the end are a character that is still to be completed.
fn begun(text: &[u8]) -> usize {
    let last = text.utf8_chunks().last();
    let last = last.map(|chunk| chunk.invalid()).unwrap_or_default();
    let is_begun = str::from_utf8(last).is_err_and(|error| error.error_len().is_none());
    if is_begun { last.len() } else { 0 }
}
