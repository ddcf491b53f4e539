//! `dev` in the metadata: what `cargo service-connect dev` takes for services.

use std::fs;
use std::path::Path;

use service_connect_codegen::copilot::{Options, Workspace};
use service_connect_codegen::{Finding, Severity, StandIn, StandInSource};
use tempfile::TempDir;

fn read(directory: &Path, section: &str) -> (Vec<StandIn>, Vec<String>) {
    fs::create_dir_all(directory.join("copilot")).unwrap();
    let text = format!("[workspace]\n[workspace.metadata.service-connect.dev]\n{section}\n");
    fs::write(directory.join("Cargo.toml"), text).unwrap();
    let workspace = Workspace::find(directory).unwrap();
    let (options, findings) = Options::from_cargo(directory, &workspace);
    (
        options.stand_ins,
        findings.iter().map(Finding::line).collect(),
    )
}

#[test]
fn a_stand_in_is_a_command_or_an_address_or_both() {
    let directory = TempDir::new().unwrap();
    let below = directory.path().canonicalize().unwrap();
    let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
    let address = |address: &str| Some(address.to_owned());
    for (declared, expected) in [
        (
            "command = [\"redis-server\", \"--port\", \"$PORT\"]",
            (words(&["redis-server", "--port", "$PORT"]), "", None),
        ),
        (
            "command = \" npm run  dev \", directory = \"web\"",
            (words(&["npm", "run", "dev"]), "web", None),
        ),
        (
            "address = \"127.0.0.1:6379\"",
            (None, "", address("127.0.0.1:6379")),
        ),
        (
            "address = \"https://mail.example/\"",
            (None, "", address("https://mail.example/")),
        ),
        (
            "command = [\"./up\"], address = \"[::1]:80\"",
            (words(&["./up"]), "", address("[::1]:80")),
        ),
    ] {
        let (command, place, address) = expected;
        let (stand_ins, findings) = read(&below, &format!("redis = {{ {declared} }}"));
        assert_eq!(findings, [""; 0], "{declared}");
        let [redis] = &stand_ins[..] else {
            panic!("{declared}")
        };
        assert_eq!((&*redis.name, redis.place.line), ("redis", 3));
        let expected = StandInSource {
            command,
            directory: below.join(place),
            address,
        };
        let mut found = redis.source.clone().unwrap();
        found.directory = found.directory.components().collect();
        let expected = StandInSource {
            directory: expected.directory.components().collect(),
            ..expected
        };
        assert_eq!(found, expected, "{declared}");
    }
}

#[test]
fn a_wrong_stand_in_is_found_at_its_place_and_the_others_are_read() {
    let directory = TempDir::new().unwrap();
    let found = |section: &str, is_wrong: bool| {
        let section = format!("{section}\ncache = {{ address = \"127.0.0.1:1\" }}");
        let (stand_ins, findings) = read(directory.path(), &section);
        let sources = stand_ins
            .iter()
            .map(|stand_in| (&*stand_in.name, stand_in.source.is_err()));
        let expected = [("cache", false), ("redis", is_wrong)];
        assert_eq!(sources.collect::<Vec<_>>(), expected, "{section}");
        let [finding] = &findings[..] else {
            panic!("{section}: {findings:?}")
        };
        finding.clone()
    };
    for (declared, sentence) in [
        ("5", "`dev.redis` has to be a table"),
        (
            "{}",
            "a service of `dev` has a `command` or an `address`, and `redis` has neither [invalid-metadata]; write `command = [",
        ),
        ("{ command = [] }", "`command` has to be a list of words"),
        (
            "{ command = [\"a\", 5] }",
            "`command` has to be a list of words",
        ),
        ("{ command = \" \" }", "`command` has to be a list of words"),
        ("{ address = 6379 }", "`address` has to be `host:port`"),
        (
            "{ address = \"a:1\", directory = \"x\" }",
            "`directory` is that of a `command`, and there is none",
        ),
    ] {
        let finding = found(&format!("redis = {declared}"), true);
        let start = format!("Cargo.toml:3: {sentence}");
        assert!(finding.starts_with(&start), "{declared}: {finding}");
    }
    let finding = found("redis = { comand = 5, address = \"a:1\" }", false);
    assert!(finding.ends_with("did you mean `command`?"), "{finding}");
}

#[test]
fn what_is_wrong_is_an_error_of_dev_and_a_warning_of_the_metadata() {
    let directory = TempDir::new().unwrap();
    fs::create_dir(directory.path().join("copilot")).unwrap();
    for dev in ["5", "{ redis = 5 }"] {
        let text = format!("[workspace]\n[workspace.metadata.service-connect]\ndev = {dev}\n");
        fs::write(directory.path().join("Cargo.toml"), text).unwrap();
        let workspace = Workspace::find(directory.path()).unwrap();
        let (options, findings) = Options::from_cargo(directory.path(), &workspace);
        let wrong = options.stand_ins[0].source.as_ref().unwrap_err();
        let severities = (wrong.severity, findings[0].severity);
        assert_eq!(severities, (Severity::Error, Severity::Warning), "{dev}");
        assert_eq!(wrong.message, findings[0].message);
    }
}
