//! What `routes` and `check` print.

#[allow(dead_code)]
mod plugin_support;

use plugin_support::{App, run};
use serde_json::{Value, json};

fn json(app: &App, arguments: &[&str]) -> Value {
    let run = run(&app.path(), arguments);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn routes_in_json_are_what_the_contract_says() {
    let found = json(
        &App::shop(),
        &["routes", "--format", "json", "--env", "test"],
    );
    let expected = json!({
        "application": "shop",
        "environments": {
            "test": {
                "discovery_endpoint": "test.shop.local",
                "services": {
                    "api": {
                        "type": "Backend Service",
                        "connect": true,
                        "service_connect": "api:8080",
                        "discovery": "api.test.shop.local:8080",
                        "error": null,
                    },
                    "web": {
                        "type": "Load Balanced Web Service",
                        "connect": true,
                        "service_connect": "web:80",
                        "discovery": "web.test.shop.local:80",
                        "error": null,
                    },
                },
            },
        },
    });
    assert_eq!(found, expected);
}

#[test]
fn routes_from_a_service_say_which_way_and_why_not_the_better_one() {
    let found = json(
        &App::shop(),
        &["routes", "--format", "json", "--from", "web"],
    );
    let route = |environment: &str| &found["environments"][environment]["services"]["api"]["route"];
    assert_eq!(
        *route("test"),
        json!({"via": "service-connect", "url": "http://api:8080", "reason": null})
    );
    assert_eq!(route("prod")["via"], "discovery");
    assert_eq!(route("prod")["url"], "http://api.prod.shop.local:8080");
    let reason = route("prod")["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("copilot/web/manifest.yml:10: "),
        "{reason}"
    );
    assert!(reason.ends_with(" [caller-connect-off]"), "{reason}");
}

#[test]
fn routes_for_people_are_a_table_for_each_environment() {
    let run = run(&App::shop().path(), &["routes"]);
    let expected = "\
prod (prod.shop.local)
  service  type                       connect  service connect  discovery
  api      Backend Service            on       api:8080         api.prod.shop.local:8080
  web      Load Balanced Web Service  off      -                web.prod.shop.local:80

test (test.shop.local)
  service  type                       connect  service connect  discovery
  api      Backend Service            on       api:8080         api.test.shop.local:8080
  web      Load Balanced Web Service  on       web:80           web.test.shop.local:80
";
    assert_eq!(run.stdout, expected);
}

#[test]
fn an_environment_that_is_near_to_another_is_a_slip() {
    let app = App::shop().file("Cargo.toml", "[workspace]\n");
    for command in [
        "check",
        "dev",
        "graph",
        "migrate",
        "order",
        "preflight",
        "routes",
    ] {
        run(&app.path(), &[command, "--env", "prdo"]).refused(
            "nothing names the environment `prdo` [unknown-environment]; did you mean `prod`? If not, \
             `copilot/environments/NAME/manifest.yml` makes it one",
        );
    }
    // Any other is taken, and that is said.
    for command in ["check", "graph", "migrate", "order", "preflight", "routes"] {
        let far = run(&app.path(), &[command, "--env", "staging"]);
        let said = format!("{}{}", far.stdout, far.stderr);
        let words = "nothing names the environment `staging`";
        assert_eq!(said.matches(words).count(), 1, "{command}: {far:#?}");
    }
    // What adds environments is relied on to take any.
    let json = run(
        &app.path(),
        &["routes", "--format", "json", "--env", "prdo"],
    );
    assert_eq!(json.code, Some(0));
    assert!(json.stderr.contains("did you mean `prod`?"), "{json:#?}");
}

#[test]
fn an_environment_can_be_added_on_the_command_line() {
    let run = run(
        &App::shop().path(),
        &[
            "routes", "--format", "json", "--env", "qa", "--env", "prod", "--app", "other",
        ],
    );
    assert_eq!(run.code, Some(0));
    assert_eq!(
        run.stderr,
        "note: `copilot/.workspace` says that the application is `shop`; `--app other` is taken\n\
         note: nothing names the environment `qa` [unknown-environment]; it is taken for one in which every service is \
         as its base manifest says\n"
    );
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let names: Vec<_> = found["environments"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["prod", "qa"]);
    assert_eq!(
        found["environments"]["qa"]["discovery_endpoint"],
        "qa.other.local"
    );
}

#[test]
fn the_metadata_of_the_cargo_workspace_counts() {
    let metadata = "[workspace.metadata.service-connect]\napplication = \"old\"\nlegacy-environments = [\"test\"]\n";
    let app = App::shop().file("Cargo.toml", metadata);
    let found = json(&app, &["routes", "--format", "json"]);
    assert_eq!(found["application"], "old");
    let environments = &found["environments"];
    assert_eq!(environments["test"]["discovery_endpoint"], "old.local");
    assert_eq!(environments["prod"]["discovery_endpoint"], "prod.old.local");

    let app = app.file("Cargo.toml", metadata.replace("[\"test\"]", "1"));
    let wrong = run(&app.path(), &["check"]);
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong.stdout.contains("--> Cargo.toml:3:"),
        "{}",
        wrong.stdout
    );
}

#[test]
fn a_broken_manifest_has_an_error_and_does_not_change_the_exit_code_of_routes() {
    let app = App::shop()
        .file("copilot/empty/manifest.yml", "")
        .file("copilot/latin/manifest.yml", b"name: caf\xe9\n")
        .file(
            "copilot/mail/manifest.yml",
            "name: mail\ntype: Backend Service\nimage: {build: x, port: eighty}\n",
        );
    let run = run(
        &app.path(),
        &["routes", "--format", "json", "--env", "test"],
    );
    assert_eq!(run.code, Some(0));
    assert!(
        run.stderr
            .contains("`cargo service-connect check` shows them"),
        "{}",
        run.stderr
    );
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let services = &found["environments"]["test"]["services"];
    assert_eq!(services["api"]["error"], Value::Null);
    for (name, kind) in [
        ("empty", Value::Null),
        ("latin", Value::Null),
        ("mail", json!("Backend Service")),
    ] {
        let Value::Object(service) = &services[name] else {
            panic!("no `{name}` in {found}")
        };
        assert_eq!(service["type"], kind, "{name}");
        assert!(
            ["connect", "service_connect", "discovery"]
                .iter()
                .all(|key| service[*key].is_null())
        );
        let error = service["error"].as_str().unwrap();
        assert!(
            error.starts_with(&format!("copilot/{name}/manifest.yml")),
            "{error}"
        );
    }
}

#[test]
fn check_shows_the_line_and_what_to_write() {
    let app = App::shop().file(
        "copilot/mail/manifest.yml",
        "name: mail\ntype: Bakend Service\n",
    );
    let run = run(&app.path().join("copilot/api"), &["check"]);
    assert_eq!(run.code, Some(1));
    let expected = "\
error[unknown-type]: there is no type `Bakend Service`
 --> ../mail/manifest.yml:2:7
  |
2 | type: Bakend Service
  |       ^^^^^^^^^^^^^^
  |
  = help: did you mean `Backend Service`?

warning[connect-differs]: Service Connect of `web` is on in `test` and off in `prod`
  --> ../web/manifest.yml:10:16
   |
10 |       connect: false
   |                ^^^^^
   |
   = help: write the same `connect` for all environments; as long as they differ, clients have to accept discovery

";
    assert_eq!(run.stdout, expected);
    assert_eq!(
        run.stderr,
        "checked 3 services in 2 environments: 1 error, 1 warning\n"
    );
}

#[test]
fn check_in_json_is_one_finding_a_line() {
    let app = App::shop().file("copilot/empty/manifest.yml", "").file(
        "copilot/mail/manifest.yml",
        "name: mail\ntype: Bakend Service\n",
    );
    let run = run(&app.path(), &["check", "--format", "json"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    let found: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(found.len(), 3, "{}", run.stdout);
    // The whole file is meant: it has nothing to point at.
    assert_eq!(found[0]["file"], "copilot/empty/manifest.yml");
    assert!(found[0]["line"].is_null() && found[0]["span"].is_null());
    let expected = json!({
        "code": "unknown-type",
        "severity": "error",
        "message": "there is no type `Bakend Service`",
        "file": "copilot/mail/manifest.yml",
        "line": 2,
        "column": 7,
        "span": [17, 31],
        "help": "did you mean `Backend Service`?",
        "replacement": "Backend Service",
    });
    assert_eq!(found[1], expected);
    assert_eq!(found[2]["code"], "connect-differs");
}

#[test]
fn check_is_clean_without_findings() {
    let app = App::new().backend("api").backend("mail");
    let clean = run(&app.path(), &["check"]);
    assert_eq!((clean.code, clean.stdout.as_str()), (Some(0), ""));
    assert_eq!(
        clean.stderr,
        "checked 2 services in 1 environment: no problems found\n"
    );
}

#[test]
fn check_says_where_there_is_nothing_to_check() {
    let app = App::new();
    let nothing = run(&app.path(), &["check"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(0), ""));
    assert_eq!(
        nothing.stderr,
        "there is no service yet: `copilot/NAME/manifest.yml` makes one\n"
    );
}

#[test]
fn check_leaves_out_what_is_wrong_only_in_other_environments() {
    let app = App::shop().file(
        "copilot/mail/manifest.yml",
        "name: mail\ntype: Backend Service\nimage: {build: x}\n\
         environments:\n  prod:\n    network: {connect: {alias: post}}\n",
    );
    let code = |arguments: &[&str]| run(&app.path(), arguments).code;
    assert_eq!(code(&["check"]), Some(1));
    assert_eq!(code(&["check", "--env", "prod"]), Some(1));
    assert_eq!(code(&["check", "--env", "test"]), Some(0));
    assert_eq!(
        run(&app.path(), &["check", "--env", "test"]).stderr,
        "checked 3 services in 1 environment: no problems found\n"
    );
}

#[test]
fn colors_are_for_terminals_or_on_demand() {
    let app = App::shop();
    let has_colors = |arguments: &[&str]| run(&app.path(), arguments).stdout.contains('\u{1b}');
    assert!(!has_colors(&["routes"]));
    assert!(has_colors(&["routes", "--color", "always"]));
    assert!(!has_colors(&["--color", "never", "routes"]));
    assert!(!has_colors(&[
        "routes", "--color", "always", "--format", "json"
    ]));
}

#[test]
fn the_word_that_cargo_adds_can_be_left_out() {
    let app = App::shop();
    let plain = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-service-connect"))
        .args(["routes", "-C"])
        .arg(app.path())
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(plain.stdout).unwrap(),
        run(&app.path(), &["routes"]).stdout
    );
}

#[test]
fn services_of_other_repositories_are_marked() {
    let external =
        "[workspace]\n[workspace.metadata.service-connect.external]\nsearch = { port = 9200 }\n";
    let app = App::new().backend("api").file("Cargo.toml", external);
    let found = json(&app, &["routes", "--format", "json"]);
    let search = &found["environments"]["test"]["services"]["search"];
    assert_eq!(search["external"], true);
    assert_eq!(search["discovery"], "search.test.shop.local:9200");
    let own = &found["environments"]["test"]["services"]["api"];
    assert_eq!(own.get("external"), None);
    let table = run(&app.path(), &["routes"]).stdout;
    let row = table.lines().find(|line| line.contains("search")).unwrap();
    assert!(row.contains("external"), "{table}");
    let checked = run(&app.path(), &["check"]).stderr;
    assert_eq!(
        checked,
        "checked 1 service in 1 environment: no problems found\n"
    );
}
