//! What compiles and what does not, and with which words: `tests/ui/<fixture>/{pass,fail}/*.rs`, each fixture with
//! an application of its own.
//!
//! One package has one catalog. So the test runs itself again for each fixture, with the `OUT_DIR` that a build
//! script of that fixture would have had; cargo passes it on to the compiler.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const FIXTURE: &str = "SERVICE_CONNECT_UI_FIXTURE";

#[test]
fn ui() {
    match env::var_os(FIXTURE) {
        Some(fixture) => run(Path::new(&fixture)),
        None => fixtures().iter().for_each(|fixture| run_again(fixture)),
    }
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut fixtures: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    fixtures.sort();
    assert!(fixtures.len() > 5, "the fixtures are gone: {fixtures:?}");
    fixtures
}

fn run_again(fixture: &Path) {
    let name = fixture.file_name().unwrap().to_str().unwrap();
    // trybuild writes a directory of this shape as `$OUT_DIR[name]`.
    let directory = format!("build/{name}-0123456789abcdef/out");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(directory);
    fs::create_dir_all(&out).unwrap();
    service_connect_codegen::generate_into(fixture, &out).unwrap();
    // One that another version wrote.
    let catalog = fixture.join("catalog");
    if catalog.exists() {
        fs::copy(catalog, out.join(service_connect_codegen::CATALOG_FILE)).unwrap();
    }
    let test = Command::new(env::current_exe().unwrap())
        .args(["ui", "--exact", "--nocapture"])
        .env(FIXTURE, fixture)
        .env("OUT_DIR", &out)
        .status()
        .unwrap();
    assert!(test.success(), "the fixture `{name}` fails, see above");
}

fn run(fixture: &Path) {
    let tests = trybuild::TestCases::new();
    if fixture.join("pass").is_dir() {
        tests.pass(fixture.join("pass/*.rs"));
    }
    if fixture.join("fail").is_dir() {
        tests.compile_fail(fixture.join("fail/*.rs"));
    }
}
