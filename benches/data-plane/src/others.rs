//! The benchmarks that need no environment, and what they print.

use std::process::Command;

use anyhow::Result;

use crate::report::{Section, root};

/// Over loopback, to one task.
pub fn calls() -> Result<Section> {
    let arguments = ["run", "--manifest-path", "benches/calls/Cargo.toml"];
    cargo("calls", &arguments, &["--release", "--locked", "--quiet"])
}

/// What the crates add to a build.
pub fn cold_build() -> Result<Section> {
    cargo(
        "cold_build",
        &["bench", "--bench", "cold_build"],
        &["--quiet"],
    )
}

fn cargo(name: &'static str, arguments: &[&str], options: &[&str]) -> Result<Section> {
    eprintln!("{name}: cargo {}", arguments.join(" "));
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).args(options).current_dir(root());
    // Of this package, and not of that one.
    for (variable, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_")) {
        command.env_remove(variable);
    }
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut section = Section::new(name);
    section.line(format!("```text\n{}\n```", text.trim_end()));
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        section.miss(format!("{name}: {}; {}", output.status, errors.trim()));
    }
    for line in text.lines().filter(|line| line.contains("MISSED")) {
        section.miss(format!("{name}: {}", line.trim()));
    }
    Ok(section)
}
