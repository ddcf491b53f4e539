//! Manifests that are as bad as 1 MiB of text can make them.

mod shapes;
mod texts;

use tempfile::TempDir;

use super::write;

/// As large as a manifest may be.
const SIZE: usize = 1 << 20;

/// A manifest that nothing is wrong with, which most of the others begin with.
const GOOD: &str = "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\n";

/// A manifest with a name.
type Named = (&'static str, String);

/// An application of one service and of these environments; of those that have a section where there are none.
pub fn application(manifest: &str, environments: &[&str]) -> TempDir {
    let directory = TempDir::new().expect("a directory for temporary files is writable");
    let root = directory.path();
    write(root, "copilot/.workspace", "application: kudos\n");
    for environment in environments {
        let path = format!("copilot/environments/{environment}/manifest.yml");
        write(root, &path, "");
    }
    write(root, "copilot/api/manifest.yml", manifest);
    directory
}

/// Each of them.
pub fn manifests() -> Vec<Named> {
    let parts = [
        shapes::nested(),
        shapes::aliases(),
        shapes::wide(),
        shapes::sections(),
        texts::long(),
        texts::variables(),
        texts::white(),
    ];
    let manifests: Vec<_> = parts.into_iter().flatten().collect();
    for (name, manifest) in &manifests {
        assert!(manifest.len() <= SIZE, "{name} is refused by its size");
    }
    manifests
}

/// `piece` so many times with its number for `#`, or as often as there is room.
fn repeat(head: &str, count: usize, piece: &str, tail: &str) -> String {
    let mut manifest = head.to_owned();
    for number in 0..count {
        let piece = piece.replace('#', &number.to_string());
        if manifest.len() + piece.len() + tail.len() > SIZE {
            break;
        }
        manifest += &piece;
    }
    manifest + tail
}

/// `piece` as often as there is room.
fn fill(head: &str, piece: &str, tail: &str) -> String {
    repeat(head, usize::MAX, piece, tail)
}
