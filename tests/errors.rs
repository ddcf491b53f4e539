//! Every code is shown by a real run, and all of them together are `docs/errors.md`.
//!
//! What is found in manifests is found in the application `tests/findings`, what is found in Rust by the compiler in
//! `tests/ui`, and URLs by `migrate` in `tests/workspaces`. After a change that is meant, `BLESS=1 cargo test --test errors`
//! writes both files anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use service_connect_codegen::Code;

const FINDINGS: &str = "tests/findings/check.txt";
const DOCUMENT: &str = "docs/errors.md";

const HEAD: &str = "\
# Errors, warnings and notes

Every finding has a code, which stays the same. `cargo service-connect explain CODE` prints what stands here about it.

Those that are shown with `-->` and a line of YAML are what `cargo service-connect check` says. Those that are shown with a
line of Rust are compile errors: the place in the manifest that is to be changed stands below the message; with `-->` and a
line of Rust they are what `cargo service-connect migrate` says. Of a manifest that Copilot refuses, the first reason is told.

<!-- Written by tests/errors.rs. -->
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `check` says of `tests/findings`.
fn checked() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-service-connect"))
        .args(["service-connect", "check", "--color", "never"])
        .current_dir(root().join("tests/findings"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What `migrate` says of `tests/workspaces/helpdesk` and has a proposal for.
fn migrated() -> String {
    let text = fs::read_to_string(root().join("tests/workspaces/helpdesk.txt")).unwrap();
    let found = text.split_inclusive("\n\n");
    found.filter(|found| found.contains("\nhelp: ")).collect()
}

#[test]
fn every_code_is_brought_about_and_in_the_document() {
    let checked = checked();
    compare(FINDINGS, &checked);
    let mut document = HEAD.to_owned();
    document += "\n| code | |\n|---|---|\n";
    for code in Code::ALL {
        let _ = writeln!(document, "| [`{code}`](#{code}) | {} |", code.title());
    }
    let migrated = migrated();
    let compiled = compiled();
    let mut unseen = Vec::new();
    for code in Code::ALL {
        let example = in_check(&checked, *code);
        let example = example.or_else(|| in_check(&migrated, *code));
        let example = example.or_else(|| in_rust(&compiled, *code));
        match example {
            Some(example) => section(&mut document, *code, &example),
            None => unseen.push(code.as_str()),
        }
    }
    assert!(unseen.is_empty(), "no test brings these about: {unseen:?}");
    compare(DOCUMENT, &document);
}

fn section(document: &mut String, code: Code, example: &str) {
    let explanation = code.explanation();
    let _ = write!(
        document,
        "\n## `{code}`\n\n```text\n{example}\n```\n\n{}\n\nWrong:\n\n```text\n{}\n```\n\nRight:\n\n```text\n{}\n```\n\n\
         The rule is from {}.\n",
        explanation.meaning, explanation.wrong, explanation.right, explanation.source
    );
}

/// What `check` says under that code, first.
fn in_check(checked: &str, code: Code) -> Option<String> {
    let mut findings = checked.split("\n\n");
    let is_of = |finding: &&str| {
        let (severity, rest) = finding.split_once('[').unwrap_or_default();
        ["error", "warning", "note"].contains(&severity) && rest.starts_with(&format!("{code}]: "))
    };
    findings
        .find(is_of)
        .map(|found| found.trim_end().to_owned())
}

/// What the compiler says under that code, first.
fn in_rust(compiled: &[(PathBuf, String)], code: Code) -> Option<String> {
    let ending = format!(" [{code}]");
    compiled.iter().find_map(|(source, errors)| {
        let mut errors = errors.split("\n\n");
        let error = errors.find(|error| {
            error
                .lines()
                .next()
                .is_some_and(|line| line.ends_with(&ending))
        })?;
        let source = source.strip_prefix(root()).expect("it is below the root");
        let error = error.replace(&source.display().to_string(), "src/main.rs");
        Some(error.trim_end().to_owned())
    })
}

/// The sources of `tests/ui` that do not compile and what the compiler says: kudos first, then in the order of their names.
fn compiled() -> Vec<(PathBuf, String)> {
    let fixtures = fs::read_dir(root().join("tests/ui")).unwrap();
    let folders = fixtures.map(|fixture| fixture.unwrap().path().join("fail"));
    let files = folders
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten();
    let files = files.map(|file| file.unwrap().path());
    let mut sources: Vec<_> = files
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "stderr")
        })
        .map(|file| {
            let errors = fs::read_to_string(&file).unwrap();
            (file.with_extension("rs"), errors)
        })
        .collect();
    let kudos = root().join("tests/ui/kudos");
    sources.sort_by_key(|(source, _)| (!source.starts_with(&kudos), source.clone()));
    sources
}

/// Compares a file with what it has to be, or writes it.
#[track_caller]
fn compare(file: &str, expected: &str) {
    let path = root().join(file);
    if env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let difference = expected
        .lines()
        .zip(found.lines())
        .enumerate()
        .find(|(_, (expected, found))| expected != found);
    assert!(
        found == expected,
        "{file} is not what it has to be, first in {difference:?}: `BLESS=1 cargo test --test errors` writes it"
    );
}
