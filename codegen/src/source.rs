//! Where a build script gets its application from: `copilot/`, else the lock beside the crate's `Cargo.toml`.

use std::path::{Path, PathBuf};

use crate::code::Code;
use crate::copilot::{Loaded, Options, Workspace};
use crate::external::External;
use crate::finding::Finding;
use crate::lock;
use crate::metadata::Metadata;

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
            return match lock {
                Some(lock) => Self {
                    loaded: locked(&lock),
                    watched: vec![lock],
                },
                None => Self {
                    loaded: Err(no_application()),
                    // And that is right here: nothing compiles until there is one.
                    watched: vec![directory.join("copilot")],
                },
            };
        };
        let mut loaded = workspace.load(&Options {
            application: metadata.application.clone(),
            legacy_environments: metadata.legacy_environments.clone(),
            external: metadata.external.clone(),
            unreviewed: true,
            ..Options::default()
        });
        let mut services = loaded.application.services.iter();
        let has_own = services.any(|service| !service.external);
        let loaded = match &lock {
            // A directory of that name that holds no service says nothing: what a container leaves out, perhaps.
            Some(lock) if !has_own => locked(lock),
            lock => {
                let lock = lock.as_deref();
                let stale =
                    lock.and_then(|lock| lock::stale(lock, &loaded.application, &workspace.root));
                loaded.findings.extend(stale);
                Ok(loaded)
            }
        };
        let locks = metadata.external.iter().filter_map(External::lock);
        // One that is missing, too: its warning stands until it is there.
        let watched = lock.into_iter().chain(locks.map(Path::to_owned));
        Self {
            loaded,
            watched: watched.chain([workspace.copilot()]).collect(),
        }
    }
}

/// What the lock says.
fn locked(lock: &Path) -> Result<Loaded, Finding> {
    let application = lock::open(lock, lock::FILE)?.ok_or_else(no_application)?;
    Ok(Loaded {
        application,
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
