//! What was measured, as Markdown, and `BENCHMARKS.md` with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, ensure};
use data_plane::programs;

use crate::shop::Kind;

/// One part of the report.
pub struct Section {
    name: &'static str,
    text: String,
    /// Where this library is not as it should be.
    pub missed: Vec<String>,
    pictures: Vec<(String, String)>,
}

impl Section {
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            text: String::new(),
            missed: Vec::new(),
            pictures: Vec::new(),
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn line(&mut self, line: impl AsRef<str>) {
        self.text += line.as_ref();
        self.text += "\n";
    }

    /// A figure of a client in words, with the verdict if it is of this library.
    pub fn judge(&mut self, what: &str, kind: Kind, words: String, is_met: bool) -> String {
        if is_met || !kind.is_ours() {
            return words;
        }
        self.miss(format!("{what}, {}: {words}", kind.name()));
        format!("**MISSED**: {words}")
    }

    pub fn miss(&mut self, line: String) {
        self.missed.push(line);
    }

    /// Shows an SVG, which is written to a file with the report.
    pub fn picture(&mut self, name: &str, title: &str, svg: String) {
        let path = format!("docs/benchmarks/{name}.svg");
        self.line(format!("![{title}]({path})\n"));
        self.pictures.push((path, svg));
    }

    /// Puts it between its markers in `BENCHMARKS.md`.
    pub fn write(&self) -> Result<()> {
        let root = root();
        for (path, svg) in &self.pictures {
            let path = root.join(path);
            fs::create_dir_all(path.parent().context("it is below the root")?)?;
            fs::write(path, svg)?;
        }
        let path = root.join("BENCHMARKS.md");
        let report = fs::read_to_string(&path).context("BENCHMARKS.md is not there")?;
        let [start, end] = ["begin", "end"].map(|what| format!("<!-- {what} {} -->", self.name));
        let parts = report.split_once(&start);
        let parts = parts.and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
        let (before, after) =
            parts.with_context(|| format!("BENCHMARKS.md lacks {start} or {end}"))?;
        let (machine, text) = (machine()?, self.text.trim_end());
        let report = format!("{before}{start}\n{machine}\n\n{text}\n{end}{after}");
        Ok(fs::write(path, report)?)
    }
}

/// A row of a table.
pub fn row(cells: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut row = String::from("|");
    for cell in cells {
        row = row + " " + cell.as_ref() + " |";
    }
    row
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where, when and with what something was measured.
pub fn machine() -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo")?;
    let model = processors
        .lines()
        .find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split(": ").nth(1));
    let model = model.unwrap_or("an unnamed CPU");
    let cores = thread::available_parallelism()?;
    let date = output(Command::new("date").args(["-u", "+%F"]))?;
    let kernel = output(Command::new("uname").arg("-sr"))?;
    let rustc = output(Command::new("rustc").arg("--version"))?;
    let rustc = rustc.split(" (").next().unwrap_or_default();
    let envoy = programs::envoy()?;
    let envoy = envoy.file_name().unwrap_or_default().to_string_lossy();
    let [reqwest, ours] = ["reqwest", "service-connect"].map(version);
    Ok(format!(
        "{date}, {model}, {cores} cores, {kernel}; {rustc}, {envoy}, {}, {}.",
        reqwest?, ours?
    ))
}

/// The version of a package in the lock file.
fn version(package: &str) -> Result<String> {
    let lock = include_str!("../Cargo.lock");
    let entry = format!("name = \"{package}\"\nversion = \"");
    let version = lock
        .split_once(&entry)
        .and_then(|(_, rest)| rest.split('"').next());
    let version = version.with_context(|| format!("Cargo.lock does not have {package}"))?;
    Ok(format!("{package} {version}"))
}

/// What a command writes.
fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    ensure!(output.status.success(), "{command:?} failed");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
