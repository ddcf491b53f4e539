//! What a user of kudos sees from cargo while manifests change: a copy of `examples/kudos` in a workspace of its
//! own, checked with the real cargo.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, fs};

/// A copy of kudos. All are built in one target directory, where the packages of one would take the places of the
/// other's: so there is one at a time.
struct Kudos(
    PathBuf,
    #[expect(dead_code, reason = "held")] MutexGuard<'static, ()>,
);

static ONE: Mutex<()> = Mutex::new(());

impl Kudos {
    fn copy(name: &str) -> Self {
        let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        copy(&repository.join("examples/kudos"), &root);
        fs::copy(repository.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
        // What the repository's workspace shares with its members, for a workspace of the three.
        let workspace = fs::read_to_string(repository.join("Cargo.toml")).unwrap();
        let shared = workspace.split("[workspace.package]").nth(1).unwrap();
        let shared = shared.split("\n[package]").next().unwrap();
        let shared = shared.replace("path = \"", &format!("path = \"{}/", repository.display()));
        let members =
            "[workspace]\nmembers = [\"api\", \"billing\", \"front-end\"]\nresolver = \"3\"\n";
        fs::write(
            root.join("Cargo.toml"),
            format!("{members}\n[workspace.package]{shared}"),
        )
        .unwrap();
        Self(root, guard)
    }

    /// `cargo check` of the front end: whether it passes, and what it prints.
    fn check(&self) -> (bool, String) {
        let output = Command::new(env!("CARGO"))
            .args(["check", "-p", "front-end", "--offline", "-v"])
            .current_dir(&self.0)
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("kudos-target"),
            )
            .env_remove("OUT_DIR")
            .output()
            .unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    fn passes(&self, when: &str) -> String {
        let (passed, output) = self.check();
        assert!(passed, "{when}:\n{output}");
        output
    }

    fn fails(&self, when: &str) -> String {
        let (passed, output) = self.check();
        assert!(!passed, "{when}:\n{output}");
        output
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn add(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (source, target) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(source, target).unwrap();
        }
    }
}

const ON: &str = "connect: true";
const OFF: &str = "connect: false";
const API: &str = "copilot/api/manifest.yml";
const MAIN: &str = "front-end/src/main.rs";

#[test]
fn cargo_check_follows_the_manifests() {
    let kudos = Kudos::copy("kudos");

    kudos.passes("as it is in the repository");
    let output = kudos.passes("a second time");
    assert!(output.contains("Fresh front-end"), "{output}");

    kudos.edit(API, ON, OFF);
    let output = kudos.fails("with Service Connect off for `api`");
    let text = fs::read_to_string(kudos.0.join(API)).unwrap();
    let line = text.lines().position(|line| line.contains(OFF)).unwrap() + 1;
    for expected in [
        "Service Connect is off for service `api`",
        &format!("{API}:{line}"),
        "#[service_client(\"api\")]",
    ] {
        assert!(output.contains(expected), "no {expected:?} in:\n{output}");
    }
    assert_eq!(
        output.matches("error: ").count(),
        2,
        "one error and cargo's last line:\n{output}"
    );

    // `Api::get` is still there, so all that is in the way is the attribute.
    kudos.edit(
        MAIN,
        "#[service_client(\"api\")]",
        "#[service_client(\"api\", discovery)]",
    );
    kudos.passes("with discovery accepted for `api`");

    kudos.edit(API, OFF, ON);
    kudos.edit(
        MAIN,
        "#[service_client(\"api\", discovery)]",
        "#[service_client(\"api\")]",
    );
    kudos.passes("with everything as it was");

    kudos.edit(MAIN, "Api::get(", "Warehouse::get(");
    let output = kudos.fails("with a service that does not exist");
    assert!(output.contains("cannot find type `Warehouse`"), "{output}");
    kudos.add(
        "copilot/warehouse/manifest.yml",
        "name: warehouse\ntype: Backend Service\nimage: {location: example/warehouse, port: 8080}\n",
    );
    kudos.passes("with the directory of a new service");

    fs::remove_dir_all(kudos.0.join("copilot/warehouse")).unwrap();
    kudos.fails("with that directory gone");
    kudos.edit(MAIN, "Warehouse::get(", "Api::get(");

    kudos.add(
        "copilot/environments/staging/manifest.yml",
        "name: staging\ntype: Environment\n",
    );
    kudos.edit(
        API,
        "network:\n",
        "environments:\n  staging:\n    network: {connect: false}\nnetwork:\n",
    );
    let output = kudos.fails("with Service Connect off for `api` in a new environment");
    assert!(output.contains("in environment `staging`"), "{output}");
}

#[test]
fn a_build_without_copilot_goes_by_the_lock() {
    let kudos = Kudos::copy("kudos-in-a-container");
    let lock = Command::new(env!("CARGO_BIN_EXE_cargo-service-connect"))
        .args(["service-connect", "lock", "--check", "-C"])
        .arg(&kudos.0)
        .output()
        .unwrap();
    assert!(
        lock.status.success(),
        "what is committed is out of date: {lock:?}"
    );
    // What a Dockerfile of `front-end` copies.
    for left_out in ["copilot", "api", "billing"] {
        fs::remove_dir_all(kudos.0.join(left_out)).unwrap();
    }
    kudos.edit("Cargo.toml", "\"api\", \"billing\", ", "");
    let output = kudos.passes("with the lock in place of `copilot/`");
    assert!(!output.contains("warning: "), "{output}");
    let output = kudos.passes("a second time");
    assert!(output.contains("Fresh front-end"), "{output}");

    let lock = "front-end/service-connect.lock";
    kudos.edit(
        lock,
        "[services.api]\ntype = \"Backend Service\"\nport = 80\nimage-port = 80\nconnect = true",
        "[services.api]\ntype = \"Backend Service\"\nport = 80\nimage-port = 80",
    );
    let output = kudos.fails("with Service Connect off for `api` in the lock");
    assert!(output.contains("at service-connect.lock:"), "{output}");
    let help = "help: change the manifest of `api` and run `cargo service-connect lock` there";
    assert!(output.contains(help), "{output}");

    fs::remove_file(kudos.0.join(lock)).unwrap();
    let output = kudos.fails("with neither");
    assert!(
        output.contains("run `cargo service-connect lock`"),
        "{output}"
    );
}
