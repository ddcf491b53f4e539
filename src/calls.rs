//! All calls that are known, wherever they are written: in variables of manifests, and in Rust.

use anyhow::Result;
use service_connect_codegen::Place;
use service_connect_codegen::map::{Call, CallKind, Way};
use service_connect_codegen::urls::Names;

use crate::by_hand::verdicts;
use crate::context::Context;
use crate::judge::{self, Verdict};
use crate::options::Selection;
use crate::output;
use crate::scan::urls::HandBuilt;
use crate::scan::{Asked, Reference, Sources, What};

/// So many places of calls are named.
const PLACES: usize = 3;

/// An application with its calls.
pub struct Known {
    pub context: Context,
    pub calls: Vec<Call>,
    /// There are Rust sources, and they were looked at.
    pub has_sources: bool,
    /// Why the calls in Rust are not known, where they are not.
    failed: Option<anyhow::Error>,
}

impl Known {
    /// Reads manifests and sources, and says on stderr where it could not look.
    pub fn open(selection: &Selection) -> Result<Self> {
        let asked = Asked::cargo(selection);
        let context = Context::open(selection)?;
        let (sources, failed) = match asked.read(&context, selection) {
            Ok(sources) => (sources, None),
            Err(error) => (None, Some(error)),
        };
        if failed.is_none() {
            note_unseen(sources.as_ref());
        }
        Ok(Self {
            calls: all(&context, sources.as_ref()),
            has_sources: sources.is_some(),
            context,
            failed,
        })
    }

    /// Ends a command that has shown what is known.
    pub fn finish(self) -> Result<()> {
        self.context.note_unnamed();
        self.context.note_errors();
        match self.failed {
            Some(error) => Err(error.context("the calls in Rust are left out")),
            None => Ok(()),
        }
    }
}

/// Those of the manifests and of all Rust.
pub fn all(context: &Context, sources: Option<&Sources>) -> Vec<Call> {
    let names = Names::of(context.application());
    let urls = sources.map(|sources| judge::hand_built(context, &names, sources));
    knowing(context, sources, &verdicts(&urls.unwrap_or_default()))
}

/// The same for who knows the URLs. Those of the variables of manifests before those of Rust: of tests there are none.
pub fn knowing(
    context: &Context,
    sources: Option<&Sources>,
    urls: &[(&HandBuilt, Verdict<'_>)],
) -> Vec<Call> {
    let mut calls = context.loaded().calls();
    let references = sources.map_or(&[][..], |sources| &sources.references);
    for reference in references {
        calls.extend(typed(context, sources, reference).into_iter().flatten());
    }
    let urls = urls.iter();
    calls.extend(urls.flat_map(|(url, verdict)| by_url(context, verdict, &url.place)));
    calls
}

/// What a URL calls that is put together by hand, once for each service that runs it and each that it leads to.
fn by_url(context: &Context, verdict: &Verdict<'_>, place: &Place) -> Vec<Call> {
    let application = context.application();
    let mut calls: Vec<Call> = Vec::new();
    if verdict.unknown_caller {
        return calls;
    }
    for led in &verdict.ways {
        let callee = led.service.as_deref();
        let Some(callee) = callee.and_then(|callee| application.service(callee)) else {
            continue;
        };
        let (caller, finding) = (led.caller, led.finding.clone());
        let way = Way::led(
            application,
            caller,
            callee,
            led.environment,
            led.via,
            finding,
        );
        let is_its = |call: &&mut Call| call.caller == caller.name && call.callee == callee.name;
        match calls.iter_mut().find(is_its) {
            Some(call) => call.add(way),
            None => calls.push(Call {
                caller: caller.name.clone(),
                callee: callee.name.clone(),
                place: Some(place.clone()),
                kind: CallKind::Url,
                ways: vec![way],
            }),
        }
    }
    calls
}

/// What a reference calls, once for each service that runs its code; `None` if it calls nothing.
fn typed(context: &Context, sources: Option<&Sources>, reference: &Reference) -> Option<Vec<Call>> {
    let kind = match reference.what {
        _ if reference.is_test => return None,
        What::Attribute => CallKind::Attribute,
        What::Stub => CallKind::Stub,
        What::Macro => return None,
    };
    let application = context.application();
    let callee = application.service(reference.service.as_deref()?)?;
    let package = sources?.packages.get(reference.package)?;
    let callers = package.runs_as.iter();
    let callers = callers.filter_map(|caller| application.service(caller));
    let calls = callers.map(|caller| {
        let place = Some(reference.place.clone());
        Call::typed(application, caller, callee, kind.clone(), place)
    });
    Some(calls.collect())
}

/// Says on stderr what was not looked at.
fn note_unseen(sources: Option<&Sources>) {
    let Some(sources) = sources else {
        output::note(
            "note: there is no Cargo.toml around, so only the variables of manifests are looked at for calls",
        );
        return;
    };
    for (index, package) in sources.packages.iter().enumerate() {
        let mut references = sources.references.iter();
        let is_its = |reference: &Reference| {
            reference.package == index && reference.what != What::Macro && !reference.is_test
        };
        if package.runs_as.is_empty() && references.any(is_its) {
            output::note(&format!(
                "note: the calls of the package `{}` are left out, because no service runs it",
                package.name
            ));
        }
    }
    if !sources.unseen.is_empty() {
        output::note(&format!(
            "note: not all of the Rust sources could be looked at: `cargo service-connect check` says where ({})",
            sources.unseen.len()
        ));
    }
}

/// Where calls are written, and how; not all of very many.
pub fn places(calls: &[&Call]) -> String {
    let place = |call: &&Call| {
        let written = written(&call.kind);
        let place = call.place.as_ref();
        place.map_or_else(|| written.clone(), |place| format!("{place} ({written})"))
    };
    let mut places: Vec<_> = calls.iter().take(PLACES).map(place).collect();
    if let Some(more) = calls.len().checked_sub(PLACES + 1) {
        places.push(format!("{} more", more + 1));
    }
    places.join(", ")
}

/// How a call is written, in words.
fn written(kind: &CallKind) -> String {
    match kind {
        CallKind::Stub => "type".to_owned(),
        CallKind::Attribute => "attribute".to_owned(),
        CallKind::Url => "URL".to_owned(),
        CallKind::Variable(name) => format!("variable {name}"),
    }
}

/// The same for programs.
pub const fn kind(kind: &CallKind) -> &'static str {
    match kind {
        CallKind::Stub => "stub",
        CallKind::Attribute => "attribute",
        CallKind::Url => "url",
        CallKind::Variable(_) => "variable",
    }
}
