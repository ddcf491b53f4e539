//! URLs for programs.

use anyhow::Result;
use serde::Serialize;

use super::Found;
use super::propose::Proposal;
use crate::context::Context;
use crate::scan::Package;

#[derive(Serialize)]
struct Json<'a> {
    /// Relative to the directory that holds `copilot/`, as all files here.
    file: &'a str,
    line: u32,
    column: u32,
    /// The first byte and the one after the last.
    span: [usize; 2],
    package: &'a str,
    /// The service that is meant; `null` where that is not known.
    service: Option<&'a str>,
    environments: Vec<Environment<'a>>,
    findings: Vec<Finding<'a>>,
    /// What to write instead; `null` where that is left to the reader.
    edits: Option<Vec<Edit<'a>>>,
    /// Why, then.
    advice: Option<&'a str>,
}

#[derive(Serialize)]
struct Environment<'a> {
    /// `null` for the base manifests.
    name: Option<&'a str>,
    via: Option<&'static str>,
    code: Option<&'static str>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    /// The line of a manifest that has to do with it.
    manifest: Option<String>,
}

#[derive(Serialize)]
struct Edit<'a> {
    file: &'a str,
    span: [usize; 2],
    text: &'a str,
}

/// One URL, in one line.
pub fn render(context: &Context, package: &Package, found: &Found) -> Result<String> {
    let environments = found.verdict.ways.iter().map(|way| Environment {
        name: way
            .environment
            .map(|index| context.application().environments[index].name.as_str()),
        via: way.via.map(service_connect_codegen::Via::as_str),
        code: way.finding.as_ref().map(|finding| finding.code.as_str()),
    });
    let findings = found.told.iter().map(|told| Finding {
        code: told.finding.code.as_str(),
        severity: told.finding.severity.as_str(),
        message: &told.finding.message,
        help: told.finding.help.as_deref(),
        manifest: told.second.as_ref().map(ToString::to_string),
    });
    let (edits, advice) = match &found.proposal {
        Proposal::Edits(edits) => {
            let edits = edits.iter().map(|edit| Edit {
                file: &package.files[edit.file].name,
                span: [edit.span.start, edit.span.end],
                text: &edit.text,
            });
            (Some(edits.collect()), None)
        }
        Proposal::Advice(advice) => (None, Some(advice.as_str())),
    };
    let json = Json {
        file: &found.place.file,
        line: found.place.line,
        column: found.place.column,
        span: [found.span.start, found.span.end],
        package: &package.name,
        service: found.verdict.service.as_deref(),
        environments: environments.collect(),
        findings: findings.collect(),
        edits,
        advice,
    };
    let mut line = serde_json::to_string(&json)?;
    line.push('\n');
    Ok(line)
}
