//! Changes of a file, by bytes: all else in it stays as it is.

use std::ops::Range;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The index of the file in its package.
    pub file: usize,
    pub span: Range<usize>,
    /// What stands there then.
    pub text: String,
}

/// The text with the changes that are of that file. Of two that overlap, the larger one counts.
pub fn apply(text: &str, file: usize, edits: &[Edit]) -> String {
    let mut own: Vec<_> = edits.iter().filter(|edit| edit.file == file).collect();
    own.sort_by_key(|edit| (edit.span.start, std::cmp::Reverse(edit.span.end)));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in own {
        if edit.span.start < at {
            continue;
        }
        out.push_str(&text[at..edit.span.start]);
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(&text[at..]);
    out
}

/// The whole lines of what is removed, if nothing else stands on them; of the empty lines around it only one stays.
pub fn lines(text: &str, span: Range<usize>) -> Range<usize> {
    const BLANKS: [char; 2] = [' ', '\t'];
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.end..]
        .find('\n')
        .map_or(text.len(), |at| span.end + at + 1);
    let is_blank = |range: Range<usize>| text[range].trim().is_empty();
    match (is_blank(start..span.start), is_blank(span.end..end)) {
        (true, true) => {}
        // Of the blanks around what is gone those before it stay, and none at the end of the line.
        (_, false) if text[..span.start].ends_with(BLANKS) => {
            let rest = &text[span.end..];
            return span.start..text.len() - rest.trim_start_matches(BLANKS).len();
        }
        (_, false) => return span,
        (false, true) => {
            let before = text[..span.start].trim_end_matches(BLANKS);
            return before.len()..span.end;
        }
    }
    let before = text[..start].trim_end_matches([' ', '\t', '\r']);
    let opens =
        before.ends_with("\n\n") || before.ends_with("\n\r\n") || before.trim_end().ends_with('{');
    let next = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    if opens && end < text.len() && is_blank(end..next) {
        return start..next;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_takes_its_lines_along() {
        let text = "{\n    let a = 1;\n\n    let b = 2; let c = 3;\n}\n";
        let removed = |what: &str| {
            let start = text.find(what).unwrap();
            let span = lines(text, start..start + what.len());
            format!("{}{}", &text[..span.start], &text[span.end..])
        };
        assert_eq!(removed("let a = 1;"), "{\n    let b = 2; let c = 3;\n}\n");
        assert_eq!(removed("let c = 3;"), text.replace(" let c = 3;", ""));
        assert_eq!(
            removed("let b = 2;"),
            "{\n    let a = 1;\n\n    let c = 3;\n}\n"
        );
    }

    #[test]
    fn changes_are_made_by_bytes() {
        let edit = |span, text: &str| Edit {
            file: 0,
            span,
            text: text.to_owned(),
        };
        let edits = [edit(4..5, "x"), edit(0..2, ""), edit(4..5, "x")];
        assert_eq!(apply("äbcde", 0, &edits), "bcxe");
    }
}
