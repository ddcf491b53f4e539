//! `service-connect.lock`: what a build needs to know of an application where there is no `copilot/`.
//!
//! It lies beside the `Cargo.toml` of each crate that uses the application, because a container is often built from the
//! crate's own directory and a documentation build packs nothing else. It is TOML, one value a line and sorted, so that
//! a change of one service is a change of a few lines; where in the manifests something stands is not in it.
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

use std::fs;
use std::path::Path;

use crate::application::Application;
use crate::code::Code;
use crate::finding::Finding;
use crate::metadata::relative;
use crate::place::Place;

pub use changes::{Change, changes};
pub use read::read;
pub use write::write;

/// Whether `text` is the lock of that application, with whichever line ends.
#[must_use]
pub fn is_of(text: &str, application: &Application) -> bool {
    text.replace("\r\n", "\n") == write(application)
}

/// A warning if the lock in that file is not the one of the application; the warning names the file from `base`.
#[must_use]
pub fn stale(file: &Path, application: &Application, base: &Path) -> Option<Finding> {
    let known = fs::read_to_string(file).unwrap_or_default();
    if is_of(&known, application) {
        return None;
    }
    let message = "the lock says something else than the manifests, which count here";
    Some(
        Finding::warning(Code::StaleLock, message)
            .at(&Place::file(relative(file, base)))
            .help("`cargo service-connect lock` writes it anew"),
    )
}

/// Its name.
pub const FILE: &str = "service-connect.lock";

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
