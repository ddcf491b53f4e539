//! What Copilot refuses a manifest for, each with its code, its line and what to do about it.

mod support;

use service_connect_codegen::{Finding, Severity};
use support::{at, check, load_manifest};

#[test]
fn what_every_manifest_needs() {
    check(&[
        ("an empty file", "", "unknown-type at 0"),
        ("comments only", "# name: api\n", "unknown-type at 0"),
        ("an empty document", "---\n...\n", "unknown-type at 0"),
        ("null", "~\n", "unknown-type at 0"),
        ("no type", "name: api\n", "unknown-type at 0"),
        ("a null type", "name: api\ntype: ~\n", "unknown-type at 0"),
        (
            "types are spelled exactly",
            "name: api\ntype: Backend service\n",
            "unknown-type at 2",
        ),
        (
            "an empty type",
            "name: api\ntype: ''\n",
            "unknown-type at 2",
        ),
        (
            "a type is a string",
            "name: api\ntype: [Backend Service]\n",
            "invalid-value at 2",
        ),
        (
            "no name",
            "type: Backend Service\nimage: {location: x}\n",
            "missing-field at 0",
        ),
        (
            "a null name",
            "name: ~\ntype: Backend Service\nimage: {location: x}\n",
            "missing-field at 0",
        ),
        (
            "a name is a string",
            "name: {a: b}\ntype: Backend Service\n",
            "invalid-value at 1",
        ),
        (
            "a list is no manifest",
            "- name: api\n",
            "invalid-value at 1",
        ),
        ("a string is no manifest", "\nhello\n", "invalid-value at 2"),
        (
            "a key twice",
            "name: api\ntype: Backend Service\n\nname: api\n",
            "duplicate-key at 4",
        ),
        (
            "no image",
            "name: api\ntype: Backend Service\n",
            "missing-field at 0",
        ),
        (
            "an image needs a source",
            "name: api\ntype: Backend Service\nimage: {port: 80}\n",
            "missing-field at 3",
        ),
        (
            "and one only",
            "name: api\ntype: Backend Service\nimage: {port: 80, build: ., location: x}\n",
            "invalid-value at 3",
        ),
        (
            "in an environment as well",
            "name: api\ntype: Backend Service\nimage: {port: 80, build: .}\n\
             environments:\n  test:\n    image: {build: ., location: x}\n",
            "invalid-value at 6",
        ),
        (
            "where it takes the place of the base's",
            "name: api\ntype: Backend Service\nimage: {port: 80, build: .}\n\
             environments: {test: {image: {location: x}}}\n",
            "off - 80",
        ),
    ]);
}

#[test]
fn what_each_type_needs() {
    check(&[
        (
            "a Backend Service needs no port",
            "name: api\ntype: Backend Service\nimage: {build: .}\n",
            "off - -",
        ),
        (
            "a Load Balanced Web Service needs one",
            "name: api\ntype: Load Balanced Web Service\nimage: {build: .}\nhttp: {path: /}\n",
            "missing-field at 0",
        ),
        (
            "a Request-Driven Web Service needs one",
            "name: api\ntype: Request-Driven Web Service\nimage: {build: .}\n",
            "missing-field at 0",
        ),
        (
            "a Request-Driven Web Service knows no Service Connect",
            "name: api\ntype: Request-Driven Web Service\nimage: {build: ., port: 80}\nnetwork: {connect: true}\n",
            "off - -",
        ),
        (
            "a Worker Service calls only",
            "name: api\ntype: Worker Service\nimage: {build: ., port: 80}\nnetwork: {connect: true}\n",
            "on - -",
        ),
        (
            "an alias without a port",
            "name: api\ntype: Worker Service\nimage: {build: .}\nnetwork:\n  connect:\n    alias: a\n",
            "alias-without-port at 6",
        ),
        (
            "an alias without a port",
            "name: api\ntype: Backend Service\nimage: {build: .}\nnetwork: {connect: {alias: a}}\n",
            "alias-without-port at 4",
        ),
        (
            "a job has no Service Connect",
            "name: api\ntype: Scheduled Job\nimage: {build: .}\non: {schedule: '@daily'}\nnetwork: {connect: true}\n",
            "off - -",
        ),
        (
            "a Static Site has files",
            "name: api\ntype: Static Site\nfiles: [{source: x}]\n",
            "off - -",
        ),
        (
            "Windows has no Service Connect",
            "name: api\ntype: Backend Service\nplatform: windows/x86_64\nimage: {build: ., port: 80}\n\
             network: {connect: true}\n",
            "windows-connect at 5",
        ),
        (
            "Windows has no Service Connect",
            "name: api\ntype: Backend Service\nplatform: {osfamily: windows_server_2022_core, architecture: x86_64}\n\
             image: {build: ., port: 80}\nnetwork: {connect: {alias: a}}\n",
            "windows-connect at 5",
        ),
        (
            "Windows without is fine",
            "name: api\ntype: Backend Service\nplatform: windows/x86_64\nimage: {build: ., port: 80}\n",
            "off - 80",
        ),
        (
            "a sidecar needs an image",
            "name: api\ntype: Backend Service\nimage: {build: .}\nsidecars:\n  web:\n    port: 90\n",
            "missing-field at 6",
        ),
    ]);
}

#[test]
fn fields_that_decide_nothing_have_to_be_right_too() {
    let manifest = |field: &str| {
        format!("name: api\ntype: Backend Service\nimage: {{location: x, port: 80}}\n{field}\n")
    };
    let rows = [
        ("numbers", "cpu: many", "invalid-value at 4"),
        ("numbers", "memory: '512'", "invalid-value at 4"),
        ("maps", "variables: [A]", "invalid-value at 4"),
        ("keys once", "variables: {A: 1, A: 2}", "duplicate-key at 4"),
        ("maps", "image2: [A]", "off - 80"),
        ("maps", "network: [connect]", "invalid-value at 4"),
        ("maps", "sidecars: [web]", "invalid-value at 4"),
        ("maps", "sidecars: {web: y}", "invalid-value at 4"),
        (
            "lists",
            "http: {path: /, additional_rules: {path: /}}",
            "invalid-value at 4",
        ),
        (
            "null is as absent",
            "sidecars: {web: ~}\nvariables:",
            "off - 80",
        ),
    ];
    support::check_table(
        rows.map(|(rule, field, expected)| (rule.to_owned(), manifest(field), expected.to_owned())),
    );
}

/// The finding of a manifest that has exactly one.
fn finding(manifest: &str) -> Finding {
    let mut loaded = load_manifest(manifest);
    assert_eq!(loaded.findings.len(), 1, "{:?}", loaded.findings);
    let finding = loaded.findings.remove(0);
    let refused = loaded.application.services[0].deployments[0].as_ref();
    assert_eq!(
        refused,
        Err(&finding),
        "it is what the service is refused for"
    );
    finding
}

#[test]
fn a_finding_says_where_and_what_to_do() {
    let image = "image: {location: x, port: 80}\n";
    let rows = [
        (
            "name: api\ntype: Backnd Service\n".to_owned(),
            "did you mean `Backend Service`?",
        ),
        (
            "name: api\ntype: load-balanced web service\n".to_owned(),
            "did you mean `Load Balanced Web Service`?",
        ),
        (
            "name: api\ntype: Lambda\n".to_owned(),
            "it has to be one of Load Balanced Web Service",
        ),
        (format!("type: Backend Service\n{image}"), "add `name:`"),
        (
            format!(
                "name: api\ntype: Backend Service\n{image}http: {{path: /, target_container: apu}}\n"
            ),
            "did you mean `api`?",
        ),
        (
            format!(
                "name: api\ntype: Backend Service\n{image}http: {{path: /, target_container: x}}\n"
            ),
            "add it to `sidecars`, or name `api`",
        ),
        (
            "name: api\ntype: Backend Service\nimage: {location: x, port: '80'}\n".to_owned(),
            "without quotes",
        ),
        (
            "name: api\ntype: Backend Service\n".to_owned(),
            "add `image:`",
        ),
        (
            format!("name: api\ntype: Load Balanced Web Service\n{image}"),
            "add `http:` with a `path`",
        ),
    ];
    for (manifest, help) in rows {
        let found = finding(&manifest);
        assert_eq!(found.severity, Severity::Error, "{manifest}");
        let place = found.place.as_ref().expect("it is in the manifest");
        assert_eq!(&*place.file, "copilot/api/manifest.yml");
        assert!(
            place.span.end <= manifest.len(),
            "{place:?} lies in the file"
        );
        let text = found.help.as_deref().unwrap_or_default();
        assert!(text.contains(help), "{manifest}\n{found}");
    }
}

#[test]
fn the_place_is_the_value_itself() {
    let manifest = "# größer als ASCII: ✓\nname: api\ntype: Backend Service\nimage: {location: x, port: achtzig}\n";
    let found = finding(manifest);
    let place = found.place.as_ref().unwrap();
    assert_eq!(
        &manifest[place.span.clone()],
        "achtzig",
        "bytes count from the start of the file"
    );
    assert_eq!(
        (place.line, place.column),
        (4, 28),
        "columns count characters"
    );
    assert_eq!(at(&found), "invalid-value at 4");
}
