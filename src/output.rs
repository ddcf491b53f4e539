//! What goes to stdout and stderr. A reader that went away is no failure.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};
use serde::Serialize;
use service_connect_codegen::Finding;

use crate::progress::aside;

/// What a list is headed with.
pub const HEADER: Style = Style::new().bold();
/// What is not the point.
pub const DIM: Style = Style::new().dimmed();
/// What does not work.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What to look at.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Writes the result of a command, colors included where they are wanted.
pub fn result(text: &str) -> Result<()> {
    written(aside(|| {
        anstream::stdout().lock().write_all(text.as_bytes())
    }))
}

/// Writes a result as JSON, for programs and people.
pub fn json(result: &impl Serialize) -> Result<()> {
    let mut json = serde_json::to_string_pretty(result)?;
    json.push('\n');
    raw_json(&json)
}

/// Writes JSON that is written out already.
pub fn raw_json(json: &str) -> Result<()> {
    raw(printable_json(json).as_bytes())
}

/// JSON with what it need not escape, and a terminal could obey, escaped too.
pub fn printable_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        // All others are escaped, or are the line ends between values.
        if c.is_control() && c >= '\u{7f}' {
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Writes a result byte for byte.
pub fn raw(bytes: &[u8]) -> Result<()> {
    written(aside(|| {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush())
    }))
}

fn written(result: io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("the result cannot be written to stdout")
        }
        _ => Ok(()),
    }
}

/// Says on stderr why there is no result, in lines where it is cargo who says so.
pub fn error(text: &str) {
    let text = printable_lines(text);
    styled(&format!("{ERROR}error{ERROR:#}: {text}"));
}

/// Says on stderr what is to be looked at.
pub fn warning(text: &str) {
    let text = printable_lines(text);
    styled(&format!("{WARNING}warning{WARNING:#}: {text}"));
}

/// Says something on stderr, in lines.
pub fn note(text: &str) {
    styled(&printable_lines(text));
}

/// The same for what is to have its colors: lines of cargo, which are for a terminal.
pub fn styled(text: &str) {
    // At once, or a line of a log comes before its end.
    let line = format!("{text}\n");
    // Where stderr is closed, nobody is left to tell.
    let _ = aside(|| anstream::stderr().lock().write_all(line.as_bytes()));
}

/// A finding in one line: where, what, the code, and what to do.
pub fn one_line(finding: &Finding) -> String {
    printable(&finding.line())
}

/// So many of something: `1 place`, `2 places`.
pub fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// `text` with control characters, which could play tricks on a terminal, made visible.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// The same for what a renderer wrote, which makes the control characters of ASCII visible itself, and has its colors.
pub fn printable_beyond_ascii(rendered: &str) -> String {
    let mut out = String::with_capacity(rendered.len());
    for c in rendered.chars() {
        if c.is_control() && !c.is_ascii() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// The same for a text of several lines, which stay lines.
pub fn printable_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(printable).collect();
    lines.join("\n")
}
