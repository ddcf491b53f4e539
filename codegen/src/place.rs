//! Where something is written: a file, a line, a column and the bytes.
//!
//! ```
//! use service_connect_codegen::Place;
//!
//! let place = Place::new("copilot/api/manifest.yml", 13, 12, 240..244);
//! assert_eq!(place.to_string(), "copilot/api/manifest.yml:13");
//! ```

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The name of a lock.
pub(crate) const LOCK_FILE: &str = "service-connect.lock";

/// A piece of a file of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, relative to the directory that holds `copilot/`, with `/` between its parts.
    pub file: Arc<str>,
    /// The line, from 1; 0 stands for the file as a whole.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The bytes of the file.
    pub span: Range<usize>,
}

impl Place {
    /// A place in `file`.
    pub fn new(file: impl Into<Arc<str>>, line: u32, column: u32, span: Range<usize>) -> Self {
        Self {
            file: file.into(),
            line,
            column,
            span,
        }
    }

    /// Whether that is in a lock, which a program writes.
    pub(crate) fn is_in_lock(&self) -> bool {
        let name = self.file.rsplit('/').next();
        name == Some(LOCK_FILE)
    }

    /// The file as a whole.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self::new(file, 0, 1, 0..0)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            f.write_str(&self.file)
        } else {
            write!(f, "{}:{}", self.file, self.line)
        }
    }
}
