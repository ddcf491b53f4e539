//! Builds again whenever something changes that is built from.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use anyhow::Result;
use tokio::task::spawn_blocking;

use crate::output;

use super::addresses;
use super::project::{Before, Built, Project};
use super::rewritten::{self, Rewritten};
use super::task::Task;
use super::watch::Watch;

/// A project that is looked at.
pub struct Rebuilds {
    project: Project,
    watch: Watch,
    before: Before,
    build: Option<Pin<Box<dyn Future<Output = Result<Built>>>>>,
    /// What came of it, while it is to be seen whether that is of yesterday already.
    built: Option<Result<Built>>,
    /// What changed since the build began.
    stale: BTreeSet<PathBuf>,
    /// Whether the build is there because of what changed during the one before it.
    is_repetition: bool,
    /// For what the next build begins at once.
    due: Option<PathBuf>,
    rewritten: Rewritten,
}

impl Rebuilds {
    /// Of the project that was built; with what that is after the changes meanwhile.
    pub async fn after(project: Project, watch: Watch, built: Built) -> (Self, Built) {
        let eyes = watch.eyes();
        let inputs = built.members.inputs();
        let looking = spawn_blocking(move || {
            // cargo has written it for this build.
            eyes.learn(&inputs.lock());
            eyes.look_at(inputs);
        });
        // Whoever panics has said so.
        let _ = looking.await;
        let mut rebuilds = Self {
            project,
            watch,
            before: Before::default(),
            build: None,
            built: None,
            stale: BTreeSet::new(),
            is_repetition: false,
            due: None,
            rewritten: Rewritten::default(),
        };
        rebuilds.remember(&built);
        if rebuilds.watch.has_heard() {
            rebuilds.stale = rebuilds.watch.settled().await;
        }
        if !rebuilds.repeats(true) {
            return (rebuilds, built);
        }
        loop {
            match rebuilds.next(HashSet::new).await {
                Ok(Some(built)) => return (rebuilds, built),
                Ok(None) => {}
                Err(error) => {
                    output::error(&format!("{error:#}; what was built before it is started"));
                    return (rebuilds, built);
                }
            }
        }
    }

    /// Waits until a build begins, for which there is `None`, or has ended. The tasks that run have the addresses that are
    /// `held`. Safe to cancel.
    pub async fn next(&mut self, held: impl Fn() -> HashSet<String>) -> Result<Option<Built>> {
        loop {
            self.before.held = held();
            if let Some(built) = self.built.take() {
                if self.watch.has_heard() {
                    self.built = Some(built);
                    let stale = self.watch.settled().await;
                    self.stale.extend(stale);
                    continue;
                }
                if self.repeats(built.is_ok()) {
                    continue;
                }
                if let Ok(built) = &built {
                    addresses::look(&built.members, &self.before.elsewhere);
                    built.members.note_left_out(&self.before.left_out);
                    self.remember(built);
                }
                return built.map(Some);
            }
            let Some(build) = &mut self.build else {
                let path = if let Some(path) = self.due.take() {
                    Some(path)
                } else {
                    let changed = self.watch.changed().await;
                    self.named(&changed)
                };
                if let Some(path) = path {
                    self.begin(&path);
                }
                return Ok(None);
            };
            tokio::select! {
                changed = self.watch.changed() => self.stale.extend(changed),
                built = build => {
                    self.build = None;
                    self.built = Some(built);
                }
            }
        }
    }

    /// Begins once more what may have read one file before a change and another one after it. A build that gave something
    /// is repeated once, so that there is something to run however often something changes.
    fn repeats(&mut self, is_of_use: bool) -> bool {
        let stale = self.rewritten.after_build(mem::take(&mut self.stale));
        for path in stale.rewritten {
            output::note(&self.rewritten_text(&path));
        }
        self.due = self.named(&stale.others);
        if is_of_use && mem::take(&mut self.is_repetition) {
            return false;
        }
        let Some(path) = self.due.take() else {
            self.is_repetition = false;
            return false;
        };
        self.is_repetition = true;
        self.begin(&path);
        true
    }

    fn named(&self, changed: &BTreeSet<PathBuf>) -> Option<PathBuf> {
        let eyes = self.watch.eyes();
        named(changed, |path| eyes.is_read(path))
    }

    /// Whether a build is under way.
    pub fn is_building(&self) -> bool {
        self.build.is_some() || self.built.is_some()
    }

    fn begin(&mut self, path: &Path) {
        output::note(&format!("`{}` has changed", self.shown(path).display()));
        let project = self.project.clone();
        let build = project.rebuild(self.before.clone(), self.watch.eyes());
        self.build = Some(Box::pin(build));
    }

    fn remember(&mut self, built: &Built) {
        remember(&mut self.before.ports, built.members.ports());
        let left_out = built.members.left_out.iter().cloned();
        self.before.left_out.extend(left_out);
        self.before.elsewhere = addresses::elsewhere(&built.members).collect();
    }

    fn rewritten_text(&self, path: &Path) -> String {
        format!(
            "`{}` has changed during each of the last {} builds, so it is taken for written by them: it is not built again for \
             what changes there during a build",
            self.shown(path).display(),
            rewritten::TIMES
        )
    }

    /// As seen from where the project is.
    fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        let directory = self.project.selection.directory.canonicalize();
        let below = directory.map(|directory| path.strip_prefix(directory));
        let below = below.ok().and_then(Result::ok).unwrap_or(path);
        if below.as_os_str().is_empty() {
            return Path::new(".");
        }
        below
    }
}

/// Which of several changes is named: a file that is built from, else one that is there; and of what an editor wrote for
/// a moment only the directory.
fn named(changed: &BTreeSet<PathBuf>, is_read: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let read = changed.iter().find(|path| is_read(path));
    let there = || changed.iter().find(|path| path.exists());
    let first = || changed.first()?.parent();
    let file = read.or_else(there).map(PathBuf::as_path);
    file.or_else(first).map(Path::to_owned)
}

/// One port is that of one task.
fn remember(known: &mut HashMap<Task, u16>, new: HashMap<Task, u16>) {
    known.retain(|_, port| !new.values().any(|new| new == port));
    known.extend(new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_there_for_a_moment_is_not_named() {
        let directory = tempfile::TempDir::new().unwrap();
        let path = |name: &str| directory.path().join(name);
        std::fs::write(path("new.rs"), "").unwrap();
        let is_read = |path: &Path| path.ends_with("main.rs");
        for (changed, expected) in [
            (&["a_tmp", "main.rs", "new.rs"][..], Some(path("main.rs"))),
            (&["a_tmp", "new.rs"], Some(path("new.rs"))),
            (&["a_tmp"], Some(directory.path().to_owned())),
            (&[], None),
        ] {
            let all = changed.iter().map(|name| path(name)).collect();
            assert_eq!(named(&all, is_read), expected, "{changed:?}");
        }
    }

    #[test]
    fn a_task_that_comes_back_has_its_port() {
        let ports = |all: &[(&str, u16)]| {
            let all = all.iter().map(|(service, port)| {
                let task = Task {
                    service: (*service).to_owned(),
                    number: 1,
                    is_sole: true,
                };
                (task, *port)
            });
            all.collect::<HashMap<_, _>>()
        };
        let mut known = ports(&[("api", 1), ("web", 2), ("old", 3)]);
        // The system gave the port of one that is gone to another.
        remember(&mut known, ports(&[("web", 2), ("new", 3)]));
        assert_eq!(known, ports(&[("api", 1), ("web", 2), ("new", 3)]));
    }
}
