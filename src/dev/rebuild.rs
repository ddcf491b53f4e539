//! Builds again whenever something changes that is built from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use anyhow::Result;

use crate::output;

use super::members::Members;
use super::project::{Built, Project};
use super::task::Task;
use super::watch::Watch;

/// A project that is looked at.
pub struct Rebuilds {
    project: Project,
    watch: Watch,
    /// Also of tasks that are gone, and may come back to callers that know their port.
    ports: HashMap<Task, u16>,
    build: Option<Pin<Box<dyn Future<Output = Result<Built>>>>>,
    /// What came of it, while it is to be seen whether that is of yesterday already.
    built: Option<Result<Built>>,
    /// What changed since the build began.
    stale: Option<PathBuf>,
}

impl Rebuilds {
    /// Of the project, which consists of these members by now.
    pub fn new(project: Project, watch: Watch, members: &Members) -> Self {
        let mut rebuilds = Self {
            project,
            watch,
            ports: members.ports(),
            build: None,
            built: None,
            stale: None,
        };
        // cargo may have written it for this build.
        rebuilds.watch.know(members.inputs().lock());
        rebuilds.look(|watch| watch.look_at(members.inputs()));
        rebuilds
    }

    /// Waits until a build begins, for which there is `None`, or has ended. Safe to cancel.
    pub async fn next(&mut self) -> Result<Option<Built>> {
        loop {
            if let Some(built) = self.built.take() {
                // It may have read one file before the change and another one after it.
                if let Some(path) = self.stale.take() {
                    self.begin(&path);
                    continue;
                }
                if self.watch.has_seen_one() {
                    self.built = Some(built);
                    self.stale = self.watch.settled().await;
                    continue;
                }
                if let Ok(built) = &built {
                    remember(&mut self.ports, built.members.ports());
                    self.look(|watch| watch.look_at(built.members.inputs()));
                }
                return built.map(Some);
            }
            let Some(build) = &mut self.build else {
                let path = self.watch.changed().await;
                self.begin(&path);
                return Ok(None);
            };
            tokio::select! {
                path = self.watch.changed() => self.stale = Some(path),
                built = build => {
                    self.build = None;
                    self.built = Some(built);
                }
            }
        }
    }

    /// Whether a build is under way.
    pub fn is_building(&self) -> bool {
        self.build.is_some() || self.built.is_some()
    }

    fn begin(&mut self, path: &Path) {
        // What comes into a new directory from now on is a change too.
        self.look(Watch::refresh);
        output::note(&format!("`{}` has changed", self.shown(path).display()));
        let project = self.project.clone();
        self.build = Some(Box::pin(project.rebuild(self.ports.clone())));
    }

    fn look(&mut self, look: impl FnOnce(&mut Watch) -> Result<()>) {
        if let Err(error) = look(&mut self.watch) {
            output::note(&format!("{error:#}"));
        }
    }

    /// As seen from where the project is.
    fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        let directory = self.project.selection.directory.canonicalize();
        let below = directory.map(|directory| path.strip_prefix(directory));
        below.ok().and_then(Result::ok).unwrap_or(path)
    }
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
