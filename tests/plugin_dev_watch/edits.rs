//! Changes of what `dev` looks at, and what comes of them.

use std::fs;
use std::path::Path;

use rustix::process::Signal;

use super::plugin_support::App;
use super::support::Running;

pub const UP: [&str; 2] = ["api     | listening", "web     | listening"];

pub fn edit(app: &App, file: &str, from: &str, to: &str) {
    let file = app.path().join(file);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from} is not in {}", file.display());
    replace(&file, text.replace(from, to));
}

/// Writes a file in one step, so that it is never seen half written.
pub fn replace(file: &Path, text: impl AsRef<[u8]>) {
    let name = file.file_name().unwrap().to_str().unwrap();
    let beside = file.with_file_name(format!(".{name}.new"));
    fs::write(&beside, text).unwrap();
    fs::rename(beside, file).unwrap();
}

/// Waits until the service listens for the `number`th time.
#[track_caller]
pub fn wait_for_start(dev: &mut Running, service: &str, number: usize) {
    let line = format!("{service:7} | listening\n");
    dev.wait_until(|stdout, _| stdout.matches(&line).count() >= number);
}

#[track_caller]
pub fn end(dev: Running) -> String {
    let (run, _) = dev.end(&[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    run.stdout
}

pub fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}
