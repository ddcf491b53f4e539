//! What commands say to bad input of their own: one sentence, and no panic. What is bad for all of them is in
//! `plugin_bad_surroundings`.

#[allow(dead_code)]
mod plugin_support;

use plugin_support::{App, run};

#[test]
fn an_application_without_a_name_is_refused_and_can_be_given_one() {
    let app = App::empty().backend("api");
    let file = app.path().join("copilot/.workspace");
    let sentence = format!(
        "`{}` is missing: write `application: NAME` there, or pass `--app NAME`",
        file.display()
    );
    for command in ["routes", "dev"] {
        run(&app.path(), &[command, "--env", "test"]).refused(&sentence);
    }
    let named = run(&app.path(), &["routes", "--env", "test", "--app", "shop"]);
    assert_eq!(named.code, Some(0));

    let app = app.file("copilot/.workspace", "version: 1\n");
    run(&app.path(), &["routes", "--env", "test"]).refused("does not name the application");
    let app = app.file("copilot/.workspace", "application: [\n");
    run(&app.path(), &["routes", "--env", "test"]).refused("copilot/.workspace");
}

#[test]
fn an_application_without_environments_is_refused_and_can_be_given_one() {
    let app = App::empty()
        .file("copilot/.workspace", "application: shop\n")
        .backend("api");
    for command in ["routes", "dev"] {
        run(&app.path(), &[command]).refused("names no environment: pass `--env NAME`");
    }
    assert_eq!(run(&app.path(), &["routes", "--env", "test"]).code, Some(0));
}

#[test]
fn an_unknown_service_is_refused_with_the_one_that_was_meant() {
    let app = App::shop();
    run(&app.path(), &["routes", "--from", "wbe"])
        .refused("there is no service `wbe` [unknown-service]; did you mean `web`?");
    run(&app.path(), &["dev", "--request", "apu/"]).refused("did you mean `api`?");
}

#[test]
fn dev_is_refused_where_nothing_can_be_run() {
    let app = App::shop();
    run(&app.path(), &["dev"])
        .refused("is in no cargo workspace; name a directory of one with `-C DIR`: could not find `Cargo.toml`");

    let package = "[package]\nname = \"tool\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    let app = app
        .file("Cargo.toml", package)
        .file("src/main.rs", "fn main() {\n");
    run(&app.path(), &["dev"]).refused("no package of the cargo workspace");

    let metadata = |services: &str| {
        format!("{package}[package.metadata.service-connect]\nservices = {services}\n")
    };
    let app = app.file("Cargo.toml", metadata("[\"wep\"]"));
    run(&app.path(), &["dev"]).refused("did you mean `web`?");
    let app = app.file("Cargo.toml", metadata("\"web\""));
    run(&app.path(), &["dev"]).refused("`services` has to be a list of names of services");

    let app = app.file("Cargo.toml", metadata("[\"web\"]"));
    run(&app.path(), &["dev", "--request", "api/"])
        .refused("no package of this cargo workspace runs as `api`");
    let unbuilt = run(&app.path(), &["dev"]);
    assert_eq!((unbuilt.code, unbuilt.stdout.as_str()), (Some(2), ""));
    assert!(
        unbuilt.stderr.contains("unclosed delimiter"),
        "{}",
        unbuilt.stderr
    );
    assert!(
        unbuilt
            .stderr
            .contains("error: `cargo build` failed (exit status: 101)"),
        "{}",
        unbuilt.stderr
    );

    let app = app.file(
        "copilot/web/manifest.yml",
        "name: web\ntype: Backend Service\nimage: {build: x, port: no}\n",
    );
    run(&app.path(), &["dev"]).refused("copilot/web/manifest.yml:3: ");
}

#[test]
fn an_unknown_option_is_refused() {
    let run = run(&App::shop().path(), &["routes", "--form", "web"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("--from"), "{}", run.stderr);
}
