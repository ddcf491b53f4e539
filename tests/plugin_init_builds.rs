//! From `copilot/` and an empty crate to a call that compiles, with the real cargo and the real crates.

#[allow(dead_code)]
mod plugin_support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use plugin_support::{App, plugin, run};

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("init")
}

fn cargo(directory: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(directory)
        .env("CARGO_TARGET_DIR", target())
        // Nothing of it gives a warning to anybody.
        .env("RUSTFLAGS", "-Dwarnings")
        .env_remove("OUT_DIR")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
}

/// The application in a cargo workspace without crates.
fn workspace(app: App) -> App {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    app.file(
        "Cargo.toml",
        "[workspace]\nmembers = []\nresolver = \"3\"\n",
    )
    // The versions that are known to be there.
    .file(
        "Cargo.lock",
        fs::read(repository.join("Cargo.lock")).unwrap(),
    )
}

#[test]
fn what_it_makes_of_new_crates_runs_and_answers() {
    let app = App::new().backend("api").backend("web").file(
        "copilot/worker/manifest.yml",
        "name: worker\ntype: Worker Service\nimage: {build: Dockerfile}\nnetwork: {connect: true}\n",
    );
    let app = workspace(app);
    let root = app.path();
    for name in ["api", "web", "worker"] {
        cargo(&root, &["new", "--quiet", "--vcs", "none", name]);
        assert_eq!(run(&root, &["init", "-p", name]).code, Some(0));
    }
    let dev: plugin_support::Run = plugin(&root)
        .args(["dev", "--request", "web/", "--env", "staging"])
        .env("CARGO_TARGET_DIR", target())
        .env("CARGO_NET_OFFLINE", "true")
        .env("RUSTFLAGS", "-Dwarnings")
        .output()
        .unwrap()
        .into();
    assert_eq!((dev.code, &*dev.stdout), (Some(0), "hello\n"), "{dev:#?}");
    let note = "nothing names the environment `staging`";
    assert_eq!(dev.stderr.matches(note).count(), 1, "{dev:#?}");
}

#[test]
fn a_call_compiles_after_one_command() {
    let app = workspace(App::shop().backend("orders"));
    let root = app.path();

    cargo(&root, &["new", "--quiet", "--vcs", "none", "web"]);
    assert_eq!(run(&root.join("web"), &["init"]).code, Some(0));
    assert!(
        fs::read_to_string(root.join("web/src/main.rs"))
            .unwrap()
            .contains("match Api::get(\"/\").await {")
    );

    // A crate with a history: an older edition, a library, a build script and a name of its own.
    cargo(
        &root,
        &[
            "new",
            "--quiet",
            "--vcs",
            "none",
            "--edition",
            "2018",
            "--name",
            "shop-orders",
            "orders",
        ],
    );
    let app = app
        .file("orders/build.rs", "fn main() {\n    println!(\"cargo:rerun-if-changed=build.rs\");\n}\n")
        .file("orders/src/lib.rs", "//! Orders.\n\nuse std::fmt::Debug;\n\npub fn show(what: impl Debug) -> String {\n    format!(\"{:?}\", what)\n}\n");
    assert_eq!(
        run(&root, &["init", "-p", "shop-orders", "--service", "orders"]).code,
        Some(0)
    );
    let library = fs::read_to_string(root.join("orders/src/lib.rs")).unwrap();
    let call = "\npub async fn kudos() -> service_connect::Result<String> {\n    Api::get(\"/kudos\").await?.text().await\n}\n";
    let _app = app.file("orders/src/lib.rs", library + call);

    cargo(
        &root,
        &["check", "--offline", "--workspace", "--all-targets"],
    );
    assert_eq!(run(&root, &["lock"]).code, Some(0));
    assert_eq!(run(&root, &["check"]).code, Some(0));
    for package in ["web", "shop-orders"] {
        let again = run(&root, &["init", "-p", package]);
        assert!(again.stderr.contains("nothing to do"), "{again:#?}");
    }
}
