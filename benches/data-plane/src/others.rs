//! The benchmarks that need no environment, and what they print.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::report::{Section, root};

/// Their names here, and what cargo is to do for each.
pub const ALL: [(&str, &str); 4] = [
    (
        "calls",
        "run --release --manifest-path benches/calls/Cargo.toml",
    ),
    (
        "applications",
        "bench --package service-connect-codegen --bench applications",
    ),
    ("attributes", "bench --bench attributes"),
    ("cold_build", "bench --bench cold_build"),
];

pub fn run(name: &str) -> Result<Section> {
    let known = ALL.into_iter().find(|(known, _)| *known == name);
    let (name, command) = known.with_context(|| format!("there is no {name}"))?;
    eprintln!("{name}: cargo {command}");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(command.split(' ')).args(["--locked", "--quiet"]);
    cargo.current_dir(root());
    // Of this package, and not of that one.
    for (variable, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_")) {
        cargo.env_remove(variable);
    }
    let output = cargo.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut section = Section::new(name);
    section.line(format!("`cargo {command}`:\n"));
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
