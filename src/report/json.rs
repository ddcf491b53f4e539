//! Findings for programs.

use anyhow::Result;
use serde::Serialize;
use service_connect_codegen::{Finding, Place};

use super::Located;

/// A finding in JSON, be it in a line of its own or a part of another result.
#[derive(Serialize)]
pub struct Json<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    /// Relative to the directory that holds `copilot/`.
    file: Option<&'a str>,
    /// `null` where the file as a whole is meant, as are `column` and `span`.
    line: Option<u32>,
    column: Option<u32>,
    /// The first byte and the one after the last.
    span: Option<[usize; 2]>,
    help: Option<&'a str>,
    /// What to write in place of the span, where that alone mends it.
    replacement: Option<&'a str>,
    /// The reference in a Rust source by which it comes up; `file` and the rest are what to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<Reference<'a>>,
    /// Another line that has to do with it, and need not change: that of the port that a URL misses.
    #[serde(skip_serializing_if = "Option::is_none")]
    related: Option<Reference<'a>>,
}

#[derive(Serialize)]
struct Reference<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    span: [usize; 2],
}

impl<'a> Reference<'a> {
    fn to(place: &'a Place) -> Self {
        Self {
            file: &place.file,
            line: place.line,
            column: place.column,
            span: [place.span.start, place.span.end],
        }
    }
}

impl<'a> Json<'a> {
    /// That of a finding.
    pub fn of(finding: &'a Finding) -> Self {
        let place = finding.place.as_ref();
        let spot = place.filter(|place| place.line > 0);
        Self {
            code: finding.code.as_str(),
            severity: finding.severity.as_str(),
            message: &finding.message,
            file: place.map(|place| &*place.file),
            line: spot.map(|place| place.line),
            column: spot.map(|place| place.column),
            span: spot.map(|place| [place.span.start, place.span.end]),
            help: finding.help.as_deref(),
            replacement: finding.replacement.as_deref(),
            reference: None,
            related: None,
        }
    }
}

/// The findings for programs, one in a line.
pub fn render(findings: &[Located]) -> Result<String> {
    let mut out = String::new();
    for located in findings {
        let json = Json {
            reference: located.reference.as_ref().map(Reference::to),
            related: located.other.as_ref().map(Reference::to),
            ..Json::of(&located.finding)
        };
        out.push_str(&serde_json::to_string(&json)?);
        out.push('\n');
    }
    Ok(out)
}
