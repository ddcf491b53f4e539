//! `service-connect` in the metadata of `Cargo.toml`s, as build scripts and the plugin read it.

mod support;

use std::path::Path;
use std::process::Command;

use service_connect_codegen::copilot::{Options, Workspace};
use service_connect_codegen::{Finding, generate};
use support::{TEST, WORKSPACE, lay_out, listed, write};
use tempfile::TempDir;

const API: (&str, &str) = (
    "copilot/api/manifest.yml",
    "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\n",
);
const PACKAGE: &str = "[package]\nname = \"api\"\n";
const SHARED: &str =
    "metadata.service-connect]\napplication = \"other\"\nlegacy-environments = [\"test\"]\n";

/// Set where [`build_script`] calls this program.
const AS_CARGO: &str = "SERVICE_CONNECT_TEST_AS_CARGO";

/// `kudos` and these `Cargo.toml`s.
fn with_cargo(files: &[(&str, String)]) -> TempDir {
    let directory = lay_out(&[WORKSPACE, TEST, API]);
    for (path, text) in files {
        write(directory.path(), path, text.as_bytes());
    }
    directory
}

/// What the plugin reads where it is called in `below`.
fn from_cargo(root: &Path, below: &str) -> (Options<'static>, Vec<Finding>) {
    let directory = root.join(below).canonicalize().unwrap();
    let workspace = Workspace::find(&directory).unwrap();
    assert_eq!(workspace.root, root.canonicalize().unwrap());
    Options::from_cargo(&directory, &workspace)
}

/// What a build script of the package in `directory` prints: this very program, called as cargo calls one.
fn build_script(directory: &Path) -> Vec<String> {
    let out = TempDir::new().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_cargo_runs_it", "--nocapture"])
        .env(AS_CARGO, "")
        .env("CARGO_MANIFEST_DIR", directory)
        .env("OUT_DIR", out.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    // The test harness writes before the first of them.
    let instruction = |line: &str| Some(line[line.find("cargo::")?..].to_owned());
    text.lines().filter_map(instruction).collect()
}

fn warnings(directory: &Path) -> Vec<String> {
    let lines = build_script(directory).into_iter();
    lines
        .filter_map(|line| line.strip_prefix("cargo::warning=").map(str::to_owned))
        .collect()
}

/// Part of [`build_script`], and no test where that does not call it.
#[test]
fn as_cargo_runs_it() {
    if std::env::var_os(AS_CARGO).is_some() {
        generate().unwrap();
    }
}

/// A rule, the `Cargo.toml`s, where the plugin is called, whether it reads [`SHARED`].
type OptionsRow = (
    &'static str,
    Vec<(&'static str, String)>,
    &'static str,
    bool,
);

#[test]
fn options_come_from_the_workspace_else_from_the_package() {
    let workspace = |text: &str| ("Cargo.toml", format!("[workspace.{text}"));
    let member = |text: &str| ("crates/api/Cargo.toml", format!("{PACKAGE}{text}"));
    let package = format!("[package.{SHARED}");
    let rows: Vec<OptionsRow> = vec![
        ("in the workspace's root", vec![workspace(SHARED)], "", true),
        (
            "in a member",
            vec![workspace(SHARED), member("")],
            "crates/api",
            true,
        ),
        (
            "below a member",
            vec![
                workspace(SHARED),
                member(""),
                ("crates/api/src/lib.rs", String::new()),
            ],
            "crates/api/src",
            true,
        ),
        (
            "in `copilot/`",
            vec![workspace(SHARED)],
            "copilot/api",
            true,
        ),
        (
            "a package without a workspace",
            vec![member(&package)],
            "crates/api",
            true,
        ),
        (
            "below a package without a workspace",
            vec![member(&package), ("crates/api/src/lib.rs", String::new())],
            "crates/api/src",
            true,
        ),
        (
            "a package without a workspace that holds `copilot/`",
            vec![("Cargo.toml", format!("{PACKAGE}{package}"))],
            "copilot",
            true,
        ),
        (
            "a package that the workspace excludes",
            vec![
                ("Cargo.toml", "[workspace]\nexclude = [\"crates\"]\n".into()),
                member(&package),
            ],
            "crates/api",
            true,
        ),
        (
            "a package that the workspace excludes and names",
            vec![
                (
                    "Cargo.toml",
                    format!(
                        "[workspace]\nmembers = [\"crates/api\"]\nexclude = [\"crates\"]\n[workspace.{SHARED}"
                    ),
                ),
                member(""),
            ],
            "crates/api",
            true,
        ),
        (
            "another package's does not count",
            vec![member(&package)],
            "copilot",
            false,
        ),
        ("no Cargo.toml at all", vec![], "", false),
    ];
    for (rule, files, below, is_read) in rows {
        let directory = with_cargo(&files);
        let (options, findings) = from_cargo(directory.path(), below);
        assert_eq!(listed(&findings), [""; 0], "{rule}");
        let read = (
            options.application.as_deref(),
            options.legacy_environments.as_slice(),
        );
        let expected: (_, &[String]) = if is_read {
            (Some("other"), &["test".to_owned()])
        } else {
            (None, &[])
        };
        assert_eq!(read, expected, "{rule}");
        assert_eq!(options.environments, [""; 0], "{rule}");
        assert!(options.shell.is_none(), "{rule}");
    }
}

#[test]
fn keys_that_nobody_reads_are_warnings() {
    let keys = "the keys are `application`, `legacy-environments`, `external`, `dev`";
    let all = "the keys are `services`, `application`, `legacy-environments`, `external`, `dev`";
    let near = |name: &str| format!("did you mean `{name}`?");
    let no_key = |name: &str| format!("`{name}` is not a key of `service-connect` here");
    let underscore = "`metadata.service_connect` is read by nobody".to_owned();
    let section = |of: &str, text: &str| format!("[{of}.metadata.service-connect]\n{text}\n");
    let rows = [
        (
            "a typo",
            section("workspace", "aplication = \"a\""),
            3,
            no_key("aplication"),
            near("application"),
        ),
        (
            "with an underscore",
            section("workspace", "legacy_environments = []"),
            3,
            no_key("legacy_environments"),
            near("legacy-environments"),
        ),
        (
            "near none",
            section("workspace", "colour = 1"),
            3,
            no_key("colour"),
            keys.into(),
        ),
        (
            "a package's key",
            section("workspace", "services = []"),
            3,
            no_key("services"),
            keys.into(),
        ),
        (
            "in a package without a workspace",
            format!("{PACKAGE}{}", section("package", "servces = []")),
            5,
            no_key("servces"),
            near("services"),
        ),
        (
            "in a package without a workspace",
            format!("{PACKAGE}{}", section("package", "colour = 1")),
            5,
            no_key("colour"),
            all.into(),
        ),
        (
            "the section itself",
            "[workspace.metadata.service_connect]\napplication = \"a\"\n".into(),
            2,
            underscore.clone(),
            "write `service-connect`".into(),
        ),
        (
            "a package's section itself",
            format!("{PACKAGE}[package.metadata.service_connect]\nservices = []\n"),
            4,
            underscore,
            "write `service-connect`".into(),
        ),
    ];
    for (rule, cargo, line, message, help) in rows {
        let cargo = format!("# ü\n{cargo}");
        let directory = with_cargo(&[("front-end/Cargo.toml", cargo.clone())]);
        let (options, findings) = from_cargo(directory.path(), "front-end");
        assert_eq!(
            listed(&findings),
            [format!(
                "warning invalid-metadata front-end/Cargo.toml:{line}"
            )],
            "{rule}"
        );
        assert_eq!(findings[0].message, message, "{rule}");
        assert_eq!(findings[0].help.as_deref(), Some(&*help), "{rule}");
        let key = &cargo[findings[0].place.as_ref().unwrap().span.clone()];
        assert!(message.contains(key), "{rule}: it is at the key, not {key}");
        assert_eq!(options.application, None, "{rule}: it is not read");
        let expected = [findings[0].line()];
        let found = warnings(&directory.path().join("front-end"));
        let found: Vec<_> = found
            .iter()
            .filter(|line| line.contains("[invalid-metadata]"))
            .collect();
        assert_eq!(
            found,
            expected.each_ref(),
            "{rule}: a build script says the same"
        );
    }
}

#[test]
fn each_key_that_nobody_reads_is_a_warning() {
    let both = "[workspace.metadata.service_connect]\n[workspace.metadata.service-connect]\napplication = \"a\"\nb = 1\nc = 2\n";
    let directory = with_cargo(&[("Cargo.toml", both.into())]);
    let (options, findings) = from_cargo(directory.path(), "");
    let expected = [1, 4, 5].map(|line| format!("warning invalid-metadata Cargo.toml:{line}"));
    assert_eq!(listed(&findings), expected, "each");
    assert_eq!(
        options.application.as_deref(),
        Some("a"),
        "beside what is right"
    );
}

#[test]
fn a_member_has_keys_of_its_own() {
    let member = |section: &str| {
        let member = format!("{PACKAGE}[package.metadata.service-connect]\n{section}\n");
        let workspace = format!("[workspace.{SHARED}");
        let directory = with_cargo(&[("front-end/Cargo.toml", member), ("Cargo.toml", workspace)]);
        let (options, findings) = from_cargo(directory.path(), "front-end");
        assert_eq!(
            options.application.as_deref(),
            Some("other"),
            "what is shared is the workspace's"
        );
        let found = warnings(&directory.path().join("front-end"));
        let said = findings.iter().map(Finding::line);
        assert_eq!(said.collect::<Vec<_>>(), found, "the plugin says the same");
        found
    };
    assert_eq!(member("services = [\"api\"]"), [""; 0]);
    assert_eq!(
        member("application = \"kudos\""),
        [
            "front-end/Cargo.toml:4: `application` belongs to the workspace, and counts for nothing here [invalid-metadata]; \
             move it to `[workspace.metadata.service-connect]` in the Cargo.toml of the workspace"
        ],
        "the workspace says that"
    );
    assert_eq!(
        member("service = [\"api\"]"),
        [
            "front-end/Cargo.toml:4: `service` is not a key of `service-connect` here [invalid-metadata]; did you mean `services`?"
        ]
    );

    let member = format!("{PACKAGE}[package.{SHARED}");
    let workspace = "[workspace]\n".to_owned();
    let directory = with_cargo(&[("front-end/Cargo.toml", member), ("Cargo.toml", workspace)]);
    let (options, findings) = from_cargo(directory.path(), "front-end");
    assert_eq!(
        (options.application, options.legacy_environments.len()),
        (None, 0),
        "a member's own is not read where the workspace has none either"
    );
    let expected =
        [4, 5].map(|line| format!("warning invalid-metadata front-end/Cargo.toml:{line}"));
    assert_eq!(listed(&findings), expected);
}

#[test]
fn files_are_named_from_the_directory_that_holds_copilot() {
    let wrong = |of: &str| format!("[{of}.metadata.service-connect]\napplication = 1\n");
    let package = wrong("package");
    let rows = [
        ("in it", "", "Cargo.toml"),
        ("below it", "front-end", "front-end/Cargo.toml"),
        ("further below", "a/b/c", "a/b/c/Cargo.toml"),
    ];
    for (rule, below, name) in rows {
        let path = Path::new(below).join("Cargo.toml");
        let directory = with_cargo(&[(path.to_str().unwrap(), format!("{PACKAGE}{package}"))]);
        let (_, findings) = from_cargo(directory.path(), below);
        let expected = format!("{name}:4");
        assert_eq!(
            listed(&findings),
            [format!("error invalid-metadata {expected}")],
            "{rule}"
        );
        let message = "`application` has to be a string: `application = \"kudos\"`";
        assert_eq!(findings[0].message, message, "{rule}");
        assert_eq!(
            warnings(&directory.path().join(below)),
            [format!("{expected}: {message} [invalid-metadata]")],
            "{rule}: as in a build script"
        );
    }

    let directory = lay_out(&[
        ("Cargo.toml", wrong("workspace").as_str()),
        ("a/b/copilot/.workspace", WORKSPACE.1),
        ("a/b/copilot/api/manifest.yml", API.1),
        ("a/b/c/Cargo.toml", PACKAGE),
        ("a/d/Cargo.toml", "[package\n"),
    ]);
    let inner = directory.path().join("a/b/c");
    let workspace = Workspace::find(&inner).unwrap();
    let (_, findings) = Options::from_cargo(&inner.canonicalize().unwrap(), &workspace);
    assert_eq!(
        listed(&findings),
        ["error invalid-metadata ../../Cargo.toml:2"],
        "a workspace above it"
    );
    assert_eq!(
        warnings(&inner),
        [findings[0].line()],
        "as in a build script"
    );

    let alone = lay_out(&[
        WORKSPACE,
        API,
        ("front-end/Cargo.toml", "[package\n"),
        ("back-end/readme.md", ""),
    ]);
    let found = warnings(&alone.path().join("front-end"));
    assert!(
        found[0].starts_with("front-end/Cargo.toml:1: `front-end/Cargo.toml` is not TOML: "),
        "{found:?}"
    );
    let (_, findings) = from_cargo(alone.path(), "front-end");
    assert!(
        findings[0]
            .message
            .starts_with("`front-end/Cargo.toml` is not TOML: "),
        "{findings:?}"
    );
    let found = warnings(&alone.path().join("back-end"));
    assert!(
        found[0].starts_with("back-end/Cargo.toml: `back-end/Cargo.toml` cannot be read: "),
        "{found:?}"
    );
}

#[test]
fn a_build_script_warns_of_what_is_probably_wrong_and_leaves_notes_out() {
    let sections = "environments: {tset: {}, staging: {}}\n";
    let manifest = format!("{}{sections}", API.1);
    let listing = format!("{PACKAGE}[package.metadata.service-connect]\nservices = [\"apu\"]\n");
    let directory = with_cargo(&[
        ("front-end/Cargo.toml", listing),
        (API.0, manifest),
        (
            "copilot/odd/manifest.yml",
            "name: odd\ntype: Backend Service\nimage: {location: x, port: \"a\\nb\"}\n".into(),
        ),
    ]);
    let found = warnings(&directory.path().join("front-end"));
    assert_eq!(
        found,
        [
            "copilot/api/manifest.yml:4: the section `tset` is for no environment of this workspace \
             [unknown-environment]; did you mean `test`?",
            "copilot/odd/manifest.yml:3: `port` has to be a number from 0 to 65535, not the string `a b` \
             [invalid-value]; write a plain number",
            "front-end/Cargo.toml:4: the package is said to run as `apu`, and there is no such service \
             [unknown-caller]; did you mean `api`?",
        ]
    );
}
