//! `cargo service-connect lock` as a process.

mod plugin_support;

use std::fs;

use plugin_support::{App, run};
use serde_json::{Value, json};

const BUILD: &str = "[build-dependencies]\nservice-connect-codegen = \"0.1\"\n";

/// `shop` as a cargo workspace: `web` uses the application, `tools` does not.
fn workspace() -> App {
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{rest}")
    };
    App::shop()
        .file(
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n",
        )
        .file("crates/web/Cargo.toml", package("web", BUILD))
        .file("crates/web/src/lib.rs", "")
        .file("crates/tools/Cargo.toml", package("tools", ""))
        .file("crates/tools/src/lib.rs", "")
}

#[test]
fn it_is_written_beside_each_crate_that_uses_the_application() {
    let app = workspace();
    let path = app.path().join("crates/web/service-connect.lock");
    let missing = run(&app.path(), &["lock", "--check"]);
    assert_eq!(
        (missing.code, &*missing.stdout),
        (Some(1), "crates/web/service-connect.lock is missing\n")
    );
    assert!(!path.exists());

    let written = run(&app.path().join("crates/tools"), &["lock"]);
    assert_eq!((written.code, &*written.stdout), (Some(0), ""));
    assert_eq!(written.stderr, "wrote crates/web/service-connect.lock\n");
    assert!(
        !app.path()
            .join("crates/tools/service-connect.lock")
            .exists()
    );
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .contains("[services.api]")
    );

    for arguments in [&["lock"][..], &["lock", "--check"]] {
        let again = run(&app.path(), arguments);
        assert_eq!(
            (again.code, &*again.stdout, &*again.stderr),
            (Some(0), "", "every lock is up to date\n")
        );
    }
}

#[test]
fn a_stale_one_fails_in_ci_and_says_who_has_to_be_redeployed() {
    let package =
        format!("[package]\nname = \"api\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{BUILD}");
    let app = workspace()
        .file("crates/api/Cargo.toml", package)
        .file("crates/api/src/lib.rs", "");
    assert_eq!(run(&app.path(), &["lock"]).code, Some(0));
    let app = app.backend("mail");
    let stale = run(&app.path(), &["lock", "--check"]);
    assert_eq!(stale.code, Some(1));
    assert_eq!(
        stale.stdout,
        "crates/api/service-connect.lock, crates/web/service-connect.lock are out of date:\n  \
         in `prod`, `mail` is new in Service Connect, as `mail:8080`: once it is deployed, build and redeploy those of \
         `api` that call it\n  \
         in `prod`, `mail` is new in discovery, as `mail.prod.shop.local:8080`\n  \
         in `test`, `mail` is new in Service Connect, as `mail:8080`: once it is deployed, build and redeploy those of \
         `api`, `web` that call it\n  \
         in `test`, `mail` is new in discovery, as `mail.test.shop.local:8080`\n"
    );
    assert_eq!(
        stale.stderr,
        "run `cargo service-connect lock` and commit what it writes\n"
    );

    let path = app.path().join("crates/web/service-connect.lock");
    fs::write(&path, "<<<<<<< HEAD\n").unwrap();
    let torn = run(&app.path(), &["lock", "--check"]);
    assert_eq!(torn.code, Some(1));
    let expected = "crates/web/service-connect.lock is no lock: service-connect.lock:1: ";
    assert!(torn.stdout.contains(expected), "{}", torn.stdout);
    assert_eq!(run(&app.path(), &["lock"]).code, Some(0));
    assert_eq!(run(&app.path(), &["lock", "--check"]).code, Some(0));
}

#[test]
fn json_has_every_lock_and_every_endpoint_that_has_changed() {
    let locks = |app: &App, arguments: &[&str], code| -> Value {
        let run = run(&app.path(), &[arguments, &["--format", "json"]].concat());
        assert_eq!((run.code, &*run.stderr), (Some(code), ""));
        serde_json::from_str(&run.stdout).unwrap()
    };
    let lock = |state: &str, changes: Value| {
        let file = "crates/web/service-connect.lock";
        json!([{"files": [file], "state": state, "changes": changes}])
    };
    let app = workspace();
    let missing = locks(&app, &["lock", "--check"], 1);
    assert_eq!(
        missing,
        json!({"check": true, "locks": lock("missing", json!([]))})
    );
    let written = locks(&app, &["lock"], 0);
    assert_eq!(
        written,
        json!({"check": false, "locks": lock("missing", json!([]))})
    );
    let current = locks(&app, &["lock", "--check"], 0);
    assert_eq!(current["locks"], lock("up-to-date", json!([])));

    let app = app.file(
        "copilot/api/manifest.yml",
        "name: api\ntype: Backend Service\nimage: {build: Dockerfile, port: 9090}\nnetwork: {connect: true}\n\
         environments:\n  prod:\n    image: {port: 8080}\n    network: {connect: false}\n",
    );
    let changes = json!([
        {
            "environment": "prod",
            "service": "api",
            "via": "service-connect",
            "from": "api:8080",
            "to": null,
            "redeploy": [],
        },
        {
            "environment": "test",
            "service": "api",
            "via": "service-connect",
            "from": "api:8080",
            "to": "api:9090",
            "redeploy": ["web"],
        },
        {
            "environment": "test",
            "service": "api",
            "via": "discovery",
            "from": "api.test.shop.local:8080",
            "to": "api.test.shop.local:9090",
            "redeploy": [],
        },
    ]);
    let stale = locks(&app, &["lock", "--check"], 1);
    assert_eq!(stale["locks"], lock("out-of-date", changes));

    let app = app.file("crates/web/service-connect.lock", "<<<<<<< HEAD\n");
    let torn = locks(&app, &["lock", "--check"], 1);
    let [torn] = &torn["locks"].as_array().unwrap()[..] else {
        panic!("{torn}");
    };
    assert_eq!(torn["state"], "invalid");
    let error = torn["error"].as_str().unwrap();
    assert!(error.starts_with("service-connect.lock:1: "), "{error}");
}

#[test]
fn what_nobody_could_rely_on_is_not_written() {
    let broken = workspace().file("copilot/mail/manifest.yml", "name: mail\ntype: [\n");
    run(&broken.path(), &["lock"]).refused("no lock can be relied on before that is right");
    let rows = [
        (
            "mail = { lock = \"../gone/service-connect.lock\" }",
            "`../gone/service-connect.lock` cannot be read",
        ),
        ("mail = { port = \"80\" }", "`port` has to be a number"),
    ];
    for (declared, why) in rows {
        let text = format!(
            "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n\
             [workspace.metadata.service-connect.external]\n{declared}\n"
        );
        let app = workspace().file("Cargo.toml", text);
        for arguments in [&["lock"][..], &["lock", "--check"]] {
            run(&app.path(), arguments).refused(why);
        }
        assert!(!app.path().join("crates/web/service-connect.lock").exists());
    }
    let alone = App::shop().file("Cargo.toml", "[workspace]\n");
    run(&alone.path(), &["lock"])
        .refused("has `service-connect-codegen` in its [build-dependencies]");
    run(&App::shop().path(), &["lock"])
        .refused("is in no cargo workspace; name a directory of one");
    run(&App::empty().path(), &["lock"]).refused("there is no `copilot/`");
}

#[cfg(unix)]
#[test]
fn one_lock_serves_crates_that_link_to_it() {
    use std::os::unix::fs::symlink;
    let package =
        format!("[package]\nname = \"api\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{BUILD}");
    let app = workspace()
        .file("crates/api/Cargo.toml", package)
        .file("crates/api/src/lib.rs", "");
    let locks = ["api", "web"].map(|name| {
        app.path()
            .join(format!("crates/{name}/service-connect.lock"))
    });
    for lock in &locks {
        symlink("../../shared.lock", lock).unwrap();
    }
    // It is not there yet; then it is no text.
    for _ in 0..2 {
        let written = run(&app.path(), &["lock"]);
        assert_eq!(written.code, Some(0), "{written:?}");
        assert!(locks.iter().all(|lock| lock.is_symlink()));
        assert_eq!(run(&app.path(), &["lock", "--check"]).code, Some(0));
        fs::write(app.path().join("shared.lock"), b"\xff").unwrap();
    }
}

#[test]
fn what_only_dev_reads_is_no_concern_of_a_lock() {
    let wrong = "[workspace.metadata.service-connect]\ndev = { redis = { address = 6379 }, mail = { address = \"ftp://mail\" } }\n";
    let manifest = format!("[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n{wrong}");
    let app = workspace().file("Cargo.toml", manifest);
    let written = run(&app.path(), &["lock"]);
    assert_eq!(written.code, Some(0), "{written:#?}");
    let checked = run(&app.path(), &["check"]);
    assert_eq!(checked.code, Some(0), "{checked:#?}");
    for sentence in [
        "warning[invalid-metadata]: `address` has to be `host:port`",
        "warning[invalid-metadata]: the `address` of `mail` is wrong",
        "its scheme is neither http nor https",
    ] {
        assert!(
            checked.stdout.contains(sentence),
            "{sentence}: {checked:#?}"
        );
    }
    let refused = run(&app.path(), &["dev"]);
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(
        refused.stderr.contains("the `address` of `mail` is wrong"),
        "{refused:#?}"
    );
}
