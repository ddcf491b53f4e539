//! What the benchmark reads, and its clock.

pub mod generated;
pub mod hostile;
pub mod measure;

use std::fs;
use std::path::Path;

/// Writes one file and the directories above it.
fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    let parent = path.parent().expect("it is below the root");
    fs::create_dir_all(parent).expect("a directory for temporary files is writable");
    fs::write(path, text).expect("a directory for temporary files is writable");
}
