//! What goes wrong in building an environment, in words.
//!
//! ```
//! use data_plane::Error;
//!
//! assert_eq!(format!("{:?}", Error::new("no bridge")), "no bridge");
//! ```

use std::{fmt, io};

/// What anything here gives.
pub type Result<T> = std::result::Result<T, Error>;

/// A problem. A test that returns it shows it as it is, so both forms are the message.
pub struct Error(String);

impl Error {
    /// A problem, and what to do about it.
    pub fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// Says what was being done when the system refused.
pub(crate) trait While<T> {
    fn when(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T> While<T> for io::Result<T> {
    fn when(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Error(format!("{}: {error}", what())))
    }
}
