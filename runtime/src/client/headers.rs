//! Which headers are the client's, and the values of `Authorization`.
//!
//! ```
//! use service_connect::Client;
//!
//! let api = Client::at("http://127.0.0.1:8080").unwrap();
//! let request = api.get("/kudos").bearer_auth("token").header("accept-language", "de");
//! assert!(!format!("{request:?}").contains("token"));
//! ```

use std::fmt::Display;

use http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::Result;
use crate::error::{because, invalid};

const FRAMING: &str = "where the body ends is for the body to say";
const KEPT: &str = "the connection serves other calls too";

/// What would hand this request, or the next one on the same connection, to somebody else, or would ask for what does not
/// happen. `Trailer` is not among them: it only announces what a streamed [`Body`](crate::Body) sends; nor are those that
/// a proxy reads, such as `Proxy-Authorization`.
const RESERVED: [(HeaderName, &str); 9] = [
    (HOST, "the host is the one that was chosen"),
    (CONTENT_LENGTH, FRAMING),
    (TRANSFER_ENCODING, FRAMING),
    (CONNECTION, KEPT),
    (HeaderName::from_static("keep-alive"), KEPT),
    (HeaderName::from_static("proxy-connection"), KEPT),
    (UPGRADE, "the connection has to stay HTTP/1.1"),
    (TE, "no encoding of the connection but chunks is decoded"),
    (EXPECT, "the body does not wait for a `100 Continue`"),
];

/// Refuses a header that is the client's.
pub(super) fn check(name: &HeaderName) -> Result<()> {
    match RESERVED.iter().find(|(reserved, _)| reserved == name) {
        None => Ok(()),
        Some((_, why)) => Err(invalid(format!(
            "the header `{name}` is set by the client, because {why}: leave it out"
        ))),
    }
}

/// Puts `more` in the place of what has the same names.
///
/// # Errors
/// For a header that is the client's, and for too many.
pub(super) fn replace(headers: &mut HeaderMap, more: HeaderMap) -> Result<()> {
    let mut last = None;
    for (name, value) in more {
        // A further value of a name comes without it.
        if let Some(name) = name {
            check(&name)?;
            headers.remove(&name);
            last = Some(name);
        }
        if let Some(name) = &last {
            append(headers, name.clone(), value)?;
        }
    }
    Ok(())
}

/// What of a request that is passed on is not about the connection that it came over (RFC 9110, 7.6.1): without the
/// client's own headers, those that `Connection` names, and the credentials for a proxy.
pub(super) fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<_> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect();
    let own = RESERVED.into_iter().map(|(name, _)| name);
    for name in own
        .chain(named)
        .chain([PROXY_AUTHENTICATE, PROXY_AUTHORIZATION])
    {
        headers.remove(name);
    }
    headers
}

/// Adds a header.
///
/// # Errors
/// If there are too many.
pub(super) fn append(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<()> {
    match headers.try_append(name, value) {
        Ok(_) => Ok(()),
        Err(error) => Err(because("there are too many headers", error)),
    }
}

/// RFC 6750, 2.1.
pub(super) fn bearer(token: &dyn Display) -> Result<HeaderValue> {
    secret(format!("Bearer {token}")).ok_or_else(|| {
        invalid("the token of bearer_auth has a line break or another control character in it")
    })
}

/// RFC 7617, 2: the colon ends the user name, and there are no control characters.
pub(super) fn basic(user: &dyn Display, password: &str) -> Result<HeaderValue> {
    let user = user.to_string();
    if user.contains(':') {
        return Err(invalid(
            "the user name of basic_auth has a colon in it, which would begin the password",
        ));
    }
    for (text, what) in [(&*user, "user name"), (password, "password")] {
        if text.contains(char::is_control) {
            return Err(invalid(format!(
                "the {what} of basic_auth has a line break or another control character in it"
            )));
        }
    }
    let pair = base64(format!("{user}:{password}").as_bytes());
    secret(format!("Basic {pair}")).ok_or_else(|| invalid("basic_auth makes no header"))
}

/// Marked, so that nobody prints it.
fn secret(value: String) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// RFC 4648, 4. Too little for a dependency.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            // Each byte fills one letter, and the first bits of another.
            if at <= three.len() {
                let letter = bits >> (18 - 6 * at) & 63;
                text.push(char::from(LETTERS[letter as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, 10, and the letters that are none.
    #[test]
    fn base64_is_that_of_the_rfc() {
        let table: [(&[u8], &str); 8] = [
            (b"", ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (b"fooba", "Zm9vYmE="),
            (b"foobar", "Zm9vYmFy"),
            (b"\xff\xef\xbe", "/+++"),
        ];
        for (bytes, text) in table {
            assert_eq!(base64(bytes), text);
        }
    }
}
