//! `${NAME}` in a manifest: what it stands for, and where it cannot stand.

mod support;

use service_connect_codegen::{Alias, Code, Severity};
use support::{check, check_table, listed, load_in_shell, load_manifest, outcome};

const HEAD: &str = "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\n";

/// The shell of these tests.
fn shell(name: &str) -> Option<String> {
    let value = match name {
        "PORT" => "8080",
        "ON" => "on",
        "TRUE" => "true",
        "NAME" => "api",
        "KIND" => "Backend Service",
        "LIST" => "[\"a\", \"b\"]",
        "NESTED" => "${NAME}",
        "EMPTY" => "",
        "COPILOT_ENVIRONMENT_NAME" => "other",
        _ => return None,
    };
    Some(value.to_owned())
}

/// `network.connect.alias` and what it becomes.
const ALIASES: &[(&str, &str, &str)] = &[
    (
        "the application",
        "x.${COPILOT_APPLICATION_NAME}",
        "x.kudos",
    ),
    (
        "the environment, whatever the shell says",
        "x.${COPILOT_ENVIRONMENT_NAME}",
        "x.test",
    ),
    (
        "Copilot's page on leaving discovery",
        "${COPILOT_SERVICE_NAME}.local",
        "api.local",
    ),
    ("the shell", "x-${NAME}", "x-api"),
    ("an empty variable is one", "x${EMPTY}", "x"),
    ("several", "${NAME}${PORT}", "api8080"),
    (
        "what comes of it is not filled in again",
        "${NESTED}",
        "${NAME}",
    ),
    ("a backslash takes the meaning away", r"\${NAME}", "${NAME}"),
    ("escaped, it need not be set", r"\${NOT_SET}", "${NOT_SET}"),
    ("braces have to be there", "$NAME", "$NAME"),
    ("braces have to close", "${NAME", "${NAME"),
    ("a name has no other characters", "${NA-ME}", "${NA-ME}"),
    ("a name begins with no digit", "${1NAME}", "${1NAME}"),
    (
        "a name may begin with an underscore and be in small letters",
        "${_a}${NAME}",
        "",
    ),
    ("a default is none of Copilot's", "${NAME:-x}", "${NAME:-x}"),
    (
        "the name is what counts, not the text around it",
        "${${NAME}}",
        "${api}",
    ),
    ("a list of strings is no string", "${LIST}", "api"),
];

#[test]
fn an_alias_is_filled_in() {
    for (rule, alias, expected) in ALIASES {
        let manifest = format!("{HEAD}network:\n  connect:\n    alias: '{alias}'\n");
        let found = outcome(&load_in_shell(&manifest, &shell), "test");
        let expected = match *expected {
            "" => "undefined-variable at 6".to_owned(),
            name => format!("on {name}:80 80"),
        };
        assert_eq!(found, expected, "{rule} (`{alias}`)");
    }
}

#[test]
fn predefined_variables_stay_in_the_template() {
    let alias = |application: &str| {
        let text = "${COPILOT_SERVICE_NAME}.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.${NAME}";
        let manifest = format!("{HEAD}network: {{connect: {{alias: '{text}'}}}}\n");
        let loaded = support::load_from(
            support::lay_out(&[support::TEST, ("copilot/api/manifest.yml", &manifest)]).path(),
            service_connect_codegen::copilot::Options {
                application: Some(application.to_owned()).filter(|name| !name.is_empty()),
                shell: Some(&shell),
                ..Default::default()
            },
        );
        let deployment = loaded.application.services[0].deployments[0].as_ref();
        let Alias { name, template, .. } = deployment.unwrap().alias.clone().unwrap();
        (name, template)
    };
    let template = "api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.api".to_owned();
    assert_eq!(
        alias("kudos"),
        ("api.test.kudos.api".to_owned(), template.clone())
    );
    let unnamed = "api.test.${COPILOT_APPLICATION_NAME}.api".to_owned();
    assert_eq!(
        alias(""),
        (unnamed, template),
        "what is not known stays as it is written"
    );
}

#[test]
fn only_a_string_can_be_filled_in() {
    let rows = [
        (
            "a port is a number, and what a variable leaves is a string",
            "image:\n  location: x\n  port: ${PORT}",
            "invalid-value at 5",
        ),
        (
            "an undefined one is the nearer cause",
            "image:\n  location: x\n  port: ${NOT_SET}",
            "undefined-variable at 5",
        ),
        (
            "a sidecar's port is a string",
            "image: {location: x}\nhttp: {path: /, target_container: web}\nsidecars:\n  web:\n    image: y\n    port: ${PORT}",
            "off - 8080",
        ),
        (
            "a word of YAML 1.1 is a boolean as a string, too",
            "image: {location: x, port: 1}\nnetwork:\n  connect: ${ON}",
            "on api:1 1",
        ),
        (
            "`true` as a string is none",
            "image: {location: x, port: 1}\nnetwork:\n  connect: ${TRUE}",
            "invalid-value at 5",
        ),
        (
            "a target",
            "image: {location: x, port: 1}\nhttp:\n  path: /\n  target_container: ${NAME}",
            "off - 1",
        ),
        (
            "an undefined target",
            "image: {location: x, port: 1}\nhttp:\n  path: /\n  target_container: ${NOT_SET}",
            "undefined-variable at 6",
        ),
        (
            "an undefined switch",
            "image: {location: x, port: 1}\nnetwork:\n  connect: ${NOT_SET}",
            "undefined-variable at 5",
        ),
        (
            "an undefined alias of no effect",
            "image: {location: x, port: 1}\nhttp:\n  path: /\n  alias: ${NOT_SET}",
            "off - 1",
        ),
    ];
    for (rule, fields, expected) in rows {
        let manifest = format!("name: api\ntype: Backend Service\n{fields}\n");
        assert_eq!(
            outcome(&load_in_shell(&manifest, &shell), "test"),
            expected,
            "{rule}"
        );
    }
    let manifest = "name: ${NAME}\ntype: ${KIND}\nimage: {location: x, port: 1}\n";
    let loaded = load_in_shell(manifest, &shell);
    assert_eq!(loaded.application.services[0].name, "api");
    assert_eq!(
        outcome(&loaded, "test"),
        "off - 1",
        "the name and the type are strings"
    );
}

#[test]
fn keys_are_never_filled_in() {
    check(&[
        (
            "a key of the user's",
            &format!("{HEAD}variables:\n  ${{NOT_SET}}: x\n"),
            "off - 80",
        ),
        (
            "a key of Copilot's",
            &format!("{HEAD}${{NOT_SET}}: x\n"),
            "off - 80",
        ),
    ]);
    let loaded = load_manifest(format!("{HEAD}variables:\n  ${{NOT_SET}}: x\n"));
    assert_eq!(listed(&loaded.findings), [""; 0]);
    assert_eq!(loaded.variables, [""; 0]);
}

#[test]
fn a_literal_block_is_no_json() {
    check_table(
        [
            ("a plain block", "|-", "on [\"a\"]:80 80"),
            ("a folded one", ">-", "on api:80 80"),
        ]
        .map(|(rule, style, expected)| {
            let manifest =
                format!("{HEAD}network:\n  connect:\n    alias: {style}\n      [\"a\"]\n");
            (rule.to_owned(), manifest, expected.to_owned())
        }),
    );
}

#[test]
fn an_undefined_variable_is_an_error_where_it_decides_and_a_warning_where_not() {
    let loaded = load_manifest(
        "name: api\ntype: Backend Service\nimage: {location: 'x:${TAG}', port: 80}\nvariables: {A: '${A}', B: '${A}'}\n",
    );
    assert_eq!(
        outcome(&loaded, "test"),
        "off - 80",
        "a build needs no deployer's shell"
    );
    assert_eq!(
        listed(&loaded.findings),
        [
            "warning undefined-variable copilot/api/manifest.yml:3",
            "warning undefined-variable copilot/api/manifest.yml:4",
            "warning undefined-variable copilot/api/manifest.yml:4",
        ],
        "each place that uses it"
    );
    assert_eq!(loaded.variables, ["A", "TAG"], "each variable once, sorted");

    let loaded =
        load_manifest("name: api\ntype: Backend Service\nimage: {location: x, port: '${PORT}'}\n");
    assert_eq!(
        listed(&loaded.findings),
        ["error undefined-variable copilot/api/manifest.yml:3"]
    );
    let finding = &loaded.findings[0];
    assert!(finding.message.contains("`PORT`"), "{finding}");
}

#[test]
fn variables_are_told_whether_they_are_set_or_not() {
    let manifest = format!(
        "{HEAD}variables: {{A: '${{NAME}}', B: '${{COPILOT_APPLICATION_NAME}}', C: '\\${{C}}'}}\n"
    );
    let loaded = load_in_shell(manifest, &shell);
    assert_eq!(listed(&loaded.findings), [""; 0]);
    assert_eq!(
        loaded.variables,
        ["NAME"],
        "neither predefined nor escaped ones"
    );
}

#[test]
fn the_service_name_in_an_alias_is_a_warning() {
    let manifest = format!(
        "{HEAD}network: {{connect: {{alias: '${{COPILOT_SERVICE_NAME}}.${{COPILOT_ENVIRONMENT_NAME}}.\
         ${{COPILOT_APPLICATION_NAME}}.local'}}}}\n"
    );
    let loaded = load_manifest(manifest);
    assert_eq!(outcome(&loaded, "test"), "on api.test.kudos.local:80 80");
    let [finding] = &loaded.findings[..] else {
        panic!("{:?}", loaded.findings)
    };
    assert_eq!(
        (finding.code, finding.severity),
        (Code::ServiceNameVariable, Severity::Warning)
    );
    assert!(
        finding.help.as_ref().unwrap().contains("write `api`"),
        "{finding}"
    );

    let section = format!(
        "{HEAD}environments:\n  test:\n    network: {{connect: {{alias: '${{COPILOT_SERVICE_NAME}}'}}}}\n"
    );
    let loaded = load_manifest(section);
    assert_eq!(outcome(&loaded, "test"), "on api:80 80");
    assert_eq!(
        listed(&loaded.findings),
        ["warning service-name-variable copilot/api/manifest.yml:6"]
    );
}
