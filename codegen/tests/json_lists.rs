//! A string that is a JSON array of strings: Copilot makes a list of it before it decodes the manifest.

mod support;

use support::findings::{Row, check_findings};
use support::{TEST, WORKSPACE};

/// Each manifest ends with the fields in question, from line 4 on.
const ROWS: &[Row<'static>] = &[
    (
        "a variable is no list",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nvariables: {X: '[\"a\"]'}\n",
        )],
        &["error invalid-value api:4 | `X` has to be | not the string `[\"a\"]` | block with `|`"],
    ),
    (
        "so it is in an environment",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nenvironments:\n  test:\n    variables: {X: '[\"a\", \"b\"]'}\n",
        )],
        &["error invalid-value api:6 | block with `|`"],
    ),
    (
        "blanks around it do not matter",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nvariables: {X: ' [ \"a\" ] '}\n",
        )],
        &["error invalid-value api:4"],
    ),
    (
        "the help helps: a literal block is left alone",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nvariables:\n  X: |\n    [\"a\"]\n  Y: |-\n    [\"a\"]\n",
        )],
        &[],
    ),
    (
        "a folded block is not",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nvariables:\n  X: >-\n    [\"a\"]\n",
        )],
        &["error invalid-value api:6"],
    ),
    (
        "what may be a list is fine as one",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\ncommand: '[\"a\",\"b\"]'\nentrypoint: '[\"c\"]'\n",
        )],
        &[],
    ),
    (
        "so is what has to be one",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80, healthcheck: {command: '[\"CMD\", \"true\"]'}}\n",
        )],
        &[],
    ),
    (
        "another string is none",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80, healthcheck: {command: 'true'}}\n",
        )],
        &["error invalid-value api:3 | `command` has to be a list"],
    ),
    (
        "other arrays and objects stay strings",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nvariables: {A: '[]', B: '[1]', C: '[\"a\", 1]', D: '[a]', E: '{\"a\": [\"b\"]}', F: '[\"a\"', G: 'x [\"a\"]'}\n",
        )],
        &[],
    ),
    (
        "a list is none either, as ever",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nvariables: {X: [a]}\n",
        )],
        &[
            "error invalid-value api:4 | `X` has to be a map with `from_cfn` or a string, not a list",
        ],
    ),
];

#[test]
fn a_json_array_of_strings_is_a_list() {
    check_findings(&[WORKSPACE, TEST], ROWS);
}
