//! What `check` writes for code scanning and for workflows, and that every format has the same findings.

#[allow(dead_code)]
mod plugin_support;
#[path = "plugin_output/report.rs"]
mod report;
#[path = "plugin_output/schema.rs"]
mod schema;

use plugin_support::{App, run};
use report::{FORMATS, check, location, results, sarif};
use serde_json::{Value, json};

/// An application with errors, a warning and a note, with and without a place in a file.
fn broken() -> App {
    App::shop()
        .file("copilot/empty/manifest.yml", "")
        .file("copilot/mail/manifest.yml", "name: mail\ntype: Bakend Service\n")
        .file(
            "copilot/queue/manifest.yml",
            "name: other\ntype: Worker Service\nimage: {build: x}\nenvironments:\n  elsewhere: {}\n",
        )
        .file(
            "copilot/named/manifest.yml",
            "name: named\ntype: Backend Service\nimage: {build: x, port: 80}\n\
             network: {connect: {alias: \"${COPILOT_SERVICE_NAME}\"}}\n",
        )
        .file("Cargo.toml", "[package\n")
}

#[test]
fn every_format_has_the_same_findings_and_exit_code() {
    let app = broken();
    for format in FORMATS {
        // What the manifests say is shown although cargo cannot read the workspace.
        assert_eq!(check(&app, format).code, Some(2), "{format}");
        assert_eq!(check(&App::new(), format).code, Some(0), "{format}");
    }
    let found: Vec<Value> = check(&app, "json")
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let severities = ["error", "warning", "note"];
    for severity in severities {
        assert!(
            found.iter().any(|finding| finding["severity"] == severity),
            "{severity}"
        );
    }

    let log = sarif(&app);
    let results = results(&log);
    let annotations = check(&app, "github").stdout;
    let annotations: Vec<_> = annotations.lines().collect();
    let human = check(&app, "human").stdout;
    assert_eq!(results.len(), found.len());
    assert_eq!(annotations.len(), found.len());
    for ((finding, result), annotation) in found.iter().zip(results).zip(annotations) {
        let text = |key: &str| finding[key].as_str().unwrap();
        let (code, severity, message) = (text("code"), text("severity"), text("message"));
        assert_eq!(result["ruleId"], code);
        assert_eq!(result["level"], severity);
        let read = result["message"]["text"]
            .as_str()
            .unwrap()
            .replace("{{", "{")
            .replace("}}", "}");
        assert!(read.starts_with(message), "{read}");
        let help = finding["help"].as_str().unwrap_or_default();
        assert!(read.ends_with(help), "{read}");

        let command = severity.replace("note", "notice");
        assert!(
            annotation.starts_with(&format!("::{command} ")),
            "{annotation}"
        );
        assert!(
            annotation.contains(&format!("title={code}::{message}")),
            "{annotation}"
        );
        assert!(annotation.ends_with(help), "{annotation}");

        assert!(
            human.contains(&format!("{severity}[{code}]: {message}")),
            "{human}"
        );
    }
}

#[test]
fn a_sarif_log_is_valid() {
    let schema = include_str!("plugin_output/sarif.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    for app in [App::new(), App::shop(), broken()] {
        let log = sarif(&app);
        assert_eq!(schema::errors(&schema, &log), [""; 0]);
        assert_eq!(log["version"], "2.1.0");
        let driver = &log["runs"][0]["tool"]["driver"];
        assert_eq!(driver["name"], "cargo-service-connect");
        let rules = driver["rules"].as_array().unwrap();
        for result in results(&log) {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
        for rule in rules {
            let texts = [
                "/shortDescription/text",
                "/fullDescription/text",
                "/help/text",
                "/help/markdown",
            ];
            for text in texts.map(|text| rule.pointer(text).unwrap().as_str().unwrap()) {
                // Code scanning cuts off what is longer.
                assert!(!text.is_empty() && text.len() < 1024, "{text}");
            }
        }
    }
    // The validator finds something where there is something.
    let wrong = json!({"version": "2.0", "runs": [{"tool": {}, "more": 1}]});
    let errors = schema::errors(&schema, &wrong);
    for part in ["/version", "/runs/0/more", "/runs/0/tool", "$schema"] {
        assert!(
            errors.iter().any(|error| error.contains(part)),
            "no {part} in {errors:?}"
        );
    }
}

#[test]
fn a_region_is_counted_in_characters_and_ends_where_the_value_does() {
    let manifest = |port: &str| {
        format!("name: api\ntype: Backend Service\nimage:\n  build: x\n  port: {port}")
    };
    let cases = [
        // What stands there, where it ends in SARIF, its bytes, and where it ends for GitHub.
        (
            "name: api\ntype: Bäck\u{1f600}nd # ä\n".to_owned(),
            (2, 7, 2, 14),
            (16, 11),
            (2, 14),
        ),
        (
            "\u{feff}name: api\r\ntype: Backen Service\r\n".to_owned(),
            (2, 7, 2, 21),
            (20, 14),
            (2, 21),
        ),
        (manifest("'8080'\n"), (5, 9, 5, 15), (58, 6), (5, 15)),
        (manifest("no"), (5, 9, 5, 11), (58, 2), (5, 11)),
        // A list of two lines, and a key after it.
        (
            manifest("\n    - 80\n    - 81\ncount: 1\n"),
            (6, 5, 7, 9),
            (63, 13),
            (6, 9),
        ),
    ];
    for (manifest, (line, column, end_line, end_column), (offset, length), (last, end)) in cases {
        let app = App::new().file("copilot/api/manifest.yml", &manifest);
        let log = sarif(&app);
        let location = location(&results(&log)[0]);
        let expected = json!({
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
            "byteOffset": offset,
            "byteLength": length,
        });
        assert_eq!(location["region"], expected, "{manifest}");

        let annotation = check(&app, "github").stdout;
        let expected = format!("line={line},col={column},endLine={last},endColumn={end},title=");
        assert!(annotation.contains(&expected), "{annotation}");
    }
}

#[test]
fn a_file_as_a_whole_has_no_region() {
    let app = App::new().file("copilot/api/manifest.yml", "");
    let log = sarif(&app);
    let location = location(&results(&log)[0]);
    assert_eq!(
        *location,
        json!({"artifactLocation": {"uri": "copilot/api/manifest.yml", "uriBaseId": "%SRCROOT%"}})
    );
    let annotation = check(&app, "github").stdout;
    let expected =
        "::error file=copilot/api/manifest.yml,title=unknown-type::the manifest is empty%0Ahelp: ";
    assert!(annotation.starts_with(expected), "{annotation}");
}

#[test]
fn what_is_in_no_file_has_no_location() {
    let app = App::shop();
    let check = |format| {
        let arguments = ["check", "--env", "nowhere", "--format", format];
        run(&app.path(), &arguments).stdout
    };
    let json: Value = serde_json::from_str(&check("json")).unwrap();
    assert_eq!(json["file"], Value::Null);
    let log: Value = serde_json::from_str(&check("sarif")).unwrap();
    assert_eq!(results(&log)[0]["locations"], json!([]));
    let annotation = check("github");
    assert!(
        annotation.starts_with("::notice title=unknown-environment::"),
        "{annotation}"
    );
}

#[test]
fn an_environment_that_looks_like_a_slip_is_refused() {
    let app = App::shop();
    for command in ["check", "routes"] {
        run(&app.path(), &[command, "--env", "tset"]).refused("did you mean `test`?");
    }
    let check = run(
        &app.path(),
        &["check", "--env", "nowhere", "--format", "json"],
    );
    let finding: Value = serde_json::from_str(&check.stdout).unwrap();
    assert_eq!(finding["severity"], "note");
}

#[test]
fn routes_has_no_format_for_findings() {
    for format in ["sarif", "github"] {
        let run = run(&App::shop().path(), &["routes", "--format", format]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    }
}
