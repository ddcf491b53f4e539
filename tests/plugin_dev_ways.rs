//! `dev --env`: which way calls would take there, and that one without a way is refused by the library itself.
#![cfg(unix)]

#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use std::path::Path;
use std::sync::OnceLock;

use plugin_support::{App, Run};
use serde_json::{Value, json};
use support::{Dev, workspace};

/// `api` has a port in `test` only; `web` calls it there, with the real library.
fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let shown = repository.display();
        let lock = std::fs::read(repository.join("Cargo.lock")).unwrap();
        App::new()
            .file("copilot/environments/prod/manifest.yml", "name: prod\ntype: Environment\n")
            .file(
                "copilot/api/manifest.yml",
                "name: api\ntype: Backend Service\nimage: {build: Dockerfile}\n\
                 environments:\n  test:\n    image: {port: 8080}\n",
            )
            .file(
                "copilot/web/manifest.yml",
                "name: web\ntype: Load Balanced Web Service\nhttp: {path: /}\nimage: {build: Dockerfile, port: 80}\n",
            )
            .file("Cargo.lock", lock)
            .file("Cargo.toml", "[workspace]\nmembers = [\"web\", \"api\"]\nresolver = \"3\"\n")
            .file(
                "api/Cargo.toml",
                "[package]\nname = \"api\"\nversion = \"0.0.0\"\nedition = \"2024\"\n",
            )
            .file("api/src/main.rs", include_str!("plugin_dev/server.rs"))
            .file(
                "web/Cargo.toml",
                format!(
                    "[package]\nname = \"web\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
                     [dependencies]\nservice-connect = {{ path = '{shown}/runtime' }}\n\
                     tokio = {{ version = \"1\", default-features = false, features = [\"rt\"] }}\n\
                     [build-dependencies]\nservice-connect-codegen = {{ path = '{shown}/codegen' }}\n"
                ),
            )
            .file(
                "web/build.rs",
                "fn main() -> Result<(), service_connect_codegen::Error> { service_connect_codegen::generate() }\n",
            )
            .file("web/src/main.rs", include_str!("plugin_dev/caller.rs"))
    })
}

fn dev(arguments: &[&str]) -> Run {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugin-dev-ways");
    Dev::over(app(), arguments)
        .with("CARGO_TARGET_DIR", target.to_str().unwrap())
        .with("CARGO_NET_OFFLINE", "true")
        .run()
}

#[test]
fn a_call_without_a_way_is_refused_and_the_library_says_why() {
    let test = dev(&["--request", "web/"]);
    assert_eq!(test.code, Some(0), "{test:#?}");
    assert_eq!(test.stdout, "api of shop in test\n");
    let row = "web → api  discovery  http://api.test.shop.local:8080  web/src/main.rs:";
    assert!(test.stderr.contains(row), "no {row} in {}", test.stderr);

    let prod = dev(&["--request", "web/", "--env", "prod"]);
    assert_eq!(prod.code, Some(0), "{prod:#?}");
    let why = "service `api` exposes no port";
    assert!(prod.stdout.contains(why), "{}", prod.stdout);
    let row = "web → api  none  -    web/src/main.rs:";
    assert!(prod.stderr.contains(row), "no {row} in {}", prod.stderr);
    let row = format!("             copilot/api/manifest.yml:1: {why} [no-port]");
    assert!(prod.stderr.contains(&row), "no {row} in {}", prod.stderr);
}

#[test]
fn programs_are_told_too() {
    let prod = dev(&["--request", "web/", "--env", "prod", "--format", "json"]);
    let lines = prod.stdout.lines();
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut ways = lines.filter(|line| line["event"] == "way" && line["caller"] == "web");
    let way = ways.next().unwrap();
    let expected = json!({
        "event": "way", "caller": "web", "callee": "api", "via": null, "url": null, "reason": way["reason"],
    });
    assert_eq!(way, expected);
    let reason = way["reason"].as_str().unwrap();
    let start = "copilot/api/manifest.yml:1: service `api` exposes no port";
    assert!(reason.starts_with(start), "{reason}");
}

#[test]
fn calls_that_go_different_ways_are_told_apart() {
    let variables = [
        ("GOOD", "http://api.test.shop.local:8080"),
        ("ALSO_GOOD", "http://api.test.shop.local:8080/v1"),
        ("NO_CONNECT", "http://api:8080"),
        ("OTHER_PORT", "http://api.test.shop.local:9090"),
    ];
    let variables = variables.map(|(name, url)| format!("{name}: \"{url}\""));
    let manifest = format!(
        "name: web\ntype: Load Balanced Web Service\nhttp: {{path: /}}\n\
         image: {{build: Dockerfile, port: 80}}\nvariables:\n  {}\n",
        variables.join("\n  ")
    );
    let app = workspace("").file("copilot/web/manifest.yml", manifest);
    let dev = Dev::over(&app, &["--request", "web/", "--env", "test"]).run();
    assert_eq!(dev.code, Some(0), "{dev:#?}");
    let start = "calls as they would go in test\n";
    let rows = dev.stderr.split_once(start).unwrap().1.lines();
    let rows: Vec<_> = rows.take(6).map(str::trim_end).collect();
    assert_eq!(
        rows,
        [
            "  call       way        url                              where",
            "  web → api  discovery  http://api.test.shop.local:8080  copilot/web/manifest.yml:6 (variable GOOD), copilot/web/manifest.yml:7 (variable ALSO_GOOD)",
            "  web → api  none       -                                copilot/web/manifest.yml:8 (variable NO_CONNECT)",
            "             `api` does not resolve: Service Connect is off for the caller `web` [url-connect-off]; turn it on, or call `api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local:8080`",
            "  web → api  doubtful   -                                copilot/web/manifest.yml:9 (variable OTHER_PORT)",
            "             `api` is called on port 9090, and `api` listens on 8080 [url-port]; write `:8080` instead of `:9090`",
        ],
        "{}",
        dev.stderr
    );
}

#[test]
fn a_caller_does_not_get_the_address_of_what_it_cannot_reach() {
    let app = workspace("").file(
        "copilot/web/manifest.yml",
        "name: web\ntype: Request-Driven Web Service\nimage: {build: Dockerfile, port: 80}\n\
         environments:\n  test:\n    network: {vpc: {placement: private}}\n",
    );
    for (environment, is_given) in [("test", true), ("prod", false)] {
        let dev = Dev::over(&app, &["--request", "web/variables", "--env", environment])
            // Of the shell, and one of them of a service that is elsewhere.
            .with("SERVICE_CONNECT_URL_API", "http://127.0.0.1:9")
            .with("SERVICE_CONNECT_URL_MAIL", "http://127.0.0.1:9")
            .run();
        assert_eq!(dev.code, Some(0), "{dev:#?}");
        let has_it = dev.stdout.contains("SERVICE_CONNECT_URL_API=");
        assert_eq!(has_it, is_given, "{environment}: {}", dev.stdout);
        let has_mail = dev.stdout.contains("SERVICE_CONNECT_URL_MAIL=");
        assert_eq!(has_mail, is_given, "{environment}: {}", dev.stdout);
        assert!(
            dev.stdout.contains("SERVICE_CONNECT_URL_WEB="),
            "{}",
            dev.stdout
        );
    }
}
