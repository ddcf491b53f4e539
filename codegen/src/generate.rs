//! What a build script does: read the application, write the catalog and the stubs, tell cargo what to watch.

use std::fmt;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::catalog::{self, Catalog};
use crate::copilot::{Loaded, Workspace};
use crate::finding::{Finding, Severity};
use crate::metadata::Metadata;
use crate::source::Source;
use crate::stubs;

/// Why [`generate`] could not do its work. Debug prints it as Display does, because that is what cargo shows.
pub struct Error(Reason);

enum Reason {
    Variable(&'static str),
    Write(PathBuf, io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Variable(name) => write!(
                f,
                "`{name}` is not set: `service_connect_codegen::generate()` belongs into `build.rs`, which cargo runs"
            ),
            Reason::Write(path, error) => {
                write!(f, "`{}` cannot be written: {error}", path.display())
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Reason::Variable(_) => None,
            Reason::Write(_, error) => Some(error),
        }
    }
}

/// Reads `copilot/` from the package's directory upwards and writes what the macros of `service-connect` read.
/// The whole of a `build.rs`:
///
/// ```no_run
/// fn main() -> Result<(), service_connect_codegen::Error> {
///     service_connect_codegen::generate()
/// }
/// ```
///
/// A manifest that is wrong is a warning of cargo's here, and an error only where its service is used.
///
/// # Errors
///
/// If `OUT_DIR` cannot be written, or the caller is no build script.
pub fn generate() -> Result<(), Error> {
    let directory = variable("CARGO_MANIFEST_DIR")?;
    let out = variable("OUT_DIR")?;
    let generated = write(&directory, &out)?;
    for path in &generated.watched {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    for name in &generated.variables {
        println!("cargo::rerun-if-env-changed={name}");
    }
    for finding in &generated.findings {
        println!("cargo::warning={}", finding.line());
    }
    Ok(())
}

/// [`generate`] for the package in `directory`, into `out`, silently: for tests of the macros.
///
/// # Errors
///
/// If `out` cannot be written.
#[doc(hidden)]
pub fn generate_into(directory: &Path, out: &Path) -> Result<(), Error> {
    write(directory, out).map(drop)
}

fn variable(name: &'static str) -> Result<PathBuf, Error> {
    env::var_os(name)
        .map(PathBuf::from)
        .ok_or(Error(Reason::Variable(name)))
}

struct Generated {
    watched: Vec<PathBuf>,
    variables: Vec<String>,
    /// What cargo is to show.
    findings: Vec<Finding>,
}

fn write(directory: &Path, out: &Path) -> Result<Generated, Error> {
    // As the workspace is found, so that one path can be told from the other.
    let canonical = directory.canonicalize();
    let directory = canonical.as_deref().unwrap_or(directory);
    let workspace = Workspace::find(directory);
    let base = workspace
        .as_ref()
        .map_or(directory, |workspace| &workspace.root);
    let metadata = Metadata::read(directory, base);
    let Source { loaded, watched } = Source::find(directory, workspace.as_ref(), &metadata);
    let mut own = metadata.findings.clone();
    let loaded = loaded.map(|loaded| {
        let (callers, wrong) = metadata.callers(&loaded.application);
        own.extend(wrong);
        (loaded, callers)
    });
    let (loaded, callers) = loaded.unwrap_or_else(|finding| {
        // That one problem is enough.
        own.push(finding);
        (Loaded::default(), Vec::new())
    });
    let Loaded {
        application,
        mut findings,
        variables,
        ..
    } = loaded;
    let problems = own
        .iter()
        .filter(|finding| finding.is_error())
        .cloned()
        .collect();
    findings.retain(|finding| finding.severity > Severity::Note);
    findings.extend(own);

    let catalog = Catalog {
        package: metadata.package,
        callers,
        problems,
        application,
    };
    write_file(&out.join(catalog::FILE), &catalog.write())?;
    write_file(&out.join(stubs::FILE), &stubs::module(&catalog))?;
    Ok(Generated {
        watched: metadata.files.into_iter().chain(watched).collect(),
        variables,
        findings,
    })
}

/// Written only if it differs, so that its time tells when the application last changed, and all at once: an editor's
/// macros read it without cargo's lock.
fn write_file(path: &Path, text: &str) -> Result<(), Error> {
    if fs::read_to_string(path).is_ok_and(|known| known == text) {
        return Ok(());
    }
    let new = path.with_extension("new");
    fs::write(&new, text)
        .and_then(|()| fs::rename(&new, path))
        .map_err(|error| Error(Reason::Write(path.to_owned(), error)))
}
