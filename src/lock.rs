//! `lock`: what a build needs to know where there is no `copilot/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{DependencyKind, Package};
use clap::Args;
use service_connect_codegen::{Application, Finding, lock};

use crate::context::Context;
use crate::options::Selection;
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
    let mut packages = packages.filter(|(package, _)| is_using(package)).peekable();
    if packages.peek().is_none() {
        bail!(
            "no crate of the cargo workspace `{}` has `service-connect-codegen` in its [build-dependencies]",
            metadata.workspace_root
        );
    }
    let text = lock::write(application);
    // What is wrong with locks, each with those of which it holds: mostly all of them.
    let mut stale: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, directory) in packages {
        let path = directory.join(lock::FILE);
        let shown = path.strip_prefix(&metadata.workspace_root).unwrap_or(&path);
        let shown = output::printable(&shown.display().to_string());
        if let Some(what) = difference(&path, application) {
            if !arguments.check {
                fs::write(&path, &text)
                    .with_context(|| format!("`{}` cannot be written", path.display()))?;
                output::note(&format!("wrote {shown}"));
            }
            stale.entry(what).or_default().push(shown);
        }
    }
    if stale.is_empty() {
        output::note("every lock is up to date");
    } else if arguments.check {
        for (what, locks) in stale {
            let verb = if locks.len() == 1 { "is" } else { "are" };
            output::result(&format!("{} {verb} {what}\n", locks.join(", ")))?;
        }
        output::note("run `cargo service-connect lock` and commit what it writes");
        return Ok(Outcome::Findings);
    }
    Ok(Outcome::Clean)
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

/// What is to be said of the lock in that file; `None` where it says what the manifests say.
fn difference(path: &Path, application: &Application) -> Option<String> {
    let old = match lock::open(path, lock::FILE) {
        Ok(Some(old)) => old,
        Ok(None) => return Some("missing".to_owned()),
        Err(finding) => return Some(format!("no lock: {}", output::one_line(&finding))),
    };
    if lock::says(&old, application) {
        return None;
    }
    let changes = lock::changes(&old, application);
    if changes.is_empty() {
        return Some("out of date, and no endpoint has changed".to_owned());
    }
    let changes = changes.iter().map(ToString::to_string);
    let changes = changes.map(|change| format!("\n  {}", output::printable(&change)));
    Some(format!("out of date:{}", changes.collect::<String>()))
}
