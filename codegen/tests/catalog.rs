//! The catalog: what is written is read again, and what is damaged is an error, never a panic.

mod support;

use std::path::Path;

use service_connect_codegen::copilot::Options;
use service_connect_codegen::{
    CATALOG_FORMAT, Catalog, CatalogError, Code, Finding, Place, Severity,
};
use support::{TEST, WORKSPACE, lay_out, load_from};

/// An application with everything in it that a catalog can hold.
const FILES: &[(&str, &str)] = &[
    WORKSPACE,
    TEST,
    ("copilot/environments/old/manifest.yml", ""),
    (
        "copilot/api/manifest.yml",
        "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\nnetwork:\n  connect:\n    alias: \
         ${COPILOT_SERVICE_NAME}.${COPILOT_ENVIRONMENT_NAME}\nenvironments:\n  old: {network: {connect: false}}\n  \
         away: {image: {port: 82}}\n  far: {}\n",
    ),
    (
        "copilot/odd/manifest.yml",
        "name: \"tab\\tnew\\nline\\rquote\\\"back\\\\t=slash: ✓\"\ntype: Backend Service\n\
         image: {location: x, port: 1}\nnetwork: {connect: {alias: \"a\\tb=c\\\\\"}}\n",
    ),
    (
        "copilot/udp/manifest.yml",
        "name: udp\ntype: Load Balanced Web Service\nimage: {location: x, port: 53}\nhttp: false\nnlb: {port: 53/udp}\n\
         environments:\n  test: {image: {port: 54}}\n",
    ),
    (
        "copilot/worker/manifest.yml",
        "name: worker\ntype: Worker Service\nimage: {location: x}\n",
    ),
    ("copilot/broken/manifest.yml", "name: [\n"),
    ("copilot/typeless/manifest.yml", "name: ''\n"),
    (
        "copilot/refused/manifest.yml",
        "name: refused\ntype: Backend Service\nimage: {location: x}\nenvironments:\n  test: {image: {port: 'a\tb'}}\n",
    ),
    (
        "copilot/site/manifest.yml",
        "name: site\ntype: Static Site\nfiles: [{source: x}]\n",
    ),
];

fn catalog_of(root: &Path) -> Catalog {
    let options = Options {
        legacy_environments: vec!["old".into(), "far".into()],
        ..Options::default()
    };
    let finding = Finding::warning(Code::InvalidMetadata, "a\tmessage\nof \\ two lines")
        .at(&Place::new("C:\\odd:file\t.toml", 7, 3, 10..12))
        .help("help=me\r\n");
    let note = Finding {
        severity: Severity::Note,
        ..Finding::error(Code::NoApplication, "")
    };
    Catalog {
        package: "front-end".into(),
        callers: vec!["api".into(), "nobody\t".into()],
        problems: vec![finding, note],
        application: load_from(root, options).application,
    }
}

fn full() -> Catalog {
    catalog_of(lay_out(FILES).path())
}

#[test]
fn what_is_written_is_read_again() {
    let catalog = full();
    assert_eq!(catalog.application.services.len(), 8);
    assert!(
        catalog
            .application
            .services
            .iter()
            .any(|service| service.kind.is_none())
    );
    let text = catalog.write();
    assert_eq!(Catalog::read(&text).as_ref(), Ok(&catalog), "{text}");
    let environments: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("environment\t"))
        .collect();
    let expected = [
        "environment\taway\tunlisted",
        "environment\tfar\tlegacy\tunlisted",
        "environment\told\tlegacy",
        "environment\ttest",
    ];
    assert_eq!(environments, expected, "what an environment is, is kept");
    let callers: Vec<_> = catalog
        .calling_services()
        .iter()
        .map(|service| &*service.name)
        .collect();
    assert_eq!(callers, ["api"], "those that exist");
}

#[test]
fn the_smallest_catalog_is_read_again() {
    let catalog = Catalog::default();
    assert_eq!(Catalog::read(&catalog.write()), Ok(catalog));
}

#[test]
fn the_same_application_gives_the_same_bytes() {
    let [first, second] = [lay_out(FILES), lay_out(FILES)];
    let mut backwards: Vec<_> = FILES.to_vec();
    backwards.reverse();
    let third = lay_out(&backwards);
    let text = catalog_of(first.path()).write();
    assert_eq!(text, catalog_of(first.path()).write(), "read twice");
    assert_eq!(
        text,
        catalog_of(second.path()).write(),
        "in another directory"
    );
    assert_eq!(
        text,
        catalog_of(third.path()).write(),
        "written in another order"
    );
    let own = first.path().to_str().unwrap();
    assert!(!text.contains(own), "no path of this machine is in it");
}

#[test]
fn a_record_is_a_line() {
    let text = full().write();
    let roles = [
        "service-connect catalog",
        "package",
        "application",
        "caller",
        "problem",
        "environment",
        "service",
        "base",
        "in",
    ];
    for line in text.lines() {
        assert!(roles.iter().any(|role| line.starts_with(role)), "{line}");
    }
    assert!(text.ends_with('\n'));
}

#[test]
fn another_format_is_told_from_a_damaged_file() {
    let text = Catalog::default().write();
    let newer = text.replacen(&CATALOG_FORMAT.to_string(), "999", 1);
    let error = Catalog::read(&newer).unwrap_err();
    assert_eq!(error, CatalogError::Format("999".to_owned()));
    assert!(error.to_string().contains("to the same version"), "{error}");
    for other in [
        "",
        "\n",
        "{}",
        "service-connect catalog",
        "Service-Connect Catalog 1\n",
    ] {
        let error = Catalog::read(other).unwrap_err();
        assert_eq!(error, CatalogError::Format("none".to_owned()), "{other:?}");
    }
}

#[test]
fn a_damaged_line_is_named() {
    let head = format!("service-connect catalog {CATALOG_FORMAT}\npackage\tx\n");
    let place = "copilot/api/manifest.yml:1:1:0:1";
    let service = format!("service\tapi\tapi\t{place}\t{place}");
    let rows = [
        ("an unknown record", "servise\tapi\n".to_owned(), 3),
        ("an empty line", "\n".to_owned(), 3),
        ("too few fields", "application\n".to_owned(), 3),
        ("too many fields", "application\ta\tb\n".to_owned(), 3),
        (
            "a place without numbers",
            "service\tapi\tapi\tmanifest.yml\tmanifest.yml\n".to_owned(),
            3,
        ),
        (
            "a place beyond numbers",
            "service\tapi\tapi\ta:1:1:0:1\ta:99999999999:1:0:1\n".to_owned(),
            3,
        ),
        ("an unknown kind", format!("{service}\tLambda\n"), 3),
        ("a deployment of nothing", "base\tconnect\n".to_owned(), 3),
        (
            "a deployment of an unknown kind",
            format!("{service}\nbase\tconnect\n"),
            4,
        ),
        ("two kinds", format!("{service}\tWorker Service\tx\n"), 3),
        (
            "an unknown flag",
            "environment\ttest\tlisted\n".to_owned(),
            3,
        ),
        (
            "an unknown field",
            format!("{service}\tBackend Service\nbase\tconnekt\n"),
            4,
        ),
        (
            "a port that is none",
            format!("{service}\tBackend Service\nbase\tport=x\tport-place={place}\n"),
            4,
        ),
        (
            "a port without a place",
            format!("{service}\tBackend Service\nbase\tport=80\n"),
            4,
        ),
        (
            "a place that is none",
            format!("{service}\tBackend Service\nbase\tconnect-place=zzz\n"),
            4,
        ),
        (
            "an alias without a template",
            format!("{service}\tBackend Service\nbase\talias=a\talias-place={place}\n"),
            4,
        ),
        (
            "an unknown code",
            "problem\tno-such-code\terror\tm\n".to_owned(),
            3,
        ),
        (
            "an unknown severity",
            "problem\tno-way\tfatal\tm\n".to_owned(),
            3,
        ),
        ("no message", "problem\tno-way\terror\n".to_owned(), 3),
        (
            "a deployment too few",
            format!("environment\ttest\n{service}\tBackend Service\nbase\n"),
            5,
        ),
        (
            "a deployment too many",
            format!("{service}\tBackend Service\nbase\nin\t=\n"),
            5,
        ),
    ];
    for (rule, body, line) in rows {
        let error = Catalog::read(&format!("{head}{body}")).unwrap_err();
        assert_eq!(error, CatalogError::Line(line), "{rule}");
        assert!(
            error.to_string().contains(&format!("line {line} ")),
            "{error}"
        );
        assert!(error.to_string().contains("cargo clean"), "{error}");
    }
}

/// What is read from `text`, if anything, is as good as if it had been written so.
fn read_without_panic(text: &str) {
    if let Ok(catalog) = Catalog::read(text) {
        assert_eq!(
            Catalog::read(&catalog.write()).as_ref(),
            Ok(&catalog),
            "{text}"
        );
    }
}

#[test]
fn no_damage_makes_it_panic() {
    let text = full().write();
    for (end, _) in text.char_indices() {
        read_without_panic(&text[..end]);
    }
    let chars: Vec<char> = text.chars().collect();
    for position in 0..chars.len() {
        let mut damaged = chars.clone();
        damaged[position] = ['\t', '\n', '\\', '=', ':', '9', '\0'][position % 7];
        read_without_panic(&damaged.iter().collect::<String>());
        damaged.remove(position);
        read_without_panic(&damaged.iter().collect::<String>());
    }
    let lines: Vec<&str> = text.lines().collect();
    for dropped in 0..lines.len() {
        let mut damaged = lines.clone();
        let line = damaged.remove(dropped);
        read_without_panic(&damaged.join("\n"));
        damaged.push(line);
        read_without_panic(&damaged.join("\n"));
    }
}
