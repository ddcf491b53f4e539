//! Waits for a change of what is built from.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep_until};

use super::eyes::{Eyes, Told, Touched};
use super::inputs::Inputs;

/// How long nothing may have changed before something is done: editors write several files, and a file several times.
const QUIET: Duration = Duration::from_millis(100);

/// How long that is waited for.
const LONGEST: Duration = Duration::from_secs(2);

/// The files that are looked at.
pub struct Watch {
    eyes: Eyes,
    told: mpsc::UnboundedReceiver<Told>,
    pending: Option<Pending>,
    /// While it is looked at what was told of.
    looking: Option<JoinHandle<BTreeSet<PathBuf>>>,
}

/// What was told and not looked at.
struct Pending {
    touched: Touched,
    since: Instant,
    last: Instant,
}

impl Watch {
    /// Looks at them from now on.
    pub async fn new(inputs: Inputs) -> Result<Self> {
        let (tell, told) = mpsc::unbounded_channel();
        let eyes = spawn_blocking(move || Eyes::new(inputs, tell)).await;
        Ok(Self {
            eyes: eyes.context("files could not be looked at")??,
            told,
            pending: None,
            looking: None,
        })
    }

    /// What looks.
    pub fn eyes(&self) -> Eyes {
        self.eyes.clone()
    }

    /// Waits until something has changed, and no more for a moment: the files. Safe to cancel.
    pub async fn changed(&mut self) -> BTreeSet<PathBuf> {
        loop {
            let changed = self.settled().await;
            if !changed.is_empty() {
                return changed;
            }
        }
    }

    /// Waits until something was written, and no more for a moment: the files that are others now. One that a build writes
    /// anew as it was is none. Safe to cancel.
    pub async fn settled(&mut self) -> BTreeSet<PathBuf> {
        loop {
            let due = self.pending.as_ref().map(Pending::due);
            let is_looking = self.looking.is_some();
            tokio::select! {
                told = self.told.recv() => match told {
                    Some(told) => self.hear(told),
                    None => return std::future::pending().await,
                },
                changed = looked(&mut self.looking), if is_looking => {
                    self.looking = None;
                    return changed;
                }
                () = until(due), if !is_looking => if let Some(Pending { touched, .. }) = self.pending.take() {
                    let eyes = self.eyes();
                    self.looking = Some(spawn_blocking(move || eyes.changed(&touched)));
                },
            }
        }
    }

    /// Whether something was told of which it is not known yet whether it has changed.
    pub fn has_heard(&mut self) -> bool {
        while let Ok(told) = self.told.try_recv() {
            self.hear(told);
        }
        self.pending.is_some() || self.looking.is_some()
    }

    fn hear(&mut self, told: Told) {
        let now = Instant::now();
        let pending = self.pending.get_or_insert_with(|| Pending {
            touched: Touched::default(),
            since: now,
            last: now,
        });
        pending.last = now;
        pending.touched.add(told);
    }
}

impl Pending {
    fn due(&self) -> Instant {
        (self.last + QUIET).min(self.since + LONGEST)
    }
}

/// What came of looking. Whoever panicked has said so.
async fn looked(looking: &mut Option<JoinHandle<BTreeSet<PathBuf>>>) -> BTreeSet<PathBuf> {
    match looking {
        Some(looking) => looking.await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}

/// Waits for a time; for good where there is none.
pub async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
