//! `cargo service-connect init` as a process: what it makes of a crate, and which crates it leaves alone.

#[allow(dead_code)]
mod plugin_support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use plugin_support::{App, Run, run};
use serde_json::{Value, json};

const WORKSPACE: &str = "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n";
const PACKAGE: &str =
    "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n";
const HELLO: &str = "fn main() {\n    println!(\"Hello, world!\");\n}\n";
const BUILD: &str = "fn main() -> Result<(), service_connect_codegen::Error> {\n    service_connect_codegen::generate()\n}\n";
const MAIN: &str = r#"use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

service_connect::clients!();

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `PORT`, else the port of the manifest.
    let listener = TcpListener::bind(service_connect::listen_addr!()?).await?;
    tokio::spawn(call());
    // A server takes the place of this loop and of `answer`; with axum, `axum::serve(listener, router).await?`.
    loop {
        let (connection, _) = listener.accept().await?;
        tokio::spawn(answer(connection));
    }
}

/// Makes a call, and prints what comes of it.
async fn call() {
    match Api::get("/").await {
        Ok(answer) => println!("Api answers with {}", answer.status()),
        Err(error) => println!("Api cannot be called: {error}"),
    }
}

/// Reads the head of a request, and answers every one alike.
async fn answer(connection: TcpStream) -> std::io::Result<()> {
    let mut connection = BufReader::new(connection);
    let mut line = String::new();
    while connection.read_line(&mut line).await? > "\r\n".len() {
        line.clear();
    }
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nhello\n";
    connection.write_all(answer.as_bytes()).await?;
    connection.shutdown().await
}
"#;
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `shop` with the crate `web` as `cargo new` leaves it.
fn fresh() -> App {
    App::shop()
        .file("Cargo.toml", WORKSPACE)
        .file("crates/web/Cargo.toml", PACKAGE)
        .file("crates/web/src/main.rs", HELLO)
}

/// A crate that has all but what a row is about.
fn ready() -> App {
    let manifest = format!(
        "{PACKAGE}service-connect = \"{VERSION}\"\ntokio = \"1\"\n\n[build-dependencies]\nservice-connect-codegen = \"{VERSION}\"\n"
    );
    fresh()
        .file("crates/web/Cargo.toml", manifest)
        .file("crates/web/build.rs", BUILD)
        .file(
            "crates/web/src/main.rs",
            "service_connect::clients!();\n\nfn main() {}\n",
        )
}

fn init(app: &App) -> Run {
    run(&app.path(), &["init", "-C", "crates/web"])
}

fn read(app: &App, file: &str) -> String {
    fs::read_to_string(app.path().join(file)).unwrap()
}

/// All files but those of `copilot/`, by their names.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(directory).unwrap().display().to_string();
            if path.is_dir() {
                waiting.push(path);
            } else {
                all.insert(name, fs::read(path).unwrap());
            }
        }
    }
    all
}

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
    let dry = run(&app.path(), &["init", "-p", "web", "--dry-run"]);
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
        let all = [&["init", "-C", "crates/web", "--format", "json"], arguments].concat();
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
    let again = run(&app.path(), &["init", "-p", "web", "--format", "json"]);
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(again["changes"], json!([]));
}

#[test]
fn cargo_toml_keeps_its_comments_its_order_and_its_style() {
    let rows = [
        // In order stays in order; a table of its own for a dependency is none of it.
        (
            "[dependencies]\n# for hashes\nahash = \"0.8\"\nzstd = \"0.13\" # packed\n\n[dependencies.serde]\nversion = \"1\"\n",
            "[dependencies]\n# for hashes\nahash = \"0.8\"\nservice-connect = \"V\"\ntokio = { version = \"1\", features = \
             [\"io-util\", \"macros\", \"net\", \"rt-multi-thread\"] }\nzstd = \"0.13\" # packed\n\n[dependencies.serde]\nversion = \"1\"\n\n\
             [build-dependencies]\nservice-connect-codegen = \"V\"\n",
        ),
        // What is in no order is added to.
        (
            "[dependencies]\nzstd = \"0.13\"\nahash = \"0.8\"\n\n# Last of all.\n[features]\ndefault = []\n",
            "[dependencies]\nzstd = \"0.13\"\nahash = \"0.8\"\nservice-connect = \"V\"\ntokio = { version = \"1\", features \
             = [\"io-util\", \"macros\", \"net\", \"rt-multi-thread\"] }\n\n# Last of all.\n[features]\ndefault = []\n\n[build-dependencies]\n\
             service-connect-codegen = \"V\"\n",
        ),
        // What is there is left alone, in whatever form; a dependency of tests is another one.
        (
            "[dependencies]\ntokio = { version = \"1\", features = [\"full\"] }\n\n[dev-dependencies]\nservice-connect = { \
             version = \"0.1\", features = [\"testing\"] }\n\n[build-dependencies.service-connect-codegen]\nversion = \"0.1\"\n",
            "[dependencies]\nservice-connect = \"V\"\ntokio = { version = \"1\", features = [\"full\"] }\n\n\
             [dev-dependencies]\nservice-connect = { version = \"0.1\", features = [\"testing\"] }\n\n\
             [build-dependencies.service-connect-codegen]\nversion = \"0.1\"\n",
        ),
    ];
    let package =
        "[package]\nname = \"web\" # the service\nversion = \"0.1.0\"\nedition = \"2024\"\n\n";
    for (before, after) in rows {
        for end in ["\n", "\r\n"] {
            let text = |part: &str| {
                format!("{package}{part}")
                    .replace('V', VERSION)
                    .replace('\n', end)
            };
            let app = fresh().file("crates/web/Cargo.toml", text(before));
            assert_eq!(init(&app).code, Some(0));
            assert_eq!(read(&app, "crates/web/Cargo.toml"), text(after));
        }
    }
}

#[test]
fn versions_are_kept_where_the_workspace_keeps_them() {
    let shared = "\n[workspace.dependencies]\naxum = \"0.8\" # the router\ntokio = { version = \"1\", features = [\"full\"] }\n";
    let app = fresh().file("Cargo.toml", format!("{WORKSPACE}{shared}"));
    assert_eq!(init(&app).code, Some(0));
    assert_eq!(
        read(&app, "Cargo.toml"),
        format!(
            "{WORKSPACE}\n[workspace.dependencies]\naxum = \"0.8\" # the router\nservice-connect = \
             \"{VERSION}\"\nservice-connect-codegen = \"{VERSION}\"\ntokio = {{ version = \"1\", features = [\"full\"] }}\n"
        )
    );
    assert_eq!(
        read(&app, "crates/web/Cargo.toml"),
        format!(
            "{PACKAGE}service-connect.workspace = true\ntokio.workspace = true\n\n[build-dependencies]\n\
             service-connect-codegen.workspace = true\n"
        )
    );

    // What the workspace says already counts, and the crate writes as it writes the others.
    let shared = "\n[workspace.dependencies]\naxum = \"0.8\"\nservice-connect = { path = \"../ours\" }\n\
                  service-connect-codegen = { path = \"../codegen\", default-features = false }\ntokio = \"1\"\n";
    let app = fresh()
        .file("Cargo.toml", format!("{WORKSPACE}{shared}"))
        .file(
            "crates/web/Cargo.toml",
            format!("{PACKAGE}axum = {{ workspace = true }}\n"),
        );
    assert_eq!(init(&app).code, Some(0));
    assert_eq!(read(&app, "Cargo.toml"), format!("{WORKSPACE}{shared}"));
    assert_eq!(
        read(&app, "crates/web/Cargo.toml"),
        format!(
            "{PACKAGE}axum = {{ workspace = true }}\nservice-connect = {{ workspace = true }}\ntokio = {{ workspace = true, \
             features = [\"io-util\", \"macros\", \"net\", \"rt-multi-thread\"] }}\n\n[build-dependencies]\nservice-connect-codegen = {{ \
             workspace = true, features = [\"copilot\"] }}\n"
        )
    );
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
        assert_eq!(run(&app.path(), &["init"]).code, Some(0));
        let text = read(&app, "Cargo.toml");
        let expected = if tail.is_empty() {
            format!("\nservice-connect = \"{VERSION}\"\n")
        } else {
            format!("\nservice-connect{tail}\n")
        };
        assert!(text.contains(&expected), "{text}");
        assert!(
            run(&app.path(), &["init"])
                .stderr
                .starts_with("nothing to do")
        );
    }
}

#[test]
fn a_build_script_gets_the_call_and_keeps_the_rest() {
    let rows = [
        (
            "fn main() {}\n",
            "fn main() {\n    service_connect_codegen::generate().unwrap();\n}\n",
        ),
        (
            "#!/usr/bin/env run\n//! Ümläute.\nuse std::io;\n\nfn main() -> io::Result<()> {\n\t// The protos.\n\n\tprotos()\n}\n",
            "#!/usr/bin/env run\n//! Ümläute.\nuse std::io;\n\nfn main() -> io::Result<()> {\n\t\
             service_connect_codegen::generate().unwrap();\n\t// The protos.\n\n\tprotos()\n}\n",
        ),
        (
            "\u{feff}fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> { // all\n  Ok(())\n}",
            "\u{feff}fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> { // all\n  \
             service_connect_codegen::generate()?;\n  Ok(())\n}",
        ),
        (
            "pub fn main() -> anyhow::Result<()> { println!(\"cargo::rerun-if-changed=x\"); Ok(()) }",
            "pub fn main() -> anyhow::Result<()> { service_connect_codegen::generate()?; \
             println!(\"cargo::rerun-if-changed=x\"); Ok(()) }",
        ),
        (
            "fn main()\r\n{\r\n    #![allow(unused)]\r\n    x();\r\n}\r\n",
            "fn main()\r\n{\r\n    #![allow(unused)]\r\n    service_connect_codegen::generate().unwrap();\r\n    x();\r\n}\r\n",
        ),
        // It does so already, whatever it is called there.
        (
            "use service_connect_codegen as codegen;\nfn main() { codegen::generate().unwrap() }",
            "use service_connect_codegen as codegen;\nfn main() { codegen::generate().unwrap() }",
        ),
        // Said in a comment is not done.
        (
            "// service_connect_codegen\nfn main() {\n}",
            "// service_connect_codegen\nfn main() {\n    service_connect_codegen::generate().unwrap();\n}",
        ),
    ];
    for (before, after) in rows {
        let app = ready().file("crates/web/build.rs", before);
        let done = init(&app);
        assert_eq!(done.code, Some(0), "{done:#?}");
        assert_eq!(read(&app, "crates/web/build.rs"), after);
        syn::parse_file(after).unwrap();
        // Cargo watches no longer what it did.
        let is_said = done.stderr.contains("names no file that cargo is to watch");
        assert_eq!(
            is_said,
            before.contains("protos()") || before.contains("x()") || before.contains("all"),
            "{before}"
        );
    }

    let app = ready()
        .file(
            "crates/web/Cargo.toml",
            read(&ready(), "crates/web/Cargo.toml").replace(
                "[dependencies]",
                "build = \"tools/make.rs\"\n\n[dependencies]",
            ),
        )
        .file("crates/web/tools/make.rs", "fn main() {}\n");
    fs::remove_file(app.path().join("crates/web/build.rs")).unwrap();
    assert_eq!(init(&app).code, Some(0));
    assert!(read(&app, "crates/web/tools/make.rs").contains("generate()"));
    assert!(!app.path().join("crates/web/build.rs").exists());
}

#[test]
fn clients_stand_below_what_a_file_begins_with() {
    let rows = [
        ("", "service_connect::clients!();\n"),
        (
            "fn main() {}\n",
            "service_connect::clients!();\n\nfn main() {}\n",
        ),
        (
            "//! About it.\n\n#![forbid(unsafe_code)]\n\nuse std::env; // words\nmod own;\n\n/// Begins.\nfn main() {}\n",
            "//! About it.\n\n#![forbid(unsafe_code)]\n\nuse std::env; // words\nmod own;\n\nservice_connect::clients!();\n\n\
             /// Begins.\nfn main() {}\n",
        ),
        (
            "// Copyright.\n\n// What it\n// begins with.\n#[inline]\nfn main() {}\nuse std::env;\n",
            "// Copyright.\n\nservice_connect::clients!();\n\n// What it\n// begins with.\n#[inline]\nfn main() {}\nuse std::env;\n",
        ),
        (
            "#![allow(dead_code)]\nfn main() {}\n",
            "#![allow(dead_code)]\n\nservice_connect::clients!();\n\nfn main() {}\n",
        ),
        (
            "//! Only words.\n",
            "//! Only words.\n\nservice_connect::clients!();\n",
        ),
        (
            "use a::b; fn main() {}\n",
            "use a::b;\n\nservice_connect::clients!();\n\n fn main() {}\n",
        ),
        (
            "use a::b;\nfn main() {}\n",
            "use a::b;\n\nservice_connect::clients!();\n\nfn main() {}\n",
        ),
        ("use a::b;", "use a::b;\n\nservice_connect::clients!();\n"),
        (
            "\u{feff}use ä::b;\r\n\r\nfn main() {}\r\n",
            "\u{feff}use ä::b;\r\n\r\nservice_connect::clients!();\r\n\r\nfn main() {}\r\n",
        ),
        // A string or a comment is none.
        (
            "fn main() { let _ = \"clients!()\"; } // clients!()\n",
            "service_connect::clients!();\n\nfn main() { let _ = \"clients!()\"; } // clients!()\n",
        ),
    ];
    for (before, after) in rows {
        let app = ready().file("crates/web/src/main.rs", before);
        assert_eq!(init(&app).code, Some(0), "{before}");
        assert_eq!(read(&app, "crates/web/src/main.rs"), after);
        syn::parse_file(after).unwrap();
    }

    // In a module of its own will do, and where there is a library, all of the crate sees that.
    let app = ready()
        .file("crates/web/src/main.rs", "mod services;\nfn main() {}\n")
        .file(
            "crates/web/src/services.rs",
            "service_connect::clients!();\n",
        );
    assert!(
        init(&app)
            .stderr
            .ends_with("nothing to do: `web` has all that it needs\n")
    );
    let app = ready()
        .file("crates/web/src/main.rs", "fn main() {}\n")
        .file("crates/web/src/lib.rs", "");
    assert_eq!(init(&app).code, Some(0));
    assert_eq!(read(&app, "crates/web/src/main.rs"), "fn main() {}\n");
    assert_eq!(
        read(&app, "crates/web/src/lib.rs"),
        "service_connect::clients!();\n"
    );
}

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

#[test]
fn an_old_rust_version_is_said() {
    let package = PACKAGE
        .replace("2024", "2021")
        .replace("edition", "rust-version = \"1.80\"\nedition");
    let done = init(&fresh().file("crates/web/Cargo.toml", package));
    let expected = format!(
        "warning: `rust-version` is 1.80.0, and `service-connect` needs Rust {}: raise it\n",
        env!("CARGO_PKG_RUST_VERSION")
    );
    assert!(done.stderr.starts_with(&expected), "{}", done.stderr);
    assert_eq!(done.code, Some(0));
}

#[test]
fn an_optional_dependency_is_said() {
    let manifest = read(&ready(), "crates/web/Cargo.toml");
    let from = format!("service-connect = \"{VERSION}\"");
    let to = format!("service-connect = {{ version = \"{VERSION}\", optional = true }}");
    let done = init(&ready().file("crates/web/Cargo.toml", manifest.replacen(&from, &to, 1)));
    assert!(
        done.stderr
            .starts_with("warning: `service-connect` is an optional dependency"),
        "{done:#?}"
    );
}

#[test]
fn the_example_is_of_what_can_be_reached() {
    let service = |name: &str, image: &str, connect: bool| {
        format!(
            "name: {name}\ntype: Backend Service\nimage: {{{image}, port: 6379}}\nnetwork: {{connect: {connect}}}\n"
        )
    };
    let app = |kind: &str| {
        App::new()
            .file(
                "copilot/web/manifest.yml",
                format!(
                    "name: web\ntype: {kind}\nschedule: rate(1h)\nimage: {{build: x, port: 80}}\n"
                ),
            )
            .file("Cargo.toml", WORKSPACE)
            .file("crates/web/Cargo.toml", PACKAGE)
            .file("crates/web/src/main.rs", HELLO)
    };
    let alone = init(&app("Backend Service"));
    assert!(
        alone
            .stdout
            .starts_with("`web` is a service. There is no other service yet that it could call.\n"),
        "{alone:#?}"
    );

    let redis = app("Backend Service").file(
        "copilot/redis/manifest.yml",
        service("redis", "location: redis:7", false),
    );
    let reached = init(&redis);
    assert!(
        reached.stdout.starts_with("`web` is a service, and can reach `redis`, for instance:\n\n    let authority = Redis::authority()?;\n"),
        "{reached:#?}"
    );
    assert!(
        read(&redis, "crates/web/src/main.rs")
            .contains("    match Redis::authority() {\n        Ok(answer) => println!(\"Redis is at {}\", answer),\n")
    );
    // What the team builds itself comes first.
    let both = app("Backend Service")
        .file(
            "copilot/redis/manifest.yml",
            service("redis", "location: redis:7", false),
        )
        .file(
            "copilot/stock/manifest.yml",
            service("stock", "build: x", false),
        );
    assert!(
        init(&both)
            .stdout
            .contains("let answer = Stock::get(\"/\").await?;")
    );

    // App Runner reaches nobody.
    let apart = app("Request-Driven Web Service").file(
        "copilot/stock/manifest.yml",
        service("stock", "build: x", true),
    );
    assert!(
        init(&apart).stdout.starts_with(
            "`web` is a service. It can call none of the others in every environment: `cargo service-connect routes --from web` says why.\n"
        )
    );
    // What has a port answers without a call to make, too.
    let main = read(&apart, "crates/web/src/main.rs");
    assert!(
        main.contains("listen_addr!") && !main.contains("call()"),
        "{main}"
    );
}

#[test]
fn the_program_ends_as_its_kind_does() {
    let table = [
        ("Worker Service", true, true),
        ("Worker Service", false, true),
        ("Scheduled Job", true, false),
        ("Scheduled Job", false, false),
    ];
    for (kind, has_call, waits) in table {
        let app = App::new()
            .file(
                "copilot/web/manifest.yml",
                format!(
                    "name: web\ntype: {kind}\non: {{schedule: rate(1h)}}\nimage: {{build: x}}\nnetwork: {{connect: true}}\n"
                ),
            )
            .file("Cargo.toml", WORKSPACE)
            .file("crates/web/Cargo.toml", PACKAGE)
            .file("crates/web/src/main.rs", HELLO);
        let app = if has_call { app.backend("api") } else { app };
        let done = init(&app);
        assert_eq!(done.code, Some(0), "{done:#?}");
        let main = read(&app, "crates/web/src/main.rs");
        assert_eq!(main.contains("call().await;"), has_call, "{kind}: {main}");
        assert_eq!(main.contains("pending"), waits, "{kind}: {main}");
        assert!(!main.contains("listen_addr"), "{kind}: {main}");
    }
}

#[test]
fn no_program_closes_a_circle() {
    let mut app = App::new()
        .backend("api")
        .backend("billing")
        .backend("web")
        .file("Cargo.toml", WORKSPACE);
    for name in ["api", "billing", "web"] {
        let package = PACKAGE.replace("web", name);
        app = app
            .file(&format!("crates/{name}/Cargo.toml"), package)
            .file(&format!("crates/{name}/src/main.rs"), HELLO);
    }
    for name in ["api", "billing", "web"] {
        let done = run(&app.path(), &["init", "-p", name]);
        assert_eq!(done.code, Some(0), "{done:#?}");
    }
    let calls = |name: &str| {
        let main = read(&app, &format!("crates/{name}/src/main.rs"));
        let call = main.split_once("match ");
        call.and_then(|(_, call)| Some(call.split_once("::")?.0.to_owned()))
    };
    assert_eq!(calls("api").as_deref(), Some("Billing"));
    assert_eq!(calls("billing").as_deref(), Some("Web"));
    assert_eq!(calls("web"), None);
    let order = run(&app.path(), &["order"]);
    assert_eq!(order.code, Some(0), "{order:#?}");
}

#[test]
fn a_main_that_does_not_ask_for_its_port_is_told_to() {
    let note = "listen on `service_connect::listen_addr!()?`";
    let table = [
        ("fn main() {}\n", true),
        ("// listen_addr!\nfn main() {}\n", true),
        ("fn main() { service_connect::listen_addr!(); }\n", false),
        ("fn main() { std::env::var(\"PORT\"); }\n", false),
        (HELLO, false),
    ];
    for (main, is_told) in table {
        let done = init(&fresh().file("crates/web/src/main.rs", main));
        assert_eq!(done.code, Some(0), "{done:#?}");
        assert_eq!(done.stderr.contains(note), is_told, "{main}: {done:#?}");
    }
    let worker = "name: web\ntype: Worker Service\nimage: {build: x}\n";
    let worker = fresh()
        .file("copilot/web/manifest.yml", worker)
        .file("crates/web/src/main.rs", "fn main() {}\n");
    assert!(!init(&worker).stderr.contains(note));
}

#[test]
fn only_a_call_that_the_crate_sees_counts_as_one() {
    // Another file, and whether the root gets the call.
    let table = [
        ("src/a.rs", "fn f(clients: u8) { if clients != 0 {} }", true),
        (
            "src/a.rs",
            "fn f(clients: bool) { g(clients != (0 == 1)) }",
            true,
        ),
        (
            "src/bin/a.rs",
            "service_connect::clients!(); fn main() {}",
            true,
        ),
        ("src/bin/a/b.rs", "service_connect::clients!();", true),
        ("src/a.rs", "service_connect::clients! {}", false),
        ("src/b/c.rs", "service_connect::clients!();", false),
    ];
    for (file, text, is_added) in table {
        let main = "fn main() {}\n";
        let app = ready()
            .file("crates/web/src/main.rs", main)
            .file(&format!("crates/web/{file}"), text);
        let done = init(&app);
        assert_eq!(done.code, Some(0), "{done:#?}");
        let is_changed = read(&app, "crates/web/src/main.rs") != main;
        assert_eq!(is_changed, is_added, "{file}: {text}");
    }
}

#[test]
fn a_program_is_written_where_it_compiles() {
    let main = "tokio = { version = \"1\", features = [\"rt-multi-thread\", \"macros\"] }";
    // What the manifest says of tokio, and whether there is a program for a service that answers, and for a job.
    let table = [
        ("tokio = \"1\"", false, false),
        (
            "tokio = { version = \"1\", features = [\"macros\"] }",
            false,
            false,
        ),
        (
            "tokio = { version = \"1\", features = [\"full\"], optional = true }",
            false,
            false,
        ),
        (
            "rt = { package = \"tokio\", version = \"1\", features = [\"full\"] }",
            false,
            false,
        ),
        (main, false, true),
        (
            "tokio = { version = \"1\", features = [\"rt-multi-thread\", \"macros\", \"net\", \"io-util\"] }",
            true,
            true,
        ),
        (
            "tokio = { version = \"1\", features = [\"full\"] }",
            true,
            true,
        ),
        ("", true, true),
        (
            "[target.\"cfg(windows)\".dependencies]\ntokio = \"1\"",
            true,
            true,
        ),
    ];
    let job = "name: web\ntype: Scheduled Job\non: {schedule: rate(1h)}\nimage: {build: x}\nnetwork: {connect: true}\n";
    for (tokio, has_server, has_job) in table {
        for (is_job, is_written) in [(false, has_server), (true, has_job)] {
            let app = fresh().file("crates/web/Cargo.toml", format!("{PACKAGE}{tokio}\n"));
            let app = if is_job {
                app.file("copilot/web/manifest.yml", job)
            } else {
                app
            };
            let done = init(&app);
            assert_eq!(done.code, Some(0), "{done:#?}");
            let root = read(&app, "crates/web/src/main.rs");
            assert_eq!(root.contains("tokio::main"), is_written, "{tokio}: {root}");
            if !is_written {
                let kept = format!("service_connect::clients!();\n\n{HELLO}");
                assert_eq!(root, kept, "{tokio}");
            }
            // What stays as it was does not take its port.
            let is_told = done.stderr.contains("listen_addr!");
            assert_eq!(is_told, !is_job && !is_written, "{tokio}: {done:#?}");
        }
    }
}

#[test]
fn what_one_platform_depends_on_is_not_there_for_all() {
    let only_there = format!(
        "{PACKAGE}\n[target.\"cfg(windows)\".dependencies]\nservice-connect = \"{VERSION}\"\ntokio = \"1\"\n"
    );
    let app = fresh().file("crates/web/Cargo.toml", only_there);
    let done = init(&app);
    assert_eq!(done.code, Some(0), "{done:#?}");
    let manifest = read(&app, "crates/web/Cargo.toml");
    let added = format!("[dependencies]\nservice-connect = \"{VERSION}\"\ntokio = {{");
    assert!(manifest.contains(&added), "{manifest}");
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

#[test]
fn git_applies_the_diff_of_an_empty_file() {
    let app = || {
        let app = ready().file("crates/web/src/lib.rs", "");
        fs::remove_file(app.path().join("crates/web/src/main.rs")).unwrap();
        app
    };
    let dry = run(&app().path(), &["init", "-p", "web", "--dry-run"]);
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
