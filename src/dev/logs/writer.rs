//! Lines on their way to stdout or stderr, where they may be taken slowly, or not at all.

use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use crate::options::Format;
use crate::output;
use crate::progress::aside;

use super::super::system::{Signals, unread};
use super::Sink;

/// How long it may take until the next of the last lines is taken.
const PATIENCE: Duration = Duration::from_secs(1);

/// How much is written between two looks at how far that has come, in bytes.
const PART: usize = 1 << 12;

/// The most that may come of what is left in a pipe, in bytes: 64 KiB are 32 Ki lines of one letter, each of which is an
/// object in JSON.
const PIPE: usize = 1 << 22;

/// To the screen that programs have for themselves, and back from it.
const ALTERNATE: [&str; 2] = ["\x1b[?1049h", "\x1b[?1049l"];

/// Back to no color, and to a cursor that is seen.
const RESET: &str = "\x1b[0m\x1b[?25h";

/// The way to the thread that writes.
#[derive(Clone)]
pub struct Lines {
    to: mpsc::Sender<String>,
    count: Arc<Count>,
    is_over: watch::Receiver<bool>,
}

impl Lines {
    /// Passes on whole lines once there is room for them. `false` where nobody reads them any more.
    pub async fn send(&mut self, text: String) -> bool {
        self.count.passed.add_lines(&text);
        self.count.passed.add_bytes(text.len());
        tokio::select! {
            biased;
            sent = self.to.send(text) => sent.is_ok(),
            // What still comes is only counted.
            _ = self.is_over.wait_for(|is_over| *is_over) => true,
        }
    }
}

/// How far it has come.
#[derive(Default)]
struct Count {
    /// What was passed on.
    passed: Amount,
    /// What of that is written.
    written: Amount,
}

#[derive(Default)]
struct Amount {
    lines: AtomicUsize,
    bytes: AtomicUsize,
}

impl Amount {
    fn lines(&self) -> usize {
        self.lines.load(Ordering::Relaxed)
    }

    fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    fn add_lines(&self, text: &str) {
        let number = text.matches('\n').count();
        self.lines.fetch_add(number, Ordering::Relaxed);
    }

    fn add_bytes(&self, number: usize) {
        self.bytes.fetch_add(number, Ordering::Relaxed);
    }
}

/// The thread that writes: a terminal that is held up must hold up nothing but the logs, not the signals.
pub struct Writer {
    sink: Sink,
    lines: Lines,
    over: watch::Sender<bool>,
    end: oneshot::Receiver<io::Result<()>>,
}

impl Writer {
    /// Begins to write lines of this format: those for people leave what terminals obey as it is.
    pub fn start(sink: Sink, format: Format) -> Result<Self> {
        let (to, received) = mpsc::channel(256);
        let (over, is_over) = watch::channel(false);
        let (done, end) = oneshot::channel();
        let count = Arc::<Count>::default();
        let lines = Lines {
            to,
            count: Arc::clone(&count),
            is_over,
        };
        let write = move || {
            let _ = done.send(write(sink, format, received, &count));
        };
        let thread = thread::Builder::new().name("logs".into()).spawn(write);
        thread.context("the thread that writes the logs cannot be started")?;
        Ok(Self {
            sink,
            lines,
            over,
            end,
        })
    }

    /// A way to it.
    pub fn lines(&self) -> Lines {
        self.lines.clone()
    }

    /// Waits until it writes no more, which shows in the next line.
    pub async fn closed(&self) {
        self.lines.to.closed().await;
    }

    /// Writes what `senders` still have for as long as it is taken, and says how many lines were not. A signal ends
    /// that. It fails where the lines could not be written.
    pub async fn finish(self, mut senders: JoinSet<()>, signals: &mut Signals) -> Result<()> {
        let Self {
            sink,
            lines: Lines { to, count, .. },
            over,
            mut end,
        } = self;
        let most = count.passed.bytes() + PIPE * senders.len();
        // A process that a service set free may hold its end of the pipe for good, and may write for good.
        let is_read = || to.capacity() == to.max_capacity() || count.written.bytes() > most;
        let is_stuck = tokio::select! {
            () = all(&mut senders) => false,
            is_stuck = count.standstill(sink, is_read) => is_stuck,
            _ = signals.next() => true,
        };
        if is_stuck {
            over.send_replace(true);
            let _ = timeout(PATIENCE, all(&mut senders)).await;
        }
        senders.shutdown().await;
        drop(to);
        if !is_stuck {
            tokio::select! {
                end = &mut end => return match end {
                    Ok(end) => end.context("the logs cannot be written to stdout"),
                    // It panicked, and has said so.
                    Err(_) => Ok(()),
                },
                _ = count.standstill(sink, || false) => {}
                _ = signals.next() => {}
            }
        }
        let dropped = count.passed.lines() - count.written.lines();
        let note =
            format!("the last lines of the logs were not read in time: {dropped} are dropped");
        // It may be the same terminal.
        let _ = timeout(PATIENCE, spawn_blocking(move || output::note(&note))).await;
        Ok(())
    }
}

async fn all(senders: &mut JoinSet<()>) {
    while senders.join_next().await.is_some() {}
}

impl Count {
    /// Waits until there `is_enough`, or until nothing moves: whether that is it.
    async fn standstill(&self, sink: Sink, is_enough: impl Fn() -> bool) -> bool {
        // What is written may be read in smaller pieces than those in which there is room for more.
        let position = || (self.written.bytes(), unread(sink));
        loop {
            let before = position();
            sleep(PATIENCE).await;
            if is_enough() {
                return false;
            }
            if position() == before {
                return true;
            }
        }
    }
}

/// Until there is nothing more to write, or nobody reads.
fn write(
    sink: Sink,
    format: Format,
    mut lines: mpsc::Receiver<String>,
    count: &Count,
) -> io::Result<()> {
    let is_terminal = match sink {
        Sink::Stdout => io::stdout().is_terminal(),
        Sink::Stderr => io::stderr().is_terminal(),
    };
    let mut is_alternate = false;
    while let Some(text) = lines.blocking_recv() {
        match put(sink, &text, count) {
            // A terminal takes all for as long as it is there.
            Err(error) if is_terminal || error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
        count.written.add_lines(&text);
        let [on, off] = ALTERNATE.map(|sequence| text.rfind(sequence));
        is_alternate = if on == off { is_alternate } else { on > off };
    }
    // What services left so is not for the shell.
    if is_terminal && format == Format::Human {
        let back = if is_alternate { ALTERNATE[1] } else { "" };
        let _ = put(sink, &format!("{back}{RESET}"), count);
    }
    Ok(())
}

fn put(sink: Sink, text: &str, count: &Count) -> io::Result<()> {
    aside(|| match sink {
        Sink::Stdout => {
            let mut stdout = anstream::stdout().lock();
            put_parts(&mut stdout, text, count)?;
            stdout.flush()
        }
        Sink::Stderr => {
            // Whoever does not read them may wait for the answer all the same.
            let _ = put_parts(anstream::stderr().lock(), text, count);
            Ok(())
        }
    })
}

fn put_parts(mut to: impl Write, text: &str, count: &Count) -> io::Result<()> {
    for part in text.as_bytes().chunks(PART) {
        to.write_all(part)?;
        count.written.add_bytes(part.len());
    }
    Ok(())
}
