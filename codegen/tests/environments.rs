//! Sections below `environments:`, merged over the base as Copilot merges them.

mod support;

use support::check_table;

/// `network.connect` of the base, that of the environment, and what comes of both; `None` where it is not written.
const CONNECT: &[(&str, Option<&str>, Option<&str>, &str)] = &[
    ("nothing anywhere is off", None, None, "off - 80"),
    (
        "the base holds where a section says nothing",
        Some("true"),
        None,
        "on api:80 80",
    ),
    ("a section switches on", None, Some("true"), "on api:80 80"),
    (
        "a section switches on",
        Some("no"),
        Some("yes"),
        "on api:80 80",
    ),
    (
        "a section switches off",
        Some("yes"),
        Some("no"),
        "off - 80",
    ),
    (
        "null changes nothing",
        Some("yes"),
        Some("~"),
        "on api:80 80",
    ),
    (
        "null changes nothing",
        Some("{alias: a}"),
        Some(""),
        "on a:80 80",
    ),
    (
        "a boolean clears an alias",
        Some("{alias: a}"),
        Some("true"),
        "on api:80 80",
    ),
    (
        "a boolean clears an alias",
        Some("{alias: a}"),
        Some("false"),
        "off - 80",
    ),
    (
        "an alias clears a boolean",
        Some("false"),
        Some("{alias: a}"),
        "on a:80 80",
    ),
    (
        "an alias clears a boolean",
        Some("true"),
        Some("{alias: a}"),
        "on a:80 80",
    ),
    (
        "an alias overrides an alias",
        Some("{alias: a}"),
        Some("{alias: b}"),
        "on b:80 80",
    ),
    (
        "an empty alias overrides one, too",
        Some("{alias: a}"),
        Some("{alias: ''}"),
        "on api:80 80",
    ),
    (
        "what a section refuses is refused",
        Some("true"),
        Some("{}"),
        "invalid-value at 7",
    ),
    (
        "what the base refuses is refused",
        Some("1"),
        Some("true"),
        "invalid-value at 4",
    ),
];

#[test]
fn connect_of_a_section_clears_that_of_the_base() {
    check_table(CONNECT.iter().map(|(rule, base, section, expected)| {
        let line = |value: Option<&str>, indent: &str| match value {
            Some(value) => format!("{indent}network: {{vpc: {{}}, connect: {value}}}\n"),
            None => format!("{indent}variables: {{A: b}}\n"),
        };
        let manifest = format!(
            "name: api\ntype: Backend Service\nimage: {{location: x, port: 80}}\n{}environments:\n  test:\n{}",
            line(*base, ""),
            line(*section, "    "),
        );
        ((*rule).to_owned(), manifest, (*expected).to_owned())
    }));
}

const WEB: &str = "Load Balanced Web Service";
const BACKEND: &str = "Backend Service";

/// A manifest's fields after its name and type, and those of the section `test`.
const FIELDS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "a port overrides",
        BACKEND,
        "image: {location: x, port: 80}",
        "image: {port: 81}",
        "off - 81",
    ),
    (
        "a null port does not",
        BACKEND,
        "image: {location: x, port: 80}",
        "image: {port: ~}",
        "off - 80",
    ),
    (
        "a section may bring the port",
        BACKEND,
        "image: {location: x}",
        "image: {port: 81}",
        "off - 81",
    ),
    (
        "a section may bring the image",
        BACKEND,
        "{}: {}",
        "image: {build: ., port: 81}",
        "off - 81",
    ),
    (
        "a sidecar's port overrides, its image stays",
        BACKEND,
        "image: {location: x}\nhttp: {path: /, target_container: web}\nsidecars: {web: {image: y, port: 90}}",
        "sidecars: {web: {port: 91}}",
        "off - 91",
    ),
    (
        "a section may bring a sidecar",
        BACKEND,
        "image: {location: x, port: 80}\nhttp: {path: /}",
        "http: {target_container: web}\n    sidecars: {web: {image: y, port: 91}}",
        "off - 91",
    ),
    (
        "a rule merges key by key",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, target_port: 90}",
        "http: {path: /v2}",
        "off - 90",
    ),
    (
        "`http: false` switches the rule off",
        WEB,
        "image: {location: x, port: 80}\nnlb: {port: 443/tls}\nhttp: {path: /, target_port: 90}",
        "http: false",
        "off - 80",
    ),
    (
        "`http: false` needs another load balancer",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, target_port: 90}",
        "http: off",
        "no-load-balancer at 1",
    ),
    (
        "`http: true` clears the rule",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, target_port: 90}",
        "http: true",
        "off - 80",
    ),
    (
        "a map switches on again",
        WEB,
        "image: {location: x, port: 80}\nhttp: false\nnlb: {port: 443}",
        "http: {path: /, target_port: 91}",
        "off - 91",
    ),
    (
        "a rule without a path of its own has none",
        WEB,
        "image: {location: x, port: 80}\nhttp: false",
        "http: {target_port: 91}",
        "missing-field at 7",
    ),
    (
        "an empty section changes nothing",
        BACKEND,
        "image: {location: x, port: 80}",
        "",
        "off - 80",
    ),
    (
        "a section is a map",
        BACKEND,
        "image: {location: x, port: 80}",
        "[]",
        "invalid-value at 6",
    ),
    (
        "a section cannot change the type",
        BACKEND,
        "image: {location: x, port: 80}",
        "type: Worker Service",
        "off - 80",
    ),
];

#[test]
fn fields_of_a_section_override_those_of_the_base() {
    check_table(FIELDS.iter().map(|(rule, kind, base, section, expected)| {
        let manifest =
            format!("name: api\ntype: {kind}\n{base}\nenvironments:\n  test:\n    {section}\n");
        ((*rule).to_owned(), manifest, (*expected).to_owned())
    }));
}
