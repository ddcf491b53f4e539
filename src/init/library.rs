//! Where the crates of this library are taken from: the registry, or a directory.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use cargo_metadata::Metadata;
use service_connect_codegen::text_file;

/// The version of all crates of this project.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where this plugin was built.
const BUILT_IN: &str = env!("CARGO_MANIFEST_DIR");

/// What cargo has below its home is not there for long.
const CARGO_KEEPS: [&str; 2] = ["registry/src", "git/checkouts"];

/// The crates and where they are in a directory of the project.
const CRATES: [(&str, &str); 2] = [
    ("service-connect", "runtime"),
    ("service-connect-codegen", "codegen"),
];

/// Where they are taken from.
pub enum Library {
    /// From crates.io, in the version of this plugin.
    Registry,
    /// From a directory that holds the project.
    Directory(PathBuf),
}

/// What a Cargo.toml says of a dependency.
pub enum Source {
    Version(String),
    /// From the directory of the Cargo.toml, with `/` between its parts.
    Path(String),
}

impl Library {
    /// From the directory that is asked for.
    pub fn at(directory: &Path) -> Result<Self> {
        for (name, part) in CRATES {
            let manifest = directory.join(part).join("Cargo.toml");
            if !manifest.is_file() {
                bail!(
                    "`{}` does not hold `{name}`: there is no `{}`",
                    directory.display(),
                    manifest.display()
                );
            }
        }
        Ok(Self::Directory(directory.canonicalize()?))
    }

    /// As other crates of the workspace have it; else from where this plugin was installed, if that was a directory, because
    /// then the version need not be on crates.io.
    pub fn known(metadata: &Metadata) -> Self {
        let mut dependencies = metadata
            .packages
            .iter()
            .flat_map(|package| &package.dependencies);
        let is_versioned = dependencies.any(|dependency| {
            CRATES.iter().any(|(name, _)| *name == dependency.name) && dependency.path.is_none()
        });
        let is_kept = CARGO_KEEPS.iter().any(|kept| BUILT_IN.contains(kept));
        if is_versioned || is_kept {
            return Self::Registry;
        }
        Self::at(Path::new(BUILT_IN)).unwrap_or(Self::Registry)
    }

    /// What the Cargo.toml in `base` has to say of that dependency.
    pub fn source(&self, name: &str, base: &Path) -> Source {
        let mut crates = CRATES.iter();
        let part = crates.find(|(known, _)| *known == name);
        match (self, part) {
            (Self::Directory(directory), Some((_, part))) => {
                let base = base.canonicalize().unwrap_or_else(|_| base.to_owned());
                Source::Path(path(&directory.join(part), &base))
            }
            _ => Source::Version(VERSION.to_owned()),
        }
    }
}

/// The way to what is near, as one would write it; else the whole path.
fn path(to: &Path, base: &Path) -> String {
    /// A crate may be so deep in its repository, and the other one lie beside that.
    const UP: usize = 4;
    let relative = text_file::relative(to, base);
    let up = relative.matches("../").count();
    if up > UP || up == base.components().count() - 1 {
        return to.display().to_string();
    }
    relative
}
