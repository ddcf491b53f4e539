//! Long words and strings.

use super::{GOOD, Named, SIZE, fill};

/// What there is room for beside the rest of a manifest.
const ROOM: usize = SIZE - 200;

/// One word or string where one is read.
pub fn long() -> Vec<Named> {
    let word = "x".repeat(ROOM);
    let half = &word[..ROOM / 2];
    let json = |count: usize| format!("'[{}\"x\"]'", "\"x\",".repeat(count));
    let command = |elements: String| format!("{GOOD}command: {elements}\n");
    let variable = |value: &str| format!("{GOOD}variables: {{A: '{value}'}}\n");
    let target = format!(
        "{GOOD}sidecars: {{a: {{image: {half}}}}}\nhttp: {{path: /, target_container: {half}}}\n"
    );
    vec![
        ("a long type", format!("name: api\ntype: {word}\n")),
        ("a long name", GOOD.replace("api", &word)),
        (
            "a long alias",
            format!("{GOOD}network: {{connect: {{alias: {word}}}}}\n"),
        ),
        (
            "an alias of brackets",
            format!(
                "{GOOD}network: {{connect: {{alias: '{}'}}}}\n",
                "[".repeat(ROOM)
            ),
        ),
        ("a long target container", target),
        (
            "a long section",
            format!("{GOOD}environments:\n  ? {word}\n  : {{}}\n"),
        ),
        ("a long URL", variable(&format!("http://{word}"))),
        ("URLs in one variable", variable(&"h://a,".repeat(ROOM / 6))),
        (
            "other URLs in one variable",
            fill(&format!("{GOOD}variables: {{A: '"), "h://a#,", "'}\n"),
        ),
        (
            "URLs in many variables",
            fill(
                &format!("{GOOD}variables:\n"),
                &format!("  v#: {}\n", "h://a,".repeat(100)),
                "",
            ),
        ),
        ("schemes in one variable", variable(&"://".repeat(ROOM / 3))),
        ("a digit many times", GOOD.replace("80", &"1".repeat(ROOM))),
        (
            "a long block",
            format!("{GOOD}x: |\n{}", "  a\n".repeat(ROOM / 4)),
        ),
        ("a JSON array as a command", command(json(ROOM / 4 - 10))),
        ("a JSON array of 40,000", command(json(40_000))),
        (
            "a JSON array as a string",
            GOOD.replace("location: x", &format!("location: {}", json(40_000))),
        ),
        ("half a string", format!("{GOOD}x: '{word}")),
    ]
}

/// `${NAME}` and what looks like it.
pub fn variables() -> Vec<Named> {
    let string = |piece: &str| format!("{GOOD}x: '{}'\n", piece.repeat(ROOM / piece.len()));
    let alias = format!("{GOOD}network: {{connect: {{alias: '");
    vec![
        ("one variable many times", string("${A}")),
        (
            "many variables",
            fill(&format!("{GOOD}x: '"), "${V#}", "'\n"),
        ),
        ("many variables in an alias", fill(&alias, "${V#}", "'}}\n")),
        (
            "the environment's name in an alias",
            fill(&alias, "${COPILOT_ENVIRONMENT_NAME}", "'}}\n"),
        ),
        (
            "variables in many strings",
            fill(
                &format!("{GOOD}x:\n"),
                "- ${V#} and more of them ${W#} \n",
                "",
            ),
        ),
        ("dollars and braces", string("${")),
        (
            "a long variable",
            format!("{GOOD}x: '${{{}'\n", "A".repeat(ROOM)),
        ),
        ("backslashes", string("\\${A}")),
    ]
}

/// What is hardly there.
pub fn white() -> Vec<Named> {
    let lines = |piece: &str| format!("{GOOD}{}", piece.repeat(ROOM / piece.len()));
    vec![
        (
            "tabs in a map",
            format!("{GOOD}x:\n{}", "\t\n".repeat(ROOM / 2)),
        ),
        (
            "tabs in a line",
            format!("{GOOD}x:{}y\n", "\t".repeat(ROOM)),
        ),
        (
            "tabs in a list",
            format!("{GOOD}x: [\n{}]\n", "\t\n".repeat(ROOM / 2)),
        ),
        (
            "tabs and letters in a list",
            format!("{GOOD}x: [\n{}]\n", "\ta,\n".repeat(40_000)),
        ),
        ("comments", lines("#\n")),
        ("line ends", lines("\n")),
        ("spaces", format!("{GOOD}x: {}", " ".repeat(ROOM))),
        ("document markers", lines("---\n")),
        (
            "control characters",
            format!("{GOOD}x: {}", "\u{7}".repeat(ROOM)),
        ),
    ]
}
