//! Findings as commands to a workflow of GitHub Actions, which shows each at its line in a pull request.
//!
//! `::error file=…,line=…,col=…,endLine=…,endColumn=…,title=CODE::message`, one in a line. GitHub shows the first ten
//! errors and the first ten warnings of a step.

use std::fmt::Write as _;

use service_connect_codegen::Severity;
use service_connect_codegen::copilot::Workspace;

use super::paths::Repository;
use super::source::{Sources, end, first_line};
use super::{Located, message};

/// The findings, one command in a line.
pub fn render(workspace: &Workspace, findings: &[Located]) -> String {
    let repository = Repository::around(workspace);
    let mut sources = Sources::new(workspace);
    let mut out = String::new();
    for located in findings {
        let properties = properties(located, &repository, &mut sources);
        let command = command(located.finding.severity);
        let message = escape(&message(located, &repository));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "::{command} {properties}::{message}");
    }
    out
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

/// Where it is, and the code as its title.
fn properties(located: &Located, repository: &Repository<'_>, sources: &mut Sources<'_>) -> String {
    let mut out = String::new();
    if let Some(place) = located.shown() {
        let file = repository.name(place);
        let _ = write!(out, "file={},", escape_property(&file));
        if place.line > 0 {
            let _ = write!(out, "line={},col={},", place.line, place.column);
        }
        if let Some(text) = sources.text(place) {
            // An annotation stands below its last line, and one of several lines may have no columns.
            let (line, column) = end(&text, place, first_line(&text, place));
            let _ = write!(out, "endLine={line},endColumn={column},");
        }
    }
    out + "title=" + located.finding.code.as_str()
}

/// What ends a command, and the escape character itself, as the runner reads them back.
fn escape(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// In addition what ends a property.
fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}
