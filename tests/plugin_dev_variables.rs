//! What a manifest sets in the environment of its tasks.
#![cfg(unix)]

#[allow(dead_code)]
#[path = "plugin_dev_watch/edits.rs"]
mod edits;
#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use std::collections::HashMap;
use std::net::TcpListener;

use edits::{UP, edit, end, wait_for_start};
use plugin_support::App;
use support::{Dev, workspace};

/// Answers with all of its variables that a test knows of, one a line.
const SHOW: &str = "env::vars().filter(|(name, _)| name.starts_with(\"GIVEN_\") || name.starts_with(\"SERVICE_\") || name == \
                    \"PORT\").map(|(name, value)| format!(\"{name}={value}\\n\")).collect::<String>()";

fn app(variables: &str, more: &str) -> App {
    let app = workspace(more).file(
        "copilot/web/manifest.yml",
        format!(
            "name: web\ntype: Load Balanced Web Service\nhttp: {{path: /}}\nimage: {{build: Dockerfile, port: 80}}\n\
             network: {{connect: true}}\nvariables:\n{variables}\
             sidecars:\n  nginx:\n    image: nginx\n    variables: {{GIVEN_SIDECAR: \"1\"}}\n\
             secrets: {{GIVEN_SECRET: /secret}}\n\
             environments:\n  prod:\n    variables: {{GIVEN_PROD: \"1\"}}\n"
        ),
    );
    let alias = "connect:\n    alias: the-api";
    edit(&app, "copilot/api/manifest.yml", "connect: true", alias);
    edit(&app, "shop/src/main.rs", "id().to_string()", SHOW);
    app
}

/// Names and values of variables of `web`, and what its task gets: with the name of a service in capitals for its address.
const TABLE: &[(&str, &str, Option<&str>)] = &[
    // Nothing to call.
    ("LEVEL", "info", Some("info")),
    ("TIME", "08:30", Some("08:30")),
    ("EMPTY", "", Some("")),
    ("APP", "${COPILOT_APPLICATION_NAME}", Some("shop")),
    // Of a service, by each of its names.
    (
        "ALIAS",
        "http://the-api:8080/v1?x=1#y",
        Some("http://API/v1?x=1#y"),
    ),
    (
        "TLS",
        "https://me:word@the-api:8080/",
        Some("http://me:word@API/"),
    ),
    (
        "DISCOVERY",
        "http://api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local:8080",
        Some("http://API"),
    ),
    ("NAME", "api.test.shop.local", Some("API")),
    ("PAIR", "the-api:8080", Some("API")),
    (
        "TEXT",
        "{\"urls\": [\"http://the-api:8080\", \"http://localhost:1/\"]}",
        Some("{\"urls\": [\"http://API\", \"http://localhost:1/\"]}"),
    ),
    ("SELF", "http://web/", Some("http://WEB/")),
    // What stands in for a service, or is called beside them.
    ("MAIL", "http://mail:8080/in", Some("http://MAIL/in")),
    ("REDIS", "redis://redis:6379/0", Some("redis://REDIS/0")),
    // Here already.
    (
        "LOOP",
        "http://127.0.0.1:9/,localhost:9",
        Some("http://127.0.0.1:9/,localhost:9"),
    ),
    ("BIND", "0.0.0.0:80", Some("0.0.0.0:80")),
    // Elsewhere.
    ("OUT", "https://pay.example/v1", None),
    ("OUT_BARE", "smtp.example:25", None),
    ("OUT_NAME", "db.example", None),
    ("OUT_BOTH", "http://the-api:8080,https://pay.example", None),
    ("OUT_STORE", "s3://bucket/key", None),
    ("OUT_SERVICE", "http://other:8080", None),
    ("OUT_ZONE", "http://api.elsewhere.local:8080", None),
];

/// Where a service is, as the table has it.
fn authority(stdout: &str, service: &str) -> String {
    let mut rows = stdout.lines();
    let row = rows.find(|row| row.split_whitespace().next() == Some(service));
    let mut words = row.unwrap().split_whitespace();
    let url = words.find_map(|word| word.strip_prefix("http://"));
    url.unwrap().to_owned()
}

fn of(text: &str) -> HashMap<&str, &str> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .collect()
}

#[test]
fn values_lead_to_what_runs_here_or_are_left_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mail = listener.local_addr().unwrap();
    let lines = TABLE.iter();
    let lines = lines.map(|(name, value, _)| format!("  GIVEN_{name}: '{value}'\n"));
    let lines: String = lines.collect();
    let more = "  GIVEN_SHELL: manifest\n  GIVEN_SHELL_OUT: https://pay.example\n  PORT: \"1\"\n  \
                SERVICE_CONNECT_URL_API: http://127.0.0.1:1\n  GIVEN_CFN: {from_cfn: output}\n";
    let redis = "[workspace.metadata.service-connect.dev]\nredis = { command = [\"target/debug/shop\", \"$PORT\"] }\n";
    let app = app(&(lines + more), redis).backend("other");
    let mail_is = format!("mail={mail}");
    let mut dev = Dev::over(&app, &["--service", &mail_is])
        .with("GIVEN_SHELL", "shell")
        .with("GIVEN_SHELL_OUT", "https://chosen.example")
        .start();
    dev.wait_for(&UP);
    dev.wait_for(&["redis   | listening"]);
    let left_out: Vec<_> = TABLE.iter().filter(|(.., given)| given.is_none()).collect();
    let mut names: Vec<_> = left_out
        .iter()
        .map(|(name, ..)| format!("GIVEN_{name}"))
        .collect();
    names.sort();
    let note = format!(
        "`web` does not get `{}`, which may lead to what does not run here: set in the shell what it needs\n",
        names.join("`, `")
    );
    dev.wait_for_note(&[&note]);
    let authority = |service: &str| authority(&dev.stdout, service);
    let answer = dev.get("web", "/pid");
    let variables = of(&answer);
    for (name, _, expected) in TABLE {
        let expected = expected.map(|expected| {
            ["api", "web", "mail", "redis"]
                .iter()
                .fold(expected.to_owned(), |text, service| {
                    text.replace(&service.to_uppercase(), &authority(service))
                })
        });
        let given = variables.get(&*format!("GIVEN_{name}")).copied();
        assert_eq!(given, expected.as_deref(), "{name}");
    }
    assert_eq!(variables["GIVEN_SHELL"], "shell");
    assert_eq!(variables["GIVEN_SHELL_OUT"], "https://chosen.example");
    assert_ne!(variables["PORT"], "1");
    assert_eq!(
        variables["SERVICE_CONNECT_URL_API"],
        format!("http://{}", authority("api"))
    );
    for name in ["SIDECAR", "SECRET", "PROD", "CFN"] {
        assert!(!variables.contains_key(&*format!("GIVEN_{name}")), "{name}");
    }
    // None of it is another service's.
    assert!(!dev.get("api", "/variables").contains("GIVEN"));
    end(dev);
}

#[test]
fn a_value_that_changes_restarts_whom_it_is_for_and_is_noted_once() {
    let app = app("  GIVEN_OUT: https://pay.example\n  GIVEN_TEXT: one\n", "");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    let pid = dev.get("api", "/pid");
    assert_eq!(of(&dev.get("web", "/pid"))["GIVEN_TEXT"], "one");
    edit(
        &app,
        "copilot/web/manifest.yml",
        "GIVEN_TEXT: one",
        "GIVEN_TEXT: two",
    );
    wait_for_start(&mut dev, "web", 2);
    assert_eq!(of(&dev.get("web", "/pid"))["GIVEN_TEXT"], "two");
    edit(
        &app,
        "copilot/web/manifest.yml",
        "GIVEN_TEXT: two",
        "GIVEN_TEXT: https://x.example",
    );
    let note = "`web` does not get `GIVEN_TEXT`, which may lead to what does not run here: set in the shell what it needs\n";
    dev.wait_for_note(&[note]);
    wait_for_start(&mut dev, "web", 3);
    assert_eq!(of(&dev.get("web", "/pid")).get("GIVEN_TEXT"), None);
    assert_eq!(dev.get("api", "/pid"), pid);
    let notes = dev.stderr.matches("`GIVEN_OUT`").count();
    assert_eq!(notes, 1, "{}", dev.stderr);
    end(dev);
}
