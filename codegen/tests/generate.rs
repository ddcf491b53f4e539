//! What a build script writes: the catalog and the stubs, from `Cargo.toml` and `copilot/` alone.

mod support;

use std::fs;
use std::path::Path;

use service_connect_codegen::{CATALOG_FILE, Catalog, Code, generate_into, stubs};
use support::{TEST, WORKSPACE, at, lay_out, write};
use tempfile::TempDir;

const API: (&str, &str) = (
    "copilot/api/manifest.yml",
    "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\n",
);

/// Generates for the package in `directory`.
fn generate(directory: &Path) -> Catalog {
    let out = TempDir::new().unwrap();
    generate_into(directory, out.path()).unwrap();
    let catalog = fs::read_to_string(out.path().join(CATALOG_FILE)).unwrap();
    let catalog = Catalog::read(&catalog).unwrap();
    let module = fs::read_to_string(out.path().join(stubs::FILE)).unwrap();
    assert_eq!(module, stubs::module(&catalog), "both say the same");
    catalog
}

/// Generates for a package of its own with this `Cargo.toml`.
fn with_cargo(cargo: &str) -> Catalog {
    generate(lay_out(&[("Cargo.toml", cargo), WORKSPACE, TEST, API]).path())
}

fn problems(catalog: &Catalog) -> Vec<String> {
    catalog.problems.iter().map(at).collect()
}

#[test]
fn a_package_runs_as_the_service_of_its_name_or_as_those_it_lists() {
    let listing = |services: &str| {
        format!(
            "[package]\nname = \"crate\"\n[package.metadata.service-connect]\nservices = {services}\n"
        )
    };
    let rows: &[(&str, String, &[&str], &[&str])] = &[
        (
            "its name",
            "[package]\nname = \"api\"\n".into(),
            &["api"],
            &[],
        ),
        (
            "no service",
            "[package]\nname = \"crate\"\n".into(),
            &[],
            &[],
        ),
        ("listed", listing("[\"api\"]"), &["api"], &[]),
        ("a library", listing("[]"), &[], &[]),
        (
            "a typo",
            listing("[\"apu\"]"),
            &["apu"],
            &["unknown-caller at 4"],
        ),
        (
            "two typos",
            listing("[\"apu\", \"web\"]"),
            &["apu", "web"],
            &["unknown-caller at 4", "unknown-caller at 4"],
        ),
        (
            "no list",
            listing("\"api\""),
            &[],
            &["invalid-metadata at 4"],
        ),
        (
            "no strings",
            listing("[1]"),
            &[],
            &["invalid-metadata at 4"],
        ),
        (
            "a key that nobody reads is a warning, which stops nothing",
            listing("[\"api\"]\nservce = 1"),
            &["api"],
            &[],
        ),
        (
            "not TOML",
            "[package\n".into(),
            &[],
            &["invalid-metadata at 1"],
        ),
    ];
    for (rule, cargo, callers, expected) in rows {
        let catalog = with_cargo(cargo);
        assert_eq!(catalog.callers, *callers, "{rule}");
        assert_eq!(problems(&catalog), *expected, "{rule}");
        assert_eq!(
            catalog.application.services.len(),
            1,
            "{rule}: the application is read all the same"
        );
    }
    let help = with_cargo(&listing("[\"apu\"]")).problems.remove(0).help;
    assert_eq!(help.as_deref(), Some("did you mean `api`?"));
}

#[test]
fn the_catalog_belongs_to_the_package() {
    assert_eq!(
        with_cargo("[package]\nname = \"front-end\"\n").package,
        "front-end"
    );
}

#[test]
fn the_workspace_says_what_copilot_does_not() {
    let section =
        "metadata.service-connect]\napplication = \"other\"\nlegacy-environments = [\"test\"]\n";
    let member = "[package]\nname = \"api\"\n";
    let rows = [
        (
            "the workspace above",
            format!("[workspace.{section}"),
            member.to_owned(),
        ),
        (
            "a package without a workspace",
            String::new(),
            format!("{member}[package.{section}"),
        ),
        (
            "a package that is its own",
            String::new(),
            format!("{member}[workspace.{section}"),
        ),
    ];
    for (rule, workspace, package) in rows {
        let directory = lay_out(&[WORKSPACE, TEST, API]);
        if !workspace.is_empty() {
            write(directory.path(), "Cargo.toml", workspace.as_bytes());
        }
        write(
            directory.path(),
            "crates/api/Cargo.toml",
            package.as_bytes(),
        );
        let catalog = generate(&directory.path().join("crates/api"));
        assert_eq!(problems(&catalog), [""; 0], "{rule}");
        assert_eq!(catalog.application.name.as_deref(), Some("other"), "{rule}");
        assert!(catalog.application.environments[0].legacy, "{rule}");
    }
}

#[test]
fn without_copilot_every_reference_has_that_one_problem() {
    let cargo =
        "[package]\nname = \"crate\"\n[package.metadata.service-connect]\nservices = [\"api\"]\n";
    let directory = lay_out(&[("a/b/c/d/e/f/Cargo.toml", cargo)]);
    let catalog = generate(&directory.path().join("a/b/c/d/e/f"));
    let codes: Vec<_> = catalog
        .problems
        .iter()
        .map(|problem| problem.code)
        .collect();
    assert_eq!(codes, [Code::NoApplication]);
    assert_eq!(catalog.application.services, []);
}

#[test]
fn a_broken_manifest_is_no_failure() {
    let broken = ("copilot/broken/manifest.yml", "name: [\n");
    let cargo = ("Cargo.toml", "[package]\nname = \"api\"\n");
    let catalog = generate(lay_out(&[cargo, WORKSPACE, TEST, API, broken]).path());
    assert_eq!(problems(&catalog), [""; 0], "others can still be called");
    let service = catalog.application.service("broken").unwrap();
    assert_eq!(
        service.base.as_ref().map_err(|finding| finding.code),
        Err(Code::InvalidYaml)
    );
}

#[test]
fn a_directory_that_cannot_be_written_is_a_failure_that_names_the_file() {
    let directory = lay_out(&[
        ("Cargo.toml", "[package]\nname = \"api\"\n"),
        WORKSPACE,
        API,
    ]);
    let out = directory.path().join("nowhere");
    let error = generate_into(directory.path(), &out).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("nowhere"), "{text}");
    assert_eq!(format!("{error:?}"), text, "cargo shows Debug");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn what_does_not_change_is_not_written_again() {
    let directory = lay_out(&[
        ("Cargo.toml", "[package]\nname = \"api\"\n"),
        WORKSPACE,
        TEST,
        API,
    ]);
    let out = TempDir::new().unwrap();
    let generate = || generate_into(directory.path(), out.path()).unwrap();
    let old = std::time::SystemTime::UNIX_EPOCH;
    let paths = [CATALOG_FILE, stubs::FILE].map(|file| out.path().join(file));
    let modified = || {
        paths
            .each_ref()
            .map(|path| fs::metadata(path).unwrap().modified().unwrap() == old)
    };
    generate();
    for path in &paths {
        fs::File::options()
            .append(true)
            .open(path)
            .unwrap()
            .set_modified(old)
            .unwrap();
    }
    generate();
    assert_eq!(modified(), [true, true], "the same application");
    write(
        directory.path(),
        API.0,
        API.1.replace("80", "81").as_bytes(),
    );
    generate();
    assert_eq!(modified(), [false, false], "another port");
}

#[test]
fn what_is_generated_does_not_depend_on_where() {
    let files = [
        WORKSPACE,
        TEST,
        API,
        ("Cargo.toml", "[package]\nname = \"api\"\n"),
    ];
    let generated = || {
        let (directory, out) = (lay_out(&files), TempDir::new().unwrap());
        generate_into(directory.path(), out.path()).unwrap();
        [CATALOG_FILE, stubs::FILE].map(|file| fs::read(out.path().join(file)).unwrap())
    };
    assert_eq!(
        generated(),
        generated(),
        "in two directories, byte for byte"
    );
}
