//! `check`: what is wrong with the manifests, or worth knowing.

use anyhow::Result;
use clap::Args;
use service_connect_codegen::map::{edges, pipelines};
use service_connect_codegen::{Finding, Severity};

use crate::context::Context;
use crate::options::Selection;
use crate::report::{self, Format};
use crate::scan::{Asked, Sources};
use crate::{Outcome, calls, output};

/// What `--help` says below the options.
pub const AFTER_HELP: &str = "\
Files are named from the top level of the git repository in `sarif` and `github` (from the directory that holds \
`copilot/` where there is no repository), from the directory that holds `copilot/` in `json`, and from the working \
directory in `human`.";

/// The arguments of `check`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// How to write it: as rustc does, as JSON (one finding a line), as SARIF 2.1.0, or as annotations of a GitHub workflow
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the findings.
pub fn run(selection: &Selection, arguments: &Arguments) -> Result<Outcome> {
    let asked = Asked::cargo(selection);
    let context = Context::open(selection)?;
    let sources = asked.read(&context);
    let calls = calls::all(&context);
    let pipelines = pipelines(&context.workspace, context.application(), &edges(&calls));
    let mut findings = [context.findings(), &pipelines].concat();
    if let Ok(Some(sources)) = &sources {
        findings.extend(sources.unseen.iter().cloned());
    }
    report::write(arguments.format, &context.workspace, &findings)?;
    // What is known is shown all the same.
    let sources = sources?;
    if arguments.format == Format::Human {
        output::note(&summary(&context, sources.as_ref(), &findings));
    }
    Ok(if findings.iter().any(Finding::is_error) {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

fn summary(context: &Context, sources: Option<&Sources>, findings: &[Finding]) -> String {
    let application = context.application();
    let services = application.services.iter();
    let services = services.filter(|service| !service.external).count();
    let services = count(services, "service");
    let environments = match context.picked().count() {
        0 => "no environment in particular".to_owned(),
        number => count(number, "environment"),
    };
    let mut found = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of_it = findings
            .iter()
            .filter(|finding| finding.severity == severity);
        match of_it.count() {
            0 => {}
            number => found.push(count(number, severity.as_str())),
        }
    }
    let found = if found.is_empty() {
        "no problems found".to_owned()
    } else {
        found.join(", ")
    };
    let crates = match sources.map_or(0, |sources| sources.packages.len()) {
        0 => String::new(),
        number => format!(" and {}", count(number, "crate")),
    };
    format!("checked {services} in {environments}{crates}: {found}")
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
