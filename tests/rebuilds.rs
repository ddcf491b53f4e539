//! When cargo runs the build script again, and when it does not: a crate five levels below `copilot/`, with the real cargo.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// A workspace with the one package `web`.
struct Workspace(PathBuf);

/// Where the package is, as deep as Copilot looks up.
const PACKAGE: &str = "a/b/c/d/web";

impl Workspace {
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        let workspace = Self(root);
        let codegen = Path::new(env!("CARGO_MANIFEST_DIR")).join("codegen");
        workspace.write(
            "a/b/c/Cargo.toml",
            "[workspace]\nmembers = [\"d/web\"]\nresolver = \"3\"\n",
        );
        workspace.write(
            &format!("{PACKAGE}/Cargo.toml"),
            &format!(
                "[package]\nname = \"web\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[build-dependencies]\n\
                 service-connect-codegen = {{ path = '{}' }}\n",
                codegen.display()
            ),
        );
        workspace.write(
            &format!("{PACKAGE}/build.rs"),
            "fn main() -> Result<(), service_connect_codegen::Error> { service_connect_codegen::generate() }\n",
        );
        workspace.write(&format!("{PACKAGE}/src/lib.rs"), "");
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
        workspace.write("a/b/c/Cargo.lock", &fs::read_to_string(lock).unwrap());
        workspace.write("copilot/.workspace", "application: kudos\n");
        workspace.write("copilot/environments/test/manifest.yml", "name: test\n");
        workspace.write("copilot/api/manifest.yml", &service("api", "80"));
        workspace.write(
            "copilot/web/manifest.yml",
            &service("web", "${WEB_PORT_TEXT}"),
        );
        workspace
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.0.join(file)).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        self.write(file, &text.replace(from, to));
    }

    /// Checks the package: whether nothing had to be done, and what the build script wrote.
    fn check(&self, variable: &str) -> (bool, Written) {
        let output = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--message-format=json", "-v"])
            .current_dir(self.0.join(PACKAGE))
            .env(
                "CARGO_TARGET_DIR",
                // A target directory elsewhere.
                self.0.with_extension("target"),
            )
            .env("WEB_PORT_TEXT", variable)
            .env_remove("OUT_DIR")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let messages = String::from_utf8(output.stdout).unwrap();
        let messages = messages
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let of_web = |message: &serde_json::Value| {
            message["package_id"]
                .as_str()
                .is_some_and(|id| id.ends_with("/web#0.0.0"))
        };
        let mut outs = messages
            .filter(of_web)
            .filter_map(|message| Some(message["out_dir"].as_str()?.to_owned()));
        let out = outs.next().expect("the package has a build script");
        let read = |path: PathBuf| fs::read_to_string(path).unwrap();
        let entries = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap());
        let files = entries.map(|entry| (entry.file_name(), read(entry.path())));
        let written = Written {
            files: files.collect(),
            for_cargo: read(Path::new(&out).with_file_name("output")),
        };
        (said.contains("Fresh web "), written)
    }

    /// Each change is built at the next check, and once only.
    fn follows(&self, steps: &[Change<'_>]) {
        for (what, change, expected) in steps {
            change();
            let (is_fresh, written) = self.check("x");
            let catalog = written.catalog();
            assert!(!is_fresh, "{what}: nothing was built");
            assert!(
                catalog.contains(expected),
                "{what}: no {expected:?} in\n{catalog}"
            );
            let (is_fresh, _) = self.check("x");
            assert!(is_fresh, "{what}: built again though nothing has changed");
        }
    }
}

/// What a build script wrote.
#[derive(Debug, PartialEq)]
struct Written {
    files: BTreeMap<OsString, String>,
    for_cargo: String,
}

impl Written {
    fn catalog(&self) -> &str {
        &self.files[OsStr::new("service-connect.catalog")]
    }
}

fn service(name: &str, port: &str) -> String {
    format!(
        "name: {name}\ntype: Backend Service\nimage: {{build: x, port: 80}}\nvariables: {{A: '{port}'}}\n"
    )
}

const FAR: &str =
    "format = 1\napplication = \"kudos\"\n[services.far]\ntype = \"Backend Service\"\nport = 70\n";

/// What is done, how, and what the catalog has afterwards.
type Change<'a> = (&'a str, &'a dyn Fn(), &'a str);

#[test]
fn manifests_are_watched_and_nothing_else() {
    let workspace = Workspace::new("rebuilds");
    workspace.follows(&[
        ("at first", &|| (), "\nservice\tapi\t"),
        (
            "a manifest edited",
            &|| workspace.edit("copilot/api/manifest.yml", "port: 80", "port: 8080"),
            "port=8080",
        ),
        (
            "a service added",
            &|| workspace.write("copilot/mail/manifest.yml", &service("mail", "1")),
            "\nservice\tmail\t",
        ),
        (
            "its directory renamed",
            &|| {
                fs::rename(
                    workspace.0.join("copilot/mail"),
                    workspace.0.join("copilot/post"),
                )
                .unwrap();
            },
            "\nservice\tmail\tpost\t",
        ),
        (
            "an environment added",
            &|| workspace.write("copilot/environments/prod/manifest.yml", "name: prod\n"),
            "\nenvironment\tprod\n",
        ),
        (
            "an environment removed",
            &|| fs::remove_dir_all(workspace.0.join("copilot/environments/prod")).unwrap(),
            "\nenvironment\ttest\nservice",
        ),
    ]);

    fs::remove_dir_all(workspace.0.join("copilot/post")).unwrap();
    let (is_fresh, removed) = workspace.check("x");
    assert!(
        !is_fresh && !removed.catalog().contains("\nservice\tmail\t"),
        "a service removed"
    );
    workspace.edit(
        &format!("{PACKAGE}/build.rs"),
        "fn main",
        "// New.\nfn main",
    );
    let (is_fresh, again) = workspace.check("x");
    assert!(!is_fresh, "the build script itself edited");
    assert_eq!(again, removed, "the same input gives the same bytes");

    let (is_fresh, _) = workspace.check("another");
    assert!(!is_fresh, "a variable of the shell that a manifest uses");
    workspace.write(&format!("{PACKAGE}/README.md"), "");
    assert!(workspace.check("another").0, "a file that nobody reads");
}

#[test]
fn metadata_and_locks_are_watched() {
    let workspace = Workspace::new("rebuilds-metadata");
    let manifest = format!("{PACKAGE}/Cargo.toml");
    workspace.follows(&[
        ("at first", &|| (), "\nservice\tapi\t"),
        (
            "`services` changed in the package",
            &|| {
                workspace.edit(
                    &manifest,
                    "[build-dep",
                    "[package.metadata.service-connect]\nservices = [\"api\"]\n[build-dep",
                );
            },
            "\ncaller\tapi\n",
        ),
        (
            "the metadata of the workspace changed",
            &|| {
                let metadata =
                    "[workspace.metadata.service-connect]\nexternal.far = { port = 90 }\n";
                workspace.edit(
                    "a/b/c/Cargo.toml",
                    "[workspace]",
                    &format!("{metadata}[workspace]"),
                );
            },
            "\nservice\tfar\t",
        ),
        (
            "a service taken from a lock that is not there",
            &|| {
                let far = "external.far = { port = 90 }";
                let lock = "external.far = { lock = \"../far/service-connect.lock\" }";
                workspace.edit("a/b/c/Cargo.toml", far, lock);
                workspace.write("a/b/far/service-connect.lock", FAR);
            },
            "\tport=70\t",
        ),
        (
            "that lock edited",
            &|| workspace.edit("a/b/far/service-connect.lock", "70", "71"),
            "\tport=71\t",
        ),
        (
            "a lock added and a manifest edited",
            &|| {
                workspace.write(&format!("{PACKAGE}/service-connect.lock"), "");
                workspace.edit("copilot/api/manifest.yml", "port: 80", "port: 8081");
            },
            "port=8081",
        ),
    ]);
}
