//! Where requests go: scheme, host and port, nothing else; several hosts where an override names several tasks.
//!
//! ```
//! use service_connect::Client;
//!
//! let api = Client::at("https://api.example:8443/").unwrap();
//! assert_eq!(api.authority().unwrap(), "api.example:8443");
//! assert!(Client::at("https://user@api.example").is_err());
//! ```

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use http::HeaderValue;

/// A host that was checked, with its port. It displays as a base URL: `http://api:8080`, without
/// the port where the scheme implies it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    https: bool,
    port: u16,
    /// `host[:port]` as URLs and the `Host` header have it; an IPv6 address is in brackets.
    host: HeaderValue,
    name: Arc<str>,
    /// The other tasks, where an override names several.
    others: Option<Arc<[Other]>>,
}

/// A host, as the `name` of a target is one, and a port.
type Other = (Arc<str>, u16);

impl Target {
    /// A host that a manifest names. Port 443 means https, as it does to Copilot.
    pub(crate) fn new(host: &str, port: u16) -> Result<Target, String> {
        check_host(host)?;
        Target::build(port == 443, host, port)
    }

    /// `scheme://host[:port]`, with or without one `/` at the end. The problem does not repeat the
    /// URL, which may hold a password.
    pub(crate) fn parse(url: &str) -> Result<Target, String> {
        let target = Target::parse_tasks(url)?;
        match target.others {
            None => Ok(target),
            Some(_) => Err("it names several hosts".to_owned()),
        }
    }

    /// The same with any number of tasks of one service: `scheme://host[:port],host[:port]`. All get the first one's
    /// `Host`, and behind https they have one name: that of the certificate.
    pub(crate) fn parse_tasks(url: &str) -> Result<Target, String> {
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| "it does not begin with a scheme and ://".to_owned())?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err("its scheme is neither http nor https".to_owned()),
        };
        if rest.contains('@') {
            return Err("it holds a user name or password".to_owned());
        }
        let authorities = rest.strip_suffix('/').unwrap_or(rest);
        for (part, name) in [('/', "path"), ('?', "query"), ('#', "fragment")] {
            if authorities.contains(part) {
                return Err(format!("it has a {name}"));
            }
        }
        let (first, others) = match authorities.split_once(',') {
            Some((first, others)) => (first, Some(others)),
            None => (authorities, None),
        };
        let (host, port) = parse_authority(first, https)?;
        let others = others.map(|others| {
            let first = host;
            let others = others.split(',').map(|other| {
                let (host, port) = parse_authority(other, https)?;
                if https && !host.eq_ignore_ascii_case(first) {
                    return Err(
                        "a certificate is for one name, and its hosts have several".to_owned()
                    );
                }
                Ok((host.into(), port))
            });
            others.collect::<Result<_, String>>()
        });
        Ok(Target {
            others: others.transpose()?,
            ..Target::build(https, host, port)?
        })
    }

    fn build(https: bool, name: &str, port: u16) -> Result<Target, String> {
        let host = if port == default_port(https) {
            HeaderValue::try_from(name)
        } else {
            HeaderValue::try_from(format!("{name}:{port}"))
        };
        Ok(Target {
            https,
            port,
            host: host.map_err(|_| "its host is no header value".to_owned())?,
            name: name.into(),
            others: None,
        })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The host as resolvers and TLS want it: without brackets.
    pub(crate) fn host(&self) -> &str {
        bare(&self.name)
    }

    /// The hosts and ports of all tasks, as resolvers want them. All but those of an override have one name.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&str, u16)> {
        let others = self.others.iter().flat_map(|others| others.iter());
        let others = others.map(|(name, port)| (bare(name), *port));
        std::iter::once((self.host(), self.port)).chain(others)
    }

    /// Whether the hosts are addresses, which nobody has to look up.
    pub(crate) fn is_address(&self) -> bool {
        let mut hosts = self.places().map(|(host, _)| host);
        hosts.all(|host| host.parse::<IpAddr>().is_ok())
    }

    /// The value of the `Host` header.
    pub(crate) fn host_header(&self) -> HeaderValue {
        self.host.clone()
    }

    /// `host:port`, always with the port.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.name, self.port)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.name)?;
        if self.port == default_port(self.https) {
            Ok(())
        } else {
            write!(f, ":{}", self.port)
        }
    }
}

/// `host[:port]`, with the port that the scheme implies.
fn parse_authority(authority: &str, https: bool) -> Result<(&str, u16), String> {
    // A colon inside the brackets of an IPv6 address begins no port.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            let port = parse_port(port)
                .ok_or_else(|| "its port is no number from 1 to 65535".to_owned())?;
            (host, port)
        }
        _ => (authority, default_port(https)),
    };
    match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(address) => {
            if address.parse::<Ipv6Addr>().is_err() {
                return Err("what it has in brackets is no IPv6 address".to_owned());
            }
        }
        None => check_host(host)?,
    }
    Ok((host, port))
}

/// A host without the brackets of an IPv6 address.
fn bare(host: &str) -> &str {
    host.trim_matches(['[', ']'])
}

/// A port number: digits only, 1 to 65535.
pub(crate) fn parse_port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0)
}

fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

/// The rules of DNS (RFC 1035), and `_`, which names in container networks have.
fn check_host(host: &str) -> Result<(), String> {
    if host.is_empty() {
        return Err("it has no host".to_owned());
    }
    if let Some(bad) = host
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
    {
        return Err(format!("a host name cannot have {bad:?} in it"));
    }
    if host.len() > 253 {
        return Err("a host name has at most 253 characters".to_owned());
    }
    if host
        .split('.')
        .any(|label| label.is_empty() || label.len() > 63)
    {
        return Err("each part of a host name has 1 to 63 characters".to_owned());
    }
    Ok(())
}
