//! Which services a crate is, and what `init` does not do.

use std::fs;

use super::plugin_support::{App, run};
use super::{HELLO, PACKAGE, VERSION, files, fresh, init, read, ready};

#[test]
fn the_services_are_asked_for_listed_named_or_built_there() {
    let package = |extra: &str| {
        PACKAGE
            .replace("\"web\"", "\"shop-web\"")
            .replace("\n[dependencies]", &format!("{extra}\n[dependencies]"))
    };
    let app = |extra: &str| fresh().file("crates/web/Cargo.toml", package(extra));
    let section =
        |services: &str| format!("\n[package.metadata.service-connect]\nservices = {services}\n");
    let services_of = |app: &App| {
        let text = read(app, "crates/web/Cargo.toml");
        text.lines()
            .find(|line| line.starts_with("services"))
            .map(str::to_owned)
    };

    let unknown = app("");
    let before = files(&unknown.path());
    init(&unknown).refused("it is not known as which service `shop-web` runs: pass `--service NAME`; the services are `api`, `web`");
    assert_eq!(files(&unknown.path()), before);
    run(
        &unknown.path(),
        &["init", "-p", "shop-web", "--service", "wep"],
    )
    .refused("did you mean `web`?");

    let asked = run(
        &unknown.path(),
        &[
            "init",
            "-p",
            "shop-web",
            "--service",
            "web",
            "--service",
            "api",
        ],
    );
    assert_eq!(asked.code, Some(0), "{asked:#?}");
    let text = read(&unknown, "crates/web/Cargo.toml");
    assert!(
        text.contains("edition = \"2024\"\n\n[package.metadata.service-connect]\nservices = [\"web\", \"api\"]\n\n[dependencies]\n"),
        "{text}"
    );
    assert!(
        asked.stdout.starts_with(
            "`shop-web` runs as `web`, `api`. There is no other service yet that it could call."
        ),
        "{}",
        asked.stdout
    );
    assert!(init(&unknown).stderr.starts_with("nothing to do"));

    // Its Dockerfile, or the directory that is sent to Docker, is here.
    let manifest = |build: &str| {
        format!("name: web\ntype: Backend Service\nimage:\n  build: {build}\n  port: 80\n")
    };
    for build in [
        "crates/web/Dockerfile",
        "./crates/web/docker/Dockerfile",
        "{dockerfile: docker/web, context: crates/web}",
        "{context: crates/web}",
    ] {
        let built = app("").file("copilot/web/manifest.yml", manifest(build));
        let done = init(&built);
        assert_eq!(done.code, Some(0), "{build}: {done:#?}");
        assert_eq!(
            services_of(&built).as_deref(),
            Some("services = [\"web\"]"),
            "{build}"
        );
    }
    for build in ["Dockerfile", "crates/other/Dockerfile", "{context: .}"] {
        let built = app("").file("copilot/web/manifest.yml", manifest(build));
        init(&built).refused("it is not known as which service");
    }

    // What is listed counts, and is added to.
    let listed = app(&section("[\"api\"]  # both"));
    assert_eq!(
        run(
            &listed.path(),
            &["init", "-p", "shop-web", "--service", "web"]
        )
        .code,
        Some(0)
    );
    assert_eq!(
        services_of(&listed).as_deref(),
        Some("services = [\"api\", \"web\"]  # both")
    );
    let library = app(&section("[]"));
    assert!(
        init(&library)
            .stdout
            .starts_with("`shop-web` is a library for services, and can call")
    );
    init(&app(&section("[\"wep\"]"))).refused("did you mean `web`?");
    init(&app(&section("\"web\""))).refused("`services` has to be a list");
}

#[test]
fn a_service_of_two_crates_is_said() {
    let api = "[package]\nname = \"api\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    let app = fresh()
        .file("crates/api/Cargo.toml", api)
        .file("crates/api/src/lib.rs", "");
    let arguments = ["init", "-p", "web", "--registry", "--dry-run"];
    let alone = run(&app.path(), &arguments);
    assert_eq!((alone.code, &*alone.stderr), (Some(0), ""));
    let both = run(
        &app.path(),
        &[&arguments[..], &["--service", "api"]].concat(),
    );
    let said = "warning: `api` runs as `api` too: say in the Cargo.toml of one of them";
    assert!(both.stderr.starts_with(said), "{both:#?}");
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_written() {
    let manifest = read(&ready(), "crates/web/Cargo.toml");
    let with =
        |from: &str, to: &str| ready().file("crates/web/Cargo.toml", manifest.replace(from, to));
    let rows = [
        (with("edition = \"2024\"\n", ""), "`web` is of edition 2015"),
        (
            with(
                "edition = \"2024\"\n",
                "edition = \"2024\"\nbuild = false\n",
            ),
            "`package.build` is `false`",
        ),
        (
            with(
                "[dependencies]",
                "[lib]\nproc-macro = true\n\n[dependencies]",
            )
            .file("crates/web/src/lib.rs", ""),
            "procedural macros",
        ),
        (
            with(
                &format!("service-connect = \"{VERSION}\""),
                "calls = { package = \"service-connect\", version = \"0.1\" }",
            ),
            "write `service-connect` as the key of the dependency",
        ),
        (
            ready().file("crates/web/build.rs", "fn main() {\n    let\n}\n"),
            "crates/web/build.rs:3:1: this does not parse",
        ),
        (
            ready().file("crates/web/build.rs", "include!(\"main.rs\");\n"),
            "`crates/web/build.rs` has no `fn main`",
        ),
        (
            fresh().file("crates/web/src/main.rs", "//!\n\nfn main( {}\n"),
            "crates/web/src/main.rs:3:8: this does not parse",
        ),
        (
            fresh().file("crates/web/src/main.rs", b"\xff"),
            "crates/web/src/main.rs` cannot be read",
        ),
        (
            fresh().file("crates/web/Cargo.toml", "[package\n"),
            "error: unclosed table",
        ),
        (
            fresh().file("crates/web/build.rs/x", ""),
            "crates/web/build.rs` cannot be read",
        ),
    ];
    for (app, sentence) in rows {
        let before = files(&app.path());
        init(&app).refused(sentence);
        assert_eq!(files(&app.path()), before, "{sentence}");
    }

    let app = fresh();
    run(&app.path(), &["init"]).refused("is in no crate of the cargo workspace");
    run(&app.path(), &["init", "-p", "wep"]).refused("did you mean `web`?");
    run(&App::shop().path(), &["init"])
        .refused("is in no cargo workspace; name a directory of one");
    run(&App::empty().path(), &["init"]).refused("there is no `copilot/`");
    let deep = app
        .file("Cargo.toml", "[workspace]\nmembers = [\"a/b/c/d/e/f\"]\n")
        .file("a/b/c/d/e/f/Cargo.toml", PACKAGE)
        .file("a/b/c/d/e/f/src/main.rs", HELLO);
    run(&deep.path(), &["init", "-p", "web"]).refused("at most five levels above");
}

#[cfg(unix)]
#[test]
fn a_crate_that_cannot_be_written_is_left_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;
    // The last file that would be written.
    let app = fresh();
    let file = app.path().join("crates/web/src/main.rs");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let before = files(&app.path());
    init(&app).refused("src/main.rs` cannot be written: it is read-only");
    assert_eq!(files(&app.path()), before);
}
