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
        .flat_map(|(at, _)| in_url(value, at));
    urls.chain(bare(value))
}

/// Those of the first URL in a value, which is the one that a client connects to; where there is none, as [`hosts`].
pub(crate) fn first_hosts(value: &str) -> impl Iterator<Item = Host<'_>> {
    let first = value.find("://");
    let urls = first.into_iter().flat_map(|at| in_url(value, at));
    urls.chain(bare(value))
}

/// Those of the URL whose scheme ends there: several, where a client takes a list of them.
fn in_url(value: &str, at: usize) -> Vec<Host<'_>> {
    let Some((protocol, default)) = protocol(&value[..at]) else {
        return Vec::new();
    };
    let after = &value[at + "://".len()..];
    let authority = &after[..end_of(after, ends_authority)];
    // A user's name and password may have in them what ends a host.
    let hosts = authority
        .rsplit_once('@')
        .map_or(authority, |(_, hosts)| hosts);
    let list = &hosts[..end_of(hosts, ends_hosts)];
    let is_next_url =
        |host: &str| host.ends_with(':') && after[authority.len()..].starts_with("//");
    let is_list = default.is_none();
    let members = list.split(',').take(if is_list { usize::MAX } else { 1 });
    let members = members.filter(|member| !is_next_url(member));
    let found = members.filter_map(|member| {
        // RFC 3986 lets a port be empty, which is the scheme's then.
        let mut host = host(member.strip_suffix(':').unwrap_or(member))?;
        if host.port.is_none() {
            host.port = default;
            host.default_of = default.map(|_| protocol);
        }
        Some(host)
    });
    found.collect()
}

/// The scheme at the end of a text, and its port.
fn protocol(before: &str) -> Option<(&'static str, Option<u16>)> {
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let scheme = before.rsplit(|c| !is_scheme(c)).next()?;
    // As in `postgresql+asyncpg`.
    let protocol = scheme.split('+').next()?;
    let mut schemes = SCHEMES.iter();
    let known = schemes.find(|(known, _)| known.eq_ignore_ascii_case(protocol));
    known.copied()
}

/// Where the first such character stands that is not within `${…}`.
fn end_of(text: &str, ends: fn(char) -> bool) -> usize {
    let mut filled_in = 0;
    let mut ends_at = text.char_indices().filter(|(at, c)| {
        if text[*at..].starts_with("${") {
            filled_in = text[*at..].find('}').map_or(0, |end| at + end + 1);
        }
        *at >= filled_in && ends(*c)
    });
    ends_at.next().map_or(text.len(), |(at, _)| at)
}

fn ends_authority(c: char) -> bool {
    let delimits = matches!(
        c,
        '/' | '?' | '#' | '|' | '"' | '\'' | '`' | '<' | '>' | '}' | '\\'
    );
    delimits || c.is_whitespace()
}

fn ends_hosts(c: char) -> bool {
    matches!(c, ';' | '&' | '(' | ')' | ']')
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
