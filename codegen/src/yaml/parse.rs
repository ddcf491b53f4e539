//! From the parser's events to the tree.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle, Tag, options};

use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;

use super::{Kind, Node, Style};

/// The first document of `text`; `None` if it is empty.
///
/// # Errors
///
/// If the text is not YAML.
pub(crate) fn parse(file: &Arc<str>, text: &str) -> Result<Option<Rc<Node>>, Finding> {
    // Comments are the parser's to skip; aliases without an anchor stay an error.
    let parser = Parser::new_from_str_with_options(text, options! { emit_comments: false });
    let mut builder = Builder {
        file,
        open: Vec::new(),
        anchors: HashMap::new(),
        aliased: 0,
        nodes: 0,
        root: None,
        has_tabs: text.contains('\t'),
        free: Vec::new(),
    };
    let mut end = text.len();
    for event in parser {
        let (event, span) = event.map_err(|error| {
            let at = error.marker();
            let offset = at.byte_offset().unwrap_or(text.len()).min(text.len());
            let place = Place::new(
                file.clone(),
                line(at.line()),
                line(at.col() + 1),
                offset..offset,
            );
            Finding::error(
                Code::InvalidYaml,
                format!("the file is not YAML: {}", error.info()),
            )
            .at(&place)
            .help("mend what stands there or just before it: nothing of the file counts until then")
        })?;
        if matches!(event, Event::DocumentEnd) {
            end = span.start.byte_offset().unwrap_or(end).min(end);
            break;
        }
        builder.event(event, span)?;
        if builder.nodes > MAX_NODES {
            let message = format!("the manifest holds more than {MAX_NODES} values");
            let place = builder.place(span);
            return Err(Finding::error(Code::InvalidYaml, message).at(&place));
        }
    }
    match builder.stray_tab(&text[..end]) {
        Some(place) => Err(Finding::error(
            Code::InvalidYaml,
            "the file is not YAML: a line starts with a tab",
        )
        .at(&place)
        .help("indent with spaces")),
        None => Ok(builder.root),
    }
}

/// How many nodes the aliases of a manifest may stand for: what reads it, visits each of them.
const MAX_ALIASED: usize = 20_000;

/// How many nodes a manifest may have. A task definition of ECS has 64 KiB, so none of them could be deployed.
const MAX_NODES: usize = 50_000;

struct Builder<'a> {
    file: &'a Arc<str>,
    /// The collections that are not yet complete, outermost first.
    open: Vec<Open>,
    /// Nodes with an anchor, and how many nodes they are with all that is below them.
    anchors: HashMap<usize, (Rc<Node>, usize)>,
    /// How many nodes the aliases stand for.
    aliased: usize,
    /// How many nodes there are without what aliases stand for.
    nodes: usize,
    root: Option<Rc<Node>>,
    has_tabs: bool,
    /// Where tabs may stand at the start of a line: inside scalars and flow collections.
    free: Vec<Range<usize>>,
}

struct Open {
    anchor: usize,
    tag: Option<String>,
    place: Place,
    is_flow: bool,
    /// How many nodes it is so far.
    size: usize,
    kind: Kind,
    /// A mapping's key whose value is to come.
    key: Option<Rc<Node>>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Finding> {
        if matches!(event, Event::SequenceEnd | Event::MappingEnd) {
            self.end(span.end.byte_offset().unwrap_or_default());
            return Ok(());
        }
        let place = self.place(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = Kind::Scalar {
                    text: text.into_owned(),
                    style: match style {
                        ScalarStyle::Plain => Style::Plain,
                        ScalarStyle::Literal => Style::Literal,
                        _ => Style::Quoted,
                    },
                };
                let tag = short_tag(tag.as_deref());
                if self.has_tabs {
                    self.free.push(place.span.clone());
                }
                self.add(anchor, Node { kind, tag, place }, 1);
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.start(
                    anchor,
                    tag.as_deref(),
                    place,
                    Kind::Sequence(Vec::new()),
                    style,
                );
            }
            Event::MappingStart(style, anchor, tag) => {
                self.start(
                    anchor,
                    tag.as_deref(),
                    place,
                    Kind::Mapping(Vec::new()),
                    style,
                );
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    let message = "the file is not YAML: an anchor contains itself";
                    return Err(Finding::error(Code::InvalidYaml, message).at(&place));
                };
                // As yaml.v3, which refuses what it calls excessive aliasing.
                self.aliased = self.aliased.saturating_add(size);
                if self.aliased > MAX_ALIASED {
                    let message =
                        format!("the aliases up to here stand for more than {MAX_ALIASED} values");
                    return Err(Finding::error(Code::InvalidYaml, message).at(&place));
                }
                self.push(node, size);
            }
            _ => {}
        }
        Ok(())
    }

    fn start(
        &mut self,
        anchor: usize,
        tag: Option<&Tag>,
        place: Place,
        kind: Kind,
        style: StructureStyle,
    ) {
        self.open.push(Open {
            anchor,
            tag: short_tag(tag),
            place,
            is_flow: style == StructureStyle::Flow,
            size: 1,
            kind,
            key: None,
        });
    }

    fn end(&mut self, end: usize) {
        let Some(Open {
            anchor,
            tag,
            mut place,
            is_flow,
            size,
            kind,
            key: _,
        }) = self.open.pop()
        else {
            return;
        };
        place.span.end = place.span.end.max(end);
        if is_flow && self.has_tabs {
            self.free.push(place.span.clone());
        }
        self.add(anchor, Node { kind, tag, place }, size);
    }

    fn add(&mut self, anchor: usize, node: Node, size: usize) {
        self.nodes += 1;
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        self.push(node, size);
    }

    fn push(&mut self, node: Rc<Node>, size: usize) {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        parent.size = parent.size.saturating_add(size);
        match &mut parent.kind {
            Kind::Scalar { .. } => {}
            Kind::Sequence(elements) => elements.push(node),
            Kind::Mapping(entries) => match parent.key.take() {
                Some(key) => entries.push((key, node)),
                None => parent.key = Some(node),
            },
        }
    }

    /// yaml.v3 refuses a tab in the white space that a line of block style starts with, even where nothing follows it.
    fn stray_tab(&mut self, text: &str) -> Option<Place> {
        if !self.has_tabs {
            return None;
        }
        self.free.sort_by_key(|free| free.start);
        let mut free = self.free.iter().peekable();
        let mut free_until = 0;
        let mut start = 0;
        let mut number = 0;
        let mut after_return = false;
        for content in text.split_inclusive(['\n', '\r']) {
            // A carriage return alone ends a line too.
            if !(after_return && content == "\n") {
                number += 1;
            }
            after_return = content.ends_with('\r');
            let spaces = content.len() - content.trim_start_matches(' ').len();
            let tab = start + spaces;
            start += content.len();
            while let Some(range) = free.next_if(|range| range.start <= tab) {
                free_until = range.end.max(free_until);
            }
            if content[spaces..].starts_with('\t') && tab >= free_until {
                let column = line(spaces + 1);
                return Some(Place::new(self.file.clone(), number, column, tab..tab + 1));
            }
        }
        None
    }

    fn place(&self, span: Span) -> Place {
        let offset = |mark: granit_parser::Marker| mark.byte_offset().unwrap_or_default();
        Place::new(
            self.file.clone(),
            line(span.start.line()),
            line(span.start.col() + 1),
            offset(span.start)..offset(span.end),
        )
    }
}

fn short_tag(tag: Option<&Tag>) -> Option<String> {
    let tag = tag?;
    let handle = if tag.handle() == "tag:yaml.org,2002:" {
        "!!"
    } else {
        tag.handle()
    };
    Some(format!("{handle}{}", tag.suffix()))
}

fn line(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
