//! What is waited for, where that takes more than a second: one line on a terminal, gone once it is there.
//!
//! Only stderr can have it, and only as a terminal: no log and no pipe ever does. It is drawn by a thread of its own, so
//! that a terminal that is held up holds up nothing else.

use std::io::{self, IsTerminal};
use std::sync::{PoisonError, RwLock, TryLockError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::printable;

/// What takes less is not worth a line.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it moves.
const TICK: Duration = Duration::from_millis(120);

/// How long it may take to be gone.
const CLEARING: Duration = Duration::from_millis(500);

/// The one on the terminal, if there is one. Whoever writes reads it for as long as that takes.
static SHOWN: RwLock<Option<ProgressBar>> = RwLock::new(None);

/// Something that is waited for. Dropping it says that it is there.
pub struct Progress {
    /// None where there is no terminal.
    line: Option<Line>,
}

struct Line {
    texts: mpsc::Sender<String>,
    gone: mpsc::Receiver<()>,
}

impl Progress {
    /// Waits for something, such as `building`.
    pub fn start(what: &str) -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if is_dumb || !io::stderr().is_terminal() {
            return Self { line: None };
        }
        let (texts, received) = mpsc::channel();
        let (is_gone, gone) = mpsc::channel();
        let what = what.to_owned();
        let draw = move || {
            draw(what, &received);
            drop(is_gone);
        };
        let thread = thread::Builder::new().name("progress".into()).spawn(draw);
        // Without the thread there is no line, which is no reason to stop.
        let line = thread.is_ok().then_some(Line { texts, gone });
        Self { line }
    }

    /// From now on something else is waited for.
    pub fn say(&self, what: &str) {
        if let Some(line) = &self.line {
            let _ = line.texts.send(what.to_owned());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(Line { texts, gone }) = self.line.take() {
            drop(texts);
            let _ = gone.recv_timeout(CLEARING);
        }
    }
}

fn draw(mut what: String, texts: &mpsc::Receiver<String>) {
    let start = Instant::now();
    loop {
        let left = PATIENCE.saturating_sub(start.elapsed());
        match texts.recv_timeout(left) {
            Ok(text) => what = text,
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
            Err(mpsc::RecvTimeoutError::Timeout) => break,
        }
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(printable(&what));
    let mut is_shown = false;
    loop {
        is_shown = is_shown || show(Some(&bar));
        if is_shown {
            bar.tick();
        }
        match texts.recv_timeout(TICK) {
            Ok(text) => bar.set_message(printable(&text)),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    bar.finish_and_clear();
    while is_shown && !show(None) {
        thread::sleep(TICK);
    }
}

/// Not while somebody writes, and without waiting for that: nobody else could write meanwhile.
fn show(bar: Option<&ProgressBar>) -> bool {
    let mut shown = match SHOWN.try_write() {
        Ok(shown) => shown,
        Err(TryLockError::Poisoned(shown)) => shown.into_inner(),
        Err(TryLockError::WouldBlock) => return false,
    };
    *shown = bar.cloned();
    true
}

/// Writes to the terminal while nothing else is on the line.
pub fn aside<T>(write: impl FnOnce() -> T) -> T {
    let shown = SHOWN.read().unwrap_or_else(PoisonError::into_inner);
    match &*shown {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}
