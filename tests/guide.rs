//! What `docs/guide.md` shows is so: its manifests, in the order in which it has them, what the plugin and the compiler say
//! of each, and code that stands elsewhere. Its other code is compiled by the crate in `tests/guide`, where its errors are
//! brought about too.
//!
//! After a change that is meant, `BLESS=1 cargo test --test guide` writes the outputs anew.

use std::fmt::Write as _;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use granit_parser::Parser;
use service_connect_codegen::copilot::{Options, Workspace};
use service_connect_codegen::{Need, Reference};
use tempfile::TempDir;

const GUIDE: &str = "docs/guide.md";

/// The application that the guide's code is compiled with.
const APPLICATION: &str = "tests/guide/copilot";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

/// A block of code: the language behind its fence, and its lines.
struct Block<'a> {
    language: &'a str,
    text: &'a str,
}

impl Block<'_> {
    /// The file that its first line names, and the other lines.
    fn file(&self, comment: &str) -> Option<(&str, &str)> {
        let (first, rest) = self.text.split_once('\n')?;
        let path = first.strip_prefix(comment)?;
        Path::new(path).extension().map(|_| (path, rest))
    }
}

/// The document with each block replaced by what `write` makes of it.
fn rewritten(guide: &str, mut write: impl FnMut(&Block<'_>) -> String) -> String {
    let mut parts = guide.split("\n```");
    let mut document = parts.next().unwrap_or_default().to_owned();
    while let (Some(block), Some(prose)) = (parts.next(), parts.next()) {
        let (language, text) = block.split_once('\n').unwrap_or((block, ""));
        let text = write(&Block { language, text });
        let _ = write!(document, "\n```{language}\n{text}\n```{prose}");
    }
    document
}

fn blocks(guide: &str, mut look: impl FnMut(&Block<'_>)) {
    rewritten(guide, |block| {
        look(block);
        block.text.to_owned()
    });
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = entry
            .map(|entry| (entry.path(), to.join(entry.file_name())))
            .unwrap();
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

#[test]
fn each_step_is_as_the_guide_shows_it() {
    let guide = read(GUIDE);
    let app = TempDir::new().unwrap();
    copy(&root().join(APPLICATION), &app.path().join("copilot"));
    let mut written = Vec::new();
    let document = rewritten(&guide, |block| {
        match (block.language, block.file("# ")) {
            ("yaml", Some((path, text))) => {
                let text = format!("{text}\n");
                let file = app.path().join(path);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, &text).unwrap();
                written.push((path.to_owned(), text));
                let checked = run(app.path(), &["check"]);
                assert!(checked.status.success(), "{path}: {checked:#?}");
            }
            ("console", _) => return said(app.path(), block.text),
            ("text", _) if block.text.starts_with("error: ") => return compiled(app.path()),
            _ => {}
        }
        block.text.to_owned()
    });
    let last = "copilot/billing/manifest.yml";
    let file = (last.to_owned(), read(&format!("tests/guide/{last}")));
    assert!(
        written.contains(&file),
        "no step is what the code is compiled with: {file:?}"
    );
    if env::var_os("BLESS").is_some() {
        fs::write(root().join(GUIDE), &document).unwrap();
    }
    let guide = read(GUIDE);
    let mut lines = document.lines().zip(guide.lines());
    let difference = lines.find(|(expected, found)| expected != found);
    assert!(
        document == guide,
        "{GUIDE} is not what it has to be, first in {difference:?}: `BLESS=1 cargo test --test guide` writes it"
    );
}

/// Runs `cargo service-connect` with these arguments.
fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-service-connect"))
        .args(["service-connect", "--color", "never"])
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap()
}

/// The commands of a block, each with what it prints.
fn said(directory: &Path, block: &str) -> String {
    let mut said = String::new();
    for command in block.lines().filter(|line| line.starts_with("$ ")) {
        let arguments = command
            .strip_prefix("$ cargo service-connect ")
            .expect(command);
        let arguments: Vec<_> = arguments.split(' ').collect();
        let ran = run(directory, &arguments);
        let _ = writeln!(said, "{command}");
        for line in [ran.stdout, ran.stderr].concat().lines() {
            let _ = writeln!(said, "{}", line.unwrap().trim_end());
        }
    }
    said.trim_end().to_owned()
}

/// What the compiler says of `#[service_client("billing")]` in a crate that runs as `front-end`.
fn compiled(directory: &Path) -> String {
    let workspace = Workspace::find(directory).unwrap();
    let application = workspace.load(&Options::default()).application;
    let reference = Reference {
        service: "billing",
        need: Need::ServiceConnect,
        environments: None,
    };
    let caller = application.service("front-end").unwrap();
    let findings = reference.check(&application, &[caller]);
    let findings = findings.iter().map(|finding| format!("error: {finding}"));
    findings
        .collect::<Vec<_>>()
        .join("\n")
        .replace('\n', "\n       ")
}

#[test]
fn code_that_stands_elsewhere_is_what_stands_there() {
    let mut count = 0;
    blocks(&read(GUIDE), |block| {
        if block.language == "rs" {
            let (path, text) = block.file("// ").expect("it names its file");
            let lines = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
            assert!(
                lines(&read(path)).contains(&lines(text)),
                "{path} has no\n{text}"
            );
            count += 1;
        }
    });
    assert!(count > 3);
}

#[test]
fn what_is_no_manifest_can_be_read_too() {
    let mut languages = Vec::new();
    blocks(&read(GUIDE), |block| {
        languages.push(block.language.to_owned());
        match block.language {
            "yaml" => {
                let events: Result<Vec<_>, _> = Parser::new_from_str(block.text).collect();
                assert!(events.is_ok(), "{events:?} in\n{}", block.text);
            }
            "sh" => {
                let read = Command::new("bash").args(["-n", "-c", block.text]).status();
                assert!(read.unwrap().success(), "{}", block.text);
            }
            "rust" | "rs" | "console" | "text" => {}
            other => panic!("nobody looks at `{other}`:\n{}", block.text),
        }
    });
    assert!(languages.iter().any(|language| language == "sh"));
}

/// GitHub's name for a heading.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
    kept.collect::<String>().replace(' ', "-")
}

#[test]
fn links_lead_somewhere() {
    let guide = read(GUIDE);
    let anchors = |document: &str| {
        let headings = document.lines().filter(|line| line.starts_with('#'));
        headings.map(anchor).collect::<Vec<_>>()
    };
    let links = guide
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    let links: Vec<_> = links
        .map(|(link, _)| link)
        .filter(|link| !link.starts_with("https://"))
        .collect();
    assert!(links.len() > 10, "{links:?}");
    for link in links {
        let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
        let path =
            PathBuf::from(GUIDE).with_file_name(if path.is_empty() { "guide.md" } else { path });
        assert!(root().join(&path).exists(), "{link}");
        if !fragment.is_empty() {
            let document = read(path.to_str().unwrap());
            assert!(anchors(&document).contains(&fragment.to_owned()), "{link}");
        }
    }
}
