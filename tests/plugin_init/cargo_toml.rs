//! What it writes into `Cargo.toml`.

use std::path::Path;

use super::plugin_support::{App, run};
use super::{PACKAGE, VERSION, WORKSPACE, fresh, init, read, ready};

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
fn the_library_comes_from_where_the_plugin_did() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of = |app: &App, arguments: &[&str]| {
        let app_arguments = [&["init", "-C", "crates/web"], arguments].concat();
        let done = run(&app.path(), &app_arguments);
        assert_eq!(done.code, Some(0), "{done:#?}");
        read(app, "crates/web/Cargo.toml")
    };
    let by_version = format!("service-connect = \"{VERSION}\"\n");
    let app = fresh();
    let written = of(&app, &[]);
    for (name, part) in [
        ("service-connect", "runtime"),
        ("service-connect-codegen", "codegen"),
    ] {
        let start = format!("\n{name} = {{ path = \"");
        let path = written.split_once(&start).unwrap().1;
        let path = path.split('"').next().unwrap();
        // Written as one would: from the crate, or the whole of it.
        let path = app.path().join("crates/web").join(path);
        assert_eq!(
            path.canonicalize().unwrap(),
            here.join(part).canonicalize().unwrap()
        );
    }
    let written = of(&fresh(), &["--registry"]);
    assert!(written.contains(&by_version), "{written}");

    // As another crate has it.
    let other = "[package]\nname = \"other\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                 [dependencies]\nservice-connect = \"0.1\"\n";
    let app = fresh()
        .file("crates/other/Cargo.toml", other)
        .file("crates/other/src/lib.rs", "");
    let written = of(&app, &[]);
    assert!(written.contains(&by_version), "{written}");

    // What is near is written as one would write it.
    let app = ["runtime", "codegen"].iter().fold(fresh(), |app, part| {
        app.file(&format!("vendor/sc/{part}/Cargo.toml"), "")
    });
    let written = of(&app, &["--path", "../../vendor/sc"]);
    assert!(
        written.contains("service-connect = { path = \"../../vendor/sc/runtime\" }\n"),
        "{written}"
    );
    let arguments = ["init", "-C", "crates/web", "--path", "../../vendor"];
    run(&fresh().path(), &arguments).refused("does not hold `service-connect`: there is no");
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
