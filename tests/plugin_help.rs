//! What `--help` says of the program and of each of its commands, as a new user reads it: `tests/help/*.txt`.
//!
//! `BLESS=1 cargo test --test plugin_help` writes what it says now.

#[allow(dead_code)]
mod plugin_support;

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use plugin_support::{App, Run, commands, plugin};

/// As wide as it is where nobody says how wide the terminal is.
const WIDTH: usize = 100;

fn help(arguments: &[&str]) -> Run {
    let run: Run = plugin(&App::empty().path())
        .args(arguments)
        .env_remove("COLUMNS")
        .output()
        .unwrap()
        .into();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    run
}

#[test]
fn help_is_what_it_was() {
    let program = help(&["--help"]).stdout;
    let names = commands(&program);
    assert!(names.contains(&"check") && names.len() > 5, "{names:?}");
    let mut texts = BTreeMap::from([("program", program.clone())]);
    for name in names {
        texts.insert(name, help(&[name, "--help"]).stdout);
    }

    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help");
    let bless = env::var_os("BLESS").is_some();
    if bless {
        if directory.exists() {
            fs::remove_dir_all(&directory).unwrap();
        }
        fs::create_dir_all(&directory).unwrap();
    }
    for (name, text) in &texts {
        let lines = || text.lines();
        assert!(lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        let file = directory.join(format!("{name}.txt"));
        if bless {
            fs::write(&file, text).unwrap();
        }
        let known = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(
            *text,
            known,
            "{} differs: BLESS=1 writes it",
            file.display()
        );
    }
    // None is left of a command that is gone.
    assert_eq!(fs::read_dir(directory).unwrap().count(), texts.len());
}

#[test]
fn every_command_has_the_common_options_and_a_short_line() {
    let program = help(&["--help"]).stdout;
    for name in commands(&program) {
        let text = help(&[name, "--help"]).stdout;
        for option in ["-C <DIR>", "--app <", "--env <", "--format <", "--color <"] {
            assert!(text.contains(option), "{name} has no {option}");
        }
        let about = text.split("\n\n").next().unwrap();
        assert_eq!(about.lines().count(), 1, "{about}");
        assert!(program.contains(&format!("  {about}\n")), "{about}");
        assert_eq!(help(&[name, "-h"]).stdout, text);
        assert_eq!(help(&["help", name]).stdout, text);
    }
}
