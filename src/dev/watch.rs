//! Waits for a change of what is built from.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::output;

use super::inputs::Inputs;

/// How long nothing may have changed before something is done: editors write several files, and a file several times.
const QUIET: Duration = Duration::from_millis(100);

/// How long that is waited for.
const LONGEST: Duration = Duration::from_secs(2);

/// The files that are looked at.
pub struct Watch {
    watcher: RecommendedWatcher,
    changes: mpsc::UnboundedReceiver<PathBuf>,
    inputs: Inputs,
    watched: BTreeSet<PathBuf>,
    /// What cannot be watched, which was said.
    unwatchable: BTreeSet<PathBuf>,
    /// What was in the files that have changed so far, when they were told of last.
    contents: HashMap<PathBuf, Content>,
    pending: Option<Pending>,
}

/// What tells whether a file is byte for byte what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// A hash.
    File(u64),
    Gone,
}

/// Changes that were seen.
struct Pending {
    paths: Vec<PathBuf>,
    since: Instant,
    last: Instant,
}

impl Watch {
    /// Looks at them from now on.
    pub fn new(inputs: Inputs) -> Result<Self> {
        let (send, changes) = mpsc::unbounded_channel();
        let handler = move |event: notify::Result<Event>| {
            // What cannot be watched was said when it was to be; what is read is not changed.
            let Ok(event) = event else { return };
            // Some were lost.
            if event.need_rescan() {
                let _ = send.send(PathBuf::new());
            }
            if !matches!(event.kind, EventKind::Access(_)) {
                for path in event.paths {
                    // Nobody listens where all is being stopped.
                    let _ = send.send(path);
                }
            }
        };
        let watcher =
            notify::recommended_watcher(handler).context("changes of files cannot be watched")?;
        let mut watch = Self {
            watcher,
            changes,
            inputs,
            watched: BTreeSet::new(),
            unwatchable: BTreeSet::new(),
            contents: HashMap::new(),
            pending: None,
        };
        watch.refresh()?;
        Ok(watch)
    }

    /// Looks at others from now on.
    pub fn look_at(&mut self, inputs: Inputs) -> Result<()> {
        self.inputs = inputs;
        self.refresh()
    }

    /// Looks at directories that are new, too. It fails where none can be looked at; of single ones that is said.
    pub fn refresh(&mut self) -> Result<()> {
        let directories = self.inputs.directories();
        for directory in &self.watched - &directories {
            // Fails where it is gone.
            let _ = self.watcher.unwatch(&directory);
        }
        self.watched.retain(|known| directories.contains(known));
        let new = &directories - &self.watched;
        let watcher = &mut self.watcher;
        let failed = watch_all(new, &mut self.watched, |directory| {
            watcher.watch(directory, RecursiveMode::NonRecursive)
        });
        for (directory, error) in failed {
            if self.watched.is_empty() {
                return Err(error).with_context(|| unwatchable(&directory));
            }
            let text = format!("{}: {error}", unwatchable(&directory));
            if self.unwatchable.insert(directory) {
                output::note(&text);
            }
        }
        Ok(())
    }

    /// Waits until something has changed, and no more for a moment: one of the files. Safe to cancel.
    pub async fn changed(&mut self) -> PathBuf {
        loop {
            if let Some(path) = self.settled().await {
                return path;
            }
        }
    }

    /// Waits until something was written, and no more for a moment: one of the files that are others now. Files that a
    /// build writes anew as they were are none. Safe to cancel.
    pub async fn settled(&mut self) -> Option<PathBuf> {
        loop {
            let due = self.pending.as_ref().map(Pending::due);
            tokio::select! {
                change = self.changes.recv() => match change {
                    Some(path) => self.see(path),
                    None => return std::future::pending().await,
                },
                () = until(due) => if let Some(pending) = self.pending.take() {
                    let mut paths = pending.paths;
                    paths.retain(|path| self.is_other(path));
                    return paths.into_iter().next();
                },
            }
        }
    }

    /// Takes a file for what it is now, because that was built.
    pub fn know(&mut self, path: PathBuf) {
        if let Some(content) = Content::of(&path) {
            self.contents.insert(path, content);
        }
    }

    /// Whether a file is not what it was when this was asked last.
    fn is_other(&mut self, path: &Path) -> bool {
        // What is in a directory may have come with it.
        let Some(content) = Content::of(path) else {
            self.contents.remove(path);
            return true;
        };
        self.contents.insert(path.to_owned(), content) != Some(content)
    }

    /// Whether something has changed that is not told of yet.
    pub fn has_seen_one(&self) -> bool {
        self.pending.is_some()
    }

    fn see(&mut self, path: PathBuf) {
        // A directory that comes again is to be watched again.
        self.watched.remove(&path);
        let may_be_any = path.as_os_str().is_empty();
        if !may_be_any && !self.inputs.matters(&path) {
            return;
        }
        let now = Instant::now();
        match &mut self.pending {
            Some(pending) => {
                pending.last = now;
                if !pending.paths.contains(&path) {
                    pending.paths.push(path);
                }
            }
            None => {
                self.pending = Some(Pending {
                    paths: vec![path],
                    since: now,
                    last: now,
                });
            }
        }
    }
}

impl Content {
    /// That of a file; `None` where it cannot be told.
    fn of(path: &Path) -> Option<Self> {
        match fs::read(path) {
            Ok(bytes) => {
                let mut hasher = DefaultHasher::new();
                bytes.hash(&mut hasher);
                Some(Self::File(hasher.finish()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !path.as_os_str().is_empty() => {
                Some(Self::Gone)
            }
            Err(_) => None,
        }
    }
}

impl Pending {
    fn due(&self) -> Instant {
        (self.last + QUIET).min(self.since + LONGEST)
    }
}

fn unwatchable(directory: &Path) -> String {
    format!("changes in `{}` cannot be watched", directory.display())
}

/// Watches all that can be; gives those that cannot.
fn watch_all<E>(
    directories: BTreeSet<PathBuf>,
    watched: &mut BTreeSet<PathBuf>,
    mut watch: impl FnMut(&Path) -> Result<(), E>,
) -> Vec<(PathBuf, E)> {
    let mut failed = Vec::new();
    // One that is gone by now is none to look at.
    for directory in directories.into_iter().filter(|path| path.is_dir()) {
        match watch(&directory) {
            Ok(()) => drop(watched.insert(directory)),
            Err(error) => failed.push((directory, error)),
        }
    }
    failed
}

/// Waits for a time; for good where there is none.
pub async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_watched_keeps_nothing_else_from_it() {
        let parent = tempfile::TempDir::new().unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|name| parent.path().join(name));
        for directory in [&a, &b] {
            std::fs::create_dir(directory).unwrap();
        }
        let mut watched = BTreeSet::new();
        let failed = watch_all(
            BTreeSet::from([a.clone(), b.clone(), c]),
            &mut watched,
            |path| {
                if path == a { Err("denied") } else { Ok(()) }
            },
        );
        assert_eq!(failed, [(a, "denied")]);
        assert_eq!(watched, BTreeSet::from([b]));
    }
}
