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
use service_connect_codegen::copilot::Workspace;
use service_connect_codegen::{Finding, Place};

use crate::output::{self, printable};
pub use json::Json;
use paths::Repository;
pub use paths::relative;

/// How findings are written. The values say enough by their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Human,
    Json,
    Sarif,
    Github,
}

/// A finding, and where it comes up.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// What is wrong. Its place is what is to be changed.
    pub finding: Finding,
    /// The place in a Rust source that makes it matter, where that is another one: the reference to a service.
    pub reference: Option<Place>,
    /// Another line that has to do with it, where the finding's own is all that is to be changed.
    pub other: Option<Place>,
}

impl From<Finding> for Located {
    fn from(finding: Finding) -> Self {
        Self {
            finding,
            reference: None,
            other: None,
        }
    }
}

impl Located {
    /// A finding that comes up at a place of a source, which is what is to be changed if nothing else is.
    pub fn at(finding: Finding, source: &Place) -> Self {
        if finding.place.is_some() {
            return Self {
                finding,
                reference: Some(source.clone()),
                other: None,
            };
        }
        Self {
            finding: Finding {
                // That is for a part of what stands here.
                replacement: None,
                ..finding.at(source)
            },
            reference: None,
            other: None,
        }
    }

    /// Where it is shown first: the compiler points to the source.
    fn shown(&self) -> Option<&Place> {
        self.reference.as_ref().or(self.finding.place.as_ref())
    }

    /// The other place.
    fn related(&self) -> Option<&Place> {
        match self.reference {
            Some(_) => self.finding.place.as_ref(),
            None => self.other.as_ref(),
        }
    }
}

/// Writes the findings to stdout.
pub fn write(format: Format, workspace: &Workspace, findings: &[Located]) -> Result<()> {
    match format {
        // The only one that a terminal can color.
        Format::Human => output::result(&human::render(workspace, findings)),
        Format::Json => output::raw_json(&json::render(findings)?),
        Format::Sarif => output::raw_json(&sarif::render(workspace, findings)?),
        Format::Github => output::raw(github::render(workspace, findings).as_bytes()),
    }
}

/// What is wrong, and below it where to change something and how: for formats that have one text for all of it.
fn message(located: &Located, repository: &Repository<'_>) -> String {
    let finding = &located.finding;
    let mut lines = vec![printable(&finding.message)];
    if let Some(place) = located.related() {
        let line = match place.line {
            0 => String::new(),
            line => format!(":{line}"),
        };
        lines.push(format!("at {}{line}", printable(&repository.name(place))));
    }
    if let Some(help) = &finding.help {
        lines.push(format!("help: {}", printable(help)));
    }
    lines.join("\n")
}
