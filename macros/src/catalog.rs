//! Finds the catalog of the package that is being compiled.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::{env, fs};

use service_connect_codegen::{CATALOG_FILE, Catalog, Code, Finding};

/// The last catalog that was read, with its text: rust-analyzer keeps this process for hours and for several packages.
static LAST: Mutex<Option<(String, Arc<Catalog>)>> = Mutex::new(None);

/// The catalog that the package's build script wrote.
///
/// # Errors
///
/// What to do where there is none.
pub fn load() -> Result<Arc<Catalog>, Finding> {
    let out = env::var_os("OUT_DIR").ok_or_else(no_build_script)?;
    let text =
        fs::read_to_string(Path::new(&out).join(CATALOG_FILE)).map_err(|error| {
            match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => no_build_script(),
                _ => Finding::error(
                    Code::UnreadableFile,
                    format!("the catalog cannot be read: {error}"),
                )
                .help("build again"),
            }
        })?;
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let catalog = match &*last {
        Some((known, catalog)) if *known == text => catalog.clone(),
        _ => {
            let catalog = Catalog::read(&text)
                .map_err(|error| Finding::error(Code::InvalidCatalog, error.to_string()))?;
            let catalog = Arc::new(catalog);
            *last = Some((text, catalog.clone()));
            catalog
        }
    };
    // Cargo sets no OUT_DIR for a package without a build script, and leaves an inherited one in place. trybuild's
    // package, which inherits one on purpose, is called after the one that it tests.
    let compiled = env::var("CARGO_PKG_NAME").unwrap_or_default();
    let is_own =
        compiled == catalog.package || compiled.strip_suffix("-tests") == Some(&catalog.package);
    if is_own {
        Ok(catalog)
    } else {
        Err(no_build_script())
    }
}

fn no_build_script() -> Finding {
    Finding::error(Code::NoBuildScript, "this package has no build script that reads the manifests").help(
        "add `service-connect-codegen` to [build-dependencies] and a `build.rs` with:\n     \
         fn main() -> Result<(), service_connect_codegen::Error> { service_connect_codegen::generate() }",
    )
}
