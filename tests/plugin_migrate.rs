//! `migrate` on two workspaces as teams have them, from hand-built URLs all the way to typed calls that compile:
//! `tests/workspaces`.
//!
//! What it says of each, before and after, and its patch stand beside it; `BLESS=1 cargo test --test plugin_migrate`
//! writes what they are now.

#[allow(dead_code)]
mod plugin_support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use plugin_support::{App, run};
use tempfile::TempDir;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A copy of one of the workspaces.
struct Workspace {
    name: &'static str,
    root: PathBuf,
    _directory: TempDir,
}

impl Workspace {
    fn copy(name: &'static str) -> Self {
        let directory = TempDir::new().unwrap();
        let root = directory.path().canonicalize().unwrap();
        copy(&repository().join("tests/workspaces").join(name), &root);
        Self {
            name,
            root,
            _directory: directory,
        }
    }

    fn append(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        let old = fs::read_to_string(&path).unwrap();
        fs::write(path, old + text).unwrap();
    }

    /// With the crates of this repository in the place of those of the registry.
    fn patched(self) -> Self {
        let mut patch = "\n[patch.crates-io]\n".to_owned();
        for (name, directory) in [
            ("service-connect", "runtime"),
            ("service-connect-codegen", "codegen"),
        ] {
            let path = repository().join(directory);
            writeln!(patch, "{name} = {{ path = '{}' }}", path.display()).unwrap();
        }
        self.append("Cargo.toml", &patch);
        self
    }

    fn init(&self, package: &str) {
        let run = run(&self.root.join(package), &["init", "--registry"]);
        assert_eq!(run.code, Some(0), "{run:#?}");
    }

    /// Compares what was printed with the file beside the workspace, or writes that.
    fn compare(&self, what: &str, text: &str) {
        let file = repository()
            .join("tests/workspaces")
            .join(format!("{}.{what}", self.name));
        if env::var_os("BLESS").is_some() {
            fs::write(&file, text).unwrap();
        }
        let known = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(text, known, "{} is not what is printed", file.display());
    }

    /// What `migrate` says, for people.
    fn said(&self) -> String {
        let run = run(&self.root, &["migrate"]);
        assert_eq!(run.code, Some(1), "{run:#?}");
        run.stdout + &run.stderr
    }

    /// Makes the changes of the patch with that command.
    fn apply(&self, command: &[&str]) {
        let run = run(&self.root, &["migrate", "--format", "diff"]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
        self.compare("diff", &run.stdout);
        let mut child = Command::new(command[0])
            .args(&command[1..])
            .current_dir(&self.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, run.stdout.as_bytes()).unwrap();
        drop(stdin);
        assert!(child.wait().unwrap().success());
    }

    /// Compiles all of it.
    fn check(&self) {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workspaces");
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--workspace", "--all-targets"])
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", target)
            .env_remove("OUT_DIR")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        // What a function is given, a field holds or only a test names stays, and the compiler warns of it; no more.
        let mut warnings = said.lines().filter(|line| line.starts_with("warning: "));
        let is_expected = |line: &str| {
            ["unused variable", "field ", "constant `CATALOG`"]
                .iter()
                .any(|what| line["warning: ".len()..].starts_with(what))
        };
        assert!(
            output.status.success() && warnings.all(is_expected),
            "{said}"
        );
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn a_workspace_with_service_connect_in_parts() {
    let workspace = Workspace::copy("bookshop").patched();
    workspace.compare("txt", &workspace.said());
    for package in ["mailer", "orders", "storefront"] {
        workspace.init(package);
    }
    // What `migrate` asks for: the crate has a `Catalog` of its own.
    let main = workspace.root.join("orders/src/main.rs");
    let text = fs::read_to_string(&main).unwrap();
    let clients = "service_connect::clients!();\n";
    assert!(text.contains(clients));
    let services = format!("mod services {{\n    {clients}}}\n");
    fs::write(&main, text.replace(clients, &services)).unwrap();

    workspace.apply(&["git", "apply"]);
    workspace.check();
    workspace.compare("after.txt", &workspace.said());
}

#[test]
fn a_workspace_with_discovery_and_configuration() {
    let workspace = Workspace::copy("helpdesk").patched();
    workspace.compare("txt", &workspace.said());
    workspace.append(
        "upstream/Cargo.toml",
        "\n[package.metadata.service-connect]\nservices = []\n",
    );
    for package in ["notifier", "portal", "tickets", "upstream"] {
        workspace.init(package);
    }
    workspace.apply(&["patch", "--strip=1"]);
    workspace.check();
    workspace.compare("after.txt", &workspace.said());
}

#[test]
fn where_no_url_is_there_is_nothing_to_do() {
    let app = App::shop()
        .file(
            "web/Cargo.toml",
            "[package]\nname = \"web\"\nedition = \"2024\"\n\n[workspace]\n",
        )
        .file(
            "web/src/main.rs",
            "fn main() {\n    println!(\"https://example.com and http://localhost:8080\");\n}\n",
        );
    let web = app.path().join("web");
    let found = run(&web, &["migrate"]);
    assert_eq!((found.code, found.stdout.as_str()), (Some(0), ""));
    assert_eq!(found.stderr, "no hand-built URLs of services found\n");
    for format in ["diff", "json"] {
        let found = run(&web, &["migrate", "--format", format]);
        let all = (found.code, found.stdout.as_str(), found.stderr.as_str());
        assert_eq!(all, (Some(0), "", ""));
    }
}

#[test]
fn programs_get_a_line_for_each_url() {
    let found = run(
        &repository().join("tests/workspaces/bookshop"),
        &["migrate", "--format", "json", "--env", "prod"],
    );
    assert_eq!((found.code, found.stderr.as_str()), (Some(1), ""));
    let lines: Vec<serde_json::Value> = found
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let zone = &lines[0];
    assert_eq!(zone["file"], "mailer/src/main.rs");
    assert_eq!(zone["package"], "mailer");
    assert_eq!(zone["service"], "orders");
    assert_eq!(
        zone["environments"],
        serde_json::json!([{"name": "prod", "via": "discovery", "code": "url-zone"}])
    );
    assert_eq!(zone["findings"][0]["code"], "url-zone");
    assert_eq!(zone["edits"][0]["text"], "Orders::get(\"/placed\")");
    assert_eq!(zone["advice"], serde_json::Value::Null);
    let misspelt = lines
        .iter()
        .find(|line| line["service"].is_null())
        .expect("one is misspelt");
    assert_eq!(misspelt["findings"][0]["code"], "unknown-host");
    assert!(misspelt["edits"].is_null() && misspelt["advice"].is_string());
}

#[test]
fn a_source_that_does_not_parse_is_said() {
    let app = App::shop()
        .file("Cargo.toml", "[package]\nname = \"web\"\n")
        .file(
            "src/main.rs",
            "mod wrong;\nfn main() {\n    get(\"http://api:8080\");\n}\n",
        )
        .file("src/wrong.rs", "fn wrong( {\n");
    let found = run(&app.path(), &["migrate"]);
    assert_eq!(found.code, Some(1), "{found:#?}");
    assert!(found.stdout.contains("src/main.rs:3:9"), "{found:#?}");
    assert!(found.stderr.contains("src/wrong.rs"), "{found:#?}");
    let said = "1 hand-built URL of services in what could be read (1 place could not): ";
    assert!(found.stderr.contains(said), "{found:#?}");
    let app = app.file("src/main.rs", "mod wrong;\nfn main() {}\n");
    let found = run(&app.path(), &["migrate"]);
    assert_eq!(found.code, Some(0), "{found:#?}");
    let said = "no hand-built URLs of services found in what could be read (1 place could not)\n";
    assert!(found.stderr.ends_with(said), "{found:#?}");
}

#[test]
fn what_nothing_reads_is_counted() {
    let app = App::shop()
        .file("Cargo.toml", "[package]\nname = \"web\"\n")
        .file(
            "src/main.rs",
            "fn main() {}\nfn a() { get(\"http://api:8080\"); }\nfn b() { get(\"http://api:8080/x\"); }\n\
             pub fn c() { get(\"http://api:8080/y\"); }\n",
        );
    let found = run(&app.path(), &["migrate"]);
    assert!(found.stdout.contains("src/main.rs:4:18"), "{found:#?}");
    assert_eq!(
        found.stdout.matches("src/main.rs:").count(),
        1,
        "{found:#?}"
    );
    let said = "\n2 URLs that nothing reads were left out\n";
    assert!(found.stderr.contains(said), "{found:#?}");
}

/// What is asked for with `--env` is told; a change would be made for all.
#[test]
fn other_environments_count_for_a_proposal() {
    let service = |name: &str, more: &str| {
        format!(
            "name: {name}\ntype: Backend Service\nimage: {{build: Dockerfile, port: 8080}}\nnetwork:\n  connect: true\n{more}"
        )
    };
    let partner = "variables:\n  API_URL: http://api:8080\nenvironments:\n  prod:\n    variables:\n      API_URL: \
                   https://api.partner.example.com\n";
    let directory = TempDir::new().unwrap();
    let write = |file: &str, text: &str| {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("copilot/.workspace", "application: shop\n");
    for name in ["test", "prod"] {
        let text = format!("name: {name}\ntype: Environment\n");
        write(&format!("copilot/environments/{name}/manifest.yml"), &text);
    }
    write("copilot/api/manifest.yml", &service("api", ""));
    write("copilot/web/manifest.yml", &service("web", partner));
    write(
        "web/Cargo.toml",
        "[package]\nname = \"web\"\nedition = \"2024\"\n\n[workspace]\n",
    );
    write(
        "web/src/main.rs",
        "async fn main() -> anyhow::Result<()> {\n    reqwest::get(std::env::var(\"API_URL\")?).await?;\n    Ok(())\n}\n",
    );
    let found = run(&directory.path().join("web"), &["migrate", "--env", "test"]);
    assert!(
        found.stdout.contains("works today in `test`")
            && found.stdout.contains("in `prod` it leads to no service"),
        "{found:#?}"
    );
    let patch = ["migrate", "--env", "test", "--format", "diff"];
    let patch = run(&directory.path().join("web"), &patch);
    assert_eq!((patch.code, patch.stdout.as_str()), (Some(1), ""));
}

/// A source of two packages is in neither's patch, and one with tricks for terminals shows them.
#[test]
fn a_source_of_two_packages_is_left_as_it_is() {
    let manifest = |name: &str| format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
    let main = "#[path = \"../../shared/call.rs\"]\nmod call;\nfn main() {\n    call::call();\n}\n";
    let app = App::shop()
        .file(
            "Cargo.toml",
            "[workspace]\nmembers = [\"web\", \"worker\"]\nresolver = \"3\"\n",
        )
        .file("web/Cargo.toml", manifest("web"))
        .file("web/src/main.rs", main)
        .file("worker/Cargo.toml", manifest("worker"))
        .file("worker/src/main.rs", main)
        .file(
            "shared/call.rs",
            "// \u{9b}31m\npub async fn call() -> anyhow::Result<()> {\n    \
             reqwest::get(\"http://api:8080\").await?; // \u{9b}31m\n    Ok(())\n}\n",
        );
    let patch = run(&app.path(), &["migrate", "--format", "diff"]);
    assert_eq!((patch.code, patch.stdout.as_str()), (Some(1), ""));
    let found = run(&app.path(), &["migrate"]);
    assert!(
        found.stdout.contains("belongs to several packages"),
        "{found:#?}"
    );
    assert!(
        !found.stdout.contains('\u{9b}') && found.stdout.contains("u{9b}"),
        "{found:#?}"
    );
}

/// What is one file under two names would be changed twice, and `git apply` follows no link.
#[cfg(unix)]
#[test]
fn a_source_behind_a_link_is_left_as_it_is() {
    let call = "pub async fn call() -> anyhow::Result<()> {\n    reqwest::get(\"http://api:8080\").await?;\n    Ok(())\n}\n";
    let main = "mod own;\nmod twice;\nmod link;\nmod outside;\n\
                fn main() {\n    own::call();\n    twice::call();\n    link::call();\n    outside::call();\n}\n";
    let app = App::shop()
        .file(
            "web/Cargo.toml",
            "[package]\nname = \"web\"\nedition = \"2024\"\n\n[workspace]\n",
        )
        .file("web/src/main.rs", main)
        .file("web/src/own.rs", call)
        .file("web/src/twice.rs", call)
        .file("shared/outside.rs", call);
    let source = app.path().join("web/src");
    std::os::unix::fs::symlink("twice.rs", source.join("link.rs")).unwrap();
    std::os::unix::fs::symlink("../../shared/outside.rs", source.join("outside.rs")).unwrap();
    let patch = run(&app.path().join("web"), &["migrate", "--format", "diff"]);
    assert_eq!(patch.code, Some(1), "{patch:#?}");
    let changed: Vec<_> = patch
        .stdout
        .lines()
        .filter(|line| line.starts_with("+++"))
        .collect();
    assert_eq!(changed, ["+++ b/web/src/own.rs"], "{patch:#?}");
}

#[test]
fn without_rust_there_is_nothing_to_look_at() {
    run(&App::shop().path(), &["migrate"]).refused("there is no `Cargo.toml` in");
}
