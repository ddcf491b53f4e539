//! What is proposed for a file, as `git diff` shows it and `git apply` takes it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use similar::TextDiff;

use crate::output::{HEADER, printable};

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
const HUNK: Style = AnsiColor::Cyan.on_default();

/// The way from the `old` text of the file of that name to the `new` one, without colors and byte for byte; nothing where
/// they are the same. A file that is empty so far counts as one that is not there.
pub fn unified(name: &str, old: &str, new: &str) -> String {
    let before = if old.is_empty() {
        "/dev/null".to_owned()
    } else {
        format!("a/{name}")
    };
    let diff = TextDiff::from_lines(old, new);
    let mut diff = diff.unified_diff();
    diff.header(&before, &format!("b/{name}")).to_string()
}

/// The diff of one file for [`crate::output::result`]: with colors where they are wanted, and with nothing in it that could play
/// tricks on a terminal.
pub fn styled(diff: &str) -> String {
    let mut out = String::new();
    for (index, line) in diff.split_inclusive('\n').enumerate() {
        let style = match line.as_bytes() {
            _ if index < 2 => HEADER,
            [b'-', ..] => OLD,
            [b'+', ..] => NEW,
            [b'@', ..] => HUNK,
            _ => Style::new(),
        };
        let is_ended = line.ends_with('\n');
        let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        // Tabs are no trick, and a diff without them cannot be applied.
        let parts: Vec<_> = line.split('\t').map(printable).collect();
        let _ = write!(out, "{style}{}{style:#}", parts.join("\t"));
        if is_ended {
            out.push_str(end);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_has_the_names_and_a_few_lines_around_each_change() {
        assert_eq!(
            unified("src/main.rs", "a\nb\nc\nd\ne\n", "a\nb\nc\nd\nf\n"),
            "--- a/src/main.rs\n+++ b/src/main.rs\n@@ -2,4 +2,4 @@\n b\n c\n d\n-e\n+f\n"
        );
        assert_eq!(
            unified("build.rs", "", "a\n"),
            "--- /dev/null\n+++ b/build.rs\n@@ -0,0 +1 @@\n+a\n"
        );
        assert_eq!(unified("build.rs", "a\n", "a\n"), "");
    }

    #[test]
    fn colors_change_no_character_and_tricks_are_shown() {
        let diff = unified("a.rs", "\tx\r\n-- y\r\n", "\tx\r\n\u{1b}[2J");
        let shown = anstream::adapter::strip_str(&styled(&diff)).to_string();
        assert_eq!(shown, diff.replace('\u{1b}', "\\u{1b}"));
        assert!(styled(&diff).contains("\u{1b}[32m+\\u{1b}[2J\u{1b}[0m"));
    }
}
