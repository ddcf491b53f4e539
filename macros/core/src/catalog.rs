//! Finds the catalog of the package that is being compiled.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use std::{env, fs, io};

use service_connect_codegen::{CATALOG_FILE, Catalog, Code, DuplicateNames, Finding, stubs};

use crate::known::Known;

/// The catalogs that were read, by their files: rust-analyzer keeps this process for hours and for all packages.
static KNOWN: Mutex<BTreeMap<PathBuf, (Version, Arc<Loaded>)>> = Mutex::new(BTreeMap::new());

/// A catalog, and what each use of it begins with.
#[derive(Default)]
pub struct Loaded {
    pub catalog: Catalog,
    /// `APPLICATION`, which takes longer to write than all the rest. It stands in each, for there is no item that all
    /// attributes of a crate share.
    pub application: String,
    /// The names that two services have.
    duplicates: DuplicateNames,
}

impl Loaded {
    /// What attributes are checked against.
    pub fn known(&self, tls: bool) -> Known<'_> {
        Known {
            application: &self.catalog.application,
            callers: self.catalog.calling_services(),
            duplicates: &self.duplicates,
            tls,
            asked: None,
        }
    }
}

impl From<Catalog> for Loaded {
    fn from(catalog: Catalog) -> Self {
        Self {
            application: stubs::application(&catalog),
            duplicates: DuplicateNames::find(&catalog.application),
            catalog,
        }
    }
}

/// When a file was written, and its size. Build scripts write it only where something changes.
#[derive(PartialEq, Eq)]
struct Version(Option<SystemTime>, u64);

/// The catalog that the package's build script wrote.
///
/// # Errors
///
/// What to do where there is none.
pub fn load() -> Result<Arc<Loaded>, Finding> {
    let out = env::var_os("OUT_DIR").ok_or_else(no_build_script)?;
    let path = Path::new(&out).join(CATALOG_FILE);
    let metadata = fs::metadata(&path).map_err(|error| unreadable(&error))?;
    let version = Version(metadata.modified().ok(), metadata.len());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let loaded = match known.get(&path) {
        Some((known, loaded)) if *known == version => loaded.clone(),
        _ => {
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&error))?;
            let catalog = Catalog::read(&text)
                .map_err(|error| Finding::error(Code::InvalidCatalog, error.to_string()))?;
            let loaded = Arc::new(Loaded::from(catalog));
            known.insert(path, (version, loaded.clone()));
            loaded
        }
    };
    // Cargo sets no OUT_DIR for a package without a build script, and leaves an inherited one in place. trybuild's
    // package, which inherits one on purpose, is called after the one that it tests.
    let compiled = env::var("CARGO_PKG_NAME").unwrap_or_default();
    let package = &loaded.catalog.package;
    if compiled == *package || compiled.strip_suffix("-tests") == Some(package) {
        Ok(loaded)
    } else {
        Err(no_build_script())
    }
}

fn unreadable(error: &io::Error) -> Finding {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => no_build_script(),
        _ => Finding::error(
            Code::UnreadableFile,
            format!("the catalog cannot be read: {error}"),
        )
        .help("build again"),
    }
}

/// The package has no build script that writes a catalog.
#[must_use]
pub fn no_build_script() -> Finding {
    Finding::error(Code::NoBuildScript, "this package has no build script that reads the manifests").help(
        "add `service-connect-codegen` to [build-dependencies] and a `build.rs` with:\n     \
         fn main() -> Result<(), service_connect_codegen::Error> { service_connect_codegen::generate() }",
    )
}
