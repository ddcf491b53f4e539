//! The Rust sources of the cargo workspace around the application: what is there, and where it could not be looked.
//!
//! ```text
//! if let Some(sources) = Sources::read(&context, &selection)? {
//!     for file in sources.packages.iter().flat_map(|package| &package.files) {
//!         println!("{} has {} items", file.name, file.syntax.items.len());
//!     }
//! }
//! ```
//!
//! Sources are read as text: modules, `#[path]`, `cfg` and `include!` are followed as far as a reader could follow them, and
//! nothing is compiled. What cannot be followed is a note ([`Sources::unseen`]).

pub mod conditions;
mod declarations;
mod file;
mod modules;
mod package;
#[cfg(test)]
mod tests;
mod walk;

use std::path::Path;
use std::thread::{self, JoinHandle};

use anyhow::{Result, anyhow};
use cargo_metadata::Metadata;
use service_connect_codegen::Finding;

use crate::cargo;
use crate::context::Context;
use crate::options::Selection;

#[allow(unused_imports, reason = "the commands that read sources come next")]
pub use file::File;
pub use package::Package;

/// The sources of the packages that belong to the application.
pub struct Sources {
    /// Those packages, in cargo's order.
    pub packages: Vec<Package>,
    /// Notes: where it could not look, and why.
    pub unseen: Vec<Finding>,
}

impl Sources {
    /// Those of the cargo workspace around the directory that is selected; `None` where no `Cargo.toml` is around it, so
    /// that there is no Rust.
    pub fn read(context: &Context, selection: &Selection) -> Result<Option<Self>> {
        Asked::cargo(selection).read(context)
    }

    fn of(metadata: &Metadata, context: &Context) -> Self {
        let mut unseen = Vec::new();
        let packages = package::all(metadata, context);
        let packages = packages.into_iter().map(|mut found| {
            walk::walk(&mut found, &context.workspace.root, &mut unseen);
            found.package
        });
        Self {
            packages: packages.collect(),
            unseen,
        }
    }
}

/// Cargo, while it is asked for the workspace: the manifests of `copilot/` can be read meanwhile.
pub struct Asked(Option<JoinHandle<Result<Metadata>>>);

impl Asked {
    /// Asks for the workspace around the directory that is selected, if there is one.
    pub fn cargo(selection: &Selection) -> Self {
        let directory = selection.directory.clone();
        Self(is_around(&directory).then(|| thread::spawn(move || cargo::metadata(&directory))))
    }

    /// What the packages have.
    pub fn read(self, context: &Context) -> Result<Option<Sources>> {
        let Some(asked) = self.0 else {
            return Ok(None);
        };
        let metadata = asked
            .join()
            .map_err(|_| anyhow!("cargo could not be asked for the workspace"))??;
        Ok(Some(Sources::of(&metadata, context)))
    }
}

fn is_around(directory: &Path) -> bool {
    directory.canonicalize().is_ok_and(|directory| {
        let mut around = directory.ancestors();
        around.any(|directory| directory.join("Cargo.toml").is_file())
    })
}
