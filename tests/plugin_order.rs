//! `cargo service-connect order`: the order to deploy in for the first time.

#[allow(dead_code)]
mod plugin_support;

use plugin_support::{App, run};
use serde_json::{Value, json};

/// The application `shop` with services in `test` and `prod` that call each other: `web: api` is `web`, which calls `api`.
fn calling(calls: &[&str]) -> App {
    let app = App::new().file(
        "copilot/environments/prod/manifest.yml",
        "name: prod\ntype: Environment\n",
    );
    calls.iter().fold(app, |app, line| {
        let (name, called) = line.split_once(':').unwrap_or((line, ""));
        let called = called.split_whitespace();
        let variables: Vec<_> = called
            .map(|callee| format!("  {}_URL: http://{callee}:8080\n", callee.to_uppercase()))
            .collect();
        let variables = variables.concat();
        let manifest = format!(
            "name: {name}\ntype: Backend Service\nimage: {{location: x, port: 8080}}\nnetwork: {{connect: true}}\n\
             variables:\n{variables}"
        );
        app.file(&format!("copilot/{name}/manifest.yml"), manifest)
    })
}

#[test]
fn an_order_is_told_once_where_environments_agree() {
    let app = calling(&["web: api store", "store: api", "api", "other"]);
    let run = run(&app.path(), &["order"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(
        run.stdout,
        "prod, test\n  1  api\n  2  store\n  3  web\n  at any time: other\n"
    );
}

#[test]
fn environments_that_differ_are_told_apart() {
    let app = calling(&["web: api"]).file(
        "copilot/api/manifest.yml",
        "name: api\ntype: Backend Service\nimage: {location: x, port: 8080}\nnetwork: {connect: true}\n\
         environments: {prod: {network: {connect: false}}}\n",
    );
    assert_eq!(
        run(&app.path(), &["order"]).stdout,
        "prod\n  in any order: no call through Service Connect is known there\n\ntest\n  1  api\n  2  web\n"
    );
    assert_eq!(
        run(&app.path(), &["order", "--env", "prod"]).stdout,
        "no call through Service Connect is known, but only the variables of manifests were looked at\n"
    );
    let package = "[package]\nname = \"web\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    let app = app
        .file("Cargo.toml", package)
        .file("src/main.rs", "fn main() {}\n");
    assert_eq!(
        run(&app.path(), &["order", "--env", "prod"]).stdout,
        "deploy in any order: no call through Service Connect is known\n"
    );
}

#[test]
fn what_cannot_be_read_has_no_place_and_is_no_success() {
    let app =
        calling(&["web: api", "api", "store: api"]).file("copilot/web/manifest.yml", "name: [");
    let told = run(&app.path(), &["order"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    assert_eq!(
        told.stdout,
        "prod, test\n  not known: web, because its manifest cannot be read\n  1  api\n  2  store\n"
    );
    assert!(
        told.stderr.contains("error: this may not be all"),
        "{told:?}"
    );
    let told = run(&app.path(), &["order", "--format", "json"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    let told: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(told["orders"][0]["unknown"], json!(["web"]));
}

#[test]
fn a_circle_is_named_with_what_to_do() {
    let app = calling(&["web: api", "api: store web", "store"]);
    assert_eq!(
        run(&app.path(), &["order", "--env", "test"]).stdout,
        "test
  1  store
  2  api
  3  web
  circle: api → web → api
    api calls web at copilot/api/manifest.yml:7
    web calls api at copilot/web/manifest.yml:6
    after all of them, deploy this one once more, 1 of 2:
      copilot svc deploy --force --name api --env test
    or let api call web by discovery: then there is no circle left
"
    );
}

#[test]
fn a_call_goes_by_discovery_only_where_that_leaves_no_circle() {
    let three = calling(&["web: api store", "api: web store", "store: web api"]);
    let stdout = run(&three.path(), &["order"]).stdout;
    assert!(
        stdout.contains("deploy these once more, 2 of 3"),
        "{stdout}"
    );
    assert!(!stdout.contains("by discovery"), "{stdout}");
}

#[test]
fn json_has_all_of_it() {
    let app = calling(&["web: api", "api: web"]).file(
        "copilot/pipelines/main/manifest.yml",
        "stages: [{name: test, deployments: {web: {depends_on: [web]}}}]",
    );
    let told = run(&app.path(), &["order", "--format", "json"]);
    assert_eq!(
        told.code,
        Some(1),
        "a pipeline that Copilot refuses is an error"
    );
    let json: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    let check = run(&app.path(), &["check", "--format", "json"]).stdout;
    let finding: serde_json::Value = serde_json::from_str(&check).unwrap();
    assert_eq!(finding["code"], "pipeline-cycle");
    assert_eq!(
        json,
        serde_json::json!({
            "application": "shop",
            "orders": [{
                "environments": ["prod", "test"],
                "waves": [["api"], ["web"]],
                "elsewhere": {}, "unknown": [],
                "cycles": [{
                    "services": ["api", "web"],
                    "shortest": ["api", "web", "api"],
                    "calls": [
                        {"from": "api", "to": "web", "file": "copilot/api/manifest.yml", "line": 6, "column": 12},
                        {"from": "web", "to": "api", "file": "copilot/web/manifest.yml", "line": 6, "column": 12},
                    ],
                    "again": ["api"],
                    "is_smallest": true,
                    "enough": [{"from": "api", "to": "web"}, {"from": "web", "to": "api"}],
                }],
            }],
            "pipelines": [finding],
        })
    );
}

#[test]
fn order_and_check_say_the_same_of_pipelines() {
    let app = calling(&["web: api", "api"]).file(
        "copilot/pipelines/main/manifest.yml",
        "stages:\n  - name: test\n",
    );
    let order = run(&app.path(), &["order"]).stdout;
    assert!(
        order.contains("  2  web\n\nnote[pipeline-order]"),
        "{order}"
    );
    for command in ["order", "check"] {
        let run = run(&app.path(), &[command]);
        assert_eq!(run.code, Some(0), "a first deployment only: {run:?}");
        assert!(
            run.stdout
                .contains("note[pipeline-order]: the stage `test` deploys all services at once"),
            "{}",
            run.stdout
        );
        assert!(
            run.stdout
                .contains("copilot/pipelines/main/manifest.yml:2:11"),
            "{}",
            run.stdout
        );
    }
}
