//! Findings as others want to read them: people, programs, code scanning and the pages of a pull request.
//!
//! Every format has the same findings in the same order. `sarif` and `github` name files from the root of the
//! repository, as the tools that read them do; `json` names them from the directory that holds `copilot/`, and
//! `human` from the working directory.

mod github;
mod human;
mod json;
mod paths;
mod sarif;
mod source;

use anyhow::Result;
use clap::ValueEnum;
use service_connect_codegen::Finding;
use service_connect_codegen::copilot::Workspace;

use crate::output::{self, printable};

/// How findings are written. The values say enough by their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Human,
    Json,
    Sarif,
    Github,
}

/// Writes the findings to stdout.
pub fn write(format: Format, workspace: &Workspace, findings: &[Finding]) -> Result<()> {
    match format {
        // The only one that a terminal can color.
        Format::Human => output::result(&human::render(workspace, findings)),
        Format::Json => output::raw_json(&json::render(findings)?),
        Format::Sarif => output::raw_json(&sarif::render(workspace, findings)?),
        Format::Github => output::raw(github::render(workspace, findings).as_bytes()),
    }
}

/// What is wrong, and below it what to do: for formats that have one text for both.
fn message(finding: &Finding) -> String {
    let message = printable(&finding.message);
    match &finding.help {
        Some(help) => format!("{message}\nhelp: {}", printable(help)),
        None => message,
    }
}
