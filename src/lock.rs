//! `lock`: what a build needs to know where there is no `copilot/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, Package};
use clap::Args;
use serde::Serialize;
use service_connect_codegen::lock::{self, Change, Difference};
use service_connect_codegen::{Application, Finding};

use crate::context::Context;
use crate::files::{self, Edit};
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
    /// Of every crate that uses the application.
    locks: Vec<Lock>,
}

/// The lock of a crate.
#[derive(Serialize)]
struct Lock {
    /// From the root of the cargo workspace.
    file: String,
    /// How it was found.
    state: State,
    /// Why it is no lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Endpoints that are others now; none where they are the same, though something else is out of date.
    changes: Vec<Moved>,
    #[serde(skip)]
    path: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
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
    let context = Context::open(&selection.everywhere())?;
    let application = context.application();
    if let Some(finding) = context
        .wrong_metadata()
        .cloned()
        .or_else(|| refusal(application))
    {
        bail!(
            "no lock can be relied on before that is right (`cargo service-connect check`): {}",
            output::one_line(&finding)
        );
    }
    let metadata = cargo::metadata(&selection.directory)?;
    let packages = cargo::packages(&metadata, &context.workspace);
    let packages = packages.filter(|(package, _)| is_using(package));
    let root = metadata.workspace_root.as_std_path();
    let locks: Vec<_> = packages
        .map(|(_, directory)| Lock::open(directory.join(lock::FILE), root, application))
        .collect();
    if locks.is_empty() {
        bail!(
            "no crate of the cargo workspace `{}` has `service-connect-codegen` in its [build-dependencies]",
            metadata.workspace_root
        );
    }
    let report = Report {
        check: arguments.check,
        locks,
    };
    if !arguments.check {
        report.write(&lock::write(application))?;
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

impl Report {
    /// Those that do not say what the manifests say.
    fn stale(&self) -> impl Iterator<Item = &Lock> {
        let locks = self.locks.iter();
        locks.filter(|lock| lock.state != State::UpToDate)
    }

    fn write(&self, text: &str) -> Result<()> {
        let edits = self.stale().map(|lock| Edit {
            path: lock.path.clone(),
            old: fs::read_to_string(&lock.path).ok(),
            new: text.to_owned(),
        });
        files::write(&edits.collect::<Vec<_>>())
    }

    fn print(&self) -> Result<()> {
        // What is wrong with locks, each with those of which it holds: mostly all of them.
        let mut stale: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for lock in self.stale() {
            if !self.check {
                output::note(&format!("wrote {}", output::printable(&lock.file)));
            }
            let file = output::printable(&lock.file);
            stale.entry(lock.verdict()).or_default().push(file);
        }
        if stale.is_empty() {
            output::note("every lock is up to date");
        } else if self.check {
            for (what, locks) in stale {
                let verb = if locks.len() == 1 { "is" } else { "are" };
                output::result(&format!("{} {verb} {what}\n", locks.join(", ")))?;
            }
            output::note("run `cargo service-connect lock` and commit what it writes");
        }
        Ok(())
    }
}

impl Lock {
    fn open(path: PathBuf, root: &Path, application: &Application) -> Self {
        let shown = path.strip_prefix(root).unwrap_or(&path);
        let mut lock = Self {
            file: shown.display().to_string(),
            state: State::UpToDate,
            error: None,
            changes: Vec::new(),
            path,
        };
        match lock::open(&lock.path, lock::FILE) {
            Ok(None) => lock.state = State::Missing,
            Ok(Some(old)) if lock::says(&old, application) => {}
            Ok(Some(old)) => {
                let changes = lock::changes(&old, application).into_iter();
                lock.changes = changes.map(Moved::from).collect();
                lock.state = State::OutOfDate;
            }
            Err(finding) => {
                lock.error = Some(output::one_line(&finding));
                lock.state = State::Invalid;
            }
        }
        lock
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
