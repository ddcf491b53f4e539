//! Any bytes as the one manifest of an application.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use service_connect_fuzz::{check, directory, write};
use tempfile::TempDir;

thread_local! {
    static DIRECTORY: OnceCell<TempDir> = const { OnceCell::new() };
}

fuzz_target!(|manifest: &[u8]| {
    DIRECTORY.with(|kept| {
        let root = kept.get_or_init(|| {
            let directory = directory();
            let root = directory.path();
            write(root, "copilot/.workspace", b"application: kudos\n");
            write(root, "copilot/environments/a/manifest.yml", b"name: a\n");
            write(root, "copilot/environments/b/manifest.yml", b"name: b\n");
            directory
        });
        write(root.path(), "copilot/api/manifest.yml", manifest);
        check(root.path(), &[]);
    });
});
