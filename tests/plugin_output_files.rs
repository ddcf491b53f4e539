//! How `check` names files and messages that need care, for code scanning and for workflows.

#[allow(dead_code)]
mod plugin_support;
#[path = "plugin_output/report.rs"]
mod report;

use plugin_support::{App, run};
use report::{FORMATS, check, location, results, sarif};
use serde_json::{Value, json};

#[test]
fn files_are_named_from_the_root_of_the_repository() {
    let manifest = "copilot/api/manifest.yml";
    let cases = [
        // Where `.git` is, what it is, where `copilot/` is, and how the manifest is named.
        (None, "shop", manifest.to_owned()),
        (Some(".git/HEAD"), "", manifest.to_owned()),
        (
            Some(".git/HEAD"),
            "deploy/shop",
            format!("deploy/shop/{manifest}"),
        ),
        // As in a worktree or a submodule.
        (
            Some("deploy/.git"),
            "deploy/shop",
            format!("shop/{manifest}"),
        ),
    ];
    for (git, directory, expected) in cases {
        let mut app = App::empty().file(
            format!("{directory}/{manifest}").trim_start_matches('/'),
            "type: X\n",
        );
        if let Some(git) = git {
            app = app.file(git, "");
        }
        let working = app.path().join(directory).join("copilot/api");
        let run = |format| run(&working, &["check", "--format", format]).stdout;
        let log: Value = serde_json::from_str(&run("sarif")).unwrap();
        let artifact = &location(&results(&log)[0])["artifactLocation"];
        assert_eq!(
            *artifact,
            json!({"uri": expected, "uriBaseId": "%SRCROOT%"})
        );
        assert!(run("github").starts_with(&format!("::error file={expected},line=1,")));
    }
}

#[test]
fn a_file_outside_of_the_repository_has_an_absolute_name() {
    let metadata = "[workspace.metadata.service-connect]\napplication = 1\n";
    let app = App::empty()
        .file("Cargo.toml", metadata)
        .file("repository/.git", "");
    let app = app.file("repository/copilot/.workspace", "application: shop\n");
    let run = |format| {
        run(
            &app.path().join("repository"),
            &["check", "--format", format],
        )
        .stdout
    };
    let log: Value = serde_json::from_str(&run("sarif")).unwrap();
    let artifact = &location(&results(&log)[0])["artifactLocation"];
    let file = app.path().join("Cargo.toml");
    assert_eq!(
        *artifact,
        json!({"uri": format!("file://{}", file.display())})
    );
    let annotation = run("github");
    assert!(
        annotation.starts_with(&format!("::error file={},line=2,", file.display())),
        "{annotation}"
    );
}

#[cfg(unix)]
#[test]
fn odd_names_and_messages_are_escaped() {
    let app = App::new().file(
        "copilot/a b:c,50%\n/manifest.yml",
        "name: api\ntype: \"100%, [x](y) {0}\\n::stop\"\n",
    );
    let log = sarif(&app);
    let result = results(&log)
        .iter()
        .find(|result| result["ruleId"] == "unknown-type")
        .unwrap();
    assert_eq!(
        location(result)["artifactLocation"]["uri"],
        "copilot/a%20b%3Ac%2C50%25%0A/manifest.yml"
    );
    let message = result["message"]["text"].as_str().unwrap();
    assert!(
        message.starts_with(r"there is no type `100%, [x\](y) {{0}}\n::stop`"),
        "{message}"
    );

    let annotations = check(&app, "github").stdout;
    assert_eq!(
        annotations.lines().count(),
        results(&log).len(),
        "{annotations}"
    );
    let expected = "::error file=copilot/a b%3Ac%2C50%25%0A/manifest.yml,line=2,col=7,endLine=2,endColumn=33,\
                    title=unknown-type::there is no type `100%25, [x](y) {0}\\n::stop`%0Ahelp: ";
    assert!(annotations.contains(expected), "{annotations}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let app = App::new().file("copilot/api/Dockerfile", "");
    let pipe = app.path().join("copilot/api/manifest.yml");
    let made = std::process::Command::new("mkfifo")
        .arg(pipe)
        .status()
        .unwrap();
    assert!(made.success());
    for format in FORMATS {
        let run = check(&app, format);
        assert_eq!(run.code, Some(1), "{format}");
        assert!(run.stdout.contains("unreadable-file"), "{}", run.stdout);
    }
}

#[cfg(unix)]
#[test]
fn nor_is_one_in_the_place_of_what_is_read_before_it_is_written() {
    let manifest = "[package]\nname = \"web\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                    [build-dependencies]\nservice-connect-codegen = \"0.1\"\n";
    // With what is said of it, unless it is passed over.
    let rows: &[(&str, &[&str], &str)] = &[
        ("service-connect.lock", &["lock"], "it is no file"),
        (
            "service-connect.lock",
            &["lock", "--check"],
            "it is no file",
        ),
        ("src/pipe.rs", &["init", "--dry-run"], ""),
        ("build.rs", &["init", "--dry-run"], "it is no file"),
    ];
    for (pipe, words, said) in rows {
        let app = App::shop()
            .file("Cargo.toml", manifest)
            .file("src/main.rs", "fn main() {}\n");
        let pipe = app.path().join(pipe);
        let made = std::process::Command::new("mkfifo").arg(pipe).status();
        assert!(made.unwrap().success());
        let run = run(&app.path(), words);
        let all = run.stdout + &run.stderr;
        assert!(all.contains(said), "{words:?}: {all}");
    }
}
