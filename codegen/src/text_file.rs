//! Text files, whatever state they are in.
//!
//! ```
//! use service_connect_codegen::text_file;
//! # let root = std::env::temp_dir().join("without");
//!
//! let text = text_file::read(&root.join("copilot/.workspace"), "copilot/.workspace");
//! assert_eq!(text, Ok(None));
//! ```

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;

/// The size in bytes beyond which a file is not read.
const MAX_SIZE: u64 = 1 << 20;

/// The text of the file, which messages call `shown`; `None` if there is none.
///
/// # Errors
///
/// Why it cannot be read: it is no file, larger than 1 MiB or not UTF-8, or the system refuses it.
pub fn read(path: &Path, shown: &str) -> Result<Option<String>, Finding> {
    let is_missing = |kind| matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory);
    let file_error = |error: std::io::Error| unreadable(shown, &error.to_string());
    let size = match fs::metadata(path) {
        // Opening a pipe waits until something writes to it.
        Ok(metadata) if !metadata.is_file() => return Err(unreadable(shown, "it is no file")),
        Ok(metadata) => metadata.len(),
        Err(error) if is_missing(error.kind()) && !path.is_symlink() => return Ok(None),
        Err(error) => return Err(file_error(error)),
    };
    // With room for all of it, it is read at once.
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(MAX_SIZE)).unwrap_or(0) + 1);
    fs::File::open(path)
        .map_err(file_error)?
        .take(MAX_SIZE + 1)
        .read_to_end(&mut bytes)
        .map_err(file_error)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(unreadable(shown, "it is larger than 1 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = String::from_utf8_lossy(&error.as_bytes()[..valid])
            .matches('\n')
            .count()
            + 1;
        unreadable(shown, &format!("line {line} is not UTF-8")).help("save the file as UTF-8")
    })?;
    Ok(Some(text))
}

/// What cannot be read, and why.
pub(crate) fn unreadable(shown: &str, why: &str) -> Finding {
    Finding::error(
        Code::UnreadableFile,
        format!("`{shown}` cannot be read: {why}"),
    )
    .at(&Place::file(shown))
}

/// The way from `base` to `path`, with `/` between its parts: the same on every machine.
#[must_use]
pub fn relative(path: &Path, base: &Path) -> String {
    let (up, below) = base
        .ancestors()
        .enumerate()
        .find_map(|(up, ancestor)| Some((up, path.strip_prefix(ancestor).ok()?)))
        .unwrap_or((0, path));
    let parts = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    "../".repeat(up) + &parts.collect::<Vec<_>>().join("/")
}
