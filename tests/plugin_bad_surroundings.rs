//! What every command does where something around it is bad: it ends soon, says why in a sentence, and nothing panics.
//! The commands are those of `--help`, so that one to come is held to the same.

#[allow(dead_code)]
mod plugin_support;

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use plugin_support::{App, Run, commands, plugin, run};

const WORKSPACE: &str = "[workspace]\nmembers = [\"web\"]\nresolver = \"3\"\n";
const PACKAGE: &str = "[package]\nname = \"web\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[build-dependencies]\n\
                       service-connect-codegen = \"0.1\"\n";

/// A command with what it cannot do without.
fn words(command: &str) -> Vec<String> {
    let more = if command == "explain" {
        &["connect-off"][..]
    } else {
        &[]
    };
    let all = [&[command], more].concat();
    all.into_iter().map(str::to_owned).collect()
}

/// Every command.
fn all() -> Vec<Vec<String>> {
    let help = run(&App::empty().path(), &["--help"]).stdout;
    let all: Vec<_> = commands(&help).into_iter().map(words).collect();
    assert!(all.len() > 6, "{all:?}");
    all
}

/// Those that end by themselves, in each of their formats.
fn ending() -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for line in all().into_iter().filter(|line| line[0] != "dev") {
        let help = run(&App::empty().path(), &[&line[0], "--help"]).stdout;
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let formats = help.split("--format <FORMAT>").nth(1).unwrap();
        let formats = formats.split("[possible values: ").nth(1).unwrap();
        let formats = formats.split(']').next().unwrap();
        for format in formats.split(", ") {
            let format = ["--format".to_owned(), format.to_owned()];
            lines.push([&line[..], &format].concat());
        }
    }
    lines
}

/// Runs it in `directory`.
fn run_line(directory: &Path, line: &[String]) -> Run {
    let line: Vec<_> = line.iter().map(String::as_str).collect();
    run(directory, &line)
}

/// What holds of every run, whatever comes of it.
#[track_caller]
fn sound(what: &str, line: &[String], run: &Run) {
    let Run { code, stderr, .. } = run;
    let said = format!("{what}: {line:?}: {run:#?}");
    assert!(matches!(code, Some(0..=2)), "{said}");
    assert!(!stderr.contains("panicked"), "{said}");
    // What was found in spite of it may have been told before, and `Run::refused` is for those that find nothing.
    let is_explained = stderr.lines().any(|line| line.starts_with("error: "));
    assert_eq!(is_explained, *code == Some(2), "{said}");
}

/// An application and a crate, both as they should be.
fn crates() -> App {
    App::shop()
        .file("Cargo.toml", WORKSPACE)
        .file("web/Cargo.toml", PACKAGE)
        .file("web/build.rs", "fn main() {}\n")
        .file("web/src/main.rs", "fn main() {}\n")
}

/// What is around; the commands that cannot work in it, and what they say; those that find nothing.
type Row = (
    &'static str,
    App,
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
);

/// It is enough that all come to an end.
fn survived(what: &'static str, app: App) -> Row {
    (what, app, &[], "", &[])
}

/// Where there is no application, or none that cargo can read.
fn outside() -> Vec<Row> {
    let refused = &["check", "dev", "init", "lock", "preflight", "routes"][..];
    let cargo = &["dev", "init", "lock"][..];
    vec![
        (
            "nothing",
            App::empty(),
            refused,
            "there is no `copilot/`",
            &["explain"],
        ),
        (
            "only cargo",
            App::empty().file("Cargo.toml", WORKSPACE),
            refused,
            "there is no `copilot/`",
            &["explain"],
        ),
        (
            "no cargo workspace",
            App::shop(),
            cargo,
            "is in no cargo workspace; name a directory of one with `-C DIR`: could not find `Cargo.toml`",
            &["check", "routes"],
        ),
        (
            "Cargo.toml is broken",
            crates().file("Cargo.toml", "[workspace\n"),
            &["dev", "init"],
            "error: unclosed table",
            &["routes"],
        ),
        (
            "Cargo.toml is broken, where it may say something of the application",
            crates().file("Cargo.toml", "[workspace\n"),
            &["lock"],
            "no lock can be relied on before that is right (`cargo service-connect check`): Cargo.toml:1: ",
            &[],
        ),
        (
            "Cargo.toml of a crate is broken",
            crates().file("web/Cargo.toml", "[package]\nname = 1\n"),
            cargo,
            "invalid type: integer `1`",
            &["routes"],
        ),
        (
            "a member is missing",
            crates().file("Cargo.toml", WORKSPACE.replace("web", "gone")),
            cargo,
            "failed to load manifest for workspace member",
            &["routes"],
        ),
        (
            "Cargo.toml is binary",
            crates().file("Cargo.toml", b"\xff\xfe\0"),
            &["dev", "init"],
            "was not valid utf-8",
            &["routes"],
        ),
        (
            "`copilot` is a file",
            App::empty().file("copilot", ""),
            refused,
            "there is no `copilot/`",
            &["explain"],
        ),
    ]
}

/// Where one file of an application makes no sense.
fn inside() -> Vec<Row> {
    vec![
        survived(
            "a source does not parse",
            crates().file("web/src/main.rs", "fn main( {\n"),
        ),
        survived(
            "a source is binary",
            crates().file("web/src/main.rs", b"\xff\xfe\0"),
        ),
        survived(
            "a source is missing",
            crates().file("web/src/main.rs", "mod gone;\nfn main() {}\n"),
        ),
        survived(
            "a module contains itself",
            crates().file("web/src/main.rs", "#[path = \"main.rs\"]\nmod main;\n"),
        ),
        survived(
            "a source is nested deep",
            crates().file(
                "web/src/main.rs",
                format!(
                    "fn main() {{ {}1{}; }}\n",
                    "(".repeat(100_000),
                    ")".repeat(100_000)
                ),
            ),
        ),
        survived(
            "a source is nested as deep as none is, in ways that no bracket shows",
            crates().file(
                "web/src/main.rs",
                format!("fn main() {{ let _ = {}1; }}\n", "!".repeat(1_000)),
            ),
        ),
        survived(
            "a manifest does not parse",
            crates().file("copilot/api/manifest.yml", "name: [\n"),
        ),
        survived(
            "a manifest is binary",
            crates().file("copilot/api/manifest.yml", b"\xff\xfe\0"),
        ),
        survived(
            "a manifest is empty",
            crates().file("copilot/api/manifest.yml", ""),
        ),
        survived(
            "a manifest is a directory",
            crates().file("copilot/mail/manifest.yml/x", ""),
        ),
        survived(
            "a pipeline does not parse",
            crates().file("copilot/pipelines/main/manifest.yml", "stages: {{\n"),
        ),
        survived(
            "a pipeline makes no sense",
            crates().file(
                "copilot/pipelines/main/manifest.yml",
                "stages: [1, {deployments: []}]\n",
            ),
        ),
        survived(
            "an environment does not parse",
            crates().file("copilot/environments/test/manifest.yml", "["),
        ),
        survived(
            "a lock makes no sense",
            crates().file("web/service-connect.lock", b"\xff\xfe\0"),
        ),
        survived(
            "metadata makes no sense",
            crates().file(
                "web/Cargo.toml",
                format!("{PACKAGE}[package.metadata]\nservice-connect = 1\n"),
            ),
        ),
    ]
}

#[test]
fn each_command_says_what_is_wrong_around_it_or_survives_it() {
    // Whatever the format, the same is read; but findings of `check` show what is wrong with it.
    let mut lines = all();
    lines.extend(ending().into_iter().filter(|line| line[0] == "check"));
    let rows = outside().into_iter().chain(inside());
    for (what, app, refused, sentence, working) in rows {
        // Where nothing refuses it, it would run.
        let lines = lines.iter();
        let lines = lines.filter(|line| line[0] != "dev" || refused.contains(&"dev"));
        for line in lines {
            let run = run_line(&app.path(), line);
            sound(what, line, &run);
            let command = line[0].as_str();
            if refused.contains(&command) {
                run.refused(sentence);
            }
            if working.contains(&command) {
                assert_eq!(run.code, Some(0), "{what}: {line:?}: {run:#?}");
            }
        }
    }
}

#[test]
fn a_directory_that_is_none_is_refused_by_all() {
    let app = App::shop().file("file", "");
    for directory in ["nowhere", "file", "file/below"] {
        for line in all().into_iter().filter(|line| line[0] != "explain") {
            let line = [&["-C".to_owned(), directory.to_owned()], &line[..]].concat();
            let run = run_line(&app.path(), &line);
            run.refused(&format!(
                "`{directory}` is not a directory that can be read"
            ));
        }
    }
}

/// What a terminal is not to be given.
fn tricks(text: &str) -> Vec<char> {
    // Colors are ours, and everything else that begins as they do is not.
    let mut rest = text.to_owned();
    while let Some(start) = rest.find("\u{1b}[") {
        let end = rest[start + 2..].find(|c: char| !c.is_ascii_digit() && c != ';');
        let Some(end) = end.filter(|end| rest[start + 2 + end..].starts_with('m')) else {
            return vec!['\u{1b}'];
        };
        rest.replace_range(start..=start + 2 + end, "");
    }
    rest.chars()
        .filter(|c| c.is_control() && !"\n\t".contains(*c))
        .collect()
}

#[cfg(unix)]
#[test]
fn hostile_names_are_shown_and_not_obeyed() {
    const EVIL: &str = "e\u{1b}[2J\u{7}\u{9b}3";
    let yaml = "e\\e[2J\\a\\u009b3";
    let service = |name: &str, more: &str| {
        format!(
            "name: \"{name}\"\ntype: Backend Service\nimage: {{build: x, port: 80}}\nnetwork: {{connect: true}}\n{more}"
        )
    };
    let app = crates()
        .file(&format!("copilot/{EVIL}/manifest.yml"), service(yaml, ""))
        .file("copilot/other/manifest.yml", service("other", &format!("variables: {{\"U{yaml}\": \"http://{yaml}.local:81/\"}}\n")))
        .file("copilot/wrong/manifest.yml", service("wrong", "").replace("Backend Service", yaml))
        .file(&format!("copilot/environments/{EVIL}/manifest.yml"), format!("name: \"{yaml}\"\n"))
        .file("copilot/pipelines/main/manifest.yml", format!("name: \"{yaml}\"\nstages:\n  - name: \"{yaml}\"\n    deployments: {{\"{yaml}\": {{depends_on: [\"{yaml}\"]}}}}\n"))
        .file("web/src/main.rs", format!("#[path = \"{yaml}.rs\"]\nmod evil;\nfn main() {{ let _ = \"http://{EVIL}.local:8080/\"; }}\n"))
        .file(&format!("{EVIL}/nothing"), "");
    let evil = app.path().join(EVIL);
    let mut lines = ending();
    for argument in [["--env", EVIL], ["--app", EVIL]] {
        let more = argument.map(str::to_owned);
        lines.extend(ending().into_iter().map(|line| [&line[..], &more].concat()));
    }
    for words in [
        &["explain", EVIL][..],
        &["routes", "--from", EVIL],
        &["init", "-p", EVIL],
        &["init", "-p", "web", "--service", EVIL],
        &["-C", EVIL, "lock"],
        &["-C", EVIL, "init"],
        &["-C", &format!("{EVIL}{EVIL}"), "check"],
    ] {
        lines.push(words.iter().map(|word| (*word).to_owned()).collect());
    }
    let below = ending();
    for (directory, lines) in [(&app.path(), &lines), (&evil, &below)] {
        for line in lines {
            let line = [&["--color".to_owned(), "always".to_owned()], &line[..]].concat();
            let run = run_line(directory, &line);
            assert!(!run.stderr.contains("panicked"), "{line:?}: {run:#?}");
            for text in [&run.stdout, &run.stderr] {
                assert_eq!(tricks(text), [], "{line:?}: {run:#?}");
            }
        }
    }
}

/// What a pipe holds.
const PIPE: usize = 1 << 16;

/// An application whose result is longer than that, in most formats. Names are what all of them show.
fn long() -> App {
    let services = 0..200;
    services.fold(crates(), |app, index| {
        let name = format!("{}-{index}", "service".repeat(14));
        let manifest = format!(
            "name: {name}\ntype: Backend Service\nimage: {{build: x, port: 80}}\nnetwork: {{connect: true}}\n\
             ports: 1\nvariables: {{API: \"http://api:1/{index}\"}}\n"
        );
        app.file(&format!("copilot/{name}/manifest.yml"), manifest)
    })
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let app = long();
    let mut long_results = 0;
    for line in ending().into_iter().chain([vec!["--help".to_owned()]]) {
        let whole = run_line(&app.path(), &line);
        let is_long = whole.stdout.len() > PIPE;
        long_results += usize::from(is_long);
        // At once and, where the rest is not written by then, after the first part.
        for read in if is_long { &[0, 100][..] } else { &[0] } {
            let mut child = plugin(&app.path())
                .args(&line)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdout = child.stdout.take().unwrap();
            let mut part = Vec::new();
            stdout.by_ref().take(*read).read_to_end(&mut part).unwrap();
            drop(stdout);
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert!(!stderr.contains("panicked"), "{line:?}: {stderr}");
            assert_eq!(output.status.code(), whole.code, "{line:?}: {stderr}");
            assert!(!stderr.contains("Broken pipe"), "{line:?}: {stderr}");
        }
    }
    assert!(long_results >= 8, "{long_results}");
}

#[cfg(unix)]
#[test]
fn standard_streams_may_be_closed() {
    let app = crates();
    for line in ending() {
        let whole = run_line(&app.path(), &line);
        for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
            let output = Command::new("sh")
                .args(["-c", &format!("exec \"$@\" {closed}"), "sh"])
                .arg(env!("CARGO_BIN_EXE_cargo-service-connect"))
                .args(&line)
                .current_dir(app.path())
                .output()
                .unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert!(!stderr.contains("panicked"), "{line:?} {closed}: {stderr}");
            assert_eq!(
                output.status.code(),
                whole.code,
                "{line:?} {closed}: {stderr}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn what_may_not_be_written_is_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let app = crates().file(
        "web/Cargo.toml",
        PACKAGE.replace("service-connect-codegen", "cc"),
    );
    let directory = app.path().join("web");
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o555)).unwrap();
    run(&directory, &["init"]).refused("cannot be written: it is read-only");
    let app = crates();
    let directory = app.path().join("web");
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o555)).unwrap();
    run(&app.path(), &["lock"])
        .refused("web/service-connect.lock` cannot be written: it is read-only");
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 3);

    let app = crates().file("web/service-connect.lock/x", "");
    run(&app.path(), &["lock"])
        .refused("web/service-connect.lock` cannot be written: it is a directory");
}
