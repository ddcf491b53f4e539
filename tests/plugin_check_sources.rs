//! `check` over the Rust sources of a workspace: which forms of a reference it sees, and what it says of them.

#[allow(dead_code)]
mod plugin_support;
#[path = "plugin_output/schema.rs"]
mod schema;

use std::path::Path;

use plugin_support::{App, Run, run};
use serde_json::Value;

const WORKSPACE: &str = "[workspace]\nmembers = [\"services/*\"]\n";

/// A package that uses the library; `more` are lines at the end of its dependencies and below them.
fn manifest(name: &str, more: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n[dependencies]\nservice-connect = \"0.1\"\n{more}"
    )
}

/// The application `shop` with the packages `web`, whose main file this is, and `shared`, a library with the stubs.
/// `off` has Service Connect off and `job` cannot be called.
fn shop(main: &str) -> App {
    let stubs =
        "pub mod services { service_connect::clients!(); }\npub use services::Job as Renamed;\n";
    App::shop()
        .file("copilot/off/manifest.yml", "name: off\ntype: Backend Service\nimage: {build: x, port: 80}\n")
        .file("copilot/job/manifest.yml", "name: job\ntype: Scheduled Job\nimage: {build: x}\non: {schedule: x}\n")
        .file("Cargo.toml", WORKSPACE)
        .file(
            "services/web/Cargo.toml",
            manifest("web", "shared = { path = \"../shared\" }\nalso = { path = \"../shared\", package = \"shared\" }\n"),
        )
        .file("services/web/build.rs", "fn main() {}\n")
        .file("services/web/src/main.rs", main)
        .file(
            "services/shared/Cargo.toml",
            manifest("shared", "[package.metadata.service-connect]\nservices = []\n"),
        )
        .file("services/shared/build.rs", "fn main() {}\n")
        .file("services/shared/src/lib.rs", stubs)
}

/// The findings in Rust: code, and the line and column of the reference.
fn found(app: &App) -> Vec<(String, u64, u64)> {
    in_rust(&run(&app.path(), &["check", "--format", "json"]))
}

fn in_rust(run: &Run) -> Vec<(String, u64, u64)> {
    assert_ne!(run.code, Some(2), "{}", run.stderr);
    let lines = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let in_rust = lines.filter_map(|finding: Value| {
        let place = finding.get("reference").unwrap_or(&finding);
        let file = Path::new(place["file"].as_str()?);
        let number = |key: &str| place[key].as_u64().unwrap();
        let code = finding["code"].as_str().unwrap().to_owned();
        let is_rust = file.extension().is_some_and(|extension| extension == "rs");
        is_rust.then(|| (code, number("line"), number("column")))
    });
    in_rust.collect()
}

/// Sources in which the mark `^` stands before each reference to `job`, which nothing can call, and which are otherwise
/// right. Everything is in the main file of `web`.
const FORMS: &[&str] = &[
    // The stubs where they stand, and in a module.
    "service_connect::clients!(); fn main() { let _ = ^Job::get(\"/\"); let _ = Api::get(\"/\"); }",
    "mod services { service_connect::clients!(); } use services::Job; fn main() { ^Job::base_url(); }",
    "mod services { use service_connect::clients; clients! {} } use services::*; fn main() { f(^Job::post); }",
    "mod services { service_connect::clients!(); } use crate::services::Job as Worker; fn main() { ^Worker::client(); }",
    "mod services { service_connect::clients!(); } fn main() { ^crate::services::Job::get(\"/\"); ^services::Job::url(\"/\"); }",
    "mod services { service_connect::clients!(); } use services::{Api, Job as J}; type K = J; fn main() { ^K::head(\"/\"); }",
    "mod services { include!(concat!(env!(\"OUT_DIR\"), \"/service-connect.rs\")); } fn main() { ^services::Job::get(\"/\"); }",
    // Of inner modules and blocks.
    "service_connect::clients!(); mod a { use super::*; mod b { fn f() { ^super::Job::get(\"/\"); ^super::super::Job::get(\"/\"); } } }",
    "mod s { service_connect::clients!(); } fn main() { { use s::Job; ^Job::get(\"/\"); } Job::get(\"/\"); }",
    "mod s { service_connect::clients!(); } mod t { pub use crate::s::*; } fn main() { use self::t::Job; ^Job::get(\"/\"); }",
    // Of another crate, under two names, and what that passes on.
    "fn main() { ^shared::services::Job::get(\"/\"); ^also::services::Job::get(\"/\"); ^shared::Renamed::get(\"/\"); }",
    "use shared::services; fn main() { ^services::Job::get(\"/\"); }",
    // In the tokens of macros, and in attributes' items.
    "service_connect::clients!(); fn f() { join!(^Job::get(\"/\"), async { vec![^Job::get(\"/\")] }); println!(\"{}\", ^Job::base_url()); }",
    "service_connect::clients!(); struct S; impl S { async fn f(&self) { if x { ^Job::get(\"/\").await } } }",
    // What is no stub.
    "service_connect::clients!(); struct Job; fn main() { Job::get(\"/\"); }",
    "service_connect::clients!(); mod a { pub struct Job; } use a::Job; fn main() { Job::get(\"/\"); }",
    "service_connect::clients!(); fn main() { enum Job {} Job::get(\"/\"); }",
    "service_connect::clients!(); mod a { fn f() { Job::get(\"/\"); } } fn main() { other::Job::get(\"/\"); Job::new(); }",
    "service_connect::clients!(); fn main() { \"Job::get\"; /* Job::get */ } // Job::get\nmacro_rules! m { () => { Job::get(\"/\") } }",
    "use a::b; use b::a; use c as c; fn main() { a::Job::get(\"/\"); c::Job::get(\"/\"); }",
    // What is compiled at all.
    "service_connect::clients!(); #[cfg(any())] fn f() { Job::get(\"/\"); } #[cfg(test)] mod t { use super::*; fn f() { ^Job::get(\"/\"); } }",
    "service_connect::clients!(); fn main() { #[cfg(false)] let a = if b { Job::get(\"/\") } else { Job::get(\"/\") }; ^Job::get(\"/\"); }",
    "service_connect::clients!(); #[cfg(any())] fn f<A, B>(a: A, b: B) where A: X, B: Y { Job::get(\"/\"); } fn main() { ^Job::get(\"/\"); }",
    "service_connect::clients!(); #[cfg(any())] impl<A, B> S<A, B> { fn f() { Job::get(\"/\"); } } #[cfg(any())] pub(crate) struct T<A, B>(X); #[cfg(any())] unsafe impl<A, B> X<A, B> for T<A, B> where A: X, B: Y { fn f() { Job::get(\"/\"); } } fn main() { ^Job::get(\"/\"); }",
    "service_connect::clients!(); #[cfg(any())] pub const unsafe extern \"C\" fn f<A, B>() { Job::get(\"/\"); } #[cfg(any())] trait T<A, B> { fn f() { Job::get(\"/\"); } } fn main() { ^Job::get(\"/\"); }",
    "service_connect::clients!(); enum E { #[cfg(any())] A, B } struct S(#[cfg(any())] fn(u8), u8); fn main() { f(#[cfg(any())] Job::get(\"/\"), ^Job::get(\"/\")); match a { #[cfg(any())] A => Job::get(\"/\"), B => ^Job::get(\"/\") } }",
    // Attributes.
    "#[service_connect::service_client(^\"job\")] struct A; fn main() { #[::service_connect::service_client(^\"job\")] struct B; }",
    "use service_connect::service_client; /// Calls.\n#[derive(Debug)]\n#[service_client(^\"job\")]\n#[must_use]\npub(crate) struct A;",
    "use service_connect::{service_client as client}; #[client(^\"job\", discovery)] pub trait A { #[get(\"/\")] async fn a(&self) -> Result<()>; }",
    "use service_connect::*; mod a { use super::*; #[service_client(^\"job\")] struct A; }",
    "use service_connect::service_client; fn f() { let f = async || { #[service_client(^\"job\")] struct A; }; }",
    "#[cfg_attr(feature = \"x\", service_connect::service_client(^\"job\"))] struct A; #[cfg_attr(any(), derive(Debug))] struct B;",
    "use service_connect::service_client; #[cfg_attr(any(), service_client(\"job\"))] struct A; #[cfg_attr(all(unix, not(test)), derive(Debug), service_client(^\"job\"))] struct B; #[cfg_attr(all(unix, service_client(\"job\")), must_use)] struct C;",
    "use service_connect::service_client; cfg_if! { if #[cfg(unix)] { #[service_client(^\"job\")] struct A; } }",
    "#[other::service(\"job\")] struct A; use mine::client; #[client(\"job\")] struct B;",
    "use passthrough::service_client; #[service_client(\"x\")] struct A; #[passthrough::service_client(\"x\")] struct B; #[other::a::service_client(\"x\")] struct C;",
    "use shared::service_client; #[service_client(\"x\")] struct A; #[shared::services::service_client(\"x\")] struct B;",
    "mod p { pub use service_connect::service_client as c; pub mod q { pub use service_connect::*; } } use p::c; #[c(^\"job\")] struct A; #[p::c(^\"job\")] struct B; use crate::p::q; #[q::service_client(^\"job\")] struct C;",
    "use service_connect as sc; use sc::service_client; #[sc::service_client(^\"job\")] struct A; #[service_client(^\"job\")] struct B;",
    "macro_rules! clients { ($($a:expr),*) => {} } clients!(1, 2); fn main() { Job::get(\"/\"); }",
    "macro_rules! clients { ($($a:expr),*) => {} } mod a { service_connect::clients!(); } clients!(1, 2); fn main() { ^a::Job::get(\"/\"); }",
    "use other::clients; clients!(1, 2); fn main() {}",
    "use service_connect::service_client; #[cfg(any())] #[service_client(\"job\")] struct A; #[cfg(test)] #[service_client(^\"job\")] struct B;",
];

#[test]
fn every_form_of_a_reference_is_seen() {
    for marked in FORMS {
        let source = marked.replace('^', "");
        let app = shop(&source);
        let found: Vec<_> = found(&app)
            .into_iter()
            .map(|(code, line, column)| {
                assert_eq!(code, "no-endpoint", "{marked}");
                (line, column)
            })
            .collect();
        let mut expected = Vec::new();
        for (index, line) in marked.lines().enumerate() {
            let marks = line.match_indices('^').enumerate();
            expected.extend(
                marks.map(|(before, (at, _))| (index as u64 + 1, (at - before) as u64 + 1)),
            );
        }
        assert_eq!(found, expected, "{marked}");
    }
}

#[test]
fn what_only_tests_have_is_no_call() {
    let table = [
        ("#[service_client(\"api\")] struct S;", true),
        ("#[cfg_attr(unix, service_client(\"api\"))] struct S;", true),
        (
            "#[cfg_attr(test, service_client(\"api\"))] struct S;",
            false,
        ),
        (
            "#[cfg(test)] fn f<A, B>(a: A, b: B) { #[service_client(\"api\")] struct S; }",
            false,
        ),
        (
            "#[cfg(test)] impl<A, B> S<A, B> { fn f() { #[service_client(\"api\")] struct S; } }",
            false,
        ),
    ];
    for (source, is_call) in table {
        let source = format!("use service_connect::service_client;\n{source}\nfn main() {{}}\n");
        let graph = run(&shop(&source).path(), &["graph", "--format", "json"]);
        assert_eq!(graph.code, Some(0), "{}", graph.stderr);
        let is_shown = graph.stdout.contains("services/web/src/main.rs");
        assert_eq!(is_shown, is_call, "{source}{}", graph.stdout);
    }
}

#[test]
fn modules_that_bring_in_one_another_are_followed_once() {
    // Each way through them would be one of more than there is time for.
    let modules = (0..50).map(|index| {
        format!("mod m{index} {{ use super::*; fn f() {{ Nothing::get(\"/\"); Job::get(\"/\"); }} }}\npub use m{index}::*;\n")
    });
    let source = modules.collect::<String>() + "service_connect::clients!();\nfn main() {}\n";
    let found = found(&shop(&source));
    let stubs = found.iter().filter(|(code, ..)| code == "no-endpoint");
    assert_eq!(stubs.count(), 50, "{found:?}");
}

const OFF: &str = "\
use service_connect::service_client;

#[service_client(\"off\")]
struct Off;

#[service_client(\"api\", timeout = 5)]
struct Slow;

fn main() {}
";

fn check(app: &App, format: &str) -> Run {
    run(
        &app.path(),
        &["check", "--color", "never", "--format", format],
    )
}

#[test]
fn a_reference_is_shown_with_what_is_to_be_changed() {
    let app = shop(OFF);
    let human = check(&app, "human");
    assert_eq!(human.code, Some(1));
    for expected in [
        "\
error[connect-off]: Service Connect is off for service `off`
 --> services/web/src/main.rs:3:18
  |
3 | #[service_client(\"off\")]
  |                  ^^^^^
  |
 ::: copilot/off/manifest.yml:1:7
  |
1 | name: off
  |       ---
  |
  = help: write `connect: true` below `network:` in that manifest, or accept discovery: `#[service_client(\"off\", discovery)]`
",
        "\
error[unknown-argument]: the attribute has no argument `timeout`
 --> services/web/src/main.rs:6:25
  |
6 | #[service_client(\"api\", timeout = 5)]
  |                         ^^^^^^^
",
    ] {
        assert!(human.stdout.contains(expected), "{}", human.stdout);
    }
    assert_eq!(
        human.stderr,
        "checked 4 services in 2 environments and 2 references in 2 crates: 2 errors, 1 warning\n"
    );

    let json = check(&app, "json");
    let lines: Vec<Value> = json
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let off = lines
        .iter()
        .find(|line| line["code"] == "connect-off")
        .unwrap();
    // What is to be changed, as in every other finding.
    assert_eq!(off["file"], "copilot/off/manifest.yml");
    assert_eq!(
        (off["line"].as_u64(), off["column"].as_u64()),
        (Some(1), Some(7))
    );
    let reference = &off["reference"];
    assert_eq!(reference["file"], "services/web/src/main.rs");
    assert_eq!(
        (reference["line"].as_u64(), reference["column"].as_u64()),
        (Some(3), Some(18))
    );
    let start = OFF.find("\"off\"").unwrap();
    assert_eq!(reference["span"], serde_json::json!([start, start + 5]));
    let argument = lines
        .iter()
        .find(|line| line["code"] == "unknown-argument")
        .unwrap();
    assert_eq!(argument["file"], "services/web/src/main.rs");
    assert_eq!(
        (argument.get("reference"), &argument["replacement"]),
        (None, &Value::Null)
    );

    let log: Value = serde_json::from_str(&check(&app, "sarif").stdout).unwrap();
    let schema: Value = serde_json::from_str(include_str!("plugin_output/sarif.json")).unwrap();
    assert_eq!(schema::errors(&schema, &log), [""; 0]);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let off = results
        .iter()
        .find(|result| result["ruleId"] == "connect-off")
        .unwrap();
    let uri = |location: &Value| {
        location["physicalLocation"]["artifactLocation"]["uri"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(uri(&off["locations"][0]), "services/web/src/main.rs");
    assert_eq!(uri(&off["relatedLocations"][0]), "copilot/off/manifest.yml");
    assert!(
        off["message"]["text"]
            .as_str()
            .unwrap()
            .contains("\nat copilot/off/manifest.yml:1\nhelp: ")
    );

    let github = check(&app, "github").stdout;
    let expected = "::error file=services/web/src/main.rs,line=3,col=18,endLine=3,endColumn=23,title=connect-off::\
                    Service Connect is off for service `off`%0Aat copilot/off/manifest.yml:1%0Ahelp: ";
    assert!(github.contains(expected), "{github}");
}

#[test]
fn a_change_that_mends_it_belongs_to_the_manifest() {
    // Service Connect is off for `web` in `prod`, by a value that can be replaced.
    let app = shop("#[service_connect::service_client(\"api\")] struct Api;\nfn main() {}\n");
    let log: Value = serde_json::from_str(&check(&app, "sarif").stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let off = results
        .iter()
        .find(|result| result["ruleId"] == "caller-connect-off")
        .unwrap();
    let change = &off["fixes"][0]["artifactChanges"][0];
    assert_eq!(
        change["artifactLocation"]["uri"],
        "copilot/web/manifest.yml"
    );
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "true");
}

#[test]
fn the_environments_that_are_asked_for_are_checked() {
    let source = "\
#[service_connect::service_client(\"api\")] struct A;
#[service_connect::service_client(\"api\", environments = [\"prod\"])] struct B;
#[service_connect::service_client(\"api\", environments = [\"prdo\"])] struct C;
fn main() {}
";
    let everywhere = "caller-connect-off 1, caller-connect-off 2, unknown-environment 3";
    let table: [(&[&str], &str); 3] = [
        (&[], everywhere),
        (&["--env", "test"], "unknown-environment 3"),
        (&["--env", "prod"], everywhere),
    ];
    let app = shop(source);
    for (environments, expected) in table {
        let arguments = [&["check", "--format", "json"], environments].concat();
        let found = in_rust(&run(&app.path(), &arguments));
        let found = found.iter().map(|(code, line, _)| format!("{code} {line}"));
        assert_eq!(
            found.collect::<Vec<_>>().join(", "),
            expected,
            "{environments:?}"
        );
    }
}

#[test]
fn what_a_package_runs_as_decides_and_its_features() {
    let source =
        "service_connect::clients!();\nfn main() { Api::get(\"/\"); Secure::get(\"/\"); }\n";
    // Package's manifest, and what is found.
    let table: &[(String, &[&str])] = &[
        (manifest("web", ""), &["needs-tls"]),
        (
            manifest("web", "[features]\nhttps = [\"service-connect/tls\"]\n"),
            &[],
        ),
        (
            manifest("web", "").replace("\"0.1\"", "{ version = \"0.1\", features = [\"tls\"] }"),
            &[],
        ),
        // No service: of the called side only.
        (manifest("tool", ""), &["needs-tls"]),
        (
            manifest(
                "tool",
                "[package.metadata.service-connect]\nservices = [\"app\"]\n",
            ),
            // App Runner outside of the VPC.
            &["no-way", "no-way"],
        ),
        (
            manifest(
                "tool",
                "[package.metadata.service-connect]\nservices = [\"wep\"]\n",
            ),
            &["unknown-caller"],
        ),
        (
            manifest("tool", "[package.metadata.service-connect]\nservices = 5\n"),
            &["invalid-metadata"],
        ),
        // Whose macros they are is not known.
        (
            manifest("web", "").replace("service-connect = ", "other = "),
            &[],
        ),
    ];
    for (manifest, expected) in table {
        let app = shop(source)
            .file(
                "copilot/secure/manifest.yml",
                "name: secure\ntype: Backend Service\nimage: {build: x, port: 443}\n",
            )
            .file(
                "copilot/app/manifest.yml",
                "name: app\ntype: Request-Driven Web Service\nimage: {build: x, port: 80}\n",
            )
            .file("services/web/Cargo.toml", manifest);
        let codes: Vec<_> = found(&app).into_iter().map(|(code, ..)| code).collect();
        assert_eq!(codes, *expected, "{manifest}");
    }
}

#[test]
fn what_the_build_script_would_say_is_said() {
    let app = shop("service_connect::clients!();\nfn main() {}\n")
        .file("services/web/Cargo.toml", manifest("tool", ""));
    let human = check(&app, "human");
    let expected = "warning[unknown-caller]: the package `tool` is no service, so only the called side is checked\n\
                    --> services/web/Cargo.toml\n";
    assert!(human.stdout.contains(expected), "{}", human.stdout);
    // Nothing is said of a crate that names no service.
    let app = app.file("services/web/src/main.rs", "fn main() {}\n");
    assert!(!check(&app, "human").stdout.contains("unknown-caller"));
    let app = app.file(
        "services/web/src/main.rs",
        "service_connect::clients!();\nfn main() {}\n",
    );
    std::fs::remove_file(app.path().join("services/web/build.rs")).unwrap();
    assert_eq!(found(&app), [("no-build-script".to_owned(), 1, 1)]);
}

#[test]
fn where_it_could_not_look_is_said() {
    let app = shop("mod gone;\nfn main() {}\n").file("services/shared/src/lib.rs", "fn f() {\n");
    let human = check(&app, "human");
    for place in [
        "services/web/src/main.rs:1:5",
        "services/shared/src/lib.rs:1:8",
    ] {
        assert!(
            human.stdout.contains(&format!(" --> {place}\n")),
            "{}",
            human.stdout
        );
    }
    assert_eq!(human.stdout.matches("note[unseen-source]").count(), 2);
    let expected = "and 0 references in 2 crates (2 places not looked at)";
    assert!(human.stderr.contains(expected), "{}", human.stderr);
}

#[test]
fn what_cargo_cannot_read_does_not_hide_the_manifests() {
    let app = shop(OFF).file("services/web/Cargo.toml", "[package]\nname = 5\n");
    let human = check(&app, "human");
    assert_eq!(human.code, Some(2));
    assert!(
        human.stdout.contains("warning[connect-differs]"),
        "{}",
        human.stdout
    );
    assert!(
        human.stderr.starts_with("error: ") && human.stderr.contains("services/web/Cargo.toml"),
        "{}",
        human.stderr
    );
}

#[test]
fn what_is_wrong_with_a_url_is_found_and_what_works_is_not() {
    let main = "fn main() {\n    get(\"http://api/x\");\n    get(\"http://api:8080/y\");\n    get(\"http://apu/y\");\n    get(\"http://aip/z\");\n}\n";
    let app = shop(main);
    let name = |code: &str| code.to_owned();
    let expected = [(name("url-port"), 2, 9), (name("unknown-host"), 5, 9)];
    let found = found(&app);
    let urls: Vec<_> = found
        .iter()
        .filter(|(code, ..)| code != "url-connect-off")
        .cloned()
        .collect();
    assert_eq!(urls, expected, "{found:?}");
    let human = check(&app, "human").stdout;
    assert!(
        human.contains(" ::: copilot/api/manifest.yml:5:9\n"),
        "{human}"
    );
    let json = check(&app, "json").stdout;
    let mut lines = json
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let port = lines.find(|line| line["code"] == "url-port").unwrap();
    assert_eq!(port["file"], "services/web/src/main.rs");
    assert_eq!(port["related"]["file"], "copilot/api/manifest.yml");
    assert_eq!(port["related"]["line"], 5);
}

#[test]
fn a_url_of_a_variable_is_wrong_where_that_is_set() {
    let app = shop("fn main() { get(std::env::var(\"API_URL\").unwrap()); }\n").file(
        "copilot/web/manifest.yml",
        "name: web\ntype: Backend Service\nimage: {build: x, port: 80}\nnetwork: {connect: true}\n\
         variables:\n  API_URL: http://api:81\n",
    );
    assert_eq!(found(&app), []);
    let json = check(&app, "json").stdout;
    assert_eq!(json.matches("\"url-port\"").count(), 1, "{json}");
}

/// Items of `web`, and the codes of what is found in them in `test`.
type Calls = (&'static str, &'static [&'static str]);

/// What is found in each of them, all in one package, each in a module of its own.
#[track_caller]
fn check_calls(rows: &[Calls]) {
    let modules = rows.iter().enumerate();
    let modules = modules.map(|(index, (items, _))| format!("pub mod m{index} {{ {items} }}\n"));
    let app = shop(&(modules.collect::<String>() + "fn main() {}\n"));
    let found = in_rust(&run(
        &app.path(),
        &["check", "--format", "json", "--env", "test"],
    ));
    let mut broken = Vec::new();
    for (index, (items, expected)) in rows.iter().enumerate() {
        let there = found
            .iter()
            .filter(|(_, line, _)| *line == index as u64 + 1);
        let codes: Vec<_> = there.map(|(code, ..)| code).collect();
        if codes != *expected {
            broken.push(format!("{items}\n{codes:?}"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn what_stands_beside_a_variable_is_judged_where_that_is_not_set() {
    check_calls(&[
        (
            "pub fn f() { get(match std::env::var(\"X\").as_deref() { Ok(\"local\") => \"http://localhost:1\", _ => \"http://api:81\" }); }",
            &["url-port"],
        ),
        (
            "pub fn f() { get(match std::env::var(\"X\") { Ok(x) if x.len() > 1 => x, _ => \"http://api:81\".into() }); }",
            &["url-port"],
        ),
        (
            "pub fn f() { get(std::env::var(\"X\").ok().filter(|x| x.len() > 1).unwrap_or(\"http://api:81\".into())); }",
            &["url-port"],
        ),
        (
            "pub fn f() { let mut url = \"http://api:81/x\".to_owned(); while let Some(next) = get(&url) { url = next; } }",
            &["url-port"],
        ),
        // A port may come behind it.
        (
            "pub fn f() { let mut url = \"http://api\".to_owned(); url = and_port(url); get(&url); }",
            &[],
        ),
        (
            "pub fn f(p: &str) { get(format!(\"http://api{p}/x\")); }",
            &[],
        ),
    ]);
}

#[test]
fn only_the_host_that_is_called_is_judged() {
    check_calls(&[
        (
            "pub fn f() { get(\"http://api:81/see/http://api:82\"); }",
            &["url-port"],
        ),
        (
            "pub fn f() { get(\"https://sso.example.com/login?next=http://api:81/\"); }",
            &[],
        ),
        (
            "pub fn f() { get(\"https://web.archive.org/save/http://api/\"); }",
            &[],
        ),
        (
            "pub fn f() { get(\"http://127.0.0.1:9000/proxy?u=http://off:81/x\"); }",
            &[],
        ),
        ("pub fn f() { c.get(\"http://api.other.local/x\"); }", &[]),
        (
            "pub fn f() { get(\"http://api.staging.shop.local:8080/x\"); }",
            &["url-zone"],
        ),
        (
            "pub fn f() { let e = std::env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\").unwrap(); \
             get(format!(\"http://api{e}:8080/x\")); }",
            &["url-zone"],
        ),
        ("pub fn f() { get(\"http://api:/x\"); }", &["url-port"]),
    ]);
}

#[test]
fn prose_origins_and_keys_are_no_calls() {
    check_calls(&[
        (
            "pub fn f() -> R { Err(E::Upstream(\"http://api could not be reached\".into())) }",
            &[],
        ),
        (
            "pub fn f() -> R { Err(E::Upstream(\"http://api/x\".into())) }",
            &[],
        ),
        (
            "pub fn f(e: E) { g(format!(\"http://api is down: {e}\")); }",
            &[],
        ),
        (
            "pub fn f(e: E) { g(format!(\"http://api/x is down: {e}\")); }",
            &[],
        ),
        ("pub fn f() { c.get(\"http://api/a b\"); }", &["url-port"]),
        (
            "pub fn f() { r.map_err(|e| E::Of(\"http://api\"))?; r.ok_or(\"http://api\")?; r.ok_or_else(|| \"http://api\"); }",
            &[],
        ),
        (
            "pub fn f() { CorsLayer::new().allow_origin(\"http://api\".parse::<HeaderValue>()?); }",
            &[],
        ),
        (
            "pub fn f() { let o: V = vec![\"http://api\".parse::<http::HeaderValue>().unwrap()]; }",
            &[],
        ),
        (
            "pub fn f() { HeaderValue::from_static(\"http://api\"); }",
            &[],
        ),
        (
            "pub fn f() { [\"http://web\", \"http://api\"].contains(&s); \"http://api\".eq(s); }",
            &[],
        ),
        (
            "pub fn f() { c.get(\"http://api/x\").header(\"Origin\", \"http://api\").send(); }",
            &["url-port"],
        ),
        (
            "pub fn f() { validation.set_issuer(&[\"http://api\"]); }",
            &[],
        ),
        (
            "pub fn f() { let m = HashMap::new(); m.get(\"http://api\"); m.contains_key(\"http://api\"); }",
            &[],
        ),
        (
            "pub fn f(m: &BTreeMap<&str, u8>) { m.get(\"http://api\").unwrap(); x.get(\"http://api\").copied(); }",
            &[],
        ),
        (
            "pub fn f() { m.insert(\"http://api\".into(), 1); m.insert(\"api\", \"http://api\"); }",
            &["url-port"],
        ),
        ("#[rstest] pub fn f() { get(\"http://api\"); }", &[]),
        (
            "pub fn f() { #[cfg(any())] { get(\"http://api\"); } #[cfg(any())] c.get(\"http://api\"); }",
            &[],
        ),
        (
            "pub struct S; impl S { #[cfg(any())] pub const U: &str = \"http://api\"; } pub fn f() { c.get(S::U); }",
            &[],
        ),
        (
            "pub trait T { #[cfg(any())] fn f() { get(\"http://api\"); } }",
            &[],
        ),
    ]);
}

#[test]
fn what_attributes_and_other_names_use_is_read() {
    check_calls(&[
        (
            "#[derive(Deserialize)] struct C { #[serde(default = \"url\")] api: String } fn url() -> String { \"http://api:81\".into() }",
            &["url-port"],
        ),
        (
            "#[derive(Deserialize)] struct C { #[serde(default = \"super::m1::url_1\")] api: String } fn url_1() -> String { \"http://api:81\".into() }",
            &["url-port"],
        ),
        (
            "#[derive(Parser)] struct A { #[arg(default_value = BASE_2)] api: String } const BASE_2: &str = \"http://api:81\";",
            &["url-port"],
        ),
        (
            "#[derive(Parser)] struct A { #[arg(default_value_t = url_3())] api: String } fn url_3() -> String { \"http://api:81\".into() }",
            &["url-port"],
        ),
        (
            "#[derive(Builder)] struct A { #[builder(default = \"url_4()\")] api: String } fn url_4() -> String { \"http://api:81\".into() }",
            &["url-port"],
        ),
        (
            "#[retried(on_error = \"url_5\")] fn f() {} fn url_5() -> String { \"http://api:81\".into() }",
            &["url-port"],
        ),
        (
            "use a::url_6 as u; mod a { pub(super) fn url_6() -> String { \"http://api:81\".into() } } pub fn f() { g(u()); }",
            &["url-port"],
        ),
        (
            "use a::go_7 as run; mod a { pub(super) async fn go_7() { reqwest::get(\"http://api:81/go\").await; } } pub async fn f() { run().await; }",
            &["url-port"],
        ),
        (
            "#[doc = \"url_8\"] fn url_8() -> String { \"http://api:81\".into() }",
            &[],
        ),
    ]);
}

#[test]
fn loops_tuples_arguments_and_macros_by_example_are_followed() {
    check_calls(&[
        (
            "pub fn f() { for s in [\"api\", \"off\"] { c.get(format!(\"http://{s}:8080/x\")); } }",
            &["url-connect-off"],
        ),
        (
            "pub fn f() { for s in [\"web\", \"api\"].iter() { c.get(format!(\"http://{s}:80/x\")); } }",
            &["url-port"],
        ),
        (
            "pub fn f() { for p in [\"x\", \"y\"] { c.get(format!(\"http://api:81/{p}\")); } }",
            &["url-port"],
        ),
        (
            "pub fn f() { let (host, port) = (\"api\", 81); c.get(format!(\"http://{host}:{port}/x\")); }",
            &["url-port"],
        ),
        (
            "pub fn f() { let (a, b) = both(); let (_, c) = (1, 2); c.get(format!(\"http://{a}:81\")); }",
            &[],
        ),
        (
            "#[derive(Parser)] struct A { #[arg(long, env)] wrong_url: String } pub fn f(a: A) { get(&a.wrong_url); }",
            &[],
        ),
        (
            "#[derive(Parser)] struct B { #[arg(long, default_value_t = String::from(\"http://api:81\"))] b_url: String } \
             pub fn f(b: B) { c.get(&b.b_url); }",
            &["url-port"],
        ),
        (
            "macro_rules! m1 { ($p:expr) => { concat!(\"http://api:81\", $p) } }",
            &["url-port"],
        ),
        (
            "macro_rules! m2 { ($c:expr, $p:expr) => { $c.get(format!(\"http://api:81/{}\", $p)).send() }; () => {}; }",
            &["url-port"],
        ),
        (
            "macro_rules! m3 { ($($p:expr),*) => { f($( concat!(\"http://api:81\", $p) ),*) } }",
            &["url-port"],
        ),
        (
            "macro_rules! m4 { ($host:expr) => { concat!(\"http://\", $host, \":81\") } }",
            &[],
        ),
    ]);
}

#[test]
fn what_is_connected_to_is_a_service_or_left_alone() {
    let main = "fn main() {\n\
                    SqlitePool::connect(\"data\"); signal.connect(\"clicked\", 1); object.connect(\"activate\"); object.connect(\"api\");\n\
                    PgPoolOptions::connect(\"postgres://user:pw@db:5432/x\"); TcpStream::connect((\"absent\", 80));\n\
                    TcpStream::connect(\"api:81\"); TcpStream::connect((\"api\", 82)); pool.connect(\"redis://api:83\");\n\
                    c.get(\"http://absent:80\").send();\n\
                }\n";
    let run = run(
        &shop(main).path(),
        &["migrate", "--format", "json", "--env", "test"],
    );
    let lines = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines: Vec<_> = lines.map(|url| url["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [4, 4, 4, 5], "{run:?}");
}

#[test]
fn what_is_not_followed_of_a_scheme_is_said() {
    let main = "fn main() { let s = if t() { \"https\" } else { \"http\" }; c.get(format!(\"{s}://api:8080/x\")); }\n";
    let run = run(&shop(main).path(), &["migrate"]);
    let said = "this looks like the URL of a service, but its scheme is not known from the text of the sources";
    assert!(run.stdout.contains(said), "{run:?}");
}

#[test]
fn an_argument_of_a_command_has_the_variable_of_its_name() {
    let main = "#[derive(Parser)] struct A { #[arg(long, env)] api_url: String }\n\
                fn main() { let a = A::parse(); c.get(a.api_url).send(); }\n";
    let manifest = "name: web\ntype: Backend Service\nimage: {build: x, port: 80}\nnetwork: {connect: true}\n\
                    variables: {API_URL: 'http://api:8080'}\n";
    let app = shop(main).file("copilot/web/manifest.yml", manifest);
    let run = run(&app.path(), &["graph"]);
    assert!(
        run.stdout.contains("services/web/src/main.rs:2 (URL)"),
        "{run:?}"
    );
}

#[test]
fn what_a_macro_by_example_makes_is_left_as_it_is() {
    let main = "macro_rules! m { ($c:expr, $p:expr) => { $c.get(format!(\"http://api:8080/{}\", $p)).send() } }\n\
                async fn main() { macro_rules! n { ($p:expr) => { f(format!(\"http://api:8080/{}\", $p)) } } m!(c, 1); }\n";
    let run = run(&shop(main).path(), &["migrate", "--format", "diff"]);
    assert_eq!((run.code, &*run.stdout), (Some(1), ""), "{run:?}");
}

#[test]
fn a_wrong_text_is_found_where_a_function_is_given_it() {
    let main = "async fn fetch(c: &Client, url: &str) { c.get(url).send().await; }\n\
                async fn main() {\n\
                    fetch(&c, \"http://api:8080/x\").await;\n\
                    fetch(&c, \"http://api:81/y\").await;\n\
                    fetch(&c, \"http://api:82\").await;\n\
                    fetch(&c, \"http://api:82\").await;\n\
                    shared::Client::new(\"http://api:83\").get();\n\
                    one(&c, \"http://api:84\").await;\n\
                }\n\
                async fn one(c: &Client, base: &str) { c.get(format!(\"{base}/x\")).send().await; }\n";
    let library = "pub struct Client { base: String } impl Client {\n\
                   pub fn new(base: &str) -> Self { Self { base: base.to_owned() } }\n\
                   pub fn get(&self) { c.get(format!(\"{}/x\", self.base)).send(); } }\n";
    let app = shop(main).file("services/shared/src/lib.rs", library);
    let found = in_rust(&run(
        &app.path(),
        &["check", "--format", "json", "--env", "test"],
    ));
    let mut lines: Vec<_> = found
        .iter()
        .map(|(code, line, _)| (code.as_str(), *line))
        .collect();
    lines.sort_unstable();
    assert_eq!(lines, [4, 5, 6, 7, 8].map(|line| ("url-port", line)));
}

/// Sources in which the mark `^` stands before each call by a type that no service has, beside what may be made otherwise.
const GONE: &[&str] = &[
    "service_connect::clients!(); fn main() { ^Apj::get(\"/\"); Api::get(\"/\"); Apj::new(); }",
    "service_connect::clients!(); #[derive(Debug)] struct A; #[tokio::main] async fn main() { { use std::fmt; ^Gone::post(\"/\"); } }",
    "mod services { service_connect::clients!(); } use services::*; fn main() { ^Apj::get(\"/\"); }",
    "mod services { service_connect::clients!(); } use services::Apj; fn main() { ^Apj::get(\"/\"); }",
    "mod services { service_connect::clients!(); } use services::Apj as Api; fn main() { ^Api::get(\"/\"); }",
    "mod services { service_connect::clients!(); } fn main() { ^services::Apj::get(\"/\"); ^crate::services::Apj::url(\"/\"); }",
    "service_connect::clients!(); mod a { use super::*; fn f() { ^Apj::get(\"/\"); } } #[cfg(test)] mod t { use super::*; fn f() { ^Apj::get(\"/\"); } }",
    "use shared::services; fn main() { ^services::Apj::get(\"/\"); ^shared::services::Apj::get(\"/\"); }",
    // Something else is there, or may be.
    "service_connect::clients!(); struct Apj; fn main() { Apj::get(\"/\"); }",
    "service_connect::clients!(); use other::Apj; fn main() { Apj::get(\"/\"); }",
    "service_connect::clients!(); use other::*; fn main() { Apj::get(\"/\"); }",
    "service_connect::clients!(); mod kinds { pub enum Kind {} } use kinds::Kind::*; fn main() { Apj::get(\"/\"); }",
    "service_connect::clients!(); fn main() { other::Apj::get(\"/\"); ::other::Apj::get(\"/\"); Kind::Apj::get(\"/\"); }",
    "service_connect::clients!(); make!(Apj); fn main() { Apj::get(\"/\"); }",
    "service_connect::clients!(); include!(concat!(env!(\"OUT_DIR\"), \"/more.rs\")); fn main() { Apj::get(\"/\"); }",
    "service_connect::clients!(); #[derive(Entities)] struct A; fn main() { Apj::get(\"/\"); }",
    "service_connect::clients!(); #[makes(Apj)] struct A; fn main() { Apj::get(\"/\"); }",
    "service_connect::clients!(); fn f<A: B<C>, Apj: Calls>() { Apj::get(\"/\"); } struct S<T>(T); impl<T> S<T> { fn f() { T::get(); } }",
    "service_connect::clients!(); trait A { fn get(); fn f() { Self::get(); } } fn main() { Option::get(); <A as B>::Apj::get(\"/\"); }",
    "service_connect::clients!(); fn main() { quote!(Apj::get(\"/\")); }",
    "mod services { service_connect::clients!(); } fn main() { Apj::get(\"/\"); }",
    "service_connect::clients!(); fn main() { struct Apj; Apj::get(\"/\"); }",
    "service_connect::clients!(); mod gone; use gone::*; fn main() { Apj::get(\"/\"); }",
];

#[test]
fn a_type_that_no_service_has_is_found_where_nothing_else_can_be_meant() {
    for marked in GONE {
        let mut source = (*marked).to_owned();
        let mut expected = Vec::new();
        while let Some(at) = source.find('^') {
            source.remove(at);
            let column = u64::try_from(at).unwrap() + 1;
            expected.push(("unknown-service".to_owned(), 1, column));
        }
        let mut found = found(&shop(&source));
        found.retain(|(code, ..)| code != "unseen-source");
        assert_eq!(found, expected, "{marked}");
    }
    let app = shop("service_connect::clients!();\nfn main() { Apj::get(\"/\"); }\n");
    let human = check(&app, "human").stdout;
    let said = "error[unknown-service]: there is no service with the type `Apj`\n";
    assert!(human.contains(said), "{human}");
    assert!(human.contains("= help: did you mean `Api`?\n"), "{human}");
}

#[test]
fn what_keeps_a_manifest_from_being_read_is_said_once() {
    let main = "service_connect::clients!();\nfn main() { Api::get(\"/\"); Api::get(\"/x\"); Api::url(\"/\"); }\n";
    let app = shop(main).file("copilot/api/manifest.yml", "name: api\ntype: [\n");
    let human = check(&app, "human");
    assert_eq!(found(&app), [], "{human:#?}");
    let said = ", which keeps 3 references from being checked\n --> copilot/api/manifest.yml:";
    assert_eq!(human.stdout.matches(said).count(), 1, "{human:#?}");
    assert_eq!(human.stdout.matches("error[").count(), 1, "{human:#?}");
}
