//! A GET sent inside a namespace, by the shell, so that nothing of the library tests itself.
//!
//! ```no_run
//! # fn example(namespace: &data_plane::namespace::Namespace) -> data_plane::Result<()> {
//! let answer = data_plane::http::get(namespace.command(), "10.0.1.7", 80, "/")?;
//! assert_eq!((answer.status, answer.header("server")), (200, Some("envoy")));
//! # Ok(())
//! # }
//! ```

use std::process::{Command, Stdio};

use crate::error::While;
use crate::{Error, Result};

const GET: &str = r#"
exec 3<>"/dev/tcp/$1/$2" || exit
printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$3" "$1" >&3
exec cat <&3
"#;

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
}

impl Answer {
    /// The value of a header, whose name is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known == name);
        header.map(|(_, value)| value.as_str())
    }
}

/// Sends a GET from where `command` runs what is added to it.
///
/// # Errors
/// Where no answer comes, or none that is HTTP.
pub fn get(mut command: Command, host: &str, port: u16, path: &str) -> Result<Answer> {
    let failed = || format!("GET http://{host}:{port}{path}");
    command
        .args(["timeout", "30", "bash", "-c", GET, "get", host])
        .args([&port.to_string(), path])
        .stdin(Stdio::null());
    let output = command.output().when(failed)?;
    let text = String::from_utf8_lossy(&output.stdout);
    parse(&text).ok_or_else(|| {
        let error = String::from_utf8_lossy(&output.stderr);
        Error::new(format!("{}: no answer, but {text:?}; {error}", failed()))
    })
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let mut answer = Answer {
        status,
        headers: headers.collect(),
        body: body.to_owned(),
    };
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = unchunked(body)?;
    }
    Some(answer)
}

fn unchunked(mut rest: &str) -> Option<String> {
    let mut body = String::new();
    loop {
        let (length, chunk) = rest.split_once("\r\n")?;
        let length = usize::from_str_radix(length.trim(), 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.push_str(chunk.get(..length)?);
        rest = chunk.get(length..)?.strip_prefix("\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together() {
        let head = "HTTP/1.1 200 OK\r\nServer: envoy\r\nTransfer-Encoding: chunked\r\n\r\n";
        let answer = parse(&format!("{head}3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n")).unwrap();
        assert_eq!(answer.body, "abc0123456789");
        assert_eq!(answer.header("server"), Some("envoy"));
        assert_eq!(parse(&format!("{head}3\r\nab")), None);
        assert_eq!(parse("SSH-2.0\r\n"), None);
    }
}
