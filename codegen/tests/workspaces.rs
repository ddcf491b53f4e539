//! The directory `copilot/` as a whole: where it is, what it is called, and in which order its findings come.

mod support;

use service_connect_codegen::copilot::{Options, Workspace};
use support::{PROD, TEST, WORKSPACE, lay_out, listed, load, load_from, write};

const API: (&str, &str) = (
    "copilot/api/manifest.yml",
    "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\n",
);

/// A rule, the file, the name in it, what is found.
type NameRow = (
    &'static str,
    &'static [u8],
    Option<&'static str>,
    &'static [&'static str],
);

#[test]
fn the_name_is_in_the_workspace_file() {
    let rows: &[NameRow] = &[
        (
            "as Copilot writes it",
            b"application: kudos\n",
            Some("kudos"),
            &[],
        ),
        (
            "other keys are ignored",
            b"path: x\napplication: kudos\n",
            Some("kudos"),
            &[],
        ),
        ("an empty file has none", b"", None, &[]),
        ("no such key", b"app: kudos\n", None, &[]),
        ("no map", b"- kudos\n", None, &[]),
        (
            "not YAML",
            b"application: }\n",
            None,
            &["error invalid-yaml copilot/.workspace:1"],
        ),
        (
            "not UTF-8",
            b"application: \xff\n",
            None,
            &["error unreadable-file copilot/.workspace"],
        ),
    ];
    for (rule, text, name, findings) in rows {
        let directory = lay_out(&[API, TEST]);
        write(directory.path(), WORKSPACE.0, text);
        let loaded = load_from(directory.path(), Options::default());
        assert_eq!(loaded.application.name.as_deref(), *name, "{rule}");
        assert_eq!(listed(&loaded.findings), *findings, "{rule}");
        assert!(loaded.application.service("api").is_some(), "{rule}");
        let options = Options {
            application: Some("other".into()),
            ..Options::default()
        };
        let loaded = load_from(directory.path(), options);
        assert_eq!(
            loaded.application.name.as_deref(),
            Some("other"),
            "{rule}: an option wins"
        );
    }
    let loaded = load(&[API, TEST]);
    assert_eq!(loaded.application.name, None, "no such file");
    assert_eq!(listed(&loaded.findings), [""; 0], "it may be missing");
    let [environment] = &loaded.application.environments[..] else {
        panic!()
    };
    assert_eq!(loaded.application.discovery_endpoint(environment), None);
}

#[test]
fn findings_come_each_once_in_the_order_of_files_and_lines() {
    let loaded = load(&[
        ("copilot/.workspace", "application: [\n"),
        TEST,
        PROD,
        (
            "copilot/a/manifest.yml",
            "name: b\ntype: Backend Service\nimage: {location: '${A}', port: 80}\nnetwork:\n  connect:\n    \
             alias: ${COPILOT_SERVICE_NAME}\nvariables: {B: '${B}${B}', C: '${A}${B}'}\n",
        ),
        (
            "copilot/b/manifest.yml",
            "name: b\ntype: Backend Service\nimage: {location: x, port: x}\n",
        ),
        (
            "copilot/c/manifest.yml",
            "name: c\ntype: Backend Service\nimage: {location: x}\nenvironments:\n  test:\n    image: {port: a}\n",
        ),
    ]);
    let expected = [
        "error invalid-yaml copilot/.workspace:1",
        "warning name-differs copilot/a/manifest.yml:1",
        "warning undefined-variable copilot/a/manifest.yml:3",
        "warning service-name-variable copilot/a/manifest.yml:6",
        "warning undefined-variable copilot/a/manifest.yml:7",
        "warning undefined-variable copilot/a/manifest.yml:7",
        "warning undefined-variable copilot/a/manifest.yml:7",
        "error duplicate-service copilot/b/manifest.yml:1",
        "error invalid-value copilot/b/manifest.yml:3",
        "error invalid-value copilot/c/manifest.yml:6",
    ];
    assert_eq!(listed(&loaded.findings), expected);
}

#[test]
fn the_nearest_copilot_directory_counts_five_levels_up() {
    let directory = lay_out(&[
        WORKSPACE,
        ("a/b/c/d/e/f/g", ""),
        ("a/b/copilot/.workspace", ""),
    ]);
    let root = directory.path().canonicalize().unwrap();
    let find = |from: &str| Workspace::find(&root.join(from)).map(|workspace| workspace.root);
    assert_eq!(find(""), Some(root.clone()), "here");
    assert_eq!(find("copilot"), Some(root.clone()), "in it");
    assert_eq!(find("a/b"), Some(root.join("a/b")), "the nearest");
    assert_eq!(
        find("a/b/c/d/e/f"),
        Some(root.join("a/b")),
        "four levels up"
    );
    assert_eq!(find("nowhere"), None);
    std::fs::remove_dir_all(root.join("a/b/copilot")).unwrap();
    assert_eq!(find("a/b/c/d/e"), Some(root.clone()), "five levels up");
    assert_eq!(find("a/b/c/d/e/f"), None, "six levels up");
}
