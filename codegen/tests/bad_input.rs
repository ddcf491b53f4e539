//! Manifests in every bad state: one finding that names the file, and neither a panic nor an endless loop.

mod support;

use std::fs;

use service_connect_codegen::Code;
use support::{GOOD, listed, load_manifest, outcome, the_one_finding, without_manifest};

#[test]
fn files_that_are_no_text() {
    let mut large = GOOD.as_bytes().to_vec();
    large.resize((1 << 20) + 1, b'#');
    let rows: &[(&str, Vec<u8>, &str, &str)] = &[
        (
            "Latin-1",
            [GOOD.as_bytes(), b"# caf\xe9\n"].concat(),
            "unreadable-file copilot/api/manifest.yml",
            "line 4 is not UTF-8",
        ),
        (
            "UTF-16",
            [b"\xff\xfe".as_slice(), b"n\0a\0"].concat(),
            "unreadable-file copilot/api/manifest.yml",
            "line 1 is not UTF-8",
        ),
        (
            "half a character",
            [GOOD.as_bytes(), b"# \xe2\x9c"].concat(),
            "unreadable-file copilot/api/manifest.yml",
            "line 4 is not UTF-8",
        ),
        (
            "too large",
            large.clone(),
            "unreadable-file copilot/api/manifest.yml",
            "larger than 1 MiB",
        ),
        (
            "NUL",
            [GOOD.as_bytes(), b"x: a\0b\n"].concat(),
            "invalid-yaml copilot/api/manifest.yml:4",
            "not YAML",
        ),
        (
            "NUL in front",
            [b"\0", GOOD.as_bytes()].concat(),
            "invalid-yaml copilot/api/manifest.yml:1",
            "not YAML",
        ),
        (
            "a control character",
            [GOOD.as_bytes(), b"x: \x07\n"].concat(),
            "invalid-yaml copilot/api/manifest.yml:4",
            "not YAML",
        ),
        (
            "a tab for indentation",
            b"name: api\nimage:\n\tport: 80\n".to_vec(),
            "invalid-yaml copilot/api/manifest.yml:3",
            "not YAML",
        ),
        (
            "a tab after a lone carriage return, which ends a line too",
            [GOOD.as_bytes(), b"# a comment\r\t# another\n"].concat(),
            "invalid-yaml copilot/api/manifest.yml:5",
            "not YAML",
        ),
        (
            "an unclosed quote",
            [GOOD.as_bytes(), b"x: 'a\n"].concat(),
            "invalid-yaml copilot/api/manifest.yml:4",
            "not YAML",
        ),
        (
            "an unknown anchor",
            [GOOD.as_bytes(), b"x: *a\n"].concat(),
            "invalid-yaml copilot/api/manifest.yml:4",
            "not YAML",
        ),
    ];
    for (rule, text, expected, message) in rows {
        let (directory, path) = without_manifest();
        fs::write(path, text).unwrap();
        let finding = the_one_finding(directory.path());
        assert_eq!(
            listed(std::slice::from_ref(&finding)),
            [format!("error {expected}")],
            "{rule}"
        );
        assert!(finding.message.contains(message), "{rule}: {finding}");
    }
    large.pop();
    assert_eq!(
        outcome(&load_manifest(large), "test"),
        "off - 80",
        "1 MiB is not too large"
    );
}

#[test]
fn text_that_only_looks_odd() {
    let rows = [
        ("CRLF", GOOD.replace('\n', "\r\n")),
        ("CR", GOOD.replace('\n', "\r")),
        ("a byte order mark", format!("\u{feff}{GOOD}")),
        ("both", format!("\u{feff}{}", GOOD.replace('\n', "\r\n"))),
        ("no line end at the end", GOOD.trim_end().to_owned()),
        ("a document marker", format!("%YAML 1.2\n---\n{GOOD}...\n")),
        ("comments", format!("# a\n{GOOD}# b")),
    ];
    for (rule, manifest) in rows {
        let loaded = load_manifest(&manifest);
        assert_eq!(listed(&loaded.findings), [""; 0], "{rule}");
        assert_eq!(outcome(&loaded, "test"), "off - 80", "{rule}");
    }
    let loaded = load_manifest(
        "\u{feff}name: api\r\ntype: Backend Service\r\nimage: {location: x, port: a}\r\n",
    );
    assert_eq!(
        outcome(&loaded, "test"),
        "invalid-value at 3",
        "lines are counted as they are"
    );
}

#[test]
fn depth_and_width_are_bounded() {
    let deep = 10_000;
    let bombs = [
        (
            "lists in lists",
            format!("x: {}{}\n{GOOD}", "[".repeat(deep), "]".repeat(deep)),
        ),
        (
            "lists that do not close",
            format!("{GOOD}x: {}", "[".repeat(deep)),
        ),
        (
            "maps in maps",
            format!("x: {}1{}\n{GOOD}", "{a: ".repeat(deep), "}".repeat(deep)),
        ),
        ("lists in one line", format!("{}a\n", "- ".repeat(deep))),
        ("keys of keys", format!("{}a\n", "? ".repeat(deep))),
        (
            "blocks",
            (0..1_200).fold(String::new(), |text, depth| {
                text + &" ".repeat(depth) + "a:\n"
            }),
        ),
    ];
    for (rule, manifest) in bombs {
        let (directory, path) = without_manifest();
        fs::write(path, manifest).unwrap();
        assert_eq!(
            the_one_finding(directory.path()).code,
            Code::InvalidYaml,
            "{rule}"
        );
    }
    let json = format!(
        "{GOOD}network:\n  connect:\n    alias: '{}'\n",
        "[".repeat(deep)
    );
    assert!(
        outcome(&load_manifest(json), "test").starts_with("on ["),
        "a string is no YAML"
    );
    let type_name = format!("name: api\ntype: {}\n", "x".repeat(500_000));
    assert_eq!(
        outcome(&load_manifest(type_name), "test"),
        "unknown-type at 2"
    );
}

/// Lists of nine lists and maps of nine maps each, so many levels deep.
fn laughs(levels: usize) -> String {
    let nine = |name: char, level: usize| vec![format!("*{name}{level}"); 9].join(", ");
    let lists =
        (1..=levels).map(|level| format!("a{level}: &a{level} [{}]\n", nine('a', level - 1)));
    let maps = (1..=levels).map(|level| {
        let merged = nine('m', level - 1);
        format!("m{level}: &m{level} {{<<: [{merged}], k{level}: v}}\n")
    });
    let lists = lists.collect::<String>();
    let maps = maps.collect::<String>();
    format!("a0: &a0 [ha]\n{lists}m0: &m0 {{k0: v}}\n{maps}")
}

#[test]
fn aliases_stand_for_so_many_values_and_no_more() {
    let refused = |manifest: String| {
        let (directory, path) = without_manifest();
        fs::write(path, manifest).unwrap();
        the_one_finding(directory.path())
    };
    let finding = refused(format!("{}{GOOD}", laughs(40)));
    let expected = "error invalid-yaml copilot/api/manifest.yml:6";
    assert_eq!(listed(std::slice::from_ref(&finding)), [expected]);
    assert!(
        finding.message.contains("more than 20000 values"),
        "{finding}"
    );

    // A list of 99 is 100 values, and one of two of those 201.
    let manifest = |last: &str| {
        format!(
            "{GOOD}a: &a [{}]\nb: &b [*a, *a]\nc: [{}*a, *a, *a, *a, *a, *a]\nd: {last}\n",
            "x, ".repeat(99),
            "*b, ".repeat(95),
        )
    };
    // 2 × 100 + 95 × 201 + 6 × 100 = 19,895, and 105 to come.
    let outcome = |last: String| outcome(&load_manifest(manifest(&last)), "test");
    let one = |count: usize| format!("[*a, &x x, {}]", "*x, ".repeat(count));
    assert_eq!(outcome(one(5)), "off - 80", "20,000 are not too many");
    assert_eq!(outcome(one(6)), "invalid-yaml at 7", "but 20,001 are");
    let spelt_out = format!("[{}]", "x, ".repeat(30_000));
    assert_eq!(
        outcome(spelt_out),
        "off - 80",
        "what is written out is not counted"
    );
}

#[test]
fn aliases_share_what_they_stand_for() {
    let laughs = laughs(3);
    let rows = [
        ("where nothing looks", "x: [*a3, *m3]", "off - 80"),
        ("merged into the manifest", "<<: *m3", "off - 80"),
        (
            "merged into a field",
            "network: {<<: *m3, connect: true}",
            "on api:80 80",
        ),
        ("in a field", "network: *a3", "invalid-value at 4"),
        (
            "in a field with keys of the user's",
            "variables: *m3",
            "off - 80",
        ),
        ("as sections", "environments: *m3", "invalid-value at"),
    ];
    for (rule, field, expected) in rows {
        let found = outcome(&load_manifest(format!("{laughs}{GOOD}{field}\n")), "test");
        assert!(found.starts_with(expected), "{rule}: {found}");
    }
}

#[test]
fn an_anchor_that_contains_itself_is_no_manifest() {
    for cycle in [
        "x: &a [*a]",
        "x: &a {b: *a}",
        "network: &a {connect: *a}",
        "x: &a {<<: *a}",
        "x: &a [&b [*a, *b]]",
    ] {
        let (directory, path) = without_manifest();
        fs::write(path, format!("{GOOD}{cycle}\n")).unwrap();
        let finding = the_one_finding(directory.path());
        assert_eq!(
            listed(&[finding]),
            ["error invalid-yaml copilot/api/manifest.yml:4"],
            "{cycle}"
        );
    }
}
