//! The map `environments:` itself: which section counts where, and what is wrong with any of them.

mod support;

use support::{WORKSPACE, check_table, load, outcome};

#[test]
fn every_environment_has_its_own() {
    let loaded = load(&[
        WORKSPACE,
        support::TEST,
        support::PROD,
        (
            "copilot/api/manifest.yml",
            "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\nnetwork: &on {connect: true}\n\
             environments:\n  test: &t\n    image: {port: 81}\n    network: {connect: {alias: t}}\n  prod:\n    \
             <<: *t\n    image: {port: 82}\n  staging:\n    network: {connect: false}\n",
        ),
    ]);
    assert_eq!(outcome(&loaded, "test"), "on t:81 81");
    assert_eq!(
        outcome(&loaded, "prod"),
        "on t:82 82",
        "a section may be built on another"
    );
    let base = loaded.application.services[0].base.as_ref().unwrap();
    assert_eq!(
        base.service_connect_port(),
        Ok(80),
        "the base knows no section"
    );
    assert_eq!(
        outcome(&loaded, "staging"),
        "off - 80",
        "a section is kept for an environment that is no directory, too"
    );
    let environments = loaded.application.environments.iter();
    let environments: Vec<_> = environments
        .map(|environment| (&*environment.name, environment.listed))
        .collect();
    assert_eq!(
        environments,
        [("prod", true), ("staging", false), ("test", true)],
        "but is not one of this workspace"
    );
}

#[test]
fn a_section_of_another_environment_counts_too_where_it_is_wrong() {
    // Copilot decodes all of them before it picks one, but validates only what it picked.
    let manifest = |section: &str| {
        format!(
            "name: api\ntype: Backend Service\nimage: {{location: x, port: 80}}\nenvironments:\n  staging:\n    \
             {section}\n  test:\n    network: {{connect: true}}\n"
        )
    };
    check_table(
        [
            (
                "a value of the wrong form",
                "image: {port: '80'}",
                "invalid-value at 6",
            ),
            (
                "a key twice",
                "image: {port: 80, port: 81}",
                "duplicate-key at 6",
            ),
            (
                "a target that does not exist",
                "http: {path: /, target_container: web}",
                "on api:80 80",
            ),
        ]
        .map(|(rule, section, expected)| (rule.to_owned(), manifest(section), expected.to_owned())),
    );
}

#[test]
fn sections_are_a_map() {
    let manifest =
        "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\nenvironments: ";
    check_table(
        [
            ("a list is none", "[test]", "invalid-value at 4"),
            ("a string is none", "test", "invalid-value at 4"),
            ("null is as none", "~", "off - 80"),
            ("empty", "{}", "off - 80"),
            (
                "one section twice",
                "{test: {}, test: {}}",
                "duplicate-key at 4",
            ),
        ]
        .map(|(rule, value, expected)| {
            (
                rule.to_owned(),
                format!("{manifest}{value}\n"),
                expected.to_owned(),
            )
        }),
    );
}
