//! What was found, as rustc would show it, with what to write instead.

use std::ops::Range;
use std::path::PathBuf;
use std::{env, fs};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
use service_connect_codegen::Severity;

use super::Found;
use super::propose::Proposal;
use crate::by_hand::Told;
use crate::context::Context;
use crate::output::{printable, printable_beyond_ascii};
use crate::report::relative;
use crate::scan::Package;

/// One URL: what is said of it, and the proposal.
pub fn render(context: &Context, package: &Package, found: &Found) -> String {
    let mut out = String::new();
    let file = &package.files[found.file];
    let shown = shown(context, &file.name);
    let own = match &found.proposal {
        Proposal::Edits(edits) => edits
            .iter()
            .filter(|edit| edit.file == found.file)
            .collect(),
        Proposal::Advice(_) => Vec::new(),
    };
    let all = own.iter().map(|edit| &edit.span).chain([&found.span]);
    let part = around(&file.text, all);
    let before = file.text[part.start..found.span.start]
        .matches('\n')
        .count();
    let line = (found.place.line as usize).saturating_sub(before);
    let text = &file.text[part.clone()];
    let within = |span: &Range<usize>| span.start - part.start..span.end - part.start;
    for (
        index,
        Told {
            finding, second, ..
        },
    ) in found.told.iter().enumerate()
    {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level
            .primary_title(&finding.message)
            .id(finding.code.as_str());
        let annotation = AnnotationKind::Primary.span(within(&found.span));
        let mut group = Group::with_title(title).element(
            Snippet::source(text)
                .line_start(line)
                .path(shown.clone())
                .annotation(annotation),
        );
        if let Some(place) = second {
            let origin = Origin::path(self::shown(context, &place.file));
            group = group.element(match place.line {
                0 => origin,
                line => origin
                    .line(line as usize)
                    .char_column(place.column as usize),
            });
        }
        let is_last = index + 1 == found.told.len();
        let mut groups = Vec::new();
        match &found.proposal {
            Proposal::Advice(advice) if is_last => {
                if let Some(help) = &finding.help {
                    group = group.element(Level::HELP.message(printable(help)));
                }
                groups.push(group.element(Level::NOTE.message(printable(advice))));
            }
            Proposal::Edits(_) if is_last => {
                groups.push(group);
                let patches = own.iter();
                let patches = patches.map(|edit| Patch::new(within(&edit.span), &*edit.text));
                let snippet = Snippet::source(text)
                    .line_start(line)
                    .path(shown.clone())
                    .patches(patches);
                let title =
                    Level::HELP.secondary_title("leave the address to the type of the service");
                groups.push(Group::with_title(title).element(snippet));
            }
            _ => groups.push(group),
        }
        out.push_str(&Renderer::styled().render(&groups));
        out.push_str("\n\n");
    }
    printable_beyond_ascii(&out)
}

/// A few lines more than those that stand there: what is shown of a large file takes no longer than of a small one.
fn around<'a>(text: &str, spans: impl Iterator<Item = &'a Range<usize>> + Clone) -> Range<usize> {
    const MORE: usize = 3;
    let start = spans
        .clone()
        .map(|span| span.start)
        .min()
        .unwrap_or_default();
    let end = spans.map(|span| span.end).max().unwrap_or(text.len());
    let starts = text[..start].rmatch_indices('\n').nth(MORE);
    let ends = text[end..].match_indices('\n').nth(MORE);
    starts.map_or(0, |(at, _)| at + 1)..ends.map_or(text.len(), |(at, _)| end + at + 1)
}

/// The name of a file as seen from the working directory.
fn shown(context: &Context, name: &str) -> String {
    let file = context.workspace.root.join(name);
    let shown = match env::current_dir().and_then(fs::canonicalize) {
        _ if !file.exists() => PathBuf::from(name),
        Ok(here) => relative(&file, here.as_path()),
        Err(_) => file,
    };
    printable(&shown.to_string_lossy())
}
