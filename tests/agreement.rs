//! `routes` agrees with Copilot: over real applications where they are at hand, and over a few of our own.
//!
//! A corpus is a folder of applications and a JSON file of what Copilot makes of each: `type`, `connect`,
//! `service_connect` and `discovery` of every service in every environment, or a `copilot_error`, to which
//! any answer will do. Variables of the shell have the value `x`; an application without a name is `app`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value};

/// Real applications, which stand beside a checkout and are no part of it.
const REAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agreement");

#[test]
fn routes_agrees_with_copilot_on_applications_of_our_own() {
    assert_eq!(compare(Path::new(OWN)), 2);
}

#[test]
fn routes_agrees_with_copilot_on_real_applications_or_on_our_own() {
    let real = Path::new(REAL);
    if real.join("corpus").is_dir() {
        let number = compare(real);
        assert!(number > 20, "only {number} applications");
    } else {
        assert_eq!(compare(Path::new(OWN)), 2);
    }
}

/// Compares all applications in `folder`, and says how many there are.
#[track_caller]
fn compare(folder: &Path) -> usize {
    let expected =
        fs::read_to_string(folder.join("corpus.json")).expect("what Copilot says is there");
    let expected: Map<String, Value> = serde_json::from_str(&expected).expect("it is JSON");
    let mut disagreements = Vec::new();
    for (name, expected) in &expected {
        let found = routes(
            &folder.join("corpus").join(name),
            object(&expected["environments"]),
        );
        for difference in differences(&found, expected) {
            disagreements.push(format!("{name}: {difference}"));
        }
    }
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    expected.len()
}

/// What `routes` says of the application in `directory`.
fn routes(directory: &Path, environments: &Map<String, Value>) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-service-connect"));
    command
        .args(["service-connect", "routes", "--format", "json", "-C"])
        .arg(directory);
    if !directory.join("copilot/.workspace").exists() {
        command.args(["--app", "app"]);
    }
    for environment in environments.keys() {
        command.args(["--env", environment]);
    }
    let mut variables = BTreeSet::new();
    collect_variables(&directory.join("copilot"), &mut variables);
    command.envs(variables.iter().map(|variable| (variable, "x")));
    let output = command.output().expect("the plugin starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", directory.display());
    serde_json::from_slice(&output.stdout).expect("`routes` prints JSON")
}

/// The names in `${NAME}` in all files below `directory`, but for those that Copilot sets.
fn collect_variables(directory: &Path, variables: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).expect("a corpus can be read") {
        let path = entry.expect("a corpus can be read").path();
        if path.is_dir() {
            collect_variables(&path, variables);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        for rest in text.split("${").skip(1) {
            let (name, _) = rest.split_once('}').unwrap_or_default();
            let is_name = name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
            let is_predefined =
                ["COPILOT_APPLICATION_NAME", "COPILOT_ENVIRONMENT_NAME"].contains(&name);
            if !name.is_empty() && is_name && !is_predefined {
                variables.insert(name.to_owned());
            }
        }
    }
}

fn differences(found: &Value, expected: &Value) -> Vec<String> {
    let mut out = Vec::new();
    differ(
        "application",
        &found["application"],
        &expected["application"],
        &mut out,
    );
    same_keys(
        "environments",
        &found["environments"],
        &expected["environments"],
        &mut out,
    );
    for (environment, expected) in object(&expected["environments"]) {
        let found = &found["environments"][environment];
        let what = |what: &str| format!("{environment}: {what}");
        let endpoint = [found, expected].map(|value| &value["discovery_endpoint"]);
        differ(
            &what("discovery_endpoint"),
            endpoint[0],
            endpoint[1],
            &mut out,
        );
        same_keys(
            &what("services"),
            &found["services"],
            &expected["services"],
            &mut out,
        );
        for (service, expected) in object(&expected["services"]) {
            if expected.get("copilot_error").is_some() {
                continue;
            }
            let found = &found["services"][service];
            for key in ["type", "connect", "service_connect", "discovery"] {
                differ(
                    &what(&format!("{service}: {key}")),
                    &found[key],
                    &expected[key],
                    &mut out,
                );
            }
        }
    }
    out
}

fn same_keys(what: &str, found: &Value, expected: &Value, out: &mut Vec<String>) {
    let [found, expected] = [found, expected].map(|value| object(value).keys().collect::<Vec<_>>());
    if found != expected {
        out.push(format!("{what}: {found:?}, and Copilot says {expected:?}"));
    }
}

fn differ(what: &str, found: &Value, expected: &Value, out: &mut Vec<String>) {
    if found != expected {
        out.push(format!("{what}: {found}, and Copilot says {expected}"));
    }
}

#[track_caller]
fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an object")
}
