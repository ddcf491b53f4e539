//! The hosts in a text, such as the value of a variable: those that a client would connect to.

use super::zones::Zones;

/// A host in a value.
pub(crate) struct Host<'a> {
    /// As DNS compares it: see [`fold`].
    pub name: String,
    /// As it is written, for messages.
    pub written: &'a str,
    /// The port that is called; `None` where the value does not say.
    pub port: Option<u16>,
    /// The scheme that the port comes from, where it is not written.
    pub default_of: Option<&'a str>,
    /// There is no scheme: only the name, and perhaps a port.
    pub is_bare: bool,
}

/// Schemes that lead to a host, with their ports where only one is usual. After others, as `s3://`, stands something else.
const SCHEMES: &[(&str, Option<u16>)] = &[
    ("http", Some(80)),
    ("https", Some(443)),
    ("ws", Some(80)),
    ("wss", Some(443)),
    ("tcp", None),
    ("tls", None),
    ("grpc", None),
    ("grpcs", None),
    ("h2c", None),
    ("postgres", None),
    ("postgresql", None),
    ("mysql", None),
    ("mariadb", None),
    ("sqlserver", None),
    ("mongodb", None),
    ("redis", None),
    ("rediss", None),
    ("memcached", None),
    ("amqp", None),
    ("amqps", None),
    ("nats", None),
    ("mqtt", None),
    ("kafka", None),
];

/// Names that a task fills in, where they are not known.
const TEMPLATES: &[&str] = &["${COPILOT_APPLICATION_NAME}", "${COPILOT_ENVIRONMENT_NAME}"];

/// Every `scheme://host[:port]` in a value, and the value itself if it is a name that ends with `.local`.
pub(crate) fn hosts(value: &str) -> impl Iterator<Item = Host<'_>> {
    let urls = value
        .match_indices("://")
        .filter_map(|(at, separator)| in_url(&value[..at], &value[at + separator.len()..]));
    urls.chain(bare(value))
}

fn in_url<'a>(before: &'a str, after: &'a str) -> Option<Host<'a>> {
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let scheme = before.rsplit(|c| !is_scheme(c)).next()?;
    // As in `postgresql+asyncpg`.
    let protocol = scheme.split('+').next()?;
    let mut schemes = SCHEMES.iter();
    let (protocol, default) = schemes.find(|(known, _)| known.eq_ignore_ascii_case(protocol))?;
    let authority = after.split(ends_authority).next()?;
    let (_, authority) = authority.rsplit_once('@').unwrap_or(("", authority));
    let mut host = host(authority)?;
    if host.port.is_none() {
        host.port = *default;
        host.default_of = default.map(|_| *protocol);
    }
    Some(host)
}

fn ends_authority(c: char) -> bool {
    let delimits = matches!(
        c,
        '/' | '?' | '#' | ',' | ';' | '|' | '"' | '\'' | '`' | '(' | ')' | '<' | '>' | ']' | '\\'
    );
    delimits || c.is_whitespace()
}

fn bare(value: &str) -> Option<Host<'_>> {
    let host = host(value)?;
    Zones::is_private(&host.name).then_some(Host {
        is_bare: true,
        ..host
    })
}

/// A name as DNS compares it: in lower case, but for what a task fills in, and without the dot that may end it.
pub(crate) fn fold(name: &str) -> String {
    let labels = name.strip_suffix('.').unwrap_or(name).split('.');
    let labels = labels.map(|label| {
        if TEMPLATES.contains(&label) {
            label.to_owned()
        } else {
            label.to_ascii_lowercase()
        }
    });
    labels.collect::<Vec<_>>().join(".")
}

/// A name, and a port if one is written; nothing where either is not understood.
fn host(authority: &str) -> Option<Host<'_>> {
    let (written, port) = match authority.split_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok()?)),
        None => (authority, None),
    };
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_label = |label: &str| {
        TEMPLATES.contains(&label) || !label.is_empty() && label.chars().all(is_allowed)
    };
    let labels = written.strip_suffix('.').unwrap_or(written).split('.');
    labels.clone().all(is_label).then(|| Host {
        name: fold(written),
        written,
        port,
        default_of: None,
        is_bare: false,
    })
}
