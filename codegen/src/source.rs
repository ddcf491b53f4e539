//! Where a build script gets its application from: `copilot/`, else the lock beside the crate's `Cargo.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::code::Code;
use crate::copilot::{Loaded, Options, Workspace};
use crate::finding::Finding;
use crate::lock;
use crate::metadata::Metadata;
use crate::place::Place;

/// What was read, and what has to be read again when it changes.
pub(crate) struct Source {
    /// The application, or why there is none.
    pub loaded: Result<Loaded, Finding>,
    pub watched: Vec<PathBuf>,
}

impl Source {
    /// For the package in `directory`; `workspace` holds `copilot/`.
    pub fn find(directory: &Path, workspace: Option<&Workspace>, metadata: &Metadata) -> Self {
        let file = directory.join(lock::FILE);
        // A path that does not exist would make cargo look again at every build.
        let lock = file.exists().then_some(file);
        let Some(workspace) = workspace else {
            let Some(lock) = lock else {
                return Self {
                    loaded: Err(no_application()),
                    // And that is right here: nothing compiles until there is one.
                    watched: vec![directory.join("copilot")],
                };
            };
            return Self {
                loaded: locked(&lock),
                watched: vec![lock],
            };
        };
        let mut loaded = workspace.load(&Options {
            application: metadata.application.clone(),
            legacy_environments: metadata.legacy_environments.clone(),
            external: metadata.external.clone(),
            unreviewed: true,
            ..Options::default()
        });
        if let Some(lock) = &lock {
            let stale = lock::stale(lock, &loaded.application, &workspace.root);
            loaded.findings.extend(stale);
        }
        Self {
            loaded: Ok(loaded),
            watched: lock.into_iter().chain([workspace.copilot()]).collect(),
        }
    }
}

/// What the lock says.
fn locked(lock: &Path) -> Result<Loaded, Finding> {
    let text = fs::read_to_string(lock).map_err(|error| {
        let message = format!("`{}` cannot be read: {error}", lock::FILE);
        Finding::error(Code::UnreadableFile, message).at(&Place::file(lock::FILE))
    })?;
    Ok(Loaded {
        application: lock::read(&text, lock::FILE)?,
        ..Loaded::default()
    })
}

fn no_application() -> Finding {
    Finding::error(
        Code::NoApplication,
        "there is no `copilot/` in the package's directory or up to five levels above it, and no `service-connect.lock`",
    )
    .help(
        "run `cargo service-connect lock` where `copilot/` is, and add the `service-connect.lock` that it writes beside \
         Cargo.toml to what is built; `copilot app init` makes a new application",
    )
}
