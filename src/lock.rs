//! `lock`: what a build needs to know where there is no `copilot/`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, Package};
use clap::Args;
use serde::Serialize;
use service_connect_codegen::lock::{self, Change, Difference};
use service_connect_codegen::{Application, Finding, text_file};

use crate::context::Context;
use crate::files::{self, Edit, Old};
use crate::options::{Format, Selection};
use crate::{Outcome, cargo, output};

/// What `--help` says below the options.
pub const AFTER_HELP: &str = "\
A `service-connect.lock` is written beside the Cargo.toml of each crate of the workspace that has \
`service-connect-codegen` among its build dependencies. Commit it: a build in a container, which has no `copilot/`, \
goes by it.";

/// The arguments of `lock`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Write nothing; exit with 1 where a lock is missing or out of date, and say what has changed
    #[arg(long)]
    check: bool,

    /// How to write what was found or done
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Report {
    /// Whether nothing was written.
    check: bool,
    /// Those of every crate that uses the application.
    locks: Vec<Locks>,
}

/// Locks that say the same: mostly all of them.
#[derive(Serialize)]
struct Locks {
    /// From the root of the cargo workspace.
    files: Vec<String>,
    #[serde(flatten)]
    found: Found,
    #[serde(skip)]
    paths: Vec<PathBuf>,
}

/// What was found in them.
#[derive(Default, Serialize)]
struct Found {
    state: State,
    /// Why it is no lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Endpoints that are others now; none where they are the same, though something else is out of date.
    changes: Vec<Moved>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    #[default]
    UpToDate,
    Missing,
    OutOfDate,
    Invalid,
}

/// An endpoint that is another one now.
#[derive(Serialize)]
struct Moved {
    /// `null` where the application has no environment.
    environment: Option<String>,
    service: String,
    via: &'static str,
    /// `null` where it is new.
    from: Option<String>,
    /// `null` where it is gone.
    to: Option<String>,
    /// Those of these services that call it have to be built and deployed anew.
    redeploy: Vec<String>,
    #[serde(skip)]
    text: String,
}

/// Writes the locks, or checks them.
pub fn run(selection: &Selection, arguments: &Arguments) -> Result<Outcome> {
    // One lock serves all environments.
    let everywhere = selection.everywhere();
    let asked = cargo::Asked::about(&selection.directory);
    let context = open(&everywhere)?;
    let metadata = asked.answer()?;
    let application = context.application();
    let packages = cargo::packages(&metadata, &context.workspace);
    let packages = packages.filter(|(package, _)| is_using(package));
    let root = metadata.workspace_root.as_std_path();
    let text = lock::write(application);
    let paths = packages.map(|(_, directory)| directory.join(lock::FILE));
    let report = Report {
        check: arguments.check,
        locks: locks(paths, root, &text, application),
    };
    if report.locks.is_empty() {
        bail!(
            "no crate of the cargo workspace `{}` has `service-connect-codegen` in its [build-dependencies]",
            metadata.workspace_root
        );
    }
    if !arguments.check {
        report.write(&text)?;
    }
    match arguments.format {
        Format::Human => report.print()?,
        Format::Json => output::json(&report)?,
    }
    Ok(if arguments.check && report.stale().next().is_some() {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

/// The application, if locks of it can be relied on.
fn open(selection: &Selection) -> Result<Context> {
    let context = Context::open(selection)?;
    let refused = context.wrong_metadata().cloned();
    if let Some(finding) = refused.or_else(|| refusal(context.application())) {
        bail!(
            "no lock can be relied on before that is right (`cargo service-connect check`): {}",
            output::one_line(&finding)
        );
    }
    Ok(context)
}

/// Looks at the lock in each of these files; `current` is what it should be.
fn locks(
    paths: impl Iterator<Item = PathBuf>,
    root: &Path,
    current: &str,
    application: &Application,
) -> Vec<Locks> {
    let mut all: Vec<Locks> = Vec::new();
    let mut known = HashMap::new();
    for path in paths {
        let text = text_file::read(&path, lock::FILE).ok().flatten();
        // One that cannot be read as text is alone with what keeps it from that.
        let is_current = text.as_deref() == Some(current);
        let key = text.ok_or_else(|| path.exists().then(|| path.clone()));
        let index = *known.entry(key).or_insert_with(|| {
            let found = if is_current {
                Found::default()
            } else {
                Found::read(&path, application)
            };
            all.push(Locks {
                files: Vec::new(),
                found,
                paths: Vec::new(),
            });
            all.len() - 1
        });
        let shown = path.strip_prefix(root).unwrap_or(&path);
        all[index].files.push(shown.display().to_string());
        all[index].paths.push(path);
    }
    all
}

impl Report {
    /// Those that do not say what the manifests say.
    fn stale(&self) -> impl Iterator<Item = &Locks> {
        let locks = self.locks.iter();
        locks.filter(|locks| locks.found.state != State::UpToDate)
    }

    fn write(&self, text: &str) -> Result<()> {
        let new: Rc<str> = text.into();
        let edits = self.stale().flat_map(|locks| {
            let paths = locks.paths.iter().cloned();
            paths.map(|path| Edit {
                path,
                old: Old::Any,
                new: new.clone(),
            })
        });
        files::write(&edits.collect::<Vec<_>>())
    }

    fn print(&self) -> Result<()> {
        // What is wrong with locks, each with those of which it holds.
        let mut stale: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for locks in self.stale() {
            let files = locks.files.iter().map(|file| output::printable(file));
            let known = stale.entry(locks.found.verdict()).or_default();
            known.extend(files);
        }
        if stale.is_empty() {
            output::note("every lock is up to date");
            return Ok(());
        }
        if !self.check {
            let mut written: Vec<_> = stale.into_values().flatten().collect();
            written.sort();
            let lines: Vec<_> = written.iter().map(|file| format!("wrote {file}")).collect();
            output::note(&lines.join("\n"));
            return Ok(());
        }
        for (what, locks) in stale {
            let verb = if locks.len() == 1 { "is" } else { "are" };
            output::result(&format!("{} {verb} {what}\n", locks.join(", ")))?;
        }
        output::note("run `cargo service-connect lock` and commit what it writes");
        Ok(())
    }
}

impl Found {
    fn read(path: &Path, application: &Application) -> Self {
        let mut found = Self::default();
        match lock::open(path, lock::FILE) {
            Ok(None) => found.state = State::Missing,
            Ok(Some(old)) if lock::says(&old, application) => {}
            Ok(Some(old)) => {
                let changes = lock::changes(&old, application).into_iter();
                found.changes = changes.map(Moved::from).collect();
                found.state = State::OutOfDate;
            }
            Err(finding) => {
                found.error = Some(output::one_line(&finding));
                found.state = State::Invalid;
            }
        }
        found
    }

    /// What is to be said of it.
    fn verdict(&self) -> String {
        match self.state {
            State::UpToDate => "up to date".to_owned(),
            State::Missing => "missing".to_owned(),
            State::Invalid => format!("no lock: {}", self.error.as_deref().unwrap_or_default()),
            State::OutOfDate if self.changes.is_empty() => {
                "out of date, and no endpoint has changed".to_owned()
            }
            State::OutOfDate => {
                let changes = self.changes.iter();
                let changes =
                    changes.map(|change| format!("\n  {}", output::printable(&change.text)));
                format!("out of date:{}", changes.collect::<String>())
            }
        }
    }
}

impl From<Change> for Moved {
    fn from(change: Change) -> Self {
        let text = change.to_string();
        let (from, to) = match change.difference {
            Difference::Added(to) => (None, Some(to)),
            Difference::Moved { from, to } => (Some(from), Some(to)),
            Difference::Removed(from) => (Some(from), None),
        };
        Self {
            environment: change.environment,
            service: change.service,
            via: change.via.as_str(),
            from,
            to,
            redeploy: change.redeploy,
            text,
        }
    }
}

/// What keeps a service from being known in an environment of the workspace.
fn refusal(application: &Application) -> Option<Finding> {
    let environments = application.looked_at();
    application.services.iter().find_map(|service| {
        let mut refused = environments
            .iter()
            .filter_map(|environment| application.deployment(service, *environment).err());
        let unique = application.unique_service(&service.name);
        refused.next().cloned().or_else(|| unique.err())
    })
}

/// Whether its build script reads the application.
fn is_using(package: &Package) -> bool {
    let mut dependencies = package.dependencies.iter();
    dependencies.any(|dependency| {
        dependency.name == "service-connect-codegen" && dependency.kind == DependencyKind::Build
    })
}
