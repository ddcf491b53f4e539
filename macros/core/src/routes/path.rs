//! The path of a route: text and `{placeholders}`.

use service_connect_codegen::{Code, Finding};

/// A piece of a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// Sent as it is written.
    Text(String),
    /// The parameter of that name, percent-encoded whole.
    Placeholder(String),
}

/// The pieces of `path`.
///
/// # Errors
///
/// What is wrong with it, and what to write instead.
pub fn parse(path: &str) -> Result<Vec<Part>, Finding> {
    if !path.starts_with('/') {
        let message = format!("the path `{path}` does not start with `/`");
        return Err(Finding::error(Code::RelativePath, message).help(format!(
            "write it from the root of the service: `{}`",
            from_root(path)
        )));
    }
    let invalid =
        |message: String, help: &str| Finding::error(Code::InvalidPath, message).help(help);
    if path.contains('#') {
        return Err(invalid(
            format!("the path `{path}` has a `#`, and what follows one is never sent"),
            "take it out, or write `%23` if it is part of a name",
        ));
    }
    let before_query = path.split('?').next().unwrap_or(path);
    if before_query
        .split('/')
        .any(|part| matches!(part, "." | ".."))
    {
        return Err(invalid(
            format!("the path `{path}` has a `.` or `..`, which servers may resolve or not"),
            "write the path that is meant",
        ));
    }
    let mut parts = Vec::new();
    let mut rest = path;
    while let Some(start) = rest.find(['{', '}']) {
        let (text, placeholder) = rest.split_at(start);
        let name = placeholder
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'));
        let Some((name, after)) = name.filter(|(name, _)| is_name(name)) else {
            return Err(invalid(
                format!("the path `{path}` has a brace that belongs to no placeholder"),
                "write `{name}` for the parameter `name`",
            ));
        };
        if path[..path.len() - rest.len() + start].contains('?') {
            let help = format!("take it out of the path, and write `#[query] {name}`");
            return Err(invalid(
                format!("the placeholder `{{{name}}}` stands in the query"),
                &help,
            ));
        }
        parts.extend(text_part(text)?);
        parts.push(Part::Placeholder(name.to_owned()));
        rest = after;
    }
    parts.extend(text_part(rest)?);
    Ok(parts)
}

/// What is sent as it is written.
fn text_part(text: &str) -> Result<Option<Part>, Finding> {
    let is_allowed =
        |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '|');
    if let Some(c) = text.chars().find(|c| !is_allowed(*c)) {
        let message = format!("the path has a {c:?}, which no URL can have");
        return Err(Finding::error(Code::InvalidPath, message).help("percent-encode it"));
    }
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if text.split('%').skip(1).any(|rest| !is_escape(rest)) {
        let message = "the path has a `%` that encodes nothing";
        return Err(
            Finding::error(Code::InvalidPath, message).help("write `%25` for the sign itself")
        );
    }
    Ok((!text.is_empty()).then(|| Part::Text(text.to_owned())))
}

/// What was meant where the slash is missing: of a whole URL, what follows the host.
fn from_root(path: &str) -> String {
    let rest = path.split_once("://").map_or(path, |(_, rest)| {
        rest.split_once('/').map_or("", |(_, rest)| rest)
    });
    format!("/{rest}")
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::{Part, parse};

    #[test]
    fn a_path_is_text_and_placeholders() {
        let parts = parse("/kudos/{id}/notes").unwrap();
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(
            parts,
            [
                text("/kudos/"),
                Part::Placeholder("id".to_owned()),
                text("/notes")
            ]
        );
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in [
            "kudos", "", "/a b", "/{", "/}", "/{a", "/{}", "/{1a}", "/{a{b}}", "/a#b", "/ä",
            "/a/../b", "/.", "/a|b", "/100%", "/%4", "/a?b={c}",
        ] {
            assert!(parse(path).is_err(), "{path}");
        }
    }
}
