//! `service-connect.lock`: what a build needs to know of an application where there is no `copilot/`.
//!
//! It lies beside the `Cargo.toml` of each crate that uses the application, because a container is often built from the
//! crate's own directory and a documentation build packs nothing else. It is TOML, one value a line and sorted, so that
//! a change of one service is a change of a few lines; where in the manifests something stands is not in it.
//!
//! # Format
//!
//! ```toml
//! format = 1
//! application = "kudos"             # missing where the manifests do not say
//!
//! [environments.prod]               # `legacy = true`: created before Copilot 1.9, zone `{app}.local`
//!                                   # `unlisted = true`: a section of some manifest names it, and it is none of the
//! [environments.test]               # workspace's: used at run time if a task is there, and not looked at in checks
//!
//! [services.api]                    # by the base manifest, and in each environment that has no table of its own
//! type = "Backend Service"
//! port = 8080                       # the target port; `udp = true` if it is one of UDP
//! image-port = 8080                 # the port that the program itself listens on
//! connect = true                    # missing where Service Connect is off
//! alias = "api.${COPILOT_ENVIRONMENT_NAME}"
//!
//! [services.api.in.prod]            # replaces all of the above but `type`
//! port = 80
//! image-port = 8080
//! ```
//!
//! A service also has `directory` where that differs from its name, `external = true` where another repository declares
//! it, `calls-discovery` where it is not as usual for its type, and `refused = CODE` in place of all that where its
//! manifest is wrong. A reader refuses what it does not know.
//!
//! ```
//! use service_connect_codegen::{Application, lock};
//!
//! let application = Application { name: Some("kudos".into()), ..Application::default() };
//! let text = lock::write(&application);
//! assert_eq!(lock::read(&text, "service-connect.lock"), Ok(application));
//! ```

mod changes;
mod read;
mod write;

use std::path::Path;

use crate::application::Application;
use crate::code::Code;
use crate::finding::Finding;
use crate::place::{LOCK_FILE, Place};
use crate::text_file::{self, relative};

pub use changes::{Change, Difference, changes};
pub use read::read;
pub use write::write;

/// Reads the lock in that file, which messages call `name`; `None` if there is no file.
///
/// # Errors
///
/// If it cannot be read, and those of [`read`].
pub fn open(file: &Path, name: &str) -> Result<Option<Application>, Finding> {
    let text = text_file::read(file, name)?;
    text.map(|text| read(&text, name)).transpose()
}

/// Whether a lock says the same as the manifests. What it looks like does not matter, nor who wrote it.
#[must_use]
pub fn says(locked: &Application, application: &Application) -> bool {
    write(locked) == write(application)
}

/// A warning if the lock in that file is not the one of the application; the warning names the file from `base`.
#[must_use]
pub fn stale(file: &Path, application: &Application, base: &Path) -> Option<Finding> {
    let name = relative(file, base);
    let message = match open(file, &name) {
        Ok(None) => return None,
        Ok(Some(locked)) if says(&locked, application) => return None,
        Ok(Some(_)) => "the lock says something else than the manifests, which count here",
        Err(finding) => &format!(
            "the lock cannot be read, and the manifests count here: {}",
            finding.message
        ),
    };
    Some(
        Finding::warning(Code::StaleLock, message)
            .at(&Place::file(name))
            .help("`cargo service-connect lock` writes it anew"),
    )
}

/// Its name.
pub const FILE: &str = LOCK_FILE;

/// The format that this version writes and reads.
pub const FORMAT: u32 = 1;

// Keys, of the file, of a service, and of a service in an environment.
const FORMAT_KEY: &str = "format";
const APPLICATION: &str = "application";
const ENVIRONMENTS: &str = "environments";
const LEGACY: &str = "legacy";
const UNLISTED: &str = "unlisted";
const SERVICES: &str = "services";
const TYPE: &str = "type";
const DIRECTORY: &str = "directory";
const EXTERNAL: &str = "external";
const IN: &str = "in";
const CONNECT: &str = "connect";
const ALIAS: &str = "alias";
const PORT: &str = "port";
const UDP: &str = "udp";
const IMAGE_PORT: &str = "image-port";
const CALLS_DISCOVERY: &str = "calls-discovery";
const REFUSED: &str = "refused";
