//! `check`: what is wrong with the manifests and with the references to services in Rust, or worth knowing.

use std::collections::HashSet;

use anyhow::Result;
use clap::Args;
use service_connect_codegen::map::{Orders, edges, pipelines};
use service_connect_codegen::urls::Names;
use service_connect_codegen::{Finding, Severity};

use crate::by_hand::{self, Told};
use crate::context::{Context, NO_SERVICE};
use crate::judge::{self, Verdict};
use crate::options::Selection;
use crate::output::count;
use crate::report::{self, Format, Located};
use crate::scan::urls::HandBuilt;
use crate::scan::{Asked, Sources, What};
use crate::{Outcome, calls, output};

/// What `--help` says below the options.
pub const AFTER_HELP: &str = "\
Nothing is compiled: the Rust sources of the cargo workspace are read as text, and where that cannot be followed is said. \
A finding about a reference in Rust has two places: the reference, which is where the compiler has its error, and what is to \
be changed. In `json`, `file`, `line`, `column`, `span` and `replacement` are about what is to be changed, and `reference` \
is there where that is not the reference itself. A URL that is put together by hand in Rust is a finding where it does not lead \
to the service that it names; `related` is then the line of a manifest that has to do with it. Those that work are notes of \
`migrate`.

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
    let sources = asked.read(&context, selection);
    let known = sources.as_ref().ok().and_then(Option::as_ref);
    let names = Names::of(context.application());
    let urls = known.map(|sources| judge::hand_built(&context, &names, sources));
    let urls = urls.unwrap_or_default();
    let unparsed = by_hand::unparsed(&urls);
    let verdicts = by_hand::verdicts(&urls);
    let calls = calls::knowing(&context, known, &verdicts);
    let edges = edges(&calls);
    let orders = Orders::of(context.application(), &edges);
    let pipelines = pipelines(&context.workspace, &orders);
    let manifests = context.findings().iter().chain(&pipelines);
    let mut findings: Vec<_> = manifests.cloned().map(Located::from).collect();
    let refused = Refused::of(&context);
    if let Ok(Some(sources)) = &sources {
        let mut kept = vec![0; findings.len()];
        for reference in &sources.references {
            for located in &reference.findings {
                match refused.position(&findings[..kept.len()], &located.finding) {
                    Some(index) => kept[index] += 1,
                    None => findings.push(located.clone()),
                }
            }
        }
        for (located, kept) in findings.iter_mut().zip(kept) {
            if kept > 0 {
                let message = &mut located.finding.message;
                let references = count(kept, "reference");
                message.extend([", which keeps ", &references, " from being checked"]);
            }
        }
        findings.extend(wrong_urls(&context, &verdicts));
        let others = sources.warnings.iter().chain(&sources.unseen);
        let others = others.chain(&unparsed);
        findings.extend(others.cloned().map(Located::from));
    }
    report::write(arguments.format, &context.workspace, &findings)?;
    // What is known is shown all the same.
    let sources = sources?;
    if arguments.format == Format::Human {
        output::note(&summary(
            &context,
            sources.as_ref(),
            unparsed.len(),
            &findings,
        ));
    }
    Ok(
        if findings.iter().any(|located| located.finding.is_error()) {
            Outcome::Findings
        } else {
            Outcome::Clean
        },
    )
}

/// What is wrong with manifests that cannot be read: at each reference to such a service it would be said again.
struct Refused<'a>(Vec<&'a Finding>);

impl<'a> Refused<'a> {
    fn of(context: &'a Context) -> Self {
        let application = context.application();
        let environments = application.looked_at();
        let services = application.services.iter();
        let refused = services.flat_map(|service| {
            let deployments = environments.iter();
            deployments
                .filter_map(move |environment| application.deployment(service, *environment).err())
        });
        Self(refused.collect())
    }

    /// Which of the findings of manifests that of a reference is.
    fn position(&self, manifests: &[Located], finding: &Finding) -> Option<usize> {
        let is_it = |known: &Finding| {
            let is_there = known.place.is_some() && known.place == finding.place;
            // At a reference, the service and the environments are said as well.
            is_there && known.code == finding.code && finding.message.contains(&known.message)
        };
        let mut refused = self.0.iter();
        refused.find(|known| is_it(known))?;
        manifests.iter().position(|known| is_it(&known.finding))
    }
}

/// What is wrong with the URLs that are put together by hand; those that work are for `migrate`.
fn wrong_urls(context: &Context, verdicts: &[(&HandBuilt, Verdict<'_>)]) -> Vec<Located> {
    let told = verdicts
        .iter()
        .flat_map(|(url, verdict)| by_hand::told(context, url, verdict));
    let wrong = told.filter(|told| told.finding.severity > Severity::Note);
    // Of a variable it is said where that is set.
    let is_said = |told: &Told| {
        let mut manifests = context.findings().iter();
        told.second.is_some()
            && manifests
                .any(|finding| finding.code == told.finding.code && finding.place == told.second)
    };
    let mut known = HashSet::new();
    let mut located = Vec::new();
    for told in wrong.filter(|told| !is_said(told)) {
        let here = told.finding.place.clone();
        let places = match &told.given[..] {
            [] => here.as_slice(),
            given => given,
        };
        for place in places {
            // Two packages may have one file.
            let key = (
                place.file.clone(),
                place.span.clone(),
                told.finding.message.clone(),
            );
            if !known.insert(key) {
                continue;
            }
            let finding = Finding {
                // That is for a part of what stands there.
                replacement: None,
                ..told.finding.clone()
            };
            located.push(Located {
                finding: finding.at(place),
                reference: None,
                other: told.second.clone(),
            });
        }
    }
    located
}

fn summary(
    context: &Context,
    sources: Option<&Sources>,
    unparsed: usize,
    findings: &[Located],
) -> String {
    let application = context.application();
    let services = application.services.iter();
    let services = services.filter(|service| !service.external).count();
    if services == 0 && findings.is_empty() {
        return NO_SERVICE.to_owned();
    }
    let services = count(services, "service");
    let environments = match context.picked().count() {
        0 => "no environment in particular".to_owned(),
        number => count(number, "environment"),
    };
    let mut found = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of_it = findings
            .iter()
            .filter(|located| located.finding.severity == severity);
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
    let references = sources.map_or_else(String::new, |sources| references(sources, unparsed));
    format!("checked {services} in {environments}{references}: {found}")
}

/// How many references were checked, and whether all were seen.
fn references(sources: &Sources, unparsed: usize) -> String {
    let crates = sources.packages.len();
    if crates == 0 {
        return String::new();
    }
    let named = sources
        .references
        .iter()
        .filter(|reference| reference.what != What::Macro);
    let named = count(named.count(), "reference");
    let unseen = match sources.unseen.len() + unparsed {
        0 => String::new(),
        number => format!(" ({} not looked at)", count(number, "place")),
    };
    format!(" and {named} in {}{unseen}", count(crates, "crate"))
}
