//! What is found of a package's sources, and what is said of the rest.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::lex::tokens;
use super::modules::Directory;
use super::package::{Roots, Target};
use super::read::read;
use super::walk::{Read, walk};

/// A package of these files, of which `src/lib.rs`, `src/main.rs` and `tests/*.rs` are roots: the files that were read,
/// those of tests with a `?`, and what is said of others.
fn seen(files: &[(&str, &[u8])]) -> (Vec<String>, Vec<String>, Vec<Read>) {
    let directory = TempDir::new().unwrap();
    let root = directory.path().canonicalize().unwrap();
    for (file, text) in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let is_root =
        |file: &&str| ["src/lib.rs", "src/main.rs"].contains(file) || file.starts_with("tests/");
    let roots = files.iter().map(|(file, _)| *file).filter(is_root);
    let roots = Roots {
        directory: root.clone(),
        targets: roots.map(|file| target(&root, file)).collect(),
    };
    let walked = walk(&roots, &root);
    let names = walked.files.iter().map(|file| {
        let mark = if file.is_test { "?" } else { "" };
        format!("{}{mark}", file.name)
    });
    let notes = walked.unseen.iter().map(|note| {
        let place = note.place.as_ref().unwrap();
        let why = note
            .message
            .strip_prefix("Rust that was not looked at: ")
            .unwrap();
        format!("{}:{}: {why}", place, place.column)
    });
    (names.collect(), notes.collect(), walked.files)
}

fn target(root: &Path, file: &str) -> Target {
    Target {
        file: root.join(file),
        is_test: file.starts_with("tests/"),
        is_library: file == "src/lib.rs",
    }
}

/// Files, of which the first is a root and those of a name with `!` are not to be read; what is said.
type Case = (
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

const FOLLOWED: &[Case] = &[
    // Nested, in both forms.
    (
        &[
            ("src/lib.rs", "mod a; mod b; mod r#type;"),
            ("src/a.rs", "mod c;"),
            ("src/a/c.rs", ""),
            ("src/b/mod.rs", "mod d;"),
            ("src/b/d.rs", "mod e;"),
            ("src/b/d/e/mod.rs", ""),
            ("src/type.rs", ""),
            ("src/!stray.rs", ""),
        ],
        &[],
    ),
    // In braces.
    (
        &[
            ("src/lib.rs", "mod x { mod y; mod z { mod w; } } mod a;"),
            ("src/x/y.rs", ""),
            ("src/x/z/w.rs", ""),
            ("src/a.rs", "mod in_a { mod deep; }"),
            ("src/a/in_a/deep.rs", ""),
        ],
        &[],
    ),
    // `#[path]`, also of a module in braces, and of both sides of a condition.
    (
        &[
            ("src/lib.rs", "#[path = \"other/x.rs\"] mod a; mod b;"),
            ("src/other/x.rs", "mod c;"),
            ("src/other/c.rs", ""),
            (
                "src/b.rs",
                "#[path = \"sys\"] mod s { mod t; } #[cfg_attr(unix, path = \"u.rs\")] #[cfg_attr(windows, path = \"w.rs\")] mod o;",
            ),
            ("src/sys/t.rs", ""),
            ("src/u.rs", ""),
            ("src/w.rs", ""),
        ],
        &[],
    ),
    // A path that counts sometimes, and the usual one.
    (
        &[
            (
                "src/lib.rs",
                "#[cfg_attr(feature = \"x\", path = \"x.rs\")] mod a;",
            ),
            ("src/x.rs", ""),
            ("src/a.rs", ""),
        ],
        &[],
    ),
    // What is included, as items and as an expression, and in it modules.
    (
        &[
            (
                "src/lib.rs",
                "include!(\"more/items.rs\"); fn f() -> u8 { include!(\"value.in\") } \
                     include!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/shared/\", \"all.rs\"));",
            ),
            ("src/more/items.rs", "mod m;"),
            ("src/more/m.rs", ""),
            ("src/value.in", "1 + 2"),
            ("shared/all.rs", ""),
        ],
        &[],
    ),
    // What is never compiled, and what a macro may make.
    (
        &[
            (
                "src/lib.rs",
                "#[cfg(any())] mod a; #[cfg(false)] mod b { mod c; } cfg_if! { if #[cfg(unix)] { mod u; } else { mod gone; } } \
                     macro_rules! m { () => { mod n; } }",
            ),
            ("src/!a.rs", ""),
            ("src/b/!c.rs", ""),
            ("src/u.rs", ""),
            ("src/!n.rs", ""),
        ],
        &[],
    ),
    // The stubs' own.
    (
        &[(
            "src/lib.rs",
            "include!(concat!(env!(\"OUT_DIR\"), \"/service-connect.rs\"));",
        )],
        &[],
    ),
    // What cannot be followed.
    (
        &[(
            "src/lib.rs",
            "mod gone;\n  #[path = \"no.rs\"] mod named;\n#[path = concat!(\"a\")] mod made;\n\
                 include!(concat!(env!(\"OUT_DIR\"), \"/x.rs\"));\ninclude!(\"gone.in\");",
        )],
        &[
            "src/lib.rs:1:5: there is no `src/gone.rs` or `src/gone/mod.rs`",
            "src/lib.rs:2:25: there is no `src/no.rs`",
            "src/lib.rs:3:28: the path of `made` is not written out",
            "src/lib.rs:4:1: the path of what is included is not written out",
            "src/lib.rs:5:1: there is no `src/gone.in`",
        ],
    ),
    // A circle.
    (
        &[
            ("src/lib.rs", "mod a;"),
            ("src/a.rs", "#[path = \"lib.rs\"] mod b;"),
        ],
        &["src/a.rs:1:24: it leads back to `src/lib.rs`"],
    ),
];

#[test]
fn files_that_lead_to_one_another_have_an_end() {
    let mut files = vec![("src/lib.rs".to_owned(), "include!(\"f0.rs\");".to_owned())];
    files.extend((0..2_000).map(|index| {
        let next = format!("include!(\"f{}.rs\");", index + 1);
        (format!("src/f{index}.rs"), next)
    }));
    let files: Vec<_> = files
        .iter()
        .map(|(file, text)| (file.as_str(), text.as_bytes()))
        .collect();
    let (names, notes, _) = seen(&files);
    assert_eq!(names.len(), 128);
    assert_eq!(notes, ["src/f126.rs:1:1: more than 128 files lead to it"]);
}

#[test]
fn modules_are_followed() {
    for (files, said) in FOLLOWED {
        let texts: Vec<_> = files
            .iter()
            .map(|(file, text)| (file.replace('!', ""), text.as_bytes()))
            .collect();
        let texts: Vec<_> = texts
            .iter()
            .map(|(file, text)| (file.as_str(), *text))
            .collect();
        let (mut names, notes, _) = seen(&texts);
        let mut expected: Vec<_> = files
            .iter()
            .map(|(file, _)| *file)
            .filter(|file| !file.contains('!'))
            .collect();
        names.sort();
        expected.sort_unstable();
        assert_eq!(names, expected, "{files:?}: {notes:?}");
        assert_eq!(notes, *said, "{files:?}");
    }
}

#[test]
fn a_file_that_is_none_is_said() {
    let large = vec![b' '; (1 << 20) + 1];
    let (names, notes, _) = seen(&[
        ("src/lib.rs", b"mod binary; mod large; mod odd;\nmod open;"),
        ("src/binary.rs", b"\n\xff"),
        ("src/large.rs", &large),
        // What the compiler refuses, and can be read.
        ("src/odd.rs", b"fn 5() {}"),
        ("src/open.rs", b"fn f() {\n"),
    ]);
    assert_eq!(names, ["src/lib.rs", "src/odd.rs"]);
    assert_eq!(
        notes,
        [
            "src/binary.rs:1: line 2 is not UTF-8",
            "src/large.rs:1: it is larger than 1 MiB",
            "src/open.rs:1:8: it does not parse: the bracket is never closed",
        ]
    );
}

#[test]
fn a_file_is_there_once_and_of_tests_only_if_nothing_else_has_it() {
    let (names, notes, files) = seen(&[
        (
            "src/lib.rs",
            b"mod a; #[cfg(test)] mod t; mod services { service_connect::clients!(); }",
        ),
        ("src/a.rs", b""),
        ("src/t.rs", b"mod deep;"),
        ("src/t/deep.rs", b""),
        ("src/main.rs", b"mod a; mod only;"),
        ("src/only.rs", b""),
        (
            "tests/it.rs",
            b"#[path = \"../src/only.rs\"] mod only; mod common;",
        ),
        ("tests/common/mod.rs", b""),
    ]);
    assert_eq!(
        names,
        [
            "src/lib.rs",
            "src/a.rs",
            "src/t.rs?",
            "src/t/deep.rs?",
            "src/main.rs",
            "src/only.rs",
            "tests/it.rs?",
            "tests/common/mod.rs?",
        ]
    );
    assert!(notes.is_empty(), "{notes:?}");
    let deep = &files[3];
    assert_eq!((&*deep.module.join("::"), deep.root), ("t::deep", 0));
    assert_eq!(files[5].root, 4);
}

/// Pieces of sources, with something put in or taken out.
#[test]
fn whatever_is_written_is_read_or_refused() {
    const SOURCES: [&str; 3] = [
        include_str!("read/mod.rs"),
        include_str!("lex.rs"),
        "#[a] #![b] mod c; use d::{e as f, *}; r#\"g\"# 'h' b'\\'' #[cfg_attr(i, path = \"j\")] mod k { clients!(); } ::l::M::get(",
    ];
    const BITS: [&str; 24] = [
        "#",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "!",
        "::",
        "mod",
        "use",
        "type",
        "=",
        ";",
        "\"",
        "'",
        "r#",
        "//",
        "/*",
        "\\",
        "ä",
        "#[cfg(test)]",
        "trait",
        "\u{feff}",
    ];
    let mut state = 0x2545_f491_u32;
    let mut below = move |limit: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % limit
    };
    let mut read_through = 0;
    for _ in 0..3000 {
        let source: Vec<char> = SOURCES[below(SOURCES.len())].chars().collect();
        let start = below(source.len());
        let end = source.len().min(start + below(200));
        let mut piece: Vec<String> = source[start..end].iter().map(char::to_string).collect();
        for _ in 0..below(8) {
            let at = below(piece.len() + 1);
            if below(3) > 0 || at == piece.len() {
                piece.insert(at, BITS[below(BITS.len())].to_owned());
            } else {
                piece.remove(at);
            }
        }
        let text = piece.concat();
        let Ok(tokens) = tokens(&text) else {
            continue;
        };
        let source = read(&text, &tokens, Directory::of_root(Path::new("src/lib.rs")));
        for marked in &source.attributes {
            let inside =
                marked.item.start <= marked.bytes.start && marked.bytes.end <= marked.item.end;
            assert!(
                inside && text.get(marked.arguments.clone()).is_some(),
                "{text:?}"
            );
        }
        read_through += 1;
    }
    assert!(read_through > 300, "only {read_through} were read");
}
