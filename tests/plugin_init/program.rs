//! The program that it writes, and the call that it shows.

use super::plugin_support::{App, run};
use super::{HELLO, PACKAGE, WORKSPACE, fresh, init, read};

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
