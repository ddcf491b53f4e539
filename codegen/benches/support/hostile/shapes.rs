//! Too deep, too wide, too often.

use super::{GOOD, Named, SIZE, fill, repeat};

/// How deep what is deep is.
const DEEP: usize = 10_000;

/// So many values are the most that is read, and a few less.
const VALUES: usize = 49_900;

/// So many values are the most that aliases may stand for.
const ALIASED: usize = 20_000;

/// Collections in collections.
pub fn nested() -> Vec<Named> {
    let around = |open: &str, count: usize, close: &str| {
        format!("{GOOD}x: {}1{}\n", open.repeat(count), close.repeat(count))
    };
    let stairs = (0..1_400).map(|depth| format!("{}a:\n", " ".repeat(depth)));
    vec![
        ("10,000 lists in lists", around("[", DEEP, "]")),
        ("10,000 maps in maps", around("{a: ", DEEP, "}")),
        ("500,000 lists in lists", around("[", SIZE / 2 - 50, "]")),
        ("10,000 lists of one line", around("- ", DEEP, "")),
        ("10,000 keys of keys", around("? ", DEEP, "")),
        (
            "a staircase",
            format!("{GOOD}x:\n{}", stairs.collect::<String>()),
        ),
    ]
}

/// Anchors and what stands for them.
pub fn aliases() -> Vec<Named> {
    let nine = |name: char, level: usize| vec![format!("*{name}{level}"); 9].join(", ");
    let lists = (1..40).map(|level| format!("a{level}: &a{level} [{}]\n", nine('a', level - 1)));
    let maps = (1..40).map(|level| {
        let merged = nine('m', level - 1);
        format!("m{level}: &m{level} {{<<: [{merged}], k{level}: v}}\n")
    });
    // Each merges all that are before it, and the last one is read.
    let mesh = (1..=10).map(|level| {
        let merged: Vec<_> = (0..level).map(|level| format!("*m{level}")).collect();
        format!(
            "m{level}: &m{level} {{<<: [{}], k{level}: v}}\n",
            merged.join(", ")
        )
    });
    let mesh = mesh.collect::<String>();
    let variables = |anchor: &str| format!("{anchor}\n{GOOD}variables:\n");
    let keys = repeat("", 2_000, "k#: v, ", "");
    vec![
        (
            "a bomb of lists",
            format!("a0: &a0 [x]\n{}{GOOD}", lists.collect::<String>()),
        ),
        (
            "a bomb of maps",
            format!("m0: &m0 {{k: v}}\n{}{GOOD}", maps.collect::<String>()),
        ),
        (
            "a mesh of merges",
            format!("m0: &m0 {{k: v}}\n{mesh}{GOOD}variables: *m10\n"),
        ),
        (
            "a map merged 6,000 times",
            repeat(
                &(variables("m: &m {k: v}") + "  <<: ["),
                ALIASED / 3 - 1,
                "*m, ",
                "]\n",
            ),
        ),
        (
            "a large map merged 4 times",
            repeat(
                &(variables(&format!("m: &m {{{keys}}}")) + "  <<: ["),
                4,
                "*m, ",
                "]\n",
            ),
        ),
        (
            "a merge many times",
            fill(&variables("m: &m {k: v}"), "  <<: *m\n", ""),
        ),
        (
            "a list in every variable",
            repeat(&variables("l: &l [x]"), ALIASED / 2 - 1, "  v#: *l\n", ""),
        ),
        (
            "250,000 anchors",
            fill(&format!("{GOOD}x: ["), "&a ,", "]\n"),
        ),
        (
            "48,000 anchors",
            repeat(&format!("{GOOD}x: ["), VALUES - 10, "&a ,", "]\n"),
        ),
    ]
}

/// Many of one thing.
pub fn wide() -> Vec<Named> {
    let below = |key: &str, values: usize, piece: &str| {
        repeat(&format!("{GOOD}{key}:\n"), VALUES / values, piece, "")
    };
    let target = format!("{GOOD}http: {{path: /, target_container: s9998}}\n");
    let rules = format!("{GOOD}http: {{path: /, additional_rules: [");
    vec![
        (
            "40,000 sidecars",
            repeat(
                &format!("{GOOD}sidecars:\n"),
                40_000,
                "  s#: {image: x}\n",
                "",
            ),
        ),
        ("sidecars", below("sidecars", 4, "  s#: {image: x}\n")),
        (
            "sidecars, and a target",
            repeat(
                &format!("{target}sidecars:\n"),
                VALUES / 4 - 4,
                "  s#: {image: x}\n",
                "",
            ),
        ),
        (
            "sidecars with ports",
            below("sidecars", 6, "  s#: {image: x, port: 1#}\n"),
        ),
        (
            "sidecars without an image",
            below("sidecars", 2, "  s#: {}\n"),
        ),
        ("variables", below("variables", 2, "  v#: x\n")),
        (
            "variables with URLs",
            below("variables", 2, "  v#: http://api:81\n"),
        ),
        (
            "variables with long URLs",
            below("variables", 2, "  v#: http://api.test.kudos.local:81/\n"),
        ),
        (
            "rules",
            repeat(
                &rules,
                VALUES / 5 - 5,
                "{path: x, target_container: api},",
                "]}\n",
            ),
        ),
        ("unknown keys", repeat(GOOD, VALUES / 2 - 10, "k#: x\n", "")),
        (
            "a key that is there twice",
            repeat(GOOD, VALUES / 2 - 10, "k#: x\n", "k7: x\n"),
        ),
        (
            "a list of letters",
            fill(&format!("{GOOD}x: ["), "a,", "]\n"),
        ),
        (
            "a map of letters",
            fill(&format!("{GOOD}x: {{"), "a,", "}\n"),
        ),
        ("a list of nothing", fill(&format!("{GOOD}x:\n"), "-\n", "")),
        ("colons", fill(&format!("{GOOD}x: {{"), ":,", "}\n")),
        (
            "tags",
            repeat(&format!("{GOOD}x: ["), VALUES - 10, "!!str a,", "]\n"),
        ),
        (
            "overrides",
            below("taskdef_overrides", 3, "- path: PortMappings\n"),
        ),
    ]
}

/// `environments`.
pub fn sections() -> Vec<Named> {
    let over = |base: &str, count: usize, section: &str| {
        repeat(&format!("{GOOD}{base}environments:\n"), count, section, "")
    };
    let sidecars = |count: usize| repeat("sidecars:\n", count, "  s#: {image: x, port: 1#}\n", "");
    let variables = |count: usize| repeat("variables:\n", count, "  v#: http://api:81\n", "");
    let keys = |count: usize| {
        format!(
            "  e#:\n{}",
            "    k#: x\n".repeat(count).replace("k#", "cpu")
        )
    };
    let connect = "  e#: {network: {connect: true}}\n";
    vec![
        ("1,000 sections", over("", 1_000, "  e#: {count: 2}\n")),
        ("1,000 sections that decide", over("", 1_000, connect)),
        (
            "1,000 sections of 1,000 bytes",
            over(
                "",
                1_000,
                &format!("  e#: {{variables: {{a: {}}}}}\n", "x".repeat(950)),
            ),
        ),
        ("1,000 sections of a double key", over("", 1_000, &keys(90))),
        (
            "1,000 sections over 4,000 sidecars",
            over(&sidecars(4_000), 1_000, connect),
        ),
        (
            "100 sections over 160 sidecars",
            over(&sidecars(160), 100, connect),
        ),
        (
            "14 sections over 1,000 sidecars",
            over(&sidecars(1_000), 14, connect),
        ),
        (
            "100 sections over 490 variables",
            over(&variables(490), 100, connect),
        ),
        (
            "1,000 sections over 20,000 variables",
            over(&variables(20_000), 1_000, connect),
        ),
        ("12,000 sections", over("", 12_000, "  e#:\n")),
        ("too many sections", over("", usize::MAX, "  e#:\n")),
        (
            "sections that are aliases",
            over("s: &s {network: {connect: true}}\n", 1_000, "  e#: *s\n"),
        ),
        (
            "sections merged into sections",
            over(
                "s: &s {network: {connect: true}}\n",
                1_000,
                "  e#: {<<: *s}\n",
            ),
        ),
    ]
}
