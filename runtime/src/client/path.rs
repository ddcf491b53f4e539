//! Paths: whatever comes in, what goes out is the path of a request, never another host.
//!
//! ```
//! use service_connect::Client;
//! use service_connect::__private::RoutePath;
//!
//! let api = Client::at("http://api").unwrap();
//! assert_eq!(api.url("kudos/zoë").unwrap(), "http://api/kudos/zo%C3%AB");
//! assert_eq!(api.url("@evil.example").unwrap(), "http://api/@evil.example");
//!
//! let mut path = RoutePath::new();
//! path.text("/kudos/");
//! path.segment("id", &"../admin?x");
//! let request = path.request(&api, service_connect::Method::GET);
//! assert!(format!("{request:?}").contains("/kudos/..%2Fadmin%3Fx"));
//! ```

use std::fmt::{Display, Write};

use bytes::Bytes;
use http::uri::PathAndQuery;

use crate::error::ErrorDetails;
use crate::{Error, Result};

/// The path and query to send: a leading `/` is added, a fragment dropped. What may not stand in a
/// URL is percent-encoded; what is encoded already stays.
///
/// # Errors
/// [`Error::Request`] for control characters, which could end the line of the request, and for what
/// is longer than 65,534 bytes.
pub(crate) fn parse(path: &str) -> Result<PathAndQuery> {
    let path = path.split('#').next().unwrap_or_default();
    let mut clean = String::with_capacity(path.len() + 1);
    if !path.starts_with('/') {
        clean.push('/');
    }
    for (at, c) in path.char_indices() {
        if c.is_control() {
            return Err(Error::Request(ErrorDetails::new(format!(
                "the path has the control character {c:?} in it: encode it, as typed routes do"
            ))));
        }
        if keeps(c) || (c == '%' && is_escape(&path.as_bytes()[at..])) {
            clean.push(c);
        } else {
            c.encode_utf8(&mut [0; 4])
                .bytes()
                .for_each(|byte| encode(byte, &mut clean));
        }
    }
    PathAndQuery::from_maybe_shared(Bytes::from(clean))
        .map_err(|error| Error::Request(ErrorDetails::new("the path is not valid").because(error)))
}

/// `path` with more of a query, which is encoded already.
///
/// # Errors
/// [`Error::Request`] for what is longer than 65,534 bytes.
pub(crate) fn with_query(path: &PathAndQuery, query: &str) -> Result<PathAndQuery> {
    let separator = match path.query() {
        None => "?",
        Some("") => "",
        Some(_) => "&",
    };
    parse(&format!("{path}{separator}{query}"))
}

/// The parameter `name` as one segment of a path: all but the unreserved characters (RFC 3986) are encoded.
///
/// # Errors
/// [`Error::Request`] for `.`, `..` and nothing at all, which change the path however they are encoded.
pub(super) fn segment(name: &str, value: &dyn Display) -> Result<String> {
    let value = value.to_string();
    if matches!(value.as_str(), "" | "." | "..") {
        return Err(Error::Request(ErrorDetails::new(format!(
            "the parameter `{name}` is {value:?}, which is not a segment of a path: check it before the call"
        ))));
    }
    let mut segment = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            segment.push(char::from(byte));
        } else {
            encode(byte, &mut segment);
        }
    }
    Ok(segment)
}

/// What may stand in a path or query as it is. Stricter than the `http` crate, which takes a `\`:
/// some servers read that as a `/`.
fn keeps(c: char) -> bool {
    c.is_ascii_graphic()
        && !matches!(
            c,
            '"' | '%' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}'
        )
}

fn is_escape(rest: &[u8]) -> bool {
    matches!(rest, [_, high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

pub(super) fn encode(byte: u8, to: &mut String) {
    // Writing to a String does not fail.
    let _ = write!(to, "%{byte:02X}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_stays_one() {
        let table = [
            ("kudo-1_a~b.c", "kudo-1_a~b.c"),
            ("...", "..."),
            ("../admin?x", "..%2Fadmin%3Fx"),
            ("a/b", "a%2Fb"),
            ("100%", "100%25"),
            ("%2F", "%252F"),
            ("ü #\r\n\0", "%C3%BC%20%23%0D%0A%00"),
        ];
        for (value, expected) in table {
            assert_eq!(segment("id", &value).unwrap(), expected);
        }
        assert_eq!(segment("id", &42).unwrap(), "42");
        for value in ["", ".", ".."] {
            let error = segment("id", &value).unwrap_err();
            assert!(error.to_string().contains("`id`"), "{error}");
        }
    }
}
