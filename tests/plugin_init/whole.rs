//! What it does to an empty crate, and how it says so.

use std::fs;

use serde_json::{Value, json};

use super::plugin_support::{App, run};
use super::{BUILD, HELLO, MAIN, PACKAGE, VERSION, files, fresh, init, read, ready};

#[test]
fn an_empty_crate_gets_all_that_it_needs_and_a_call() {
    let app = fresh();
    let done = init(&app);
    assert_eq!(done.code, Some(0), "{done:#?}");
    assert_eq!(
        done.stdout,
        "`web` is a service, and can call `api`, for instance:\n\n    let answer = Api::get(\"/\").await?;\n\n\
         Next: `cargo service-connect lock`, for builds without `copilot/`; `cargo service-connect dev` runs the \
         application here.\n"
    );
    assert_eq!(
        done.stderr,
        "wrote crates/web/Cargo.toml: the dependency `service-connect`, the dependency `tokio`, the build dependency \
         `service-connect-codegen`\nwrote crates/web/build.rs: the build script\nwrote crates/web/src/main.rs: \
         `clients!()`, a `main` that makes a call and answers\n"
    );
    assert_eq!(
        read(&app, "crates/web/Cargo.toml"),
        format!(
            "{PACKAGE}service-connect = \"{VERSION}\"\ntokio = {{ version = \"1\", features = [\"io-util\", \
             \"macros\", \"net\", \"rt-multi-thread\"] }}\n\n[build-dependencies]\nservice-connect-codegen = \
             \"{VERSION}\"\n"
        )
    );
    assert_eq!(read(&app, "crates/web/build.rs"), BUILD);
    assert_eq!(read(&app, "crates/web/src/main.rs"), MAIN);

    let before = files(&app.path());
    let again = init(&app);
    assert_eq!(
        (again.code, &*again.stdout, &*again.stderr),
        (Some(0), "", "nothing to do: `web` has all that it needs\n")
    );
    assert_eq!(files(&app.path()), before);
}

#[test]
fn a_dry_run_is_a_diff_that_git_applies_and_writes_nothing() {
    let app = fresh();
    let before = files(&app.path());
    let dry = run(
        &app.path(),
        &["init", "--registry", "-p", "web", "--dry-run"],
    );
    assert_eq!((dry.code, &*dry.stderr), (Some(0), ""));
    assert_eq!(files(&app.path()), before);

    let patched = fresh().file("the.patch", &dry.stdout);
    let git = std::process::Command::new("git")
        .args(["apply", "the.patch"])
        .current_dir(patched.path())
        .output()
        .unwrap();
    assert!(git.status.success(), "{git:?}");
    fs::remove_file(patched.path().join("the.patch")).unwrap();
    assert_eq!(init(&app).code, Some(0));
    assert_eq!(files(&patched.path()), files(&app.path()));
}

#[test]
fn json_has_the_changes_and_what_else_there_is_to_know() {
    let app = ready().file("crates/web/src/main.rs", "fn main() {}\n");
    for (arguments, dry_run) in [(&["--dry-run"][..], true), (&[], false)] {
        let all = [
            &["init", "--registry", "-C", "crates/web", "--format", "json"],
            arguments,
        ]
        .concat();
        let found = run(&app.path(), &all);
        assert_eq!((found.code, &*found.stderr), (Some(0), ""));
        let expected = json!({
            "package": "web",
            "services": ["web"],
            "dry_run": dry_run,
            "changes": [{
                "file": "crates/web/src/main.rs",
                "added": ["`clients!()`"],
                "diff": "--- a/crates/web/src/main.rs\n+++ b/crates/web/src/main.rs\n@@ -1 +1,3 @@\n\
                         +service_connect::clients!();\n+\n fn main() {}\n",
            }],
            "notes": ["nothing of it takes the port from `service_connect::listen_addr!()`: listen on \
                       `service_connect::listen_addr!()?`, which is `PORT` or else the port of the manifest, because \
                       `cargo service-connect dev` gives each service a port of its own"],
            "example": "Api::get(\"/\").await?",
        });
        assert_eq!(
            serde_json::from_str::<Value>(&found.stdout).unwrap(),
            expected
        );
    }
    let again = run(
        &app.path(),
        &["init", "--registry", "-p", "web", "--format", "json"],
    );
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(again["changes"], json!([]));
}

#[test]
fn a_crate_without_a_workspace_and_one_that_is_its_root_will_do() {
    for (head, tail) in [
        ("", ""),
        (
            "[workspace]\n[workspace.dependencies]\nserde = \"1\"\n\n",
            ".workspace = true",
        ),
    ] {
        let app = App::shop()
            .file("Cargo.toml", format!("{head}{PACKAGE}"))
            .file("src/main.rs", HELLO);
        assert_eq!(run(&app.path(), &["init", "--registry"]).code, Some(0));
        let text = read(&app, "Cargo.toml");
        let expected = if tail.is_empty() {
            format!("\nservice-connect = \"{VERSION}\"\n")
        } else {
            format!("\nservice-connect{tail}\n")
        };
        assert!(text.contains(&expected), "{text}");
        assert!(
            run(&app.path(), &["init", "--registry"])
                .stderr
                .starts_with("nothing to do")
        );
    }
}

#[test]
fn git_applies_the_diff_of_an_empty_file() {
    let app = || {
        let app = ready().file("crates/web/src/lib.rs", "");
        fs::remove_file(app.path().join("crates/web/src/main.rs")).unwrap();
        app
    };
    let dry = run(
        &app().path(),
        &["init", "--registry", "-p", "web", "--dry-run"],
    );
    assert!(
        dry.stdout.starts_with("--- a/crates/web/src/lib.rs\n"),
        "{dry:#?}"
    );
    let patched = app().file("the.patch", &dry.stdout);
    let git = std::process::Command::new("git")
        .args(["apply", "the.patch"])
        .current_dir(patched.path())
        .output()
        .unwrap();
    assert!(git.status.success(), "{git:?}");
    assert_eq!(
        read(&patched, "crates/web/src/lib.rs"),
        "service_connect::clients!();\n"
    );
}

#[test]
fn a_file_keeps_its_mark_and_the_ends_of_its_lines() {
    // The lines of the manifest's head, and how those that are added end.
    let mixed = PACKAGE.replacen('\n', "\r\n", 1);
    let table = [
        (format!("\u{feff}{PACKAGE}"), "\n"),
        (format!("\u{feff}{}", PACKAGE.replace('\n', "\r\n")), "\r\n"),
        (mixed, "\n"),
    ];
    for (manifest, end) in table {
        let app = fresh().file("crates/web/Cargo.toml", &manifest);
        let done = init(&app);
        assert_eq!(done.code, Some(0), "{done:#?}");
        let new = read(&app, "crates/web/Cargo.toml");
        assert_eq!(
            new.starts_with('\u{feff}'),
            manifest.starts_with('\u{feff}')
        );
        assert!(new.contains(&format!("name = \"web\"{end}")), "{new:?}");
        assert!(
            new.contains(&format!("service-connect = \"{VERSION}\"{end}")),
            "{new:?}"
        );
    }
    let app = ready().file("crates/web/src/main.rs", "mod a;\r\nmod b;\nfn main() {}\n");
    assert_eq!(init(&app).code, Some(0));
    assert_eq!(
        read(&app, "crates/web/src/main.rs"),
        "mod a;\r\nmod b;\n\nservice_connect::clients!();\n\nfn main() {}\n"
    );
}
