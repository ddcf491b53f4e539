//! The root of the crate: `clients!()`, which brings a type for each service.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use service_connect_codegen::text_file;
use syn::Item;

use super::program::Program;
use super::rust::{Source, mentions};

pub const CALL: &str = "service_connect::clients!();";

/// The root that messages call `name`, with `clients!()` in it, or the program in the place of it.
pub fn edit(name: &str, old: &str, program: Option<&Program>) -> Result<String> {
    let source = Source::parse(name, old)?;
    if let Some(text) = program.and_then(Program::text) {
        return Ok(source.with(0..old.len(), &text));
    }
    let items = source.file.items.iter();
    let head = items.take_while(|item| match item {
        Item::Use(_) | Item::ExternCrate(_) => true,
        Item::Mod(module) => module.content.is_none(),
        _ => false,
    });
    let Some(last) = head.last() else {
        let at = before_items(&source, old);
        let [before, after] = [&old[..at], &old[at..]];
        let before = match before {
            _ if before[source.head()..].trim().is_empty() => "",
            _ if before.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        let before = if old[..at].ends_with("\n\n") || old[..at].ends_with("\n\r\n") {
            ""
        } else {
            before
        };
        let after = if after.trim().is_empty() {
            "\n"
        } else {
            "\n\n"
        };
        return Ok(source.with(at..at, &format!("{before}{CALL}{after}")));
    };
    let end = Source::range(last).end;
    let rest = old[end..].lines().next().unwrap_or_default();
    if !rest.trim().is_empty() && !rest.trim().starts_with("//") {
        return Ok(source.with(end..end, &format!("\n\n{CALL}\n\n")));
    }
    let at = end + rest.len();
    let after = match old[at..].lines().nth(1) {
        Some(line) if !line.trim().is_empty() => "\n",
        None if at == old.len() => "\n",
        _ => "",
    };
    Ok(source.with(at..at, &format!("\n\n{CALL}{after}")))
}

/// Before the first item and the comments that belong to it, else the end of the file.
fn before_items(source: &Source<'_>, old: &str) -> usize {
    let Some(first) = source.file.items.first() else {
        return old.len();
    };
    let mut at = Source::range(first).start;
    at = line_start(old, at);
    while at > source.start() {
        let above = line_start(old, at - 1);
        let line = old[above..at].trim();
        if above < source.start() || !line.starts_with("//") || line.starts_with("//!") {
            break;
        }
        at = above;
    }
    at.max(source.start())
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// The file in that directory or below it that has `clients!()` already; not in `others`, the roots of other crates.
pub fn with_clients(directory: &Path, others: &[PathBuf]) -> Option<PathBuf> {
    // Whatever is below it belongs to binaries.
    let binaries = directory.join("bin");
    let is_seen = |path: &Path| path != binaries && !others.iter().any(|other| other == path);
    find(directory, is_seen, calls_clients)
}

/// The first Rust file in that directory or below it that is wanted, as the directories to it are, and whose text is such.
pub fn find(
    directory: &Path,
    is_wanted: impl Fn(&Path) -> bool,
    is_such: impl Fn(&str) -> bool,
) -> Option<PathBuf> {
    let mut waiting = vec![directory.to_owned()];
    while let Some(directory) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let name = entry.file_name();
            let is_other = name == "target" || name.as_encoded_bytes().starts_with(b".");
            if !is_wanted(&path) {
                continue;
            }
            if kind.is_dir() && !is_other {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && text_file::read(&path, "")
                    .is_ok_and(|text| text.is_some_and(|text| is_such(&text)))
            {
                return Some(path);
            }
        }
    }
    None
}

/// `clients != 0` is no call.
fn calls_clients(text: &str) -> bool {
    ["(", "[", "{"]
        .iter()
        .any(|bracket| mentions(text, &["clients", "!", bracket]))
}
