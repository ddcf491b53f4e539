//! The Rust sources of the cargo workspace around the application: what is there, and where it could not be looked.
//!
//! ```text
//! let asked = Asked::cargo(&selection);
//! let context = Context::open(&selection)?;
//! if let Some(sources) = asked.read(&context, &selection)? {
//!     for file in sources.packages.iter().flat_map(|package| &package.files) {
//!         println!("{} has {} items", file.name, file.syntax.items.len());
//!     }
//! }
//! ```
//!
//! Sources are read as text: modules, `#[path]`, `cfg` and `include!` are followed as far as a reader could follow them, and
//! nothing is compiled. What cannot be followed is a note ([`Sources::unseen`]).
//!
//! A file is taken apart into words and brackets ([`lex`]), which is enough to find modules, attributes and the names in
//! scope; the syntax tree of a [`File`] is there for who asks.

pub mod conditions;
mod file;
pub mod lex;
mod modules;
mod names;
mod package;
mod read;
mod references;
mod source;
#[cfg(test)]
mod tests;
pub mod urls;
mod uses;
mod walk;

use std::num::NonZero;
use std::path::Path;
use std::thread;

use anyhow::Result;
use cargo_metadata::Metadata;
use service_connect_codegen::Finding;

use crate::cargo;
use crate::context::Context;
use crate::options::Selection;
use crate::report::Located;

use walk::{Read, Walked, walk};

use file::Lines;
pub use file::{File, Syntax, place, tokens};
pub use package::Package;
use package::Roots;
pub use references::{Reference, What};

/// The sources of the packages that belong to the application.
pub struct Sources {
    /// Those packages, in cargo's order.
    pub packages: Vec<Package>,
    /// Where they name services, in the order of packages and files.
    pub references: Vec<Reference>,
    /// What their build scripts would warn of.
    pub warnings: Vec<Finding>,
    /// Notes: where it could not look, and why.
    pub unseen: Vec<Finding>,
}

impl Sources {
    /// Those of a workspace that cargo has told of.
    pub fn of(metadata: &Metadata, context: &Context, asked: &[String]) -> Self {
        let found = package::all(metadata, context);
        let roots: Vec<_> = found.iter().map(|found| &found.roots).collect();
        let walked = walk_all(&roots, &context.workspace.root);
        let asked = Some(asked).filter(|asked| !asked.is_empty());
        let mut references = references::find(&found, &walked, context.application(), asked);
        for reference in &mut references {
            // It is said once, where it is written.
            let is_said = |located: &Located| Some(&located.finding) == context.wrong_metadata();
            reference.findings.retain(|located| !is_said(located));
        }
        let mut unseen: Vec<Finding> = Vec::new();
        let mut warnings = Vec::new();
        let mut packages = Vec::new();
        for (index, (found, walked)) in found.into_iter().zip(walked).enumerate() {
            for note in walked.unseen {
                // Two packages may have one file.
                if !unseen.contains(&note) {
                    unseen.push(note);
                }
            }
            let clients = found.uses_library.then(|| clients(&walked.files)).flatten();
            // A crate that has only types or settings of the library has no build script to warn of anything.
            let mut named = references.iter();
            if found.uses_library && named.any(|reference| reference.package == index) {
                warnings.extend(found.warnings);
            }
            packages.push(Package {
                clients,
                files: walked.files.into_iter().map(File::from).collect(),
                ..found.package
            });
        }
        Self {
            packages,
            references,
            warnings,
            unseen,
        }
    }
}

/// The modules that lead to the first `clients!()`.
fn clients(files: &[Read]) -> Option<Vec<String>> {
    files.iter().find_map(|file| {
        let scope = file.source.scopes.iter().find(|scope| scope.clients)?;
        Some(file.module.iter().chain(&scope.module).cloned().collect())
    })
}

/// The sources of each package, on all processors.
fn walk_all(roots: &[&Roots], root: &Path) -> Vec<Walked> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = roots.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let shares = roots.chunks(share).map(|share| {
            let walk_share = || {
                share
                    .iter()
                    .map(|roots| walk(roots, root))
                    .collect::<Vec<_>>()
            };
            (share.len(), scope.spawn(walk_share))
        });
        let shares: Vec<_> = shares.collect();
        let walked = shares.into_iter().flat_map(|(length, share)| {
            // Whoever panics has said so.
            share
                .join()
                .unwrap_or_else(|_| (0..length).map(|_| Walked::default()).collect())
        });
        walked.collect()
    })
}

/// Cargo, while it is asked for the workspace, if there is one.
pub struct Asked(Option<cargo::Asked>);

impl Asked {
    /// Asks for the workspace around the directory that is selected, if there is one.
    pub fn cargo(selection: &Selection) -> Self {
        let directory = &selection.directory;
        Self(is_around(directory).then(|| cargo::Asked::about(directory)))
    }

    /// What the packages have; `None` where no `Cargo.toml` is around the directory, so that there is no Rust.
    pub fn read(self, context: &Context, selection: &Selection) -> Result<Option<Sources>> {
        let Some(asked) = self.0 else {
            return Ok(None);
        };
        Ok(Some(Sources::of(
            &asked.answer()?,
            context,
            &selection.environments,
        )))
    }
}

fn is_around(directory: &Path) -> bool {
    directory.canonicalize().is_ok_and(|directory| {
        let mut around = directory.ancestors();
        around.any(|directory| directory.join("Cargo.toml").is_file())
    })
}
