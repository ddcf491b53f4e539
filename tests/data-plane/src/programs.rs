//! The programs that environments are built from, as `run` found them.
//!
//! ```no_run
//! let api = data_plane::programs::kudos("api")?;
//! assert!(api.ends_with("api"));
//! # Ok::<(), data_plane::Error>(())
//! ```

use std::env;
use std::path::PathBuf;

use crate::{Error, Result};

/// A service of `examples/kudos`, unchanged.
///
/// # Errors
/// Where `run` did not start the tests.
pub fn kudos(service: &str) -> Result<PathBuf> {
    Ok(PathBuf::from(variable("DATA_PLANE_KUDOS")?).join(service))
}

/// One that was built with its feature `telemetry`, and prints its spans.
///
/// # Errors
/// Where `run` did not start the tests.
pub fn kudos_with_telemetry(service: &str) -> Result<PathBuf> {
    Ok(PathBuf::from(variable("DATA_PLANE_TELEMETRY")?).join(service))
}

/// The proxy.
///
/// # Errors
/// Where `run` did not start the tests.
pub fn envoy() -> Result<PathBuf> {
    variable("DATA_PLANE_ENVOY").map(PathBuf::from)
}

/// The DNS server, which is built with the tests.
///
/// # Errors
/// Where `run` did not start the tests.
pub fn resolver() -> Result<PathBuf> {
    Ok(PathBuf::from(variable("DATA_PLANE_PROGRAMS")?).join("resolver"))
}

/// The directory on which every environment mounts a file system of its own.
///
/// # Errors
/// Where `run` did not start the tests.
pub fn mount_point() -> Result<PathBuf> {
    Ok(PathBuf::from(variable("DATA_PLANE_HOME")?).join("mount"))
}

/// The options of `unshare` that make the namespaces of an environment, as this user may.
///
/// # Errors
/// Where `run` did not start the tests.
pub fn unshare_options() -> Result<Vec<String>> {
    let options = variable("DATA_PLANE_UNSHARE")?;
    Ok(options.split_whitespace().map(str::to_owned).collect())
}

fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|_| {
        Error::new(format!(
            "{name} is not set: start these tests by `tests/data-plane/run`, which sets it"
        ))
    })
}
