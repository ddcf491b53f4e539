//! Directories, links and pipes where files should be: one finding that names the file, never an endless loop.

mod support;

use std::fs;

use service_connect_codegen::Code;
use service_connect_codegen::copilot::{Options, Workspace};
use support::{
    GOOD, WORKSPACE, findings_beside_web, lay_out, listed, load_from, the_one_finding,
    without_manifest, write,
};

#[test]
fn without_copilot_there_is_nothing_to_read() {
    let directory = lay_out(&[("a/b/c/d/e/f/readme.md", "")]);
    let package = directory.path().join("a/b/c/d/e/f");
    assert_eq!(Workspace::find(&package), None, "no copilot");
    fs::write(package.join("copilot"), "").unwrap();
    assert_eq!(Workspace::find(&package), None, "copilot is a file");
    let loaded = load_from(directory.path(), Options::default());
    assert_eq!(loaded.application.services, [], "asked for all the same");
    assert_eq!(listed(&loaded.findings), [""; 0]);
    let loaded = load_from(&package, Options::default());
    assert_eq!(loaded.application.services, []);
    assert!(!loaded.findings.is_empty(), "it is there and no directory");
    for finding in &loaded.findings {
        assert_eq!(finding.code, Code::UnreadableFile, "{finding}");
        assert!(finding.message.contains("`copilot"), "{finding}");
    }
}

#[test]
fn directories_where_files_should_be_and_the_other_way_round() {
    let (directory, path) = without_manifest();
    assert_eq!(
        findings_beside_web(directory.path()),
        [],
        "a directory without a manifest is no service"
    );
    fs::create_dir(&path).unwrap();
    let finding = the_one_finding(directory.path());
    assert_eq!(
        finding.code,
        Code::UnreadableFile,
        "the manifest is a directory"
    );

    let (directory, _) = without_manifest();
    fs::remove_dir(directory.path().join("copilot/api")).unwrap();
    write(directory.path(), "copilot/api", b"");
    assert_eq!(
        findings_beside_web(directory.path()),
        [],
        "a file is no service"
    );

    let directory = lay_out(&[
        WORKSPACE,
        ("copilot/web/manifest.yml", GOOD),
        ("copilot/environments", ""),
    ]);
    let loaded = load_from(directory.path(), Options::default());
    assert_eq!(
        loaded.application.environments,
        [],
        "`environments` is a file"
    );
    assert_eq!(loaded.application.services.len(), 1);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::{
        Code, GOOD, Options, findings_beside_web, fs, load_from, the_one_finding, without_manifest,
    };

    #[test]
    fn are_followed() {
        let (directory, path) = without_manifest();
        fs::write(directory.path().join("elsewhere.yml"), GOOD).unwrap();
        symlink("../../elsewhere.yml", &path).unwrap();
        assert_eq!(findings_beside_web(directory.path()), []);
    }

    #[test]
    fn that_lead_nowhere_are_found() {
        for target in ["nowhere.yml", "manifest.yml", "../web/manifest.yml/x"] {
            let (directory, path) = without_manifest();
            symlink(target, &path).unwrap();
            let finding = the_one_finding(directory.path());
            assert_eq!(finding.code, Code::UnreadableFile, "{target}");
        }
    }

    #[test]
    fn in_circles_are_no_services() {
        let (directory, _) = without_manifest();
        let copilot = directory.path().join("copilot");
        symlink("b", copilot.join("a")).unwrap();
        symlink("a", copilot.join("b")).unwrap();
        symlink("..", copilot.join("up")).unwrap();
        symlink(".", copilot.join("here")).unwrap();
        symlink(".", copilot.join("environments/here")).unwrap();
        assert_eq!(findings_beside_web(directory.path()), []);
    }

    #[test]
    fn to_an_endless_file_end() {
        let (directory, path) = without_manifest();
        symlink("/dev/zero", path).unwrap();
        assert_eq!(the_one_finding(directory.path()).code, Code::UnreadableFile);
    }

    #[test]
    fn and_pipes_are_not_waited_for() {
        let (directory, path) = without_manifest();
        let made = std::process::Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap();
        assert!(made.success(), "mkfifo is part of every Unix");
        // Were the pipe read, it would be these words, and not an endless wait, that fail the test.
        let writer = std::thread::spawn({
            let path = path.clone();
            move || fs::write(path, GOOD)
        });
        let findings = load_from(directory.path(), Options::default()).findings;
        // For reading and writing it opens at once, and lets the writer go on.
        let pipe = fs::File::options().read(true).write(true).open(&path);
        writer.join().unwrap().unwrap();
        drop(pipe);
        let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::UnreadableFile]);
    }
}
