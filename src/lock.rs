//! `lock`: what a build needs to know where there is no `copilot/`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{DependencyKind, Package};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use service_connect_codegen::{Application, Finding, lock};

use crate::context::Context;
use crate::{Outcome, cargo, output};

/// What `--help` says below the options.
pub const AFTER_HELP: &str = "\
A `service-connect.lock` is written beside the Cargo.toml of each crate of the workspace that has \
`service-connect-codegen` among its build dependencies. Commit it: a build in a container, which has no `copilot/`, \
goes by it.";

/// The arguments of `lock`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The application's name, where `copilot/.workspace` does not say it
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    app: Option<String>,

    /// Write nothing; exit with 1 where a lock is missing or out of date, and say what has changed
    #[arg(long)]
    check: bool,
}

/// Writes the locks, or checks them.
pub fn run(directory: &Path, arguments: &Arguments) -> Result<Outcome> {
    let context = Context::open(directory, arguments.app.as_deref(), &[])?;
    let application = context.application();
    if let Some(finding) = refusal(application) {
        bail!(
            "{}: a lock can be written once the manifests are right (`cargo service-connect check`)",
            output::one_line(&finding)
        );
    }
    let metadata = cargo::metadata(directory)?;
    let packages = cargo::packages(&metadata, &context.workspace);
    let mut packages = packages.filter(|(package, _)| is_using(package)).peekable();
    if packages.peek().is_none() {
        bail!(
            "no crate of the cargo workspace `{}` has `service-connect-codegen` in its [build-dependencies]",
            metadata.workspace_root
        );
    }
    let text = lock::write(application);
    let mut outcome = Outcome::Clean;
    for (_, directory) in packages {
        let path = directory.join(lock::FILE);
        let shown = path.strip_prefix(&metadata.workspace_root).unwrap_or(&path);
        let shown = output::printable(&shown.display().to_string());
        let known = fs::read_to_string(&path).unwrap_or_default();
        if lock::is_of(&known, application) {
            continue;
        }
        if arguments.check {
            outcome = Outcome::Findings;
            output::result(&stale(&shown, path.exists(), &known, application))?;
        } else {
            fs::write(&path, &text)
                .with_context(|| format!("`{}` cannot be written", path.display()))?;
            output::note(&format!("wrote {shown}"));
        }
    }
    if outcome == Outcome::Findings {
        output::note("run `cargo service-connect lock` and commit what it writes");
    }
    Ok(outcome)
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

/// What has changed since it was written, a line each.
fn stale(shown: &str, exists: bool, known: &str, application: &Application) -> String {
    if !exists {
        return format!("{shown} is missing\n");
    }
    let old = match lock::read(known, lock::FILE) {
        Ok(old) => old,
        Err(finding) => {
            let why = output::printable(&finding.message);
            return format!("{shown} cannot be read: {why}\n");
        }
    };
    let changes = lock::changes(&old, application);
    if changes.is_empty() {
        return format!("{shown} is out of date, and no endpoint has changed\n");
    }
    let changes = changes.iter().map(ToString::to_string);
    let changes = changes.map(|change| format!("  {}\n", output::printable(&change)));
    format!("{shown} is out of date:\n{}", changes.collect::<String>())
}
