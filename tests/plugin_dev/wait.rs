//! How tests wait: for something that comes, and with something that holds up others.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long anything may take that is waited for: only what never comes takes longer, however slow the machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until there is something.
#[track_caller]
pub fn within_patience<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(20));
    }
}

/// Waits until there is a file.
#[track_caller]
pub fn wait_for_file(file: &Path) {
    let what = format!("there is no {}", file.display());
    within_patience(&what, || file.exists().then_some(()));
}

/// What holds up a build script or a server, for as long as it is there.
pub struct Hold(TempDir);

impl Hold {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// What `MARKS` is for `held.rs` and `server.rs`.
    pub fn marks(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    /// From now on.
    pub fn set(&self) {
        fs::write(self.0.path().join("hold"), "").unwrap();
    }

    /// Waits until a build script is held up.
    #[track_caller]
    pub fn wait(&self) {
        wait_for_file(&self.0.path().join("held"));
    }

    pub fn let_go(&self) {
        fs::remove_file(self.0.path().join("hold")).unwrap();
    }
}
