//! `check` says of Rust sources what the compiler says of them: `tests/ui`, where its words are kept, without compiling.

#[allow(dead_code)]
mod plugin_support;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use plugin_support::{App, run};
use serde_json::Value;

/// A finding in a source: its code and message, the line, and the column.
type Said = (String, String, String, usize);

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut fixtures: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        // Without manifests there is nothing to check.
        .filter(|fixture| fixture.join("copilot").is_dir())
        .collect();
    fixtures.sort();
    assert!(fixtures.len() > 5, "the fixtures are gone: {fixtures:?}");
    fixtures
}

#[test]
fn the_plugin_says_what_the_compiler_says() {
    let mut compared = 0;
    for fixture in fixtures() {
        let app = workspace(&fixture);
        let run = run(&app.path(), &["check", "--format", "json"]);
        assert_ne!(run.code, Some(2), "{fixture:?}: {}", run.stderr);
        let mut said = findings(&app, &run.stdout);
        for source in sources(&fixture, "fail") {
            let expected = of_compiler(&source);
            compared += expected.len();
            let name = file_name(&source);
            let mut said = said.remove(&name).unwrap_or_default();
            said.sort();
            assert_eq!(said, expected, "{}", source.display());
        }
        // And nothing of what compiles.
        assert!(said.is_empty(), "{fixture:?}: {said:#?}");
    }
    assert!(compared > 75, "only {compared} errors were compared");
}

/// The fixture as a cargo workspace, in which each source is a program.
fn workspace(fixture: &Path) -> App {
    let mut app = App::empty();
    app = copy(app, fixture, Path::new("copilot"));
    let manifest = fs::read_to_string(fixture.join("Cargo.toml")).unwrap();
    app = app.file(
        "Cargo.toml",
        format!("{manifest}\n[dependencies]\nservice-connect = \"0.1\"\n"),
    );
    // Its catalog is another package's, as if there were no build script.
    if fixture.file_name().unwrap() != "other-package" {
        app = app.file("build.rs", "fn main() {}\n");
    }
    for source in ["pass", "fail"]
        .iter()
        .flat_map(|folder| sources(fixture, folder))
    {
        let text = fs::read(&source).unwrap();
        app = app.file(&format!("src/bin/{}", file_name(&source)), text);
    }
    app
}

fn copy(mut app: App, from: &Path, path: &Path) -> App {
    for entry in fs::read_dir(from.join(path)).unwrap() {
        let path = path.join(entry.unwrap().file_name());
        if from.join(&path).is_dir() {
            app = copy(app, from, &path);
        } else {
            app = app.file(path.to_str().unwrap(), fs::read(from.join(&path)).unwrap());
        }
    }
    app
}

fn sources(fixture: &Path, folder: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(fixture.join(folder)) else {
        return Vec::new();
    };
    let files = entries.map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The file's name with that of its folder, because a `trait.rs` is in both.
fn file_name(source: &Path) -> String {
    let folder = source
        .parent()
        .unwrap()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap();
    format!("{folder}_{}", source.file_name().unwrap().to_str().unwrap())
}

/// The errors of `check` in each source.
fn findings(app: &App, lines: &str) -> HashMap<String, Vec<Said>> {
    let mut said: HashMap<String, Vec<Said>> = HashMap::new();
    for line in lines.lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        let reference = finding.get("reference").unwrap_or(&finding);
        let Some(file) = reference["file"]
            .as_str()
            .filter(|file| file.starts_with("src/bin/"))
        else {
            continue;
        };
        if finding["code"] == "unseen-source" {
            // Its references are checked all the same, and for URLs it has to parse.
            continue;
        }
        assert_eq!(finding["severity"], "error", "{line}");
        let number = |key: &str| usize::try_from(reference[key].as_u64().unwrap()).unwrap();
        let text = fs::read_to_string(app.path().join(file)).unwrap();
        let shown = text.lines().nth(number("line") - 1).unwrap();
        let word = |key: &str| finding[key].as_str().unwrap().to_owned();
        let file = file.strip_prefix("src/bin/").unwrap().to_owned();
        let error = (
            word("code"),
            word("message"),
            shown.to_owned(),
            number("column"),
        );
        said.entry(file).or_default().push(error);
    }
    said
}

/// What the compiler says of a source and what is ours of that, which is what has a code.
fn of_compiler(source: &Path) -> Vec<Said> {
    let errors = fs::read_to_string(source.with_extension("stderr")).unwrap();
    let text = fs::read_to_string(source).unwrap();
    let errors = errors.split("\n\n").filter_map(|error| {
        let mut lines = error.lines();
        let (_, title) = lines.next()?.split_once(": ")?;
        let (message, code) = match title
            .strip_suffix(']')
            .and_then(|title| title.rsplit_once(" ["))
        {
            Some((message, code)) => (message.to_owned(), code.to_owned()),
            // The trait behind it cannot know the service.
            None if title.starts_with("this service is called over https") => {
                (https(&text), "needs-tls".to_owned())
            }
            // What is no type of a service is nothing to the compiler, and to us a service that is not there.
            None => {
                let gone = title.strip_prefix("cannot find type `")?;
                let (gone, _) = gone.split_once('`')?;
                let message = format!("there is no service with the type `{gone}`");
                (message, "unknown-service".to_owned())
            }
        };
        // The plugin says it at the manifest, once.
        if message.contains(" is wrong: ") {
            return None;
        }
        // The line, and below it the mark.
        let shown: Vec<_> = lines
            .filter_map(|line| line.trim_start().strip_prefix('|'))
            .take(3)
            .collect();
        let column = shown[2].find('^').expect("a mark stands below the line");
        Some((code, message, shown[1][1..].to_owned(), column))
    });
    let mut errors: Vec<_> = errors.collect();
    errors.sort();
    errors
}

fn https(source: &str) -> String {
    assert!(source.contains("Secure::get"));
    "service `secure` is called over HTTPS, because its target port is 443".to_owned()
}
