//! What is in the files that are built from: one has changed where its bytes have.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use super::launch::Stamp;

/// The length in bytes up to which a file is read. Of a longer one length and time count.
const READ: u64 = 16 << 20;

/// What tells whether a file is what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// A hash of its bytes.
    Bytes(u64),
    /// Of what is too long to be read, or may not be.
    Stamp(Stamp),
}

impl Content {
    /// `None` where there is no file. A pipe is none: whoever reads it waits for somebody who writes.
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        if !metadata.is_file() {
            return None;
        }
        let short = metadata.len() <= READ;
        let Some(bytes) = short.then(|| fs::read(path).ok()).flatten() else {
            return Stamp::of(path).map(Self::Stamp);
        };
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Some(Self::Bytes(hasher.finish()))
    }
}

/// What was in files when they were looked at last. A file that is not here was not there.
#[derive(Debug, Default)]
pub struct Contents(BTreeMap<PathBuf, Content>);

impl Contents {
    /// Looks at a file; says whether it is not what it was.
    pub fn look(&mut self, file: &Path) -> bool {
        let now = Content::of(file);
        let before = match now {
            Some(content) => self.0.insert(file.to_owned(), content),
            None => self.0.remove(file),
        };
        now != before
    }

    /// Takes a file that is not known for what it is now.
    pub fn learn(&mut self, file: &Path) {
        if !self.0.contains_key(file) {
            self.look(file);
        }
    }

    /// Forgets all others.
    pub fn retain(&mut self, is_meant: impl Fn(&Path) -> bool) {
        self.0.retain(|file, _| is_meant(file));
    }

    /// The files that were in a directory or below it.
    pub fn below(&self, directory: &Path) -> Vec<PathBuf> {
        let files = self.0.range(directory.to_owned()..).map(|(file, _)| file);
        files
            .take_while(|file| file.starts_with(directory))
            .cloned()
            .collect()
    }

    /// All files that were there.
    pub fn all(&self) -> Vec<PathBuf> {
        self.0.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_count_and_of_what_is_long_the_length() {
        let directory = tempfile::TempDir::new().unwrap();
        let file = directory.path().join("file");
        let mut contents = Contents::default();
        assert!(!contents.look(&file));
        for (text, has_changed) in [("a", true), ("a", false), ("b", true)] {
            fs::write(&file, text).unwrap();
            assert_eq!(contents.look(&file), has_changed, "{text}");
        }
        // It takes no room where nothing is written.
        for (length, has_changed) in [(READ + 1, true), (READ + 1, false), (READ + 2, true)] {
            let long = fs::File::options().write(true).open(&file).unwrap();
            if long.metadata().unwrap().len() != length {
                long.set_len(length).unwrap();
            }
            assert_eq!(contents.look(&file), has_changed, "{length}");
        }
        assert_eq!(contents.below(directory.path()), contents.all());
        assert_eq!(contents.all().len(), 1);
        fs::remove_file(&file).unwrap();
        assert_eq!([contents.look(&file), contents.look(&file)], [true, false]);
        // A directory has no bytes of its own.
        assert!(!contents.look(directory.path()));
    }
}
