//! What has to hold for every application, however wrong: no panic, the same answer twice, places within their files.

use std::fs;
use std::path::Path;

use service_connect_codegen::copilot::{Loaded, Options, Workspace};
use service_connect_codegen::{Catalog, Finding, Route, lock, stubs};
use tempfile::TempDir;

/// A directory in memory where there is one: files are written for every input.
///
/// # Panics
///
/// If there is no place for temporary files.
#[must_use]
pub fn directory() -> TempDir {
    TempDir::new_in("/dev/shm")
        .or_else(|_| TempDir::new())
        .expect("there is a place for temporary files")
}

/// Writes one file and the directories above it.
///
/// # Panics
///
/// If it cannot be written.
pub fn write(root: &Path, path: &str, text: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("it is below the root")).expect("it can be written");
    fs::write(path, text).expect("it can be written");
}

/// Reads a lock and checks all that has to hold.
///
/// # Panics
///
/// If something does not hold.
pub fn check_lock(text: &str) {
    match lock::read(text, lock::FILE) {
        Ok(application) => {
            let written = lock::write(&application);
            let again = lock::read(&written, lock::FILE).expect("what is written can be read");
            assert!(lock::says(&again, &application), "a lock says all of it");
            assert_eq!(lock::changes(&again, &application), []);
        }
        Err(finding) => {
            let place = finding
                .place
                .expect("what is wrong with a lock is somewhere");
            assert!(text.get(place.span).is_some(), "its place lies in it");
        }
    }
}

fn load(root: &Path, legacy: &[String]) -> Loaded {
    let workspace = Workspace {
        root: root.to_owned(),
    };
    workspace.load(&Options {
        legacy_environments: legacy.to_vec(),
        shell: Some(&|name| (name == "TAG").then(|| "v1".to_owned())),
        ..Options::default()
    })
}

/// Reads the application below `root` and checks all that has to hold.
///
/// # Panics
///
/// If something does not hold.
pub fn check(root: &Path, legacy: &[String]) {
    let loaded = load(root, legacy);
    assert_eq!(loaded, load(root, legacy), "the same answer twice");
    let application = &loaded.application;
    let mut findings: Vec<_> = loaded.findings.iter().collect();
    for service in &application.services {
        assert_eq!(service.deployments.len(), application.environments.len());
        let deployments = service.deployments.iter().chain([&service.base]);
        findings.extend(deployments.filter_map(|deployment| deployment.as_ref().err()));
    }
    for finding in findings {
        in_file(root, finding);
    }
    let environments = (0..application.environments.len()).map(Some).chain([None]);
    for environment in environments {
        for caller in &application.services {
            for callee in &application.services {
                let route = Route::find(application, caller, callee, environment);
                assert!(route.url.is_some() || route.reason.is_some());
            }
        }
    }
    check_lock(&lock::write(application));
    let catalog = Catalog {
        package: "api".to_owned(),
        callers: vec!["api".to_owned()],
        problems: Vec::new(),
        application: loaded.application,
    };
    let text = catalog.write();
    let read = Catalog::read(&text).expect("what is written can be read");
    assert_eq!(read.write(), text, "a catalog says all of it");
    assert!(!stubs::module(&catalog).is_empty());
}

/// The place of a finding is text of a file of the application, and its line is the one it says.
fn in_file(root: &Path, finding: &Finding) {
    let Some(place) = &finding.place else { return };
    let Ok(bytes) = fs::read(root.join(&*place.file)) else {
        assert_eq!(
            place.line, 0,
            "{finding:?} is in a file that cannot be read"
        );
        return;
    };
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return;
    };
    assert!(
        text.get(place.span.clone()).is_some(),
        "{finding:?} is not within the file"
    );
    if place.line > 0 {
        let before = text[..place.span.start].replace("\r\n", "\n");
        let lines = before.matches(['\n', '\r']).count() + 1;
        assert_eq!(usize::try_from(place.line), Ok(lines), "{finding:?}");
    }
}
