//! Findings as rustc shows its own.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{env, fs, iter};

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet,
};
use service_connect_codegen::copilot::Workspace;
use service_connect_codegen::{Place, Severity};

use super::Located;
use super::paths::relative;
use super::source::{Sources, first_line};
use crate::output::{printable, printable_beyond_ascii};

/// The findings with the lines of the files that they are about.
pub fn render(workspace: &Workspace, findings: &[Located]) -> String {
    let here = env::current_dir().and_then(fs::canonicalize).ok();
    let mut sources = Sources::new(workspace);
    let mut names = HashMap::new();
    let mut starts = HashMap::new();
    let mut out = String::new();
    for located in findings {
        let finding = &located.finding;
        let title = level(finding.severity).primary_title(&finding.message);
        let mut group = Group::with_title(title.id(finding.code.as_str()));
        let places = [
            (located.shown(), AnnotationKind::Primary),
            (located.related(), AnnotationKind::Context),
        ];
        let texts = places.map(|(place, _)| place.and_then(|place| sources.text(place)));
        for ((place, kind), text) in places.into_iter().zip(&texts) {
            let Some(place) = place else { continue };
            let name = names.entry(&place.file);
            let name: &String = name.or_insert_with(|| shown(workspace, place, here.as_deref()));
            group = group.element(match text {
                Some(text) => {
                    let starts = starts.entry(&place.file);
                    let starts = starts.or_insert_with(|| line_starts(text));
                    Element::from(
                        excerpt(text, starts, first_line(text, place), kind).path(name.clone()),
                    )
                }
                None => Element::from(origin(place, name.clone())),
            });
        }
        if let Some(help) = &finding.help {
            group = group.element(Level::HELP.message(printable(help)));
        }
        out.push_str(&Renderer::styled().render(&[group]));
        out.push_str("\n\n");
    }
    printable_beyond_ascii(&out)
}

/// The name of a place's file.
fn shown(workspace: &Workspace, place: &Place, here: Option<&Path>) -> String {
    let file = workspace.root.join(&*place.file);
    let shown = match here {
        // Not every place is named by a path.
        _ if !file.exists() => PathBuf::from(&*place.file),
        Some(here) => relative(&file, here),
        None => file,
    };
    printable(&shown.to_string_lossy())
}

/// Where the lines of a text start.
fn line_starts(text: &str) -> Vec<usize> {
    let ends = text.match_indices('\n').map(|(end, _)| end + 1);
    iter::once(0).chain(ends).collect()
}

/// A part of one line, to be shown. The renderer goes through all lines that it is given, so of a long file it gets that one
/// and those beside it, which tell it what the line ends are.
fn excerpt<'a>(
    text: &'a str,
    starts: &[usize],
    span: Range<usize>,
    kind: AnnotationKind,
) -> Snippet<'a, Annotation<'a>> {
    let next = starts.partition_point(|start| *start <= span.start);
    let first = next.saturating_sub(2);
    let start = starts[first];
    let end = starts.get(next + 1).copied().unwrap_or(text.len());
    let annotation = kind.span(span.start - start..span.end - start);
    let snippet = Snippet::source(&text[start..end]).line_start(first + 1);
    snippet.annotation(annotation)
}

/// Only the place, where there are no lines to show.
fn origin(place: &Place, name: String) -> Origin<'static> {
    let origin = Origin::path(name);
    match place.line {
        0 => origin,
        line => origin
            .line(line as usize)
            .char_column(place.column as usize),
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_shown_as_the_whole_text_is() {
        for text in [
            "",
            "\n",
            "a",
            "a: b\n",
            "a:\n  b: c\n  d: e\nf: g\n",
            "a:\r\n\tb: c\r\n\r\nd: ä",
            "\n\na\n\n",
            "a\rb\nc\r\nd",
        ] {
            let starts = line_starts(text);
            let render = |snippet: Snippet<'static, Annotation<'static>>| {
                let title = Level::ERROR.primary_title("wrong");
                let group = Group::with_title(title).element(snippet.path("file"));
                Renderer::plain().render(&[group])
            };
            let ends = || (0..=text.len()).filter(|at| text.is_char_boundary(*at));
            for start in ends() {
                let of_line = |end: &usize| *end >= start && !text[start..*end].contains('\n');
                for end in ends().filter(of_line) {
                    let kind = AnnotationKind::Primary;
                    let whole = Snippet::source(text).annotation(kind.span(start..end));
                    let part = excerpt(text, &starts, start..end, kind);
                    assert_eq!(render(part), render(whole), "{start}..{end} of {text:?}");
                }
            }
        }
    }
}
