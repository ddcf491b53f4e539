//! Scalars and forms of a manifest's fields, read as Copilot's YAML library reads them.

mod support;

use support::{check_table, load_manifest, outcome};

/// `network.connect` of a Backend Service; the value is on line 7.
const CONNECT: &[(&str, &str, &str)] = &[
    ("a boolean is one", "true", "on api:8080 8080"),
    ("a boolean is one", "false", "off - 8080"),
    ("YAML knows two more spellings", "True", "on api:8080 8080"),
    ("YAML knows two more spellings", "FALSE", "off - 8080"),
    ("no other mixture of cases", "tRUE", "invalid-value at 7"),
    ("words of YAML 1.1 are booleans", "yes", "on api:8080 8080"),
    ("words of YAML 1.1 are booleans", "No", "off - 8080"),
    ("words of YAML 1.1 are booleans", "ON", "on api:8080 8080"),
    ("words of YAML 1.1 are booleans", "Off", "off - 8080"),
    ("one letter is enough", "Y", "on api:8080 8080"),
    ("one letter is enough", "n", "off - 8080"),
    ("no other mixture of cases", "yEs", "invalid-value at 7"),
    ("no other mixture of cases", "oFF", "invalid-value at 7"),
    ("1.1's words may be quoted", "\"on\"", "on api:8080 8080"),
    ("1.1's words may be quoted", "'N'", "off - 8080"),
    ("true may not be quoted", "'true'", "invalid-value at 7"),
    ("false may not be quoted", "\"false\"", "invalid-value at 7"),
    (
        "a tag makes it a string",
        "!!str true",
        "invalid-value at 7",
    ),
    (
        "a string tag leaves yes a word",
        "!!str yes",
        "on api:8080 8080",
    ),
    ("a tag may say what it is", "!!bool false", "off - 8080"),
    (
        "`!` alone changes nothing in plain text",
        "! true",
        "on api:8080 8080",
    ),
    ("a number is none", "1", "invalid-value at 7"),
    ("a number is none", "0", "invalid-value at 7"),
    ("another word is none", "enabled", "invalid-value at 7"),
    ("an empty string is none", "\"\"", "invalid-value at 7"),
    ("null counts as absent", "null", "off - 8080"),
    ("null counts as absent", "~", "off - 8080"),
    ("null counts as absent", "", "off - 8080"),
    ("an empty map has no alias", "{}", "invalid-value at 7"),
    (
        "a map without alias is nothing",
        "{aliases: a}",
        "invalid-value at 7",
    ),
    (
        "keys are case sensitive",
        "{ALIAS: a}",
        "invalid-value at 7",
    ),
    ("a list is nothing", "[]", "invalid-value at 7"),
    (
        "a list of booleans is nothing",
        "[yes]",
        "invalid-value at 7",
    ),
    (
        "an alias turns it on under that name",
        "{alias: v2}",
        "on v2:8080 8080",
    ),
    (
        "further keys are ignored",
        "{alias: v2, port: x}",
        "on v2:8080 8080",
    ),
    ("a null alias is none", "{alias: ~}", "invalid-value at 7"),
    (
        "an empty alias is the service's name",
        "{alias: ''}",
        "on api:8080 8080",
    ),
    (
        "any scalar is a string",
        "{alias: 0x10}",
        "on 0x10:8080 8080",
    ),
    ("any scalar is a string", "{alias: no}", "on no:8080 8080"),
    (
        "any scalar is a string",
        "{alias: 2.50}",
        "on 2.50:8080 8080",
    ),
    (
        "an alias of a wrong form reads as empty",
        "{alias: [a, b]}",
        "on api:8080 8080",
    ),
    (
        "an alias of a wrong form reads as empty",
        "{alias: {}}",
        "on api:8080 8080",
    ),
    (
        "a JSON array of strings is a list",
        "{alias: '[\"a\"]'}",
        "on api:8080 8080",
    ),
    (
        "an empty JSON array is a string",
        "{alias: '[]'}",
        "on []:8080 8080",
    ),
    (
        "a JSON array of numbers is a string",
        "{alias: '[1]'}",
        "on [1]:8080 8080",
    ),
];

/// `image.port` of a Backend Service; the value is on line 5.
const PORTS: &[(&str, &str, &str)] = &[
    ("a number is one", "80", "on api:80 80"),
    ("the largest", "65535", "on api:65535 65535"),
    ("beyond", "65536", "invalid-value at 5"),
    ("zero is a port here", "0", "on api:0 0"),
    ("minus zero is zero", "-0", "on api:0 0"),
    ("a negative one", "-8080", "invalid-value at 5"),
    ("a sign may stand", "+8080", "on api:8080 8080"),
    ("a leading zero makes it octal", "0100", "on api:64 64"),
    (
        "unless a digit is none of octal's",
        "0190",
        "on api:190 190",
    ),
    ("YAML 1.2's octal", "0o100", "on api:64 64"),
    ("hexadecimal", "0xFFFF", "on api:65535 65535"),
    ("hexadecimal beyond", "0x10000", "invalid-value at 5"),
    ("binary", "0b1010", "on api:10 10"),
    ("underscores do not count", "6_5_0", "on api:650 650"),
    ("a whole float", "8080.0", "on api:8080 8080"),
    ("a fraction is cut off", "80.9", "on api:80 80"),
    ("an exponent", "1e3", "on api:1000 1000"),
    ("a float beyond", "7e4", "invalid-value at 5"),
    ("infinity", ".inf", "invalid-value at 5"),
    ("not a number", ".nan", "invalid-value at 5"),
    (
        "beyond 64 bits",
        "99999999999999999999",
        "invalid-value at 5",
    ),
    ("quotes make a string", "\"8080\"", "invalid-value at 5"),
    ("a tag makes a string", "!!str 80", "invalid-value at 5"),
    ("a tag makes a float", "!!float 80", "on api:80 80"),
    ("a word", "http", "invalid-value at 5"),
    ("a boolean", "yes", "invalid-value at 5"),
    ("a protocol", "53/udp", "invalid-value at 5"),
    ("a list", "[8080]", "invalid-value at 5"),
    ("a map", "{number: 8080}", "invalid-value at 5"),
    ("null counts as absent", "~", "on - -"),
    ("null counts as absent", "", "on - -"),
];

/// The port of a sidecar that `http` leads to: a string for Copilot; the value is on line 7.
const SIDECAR_PORTS: &[(&str, &str, &str)] = &[
    ("a number", "9000", "off - 9000"),
    ("a string", "'9000'", "off - 9000"),
    ("a protocol", "9000/tcp", "off - 9000"),
    ("protocols in any case", "9000/TCP", "off - 9000"),
    (
        "a target is TCP, whatever the sidecar says",
        "9000/udp",
        "off - 9000",
    ),
    ("another protocol", "9000/http", "invalid-value at 7"),
    ("nothing after the slash", "9000/", "invalid-value at 7"),
    ("two protocols", "9000/tcp/udp", "invalid-value at 7"),
    ("digits are decimal here", "010", "off - 10"),
    ("no hexadecimal here", "0x10", "invalid-value at 7"),
    ("no underscores here", "9_000", "invalid-value at 7"),
    ("no floats here", "9e3", "invalid-value at 7"),
    ("no sign here", "'+9000'", "invalid-value at 7"),
    ("no spaces here", "' 9000'", "invalid-value at 7"),
    ("beyond", "65536", "invalid-value at 7"),
    ("a word", "http", "invalid-value at 7"),
    ("an empty string", "''", "invalid-value at 7"),
    ("a boolean", "true", "invalid-value at 7"),
    ("null is no port", "~", "target-container at 4"),
    ("a list", "[9000]", "invalid-value at 7"),
];

const BACKEND: &str = "name: api\ntype: Backend Service\nimage:\n  location: x\n  port: ";

fn in_place_of_value(table: &[(&str, &str, &str)], before: &str, after: &str) {
    check_table(table.iter().map(|(rule, value, expected)| {
        let rule = format!("{rule} (`{value}`)");
        (
            rule,
            format!("{before}{value}{after}"),
            (*expected).to_owned(),
        )
    }));
}

#[test]
fn connect_is_a_boolean_or_a_map_with_an_alias() {
    in_place_of_value(
        CONNECT,
        &format!("{BACKEND}8080\nnetwork:\n  connect: "),
        "\n",
    );
}

#[test]
fn the_image_has_a_number_for_a_port() {
    in_place_of_value(PORTS, BACKEND, "\nnetwork:\n  connect: true\n");
}

#[test]
fn a_sidecar_has_a_string_for_a_port() {
    let before = "name: api\ntype: Backend Service\nimage: {location: x}\nhttp: {path: /, target_container: web}\n\
                  sidecars:\n  web:\n    port: ";
    in_place_of_value(SIDECAR_PORTS, before, "\n    image: y\n");
}

#[test]
fn a_name_is_any_scalar() {
    for (name, expected) in [
        ("007", "007"),
        ("yes", "yes"),
        ("'a b'", "a b"),
        ("|\n  x", "x\n"),
    ] {
        let loaded = load_manifest(format!(
            "name: {name}\ntype: Backend Service\nimage: {{location: x, port: 80}}\n"
        ));
        assert_eq!(loaded.application.services[0].name, expected, "{name}");
        assert_eq!(outcome(&loaded, "test"), "off - 80", "{name}");
    }
}
