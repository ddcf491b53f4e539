//! Looks at directories, and at files once something was told of them. All of it may take its time, so none of it is done
//! by the thread on which the services are waited for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::UnboundedSender;

use crate::output;

use super::contents::Contents;
use super::inputs::Inputs;

/// What the system told.
#[derive(Debug)]
pub enum Told {
    /// Something happened at a path at which it may matter.
    Of(PathBuf),
    /// It told less than happened.
    Less,
}

/// All that was told since it was looked at last.
#[derive(Debug, Default)]
pub struct Touched {
    paths: BTreeSet<PathBuf>,
    is_less: bool,
}

impl Touched {
    /// With this, too.
    pub fn add(&mut self, told: Told) {
        match told {
            Told::Of(path) => drop(self.paths.insert(path)),
            Told::Less => self.is_less = true,
        }
    }
}

/// What is looked at. Clones are the same.
#[derive(Clone)]
pub struct Eyes {
    scope: Scope,
    sight: Arc<Mutex<Sight>>,
}

/// Read by what is told of events, which waits for nothing else.
type Scope = Arc<Mutex<Option<Arc<Meant>>>>;

/// What matters.
struct Meant {
    inputs: Inputs,
    directories: BTreeSet<PathBuf>,
}

/// What is known of it.
struct Sight {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    /// What cannot be watched, which was said.
    unwatchable: BTreeSet<PathBuf>,
    contents: Contents,
}

impl Eyes {
    /// Looks at these files from now on, and tells of what happens to them. It fails where no directory can be watched; of
    /// single ones that is said.
    pub fn new(inputs: Inputs, tell: UnboundedSender<Told>) -> Result<Self> {
        let scope = Scope::default();
        let watcher = {
            let scope = Arc::clone(&scope);
            notify::recommended_watcher(move |event| pass_on(event, &scope, &tell))
        };
        let watcher = watcher.context("changes of files cannot be watched")?;
        let sight = Sight {
            watcher,
            watched: BTreeSet::new(),
            unwatchable: BTreeSet::new(),
            contents: Contents::default(),
        };
        let eyes = Self {
            scope,
            sight: Arc::new(Mutex::new(sight)),
        };
        eyes.try_look_at(inputs)?;
        Ok(eyes)
    }

    /// Looks at others from now on. Those that were looked at already are known from before.
    pub fn look_at(&self, inputs: Inputs) {
        if let Err(error) = self.try_look_at(inputs) {
            output::note(&format!("{error:#}"));
        }
    }

    /// The same before they are built, so that nobody knows yet what else will be read.
    pub fn look_ahead(&self, mut inputs: Inputs) {
        if let Some(meant) = self.meant() {
            inputs.keep_read(&meant.inputs);
        }
        self.look_at(inputs);
    }

    /// The same where cargo could not say what is built from: a package may be half there.
    pub fn look_for_packages(&self) {
        if let Some(meant) = self.meant() {
            let mut inputs = meant.inputs.clone();
            inputs.read_globs();
            self.look_at(inputs);
        }
    }

    fn try_look_at(&self, inputs: Inputs) -> Result<()> {
        let sight = &mut *lock(&self.sight);
        let before = self.meant();
        if before.as_ref().is_some_and(|meant| meant.inputs == inputs) {
            return Ok(());
        }
        let directories = sight.watch(&inputs)?;
        let meant = self.mean(inputs, directories);
        // Only now: what is written from here on is told.
        sight.contents.retain(|file| meant.inputs.matters(file));
        for file in meant.inputs.files(&meant.directories) {
            let was_meant = |meant: Arc<Meant>| meant.inputs.matters(&file);
            // Of such a one it was told whether it is new.
            if !before.clone().is_some_and(was_meant) {
                sight.contents.learn(&file);
            }
        }
        Ok(())
    }

    /// Takes a file that was not there for what it is now.
    pub fn learn(&self, file: &Path) {
        lock(&self.sight).contents.learn(file);
    }

    /// Whether the compiler reads it, wherever it is.
    pub fn is_read(&self, file: &Path) -> bool {
        self.meant().is_some_and(|meant| meant.inputs.is_read(file))
    }

    /// The files that are not what they were when they were looked at last.
    pub fn changed(&self, touched: &Touched) -> BTreeSet<PathBuf> {
        let sight = &mut *lock(&self.sight);
        let Some(mut meant) = self.meant() else {
            return BTreeSet::new();
        };
        let is_directory = |path: &&PathBuf| meant.directories.contains(*path) || path.is_dir();
        let directories: Vec<_> = touched.paths.iter().filter(is_directory).collect();
        let mut files = touched.paths.clone();
        if touched.is_less {
            output::note(
                "more has happened to files than could be told: all of them are looked at",
            );
            sight.forget(|_| true);
        }
        // One that comes again is another one.
        sight.forget(|path| directories.iter().any(|touched| path.starts_with(touched)));
        if touched.is_less || !directories.is_empty() {
            match sight.watch(&meant.inputs) {
                Ok(found) => meant = self.mean(meant.inputs.clone(), found),
                Err(error) => output::note(&format!("{error:#}")),
            }
        }
        if touched.is_less {
            files.extend(sight.contents.all());
            files.extend(meant.inputs.files(&meant.directories));
        }
        for directory in directories {
            files.extend(sight.contents.below(directory));
            let below = meant.directories.range(directory.clone()..);
            let below = below.take_while(|path| path.starts_with(directory));
            files.extend(meant.inputs.files(below));
        }
        files.retain(|file| meant.inputs.matters(file) && sight.contents.look(file));
        files
    }

    fn meant(&self) -> Option<Arc<Meant>> {
        lock(&self.scope).clone()
    }

    fn mean(&self, inputs: Inputs, directories: BTreeSet<PathBuf>) -> Arc<Meant> {
        let meant = Arc::new(Meant {
            inputs,
            directories,
        });
        lock(&self.scope).replace(Arc::clone(&meant));
        meant
    }
}

impl Sight {
    /// Watches the directories of these files, and those that are in new ones; gives all.
    fn watch(&mut self, inputs: &Inputs) -> Result<BTreeSet<PathBuf>> {
        loop {
            let directories = inputs.directories();
            self.forget(|path| !directories.contains(path));
            let new = &directories - &self.watched;
            let number = self.watched.len();
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
            // What came into them before they were watched was not told.
            if self.watched.len() == number {
                return Ok(directories);
            }
        }
    }

    fn forget(&mut self, is_meant: impl Fn(&Path) -> bool) {
        let watcher = &mut self.watcher;
        self.watched.retain(|directory| {
            let is_kept = !is_meant(directory);
            if !is_kept {
                // Fails where it is gone.
                let _ = watcher.unwatch(directory);
            }
            is_kept
        });
    }
}

/// Called by the watcher, on a thread of its own.
fn pass_on(event: notify::Result<Event>, scope: &Scope, tell: &UnboundedSender<Told>) {
    // What cannot be watched was said when it was to be.
    let Ok(event) = event else { return };
    // Nobody listens where all is being stopped.
    if event.need_rescan() {
        let _ = tell.send(Told::Less);
    }
    // What is read is not changed.
    if matches!(event.kind, EventKind::Access(_)) {
        return;
    }
    let Some(meant) = lock(scope).clone() else {
        return;
    };
    for path in event.paths {
        let counts = meant.inputs.matters(&path) || meant.inputs.leads_to_package(&path);
        if counts || meant.directories.contains(&path) {
            let _ = tell.send(Told::Of(path));
        }
    }
}

/// Whoever panics has said so.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
