//! `migrate`: hand-built URLs of services in Rust sources, where they lead today, and the typed calls to write instead.

mod chain;
mod client;
mod conditions;
mod edit;
mod errors;
mod human;
mod json;
mod path;
mod propose;
mod rest;
mod stub;
mod taken;
mod target;
#[cfg(test)]
mod tests;
mod unused;
mod words;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use service_connect_codegen::urls::Names;
use service_connect_codegen::{Place, Severity};

use self::client::Clients;
use self::edit::{Edit, apply};
use self::propose::{Proposal, Proposer};
use self::stub::Types;
use self::taken::Taken;
use self::words::Words;
use crate::by_hand::{self, Told, told};
use crate::context::Context;
use crate::judge::{self, Judge, Verdict};
use crate::options::Selection;
use crate::scan::urls::{HandBuilt, Position, Urls};
use crate::scan::{Asked, File, Package};
use crate::{Outcome, diff, output};

/// What `--help` says below the options.
pub const AFTER_HELP: &str = "\
The patch of `--format diff` names files from the directory that holds `copilot/`: apply it there, with `git apply` or \
`patch -p1`. What it does not change is said by `--format human`. Exit code 1 says that a URL was found.";

/// The arguments of `migrate`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// How to write it: as rustc does, as JSON (one URL a line), or as a patch that `git apply` takes
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Human,
    Json,
    Diff,
}

/// One URL.
struct Found<'a> {
    /// The index of its file in the package.
    file: usize,
    span: Range<usize>,
    place: Place,
    verdict: Verdict<'a>,
    told: Vec<Told>,
    proposal: Proposal,
}

/// Prints what was found, or the patch.
pub fn run(selection: &Selection, arguments: &Arguments) -> Result<Outcome> {
    let asked = Asked::cargo(selection);
    let asked_for = Context::open(selection)?;
    asked_for.note_unnamed();
    // A change is made for all environments, whichever of them are told of.
    let all = match &selection.environments[..] {
        [] => None,
        _ => Some(Context::open(&selection.everywhere())?),
    };
    let context = all.as_ref().unwrap_or(&asked_for);
    let Some(sources) = asked.read(context, selection)? else {
        bail!(
            "there is no `Cargo.toml` in `{}` or above it, and so no Rust to look at",
            selection.directory.display()
        );
    };
    let names = Names::of(context.application());
    let mut text = String::new();
    let mut totals = Totals::default();
    let types = Types::of_all(context.application());
    let urls = judge::hand_built(context, &names, &sources);
    let shared = shared(&context.workspace.root, &sources.packages);
    let names_asked_for = Names::of(asked_for.application());
    let of_all: Vec<_> = urls.iter().map(|(_, urls)| urls).collect();
    let libraries = sources.packages.iter();
    let libraries: Vec<_> = libraries.map(|package| package.library.as_str()).collect();
    let clients = Clients::of(&of_all, &libraries);
    for (index, (package, (judge, urls))) in sources.packages.iter().zip(&urls).enumerate() {
        let clients = (&clients, index);
        let (found, edits) = look(context, package, judge, &types, urls, clients, &shared);
        let found = if all.is_some() {
            let judge = Judge::new(&asked_for, &names_asked_for, package);
            told_of(&asked_for, &judge, urls, found)
        } else {
            found
        };
        totals.add(package, &found);
        match arguments.format {
            Format::Human => {
                let shown = found
                    .iter()
                    .map(|found| human::render(&asked_for, package, found));
                text.extend(shown);
            }
            Format::Json => {
                for found in &found {
                    text.push_str(&json::render(&asked_for, package, found)?);
                }
            }
            Format::Diff => {
                for (index, file) in package.files.iter().enumerate() {
                    let new = apply(&file.text, index, &edits);
                    text.push_str(&diff::unified(&file.name, &file.text, &new));
                }
            }
        }
    }
    match arguments.format {
        Format::Human => {
            output::result(&text)?;
            let unparsed = by_hand::unparsed(&urls);
            totals.unseen = sources.unseen.len() + unparsed.len();
            totals.idle = urls.iter().map(|(_, urls)| urls.idle).sum();
            for note in sources.unseen.iter().chain(&unparsed) {
                output::note(&output::one_line(note));
            }
            output::note(&totals.summary());
        }
        Format::Json | Format::Diff => output::raw(text.as_bytes())?,
    }
    Ok(if totals.found == 0 {
        Outcome::Clean
    } else {
        Outcome::Findings
    })
}

/// The URLs of a package, and all changes that are proposed for it.
fn look<'a>(
    context: &Context,
    package: &Package,
    judge: &Judge<'a>,
    types: &Types,
    urls: &Urls<'_>,
    clients: (&Clients<'_>, usize),
    shared: &HashSet<PathBuf>,
) -> (Vec<Found<'a>>, Vec<Edit>) {
    if urls.found.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let words: Vec<_> = package
        .files
        .iter()
        .map(|file| Words::of(&file.text))
        .collect();
    let is_frozen = |file: &File| shared.contains(&file.path) || has_lone_return(&file.text);
    let frozen: Vec<_> = package.files.iter().map(is_frozen).collect();
    let verdicts = urls.found.iter().filter_map(|url| judge.verdict(url));
    let verdicts: Vec<_> = verdicts.collect();
    let taken = Taken::of(urls);
    let proposer = Proposer {
        taken: &taken,
        home: home(urls.files),
        uses_reqwest: uses_reqwest(urls),
        context,
        package,
        urls,
        words: &words,
        judge,
        types,
        clients,
        frozen: &frozen,
    };
    let proposals = proposer.all(&verdicts);
    let mut known = HashSet::new();
    let proposed = proposals.iter().filter_map(|proposal| match proposal {
        Proposal::Edits(edits) => Some(edits),
        Proposal::Advice(_) => None,
    });
    let mut edits: Vec<Edit> = proposed.flatten().cloned().collect();
    edits.retain(|edit| known.insert(edit.clone()));
    if !edits.is_empty() {
        unused::remove(urls, &words, &frozen, &mut edits);
    }
    let found = urls.found.iter().zip(verdicts).zip(proposals);
    let found = found.filter(|((url, verdict), _)| !is_of_others(url, verdict));
    let mut found: Vec<_> = found
        .map(|((url, verdict), proposal)| Found {
            file: url.spot.file,
            span: url.span.clone(),
            place: url.place.clone(),
            told: told(context, url, &verdict),
            verdict,
            proposal,
        })
        .collect();
    found.sort_by_key(|found| (found.file, found.span.start));
    (found, edits)
}

fn home(files: &[File]) -> Option<&File> {
    let mut files = files.iter();
    files.find(|file| !file.is_test && file.text.contains("clients!("))
}

fn uses_reqwest(urls: &Urls<'_>) -> bool {
    let mut imports = urls.model.imports.iter().map(|import| &import.path);
    let is_imported =
        imports.any(|path| path.first().is_some_and(|root| root.starts_with("reqwest")));
    let mut files = urls.files.iter();
    is_imported || files.any(|file| file.text.contains("reqwest::"))
}

/// Whether it is no HTTP, and leads to nothing that is a service here or is nearly called like one: a database, or a signal.
fn is_of_others(url: &HandBuilt, verdict: &Verdict<'_>) -> bool {
    let mut findings = verdict.ways.iter().filter_map(|way| way.finding.as_ref());
    url.position == Position::Connect
        && verdict.service.is_none()
        && verdict.unclear.is_none()
        && findings.all(|finding| finding.severity == Severity::Note)
}

/// The sources that several packages or modules have, by `#[path]` or a symbolic link: what is right in one of them may be
/// wrong in another. And those behind a link, where no patch is applied.
fn shared(root: &Path, packages: &[Package]) -> HashSet<PathBuf> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let root = real(root);
    let (mut known, mut shared) = (HashMap::new(), HashSet::new());
    for file in packages.iter().flat_map(|package| &package.files) {
        let path = real(&file.path);
        let is_link = !file.name.starts_with("../") && path != root.join(&*file.name);
        if let Some(other) = known.insert(path, &file.path) {
            shared.extend([other.clone(), file.path.clone()]);
        } else if is_link {
            shared.insert(file.path.clone());
        }
    }
    shared
}

/// Whether a carriage return stands in it without the end of a line.
fn has_lone_return(text: &str) -> bool {
    let mut returns = text.match_indices('\r');
    returns.any(|(at, _)| !text[at + 1..].starts_with('\n'))
}

/// What is said in the environments that are asked for; not of the URLs that lead to no service there.
fn told_of<'a>(
    context: &Context,
    judge: &Judge<'a>,
    urls: &Urls<'_>,
    found: Vec<Found<'_>>,
) -> Vec<Found<'a>> {
    let found = found.into_iter().filter_map(|found| {
        let is_it = |url: &&HandBuilt| url.spot.file == found.file && url.span == found.span;
        let url = urls.found.iter().find(is_it)?;
        let verdict = judge.verdict(url)?;
        Some(Found {
            file: found.file,
            span: found.span,
            place: found.place,
            told: told(context, url, &verdict),
            verdict,
            proposal: found.proposal,
        })
    });
    found.collect()
}

/// What is said at the end.
#[derive(Default)]
struct Totals {
    found: usize,
    wrong: usize,
    proposed: usize,
    /// URLs that nothing reads.
    idle: usize,
    /// Places that could not be looked at.
    unseen: usize,
    /// The packages that have no `clients!()` yet.
    without: Vec<String>,
}

impl Totals {
    fn add(&mut self, package: &Package, found: &[Found<'_>]) {
        let is_wrong = |found: &&Found<'_>| {
            let mut told = found.told.iter();
            told.any(|told| told.finding.severity > Severity::Note)
        };
        let is_proposed = |found: &&Found<'_>| matches!(found.proposal, Proposal::Edits(_));
        self.found += found.len();
        self.wrong += found.iter().filter(is_wrong).count();
        let proposed = found.iter().filter(is_proposed).count();
        self.proposed += proposed;
        if proposed > 0 && package.clients.is_none() {
            self.without.push(package.name.clone());
        }
    }

    fn summary(&self) -> String {
        let seen = match self.unseen {
            0 => String::new(),
            number => format!(
                " in what could be read ({} could not)",
                output::count(number, "place")
            ),
        };
        let mut text = if self.found == 0 {
            format!("no hand-built URLs of services found{seen}")
        } else {
            format!(
                "{} of services{seen}: {} wrong today, {} with a proposal",
                output::count(self.found, "hand-built URL"),
                self.wrong,
                self.proposed
            )
        };
        match self.idle {
            0 => {}
            1 => text.push_str("\n1 URL that nothing reads was left out"),
            number => text.extend([
                "\n",
                &number.to_string(),
                " URLs that nothing reads were left out",
            ]),
        }
        for package in &self.without {
            text.extend([
                "\n`",
                package,
                "` has no `clients!()` yet: run `cargo service-connect init -C <its directory>` first, once",
            ]);
        }
        if self.proposed > 0 {
            text.push_str(
                "\na typed call follows no redirects, and its response has to begin within 15 s, or what `.timeout(…)` says: \
                 reqwest follows redirects and has no deadline",
            );
            text.push_str(
                "\nto make the changes, where `copilot/` is: `cargo service-connect migrate --format diff | git apply`",
            );
        }
        text
    }
}
