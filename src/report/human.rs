//! Findings as rustc shows its own.

use std::path::PathBuf;
use std::{env, fs};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use service_connect_codegen::copilot::Workspace;
use service_connect_codegen::{Place, Severity};

use super::Located;
use super::paths::relative;
use super::source::{Sources, first_line};
use crate::output::printable;

/// The findings with the lines of the files that they are about.
pub fn render(workspace: &Workspace, findings: &[Located]) -> String {
    let here = env::current_dir().and_then(fs::canonicalize);
    let mut sources = Sources::new(workspace);
    let mut out = String::new();
    for located in findings {
        let finding = &located.finding;
        let title = level(finding.severity).primary_title(&finding.message);
        let mut group = Group::with_title(title.id(finding.code.as_str()));
        let shown = |place: &Place| {
            let file = workspace.root.join(&*place.file);
            let shown = match &here {
                // Not every place is named by a path.
                _ if !file.exists() => PathBuf::from(&*place.file),
                Ok(here) => relative(&file, here),
                Err(_) => file,
            };
            printable(&shown.to_string_lossy())
        };
        let places = [
            (located.shown(), AnnotationKind::Primary),
            (located.related(), AnnotationKind::Context),
        ];
        let texts = places.map(|(place, _)| place.and_then(|place| sources.text(place)));
        for ((place, kind), text) in places.into_iter().zip(&texts) {
            if let Some(place) = place {
                group = locate(group, place, shown(place), text.as_deref(), kind);
            }
        }
        if let Some(help) = &finding.help {
            group = group.element(Level::HELP.message(printable(help)));
        }
        out.push_str(&Renderer::styled().render(&[group]));
        out.push_str("\n\n");
    }
    // The renderer makes the control characters of ASCII visible, and passes the others on.
    let mut shown = String::with_capacity(out.len());
    for c in out.chars() {
        if c.is_control() && !c.is_ascii() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Adds the lines of the file, or only the place where there are none to show.
fn locate<'a>(
    group: Group<'a>,
    place: &Place,
    path: String,
    text: Option<&'a str>,
    kind: AnnotationKind,
) -> Group<'a> {
    if let Some(text) = text {
        let annotation = kind.span(first_line(text, place));
        return group.element(Snippet::source(text).path(path).annotation(annotation));
    }
    let mut origin = Origin::path(path);
    if place.line > 0 {
        origin = origin
            .line(place.line as usize)
            .char_column(place.column as usize);
    }
    group.element(origin)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}
