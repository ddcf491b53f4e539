//! What manifests set in the environment of tasks: with addresses on this machine in the place of the services that run
//! here, and without what leads elsewhere, where nobody here has chosen to call.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use service_connect_codegen::copilot::Loaded;
use service_connect_codegen::urls::Names;
use service_connect_codegen::{Service, Setting as Written};

use crate::output;

use super::member::Member;
use super::members::Members;

/// A variable that a manifest sets, and what of its value is known before tasks have their ports.
pub struct Setting {
    name: String,
    value: Vec<Piece>,
}

#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    /// `host:port` of that service here.
    Authority(String),
}

/// Where a host leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target<'a> {
    /// To this machine already.
    Loopback,
    /// To a service that is known here, be it over TLS.
    Here(&'a str, Tls),
    Elsewhere,
}

/// Whether the service that is known here is called over TLS.
type Tls = bool;

/// Schemes, over TLS and without it.
const SCHEMES: [(&str, &str); 5] = [
    ("https", "http"),
    ("wss", "ws"),
    ("grpcs", "grpc"),
    ("rediss", "redis"),
    ("amqps", "amqp"),
];

impl Members {
    /// Reads what the manifests set in the environment of that index. What this process has, and what a task has from here
    /// anyway, is nothing for a manifest to say.
    pub(super) fn set(&mut self, loaded: &Loaded, environment: usize) {
        let application = &loaded.application;
        let names = Names::of(application);
        let mut all = Vec::new();
        for member in &self.here {
            let caller = application.service(&member.service);
            let caller = caller.filter(|_| member.runs_here());
            let read = caller.map(|caller| {
                let hosts = Hosts {
                    members: self,
                    names: &names,
                    caller,
                    environment,
                };
                self.read(member, loaded.settings_of(&caller.name), &hosts)
            });
            all.push(read.unwrap_or_default());
        }
        for (member, (settings, left_out)) in self.here.iter_mut().zip(all) {
            member.settings = settings;
            let left_out = left_out.into_iter();
            let left_out = left_out.map(|name| (member.service.clone(), name));
            self.left_out.extend(left_out);
        }
    }

    /// Those of one of them, and the names of those that it does not get.
    fn read(
        &self,
        member: &Member,
        written: &[Written],
        hosts: &Hosts<'_>,
    ) -> (Vec<Setting>, Vec<String>) {
        let own = self.own_variables(member, 0);
        let removed = self.removed(member, &own);
        let is_decided = |name: &str| {
            let mut decided = own.iter().map(|(name, _)| name).chain(&removed);
            decided.any(|decided| decided == name) || env::var_os(name).is_some()
        };
        let mut settings = Vec::new();
        let mut left_out = Vec::new();
        for setting in written.iter().filter(|setting| setting.sidecar.is_none()) {
            let name = &setting.name;
            let Some(value) = setting.value(Some(hosts.environment)) else {
                continue;
            };
            if is_decided(name) || !can_be_set(name, value) {
                continue;
            }
            match hosts.local(value) {
                Some(value) => settings.push(Setting {
                    name: name.clone(),
                    value,
                }),
                None => left_out.push(name.clone()),
            }
        }
        (settings, left_out)
    }

    /// A variable with the addresses in its value.
    pub(super) fn filled(&self, setting: &Setting) -> (String, String) {
        let pieces = setting.value.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Authority(service) => self
                .member(service)
                .map(Member::first_authority)
                .unwrap_or_default(),
        });
        (setting.name.clone(), pieces.collect())
    }

    /// Says which variables no task gets, but for those of which that was said `before`.
    pub fn note_left_out(&self, before: &BTreeSet<(String, String)>) {
        let mut by_service: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (service, name) in self.left_out.difference(before) {
            let names = by_service.entry(service).or_default();
            names.push(format!("`{name}`"));
        }
        for (service, names) in by_service {
            output::note(&format!(
                "`{service}` does not get {}, which may lead to what does not run here: set in the shell what it needs",
                names.join(", ")
            ));
        }
    }

    fn member(&self, service: &str) -> Option<&Member> {
        self.here.iter().find(|member| member.service == service)
    }
}

/// Whether the system takes it for a variable.
fn can_be_set(name: &str, value: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0')
}

/// What is needed to know where a host leads.
struct Hosts<'a> {
    members: &'a Members,
    names: &'a Names<'a>,
    caller: &'a Service,
    environment: usize,
}

impl Hosts<'_> {
    /// The value with the services that are here in it; `None` where it leads elsewhere, or nobody can tell.
    fn local(&self, value: &str) -> Option<Vec<Piece>> {
        let leads = self.names.leads(self.caller, Some(self.environment), value);
        let mut hosts = Vec::new();
        for lead in leads {
            let target = self.target(&lead.host, lead.service.as_deref());
            hosts.push((lead.span, target));
        }
        let spans: Vec<_> = hosts.iter().map(|(span, _)| span.clone()).collect();
        for span in others(value, &spans)? {
            let written = &value[span.clone()];
            let url = format!("tcp://{written}");
            let leads = self.names.leads(self.caller, Some(self.environment), &url);
            let service = leads.first().and_then(|lead| lead.service.as_deref());
            let name = written.split(':').next().unwrap_or_default();
            hosts.push((span, self.target(name, service)));
        }
        pieces(value, hosts)
    }

    fn target(&self, host: &str, service: Option<&str>) -> Target<'_> {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let address = host.parse::<Ipv4Addr>().ok();
        let is_loopback = address.is_some_and(|ip| ip.is_loopback() || ip.is_unspecified());
        if is_loopback || host == "localhost" || host.ends_with(".localhost") {
            return Target::Loopback;
        }
        // What is called beside the services has no name but its own.
        let member = self.members.member(service.unwrap_or(&host));
        let Some(member) = member.filter(|member| member.listens) else {
            return Target::Elsewhere;
        };
        let pair = (self.caller.name.clone(), member.service.clone());
        if self.members.refused.contains(&pair) {
            return Target::Elsewhere;
        }
        let address = member.address();
        let tls = address.is_some_and(|address| address.url.starts_with("https://"));
        Target::Here(&member.service, tls)
    }
}

/// A value in pieces; `None` where one of its hosts leads elsewhere.
fn pieces(value: &str, mut hosts: Vec<(Range<usize>, Target<'_>)>) -> Option<Vec<Piece>> {
    hosts.sort_by_key(|(span, _)| span.start);
    let mut pieces = Vec::new();
    let mut done = 0;
    for (span, target) in hosts {
        let (service, tls) = match target {
            Target::Loopback => continue,
            Target::Here(service, tls) => (service, tls),
            Target::Elsewhere => return None,
        };
        let before = value.get(done..span.start)?;
        pieces.push(Piece::Text(with_scheme(before, tls)));
        pieces.push(Piece::Authority(service.to_owned()));
        done = span.end;
    }
    pieces.push(Piece::Text(value.get(done..)?.to_owned()));
    pieces.retain(|piece| *piece != Piece::Text(String::new()));
    Some(pieces)
}

/// What stands before a host, with the scheme that it has here.
fn with_scheme(before: &str, tls: Tls) -> String {
    let unchanged = || before.to_owned();
    let Some((start, after)) = before.rsplit_once("://") else {
        return unchanged();
    };
    // The URL of another host.
    if after.contains(|c: char| c.is_whitespace() || matches!(c, '/' | ',' | ';')) {
        return unchanged();
    }
    let letters = start.bytes().rev().take_while(u8::is_ascii_alphabetic);
    let (start, scheme) = start.split_at(start.len() - letters.count());
    let known = SCHEMES.iter().find_map(|(over_tls, plain)| {
        let is = |name: &str| name.eq_ignore_ascii_case(scheme);
        if tls {
            is(plain).then_some(over_tls)
        } else {
            is(over_tls).then_some(plain)
        }
    });
    match known {
        Some(scheme) => format!("{start}{scheme}://{after}"),
        None => unchanged(),
    }
}

/// What else in a value may be a host, beside those in URLs that are understood, which stand at `known`. `None` where there is
/// a URL that is not understood: its host is not known.
fn others(value: &str, known: &[Range<usize>]) -> Option<Vec<Range<usize>>> {
    let mut urls: Vec<Range<usize>> = known.to_vec();
    for (at, separator) in value.match_indices("://") {
        let start = at + separator.len();
        let authority = &value[start..];
        let length = authority.find(|c: char| c.is_whitespace() || "/?#\"'`<>|\\".contains(c));
        let authority = &authority[..length.unwrap_or(authority.len())];
        let end = start + authority.len();
        let after_user = authority
            .rsplit_once('@')
            .map_or(authority, |(_, hosts)| hosts);
        // One more URL of a list may follow.
        let mut hosts = after_user.split(',').filter(|host| {
            let is_scheme = host.ends_with(':') && value[end..].starts_with("//");
            !is_scheme
        });
        let number = hosts.clone().count();
        let is_loopback = number == 1 && hosts.all(|host| host.starts_with("[::1]"));
        let found = known
            .iter()
            .filter(|span| start <= span.start && span.end <= end);
        if !(authority.is_empty() || is_loopback || found.count() == number) {
            return None;
        }
        let rest = &value[end..];
        let path = rest.find(|c: char| c.is_whitespace() || "?#&,;\"'`<>|".contains(c));
        urls.push(at..end + path.unwrap_or(rest.len()));
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    let mut found = Vec::new();
    let mut at = 0;
    for word in value.split(|c| !is_part(c)) {
        let start = at;
        at += word.len()
            + value[at + word.len()..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
        let word = word.trim_end_matches(['.', ':']);
        let span = start..start + word.len();
        let is_in_url = urls
            .iter()
            .any(|url| span.start < url.end && url.start < span.end);
        if !is_in_url && may_be_host(word, &value[..start]) {
            found.push(span);
        }
    }
    Some(found)
}

/// Whether a word may be called: it has a port, or is an address or a name with a dot, and neither of an email nor a file in
/// a directory.
fn may_be_host(word: &str, before: &str) -> bool {
    let is_separator = |c: char| matches!(c, '/' | '\\');
    let above = before.strip_suffix(is_separator);
    // Two of them begin the rest of a URL.
    if above.is_some_and(|above| !above.ends_with(is_separator)) {
        return false;
    }
    if let Ok(address) = word.parse::<Ipv6Addr>() {
        return !address.is_loopback() && !address.is_unspecified();
    }
    let (name, port) = match word.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (word, None),
    };
    let is_address = name.parse::<Ipv4Addr>().is_ok();
    if let Some(port) = port {
        let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
        return is_port && (is_address || name.contains(|c: char| c.is_ascii_alphabetic()));
    }
    let is_label = |label: &str| !label.is_empty() && !label.contains('_');
    // No number, such as that of a version.
    let is_last = |last: &str| last.len() > 1 && last.bytes().all(|c| c.is_ascii_alphabetic());
    let is_name = name
        .rsplit_once('.')
        .is_some_and(|(labels, last)| labels.split('.').all(is_label) && is_last(last));
    (is_address || is_name) && !before.ends_with('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_called_is_found() {
        for (value, expected) in [
            ("info", Some(&[][..])),
            ("1.2.3", Some(&[])),
            ("08:30", Some(&[])),
            ("shop@mail.example", Some(&[])),
            ("/etc/ssl/cert.pem", Some(&[])),
            ("hyper::client=warn,shop=debug", Some(&[])),
            ("Hello, all of you. Good day.", Some(&[])),
            ("file:///srv/data", Some(&[])),
            ("http://[::1]:80/x", Some(&[])),
            ("db.example", Some(&["db.example"])),
            ("10.0.0.1", Some(&["10.0.0.1"])),
            ("api:8080,b:80", Some(&["api:8080", "b:80"])),
            ("user:word@tcp(db:3306)/shop", Some(&["db:3306"])),
            ("host=db.example port=5432", Some(&["db.example"])),
            ("//pay.example/x", Some(&["pay.example"])),
            ("http:\\/\\/pay.example\\/x", Some(&["pay.example"])),
            ("[2001:db8::1]:5432", Some(&["2001:db8::1"])),
            ("[::1]:5432", Some(&[])),
            ("{\"host\": \"db.example.\"}", Some(&["db.example"])),
            ("s3://bucket/key", None),
            ("http://[2001:db8::1]/", None),
            ("http://CHANGE_ME/", None),
        ] {
            let found = others(value, &[]);
            let found =
                found.map(|all| all.into_iter().map(|span| &value[span]).collect::<Vec<_>>());
            assert_eq!(found.as_deref(), expected, "{value}");
        }
        // A list of which one is not understood.
        let first = 8..11;
        assert_eq!(
            others("kafka://a:1,[::2]:1", std::slice::from_ref(&first)),
            None
        );
        assert_eq!(others("kafka://a:1,b:1", &[8..11, 12..15]), Some(vec![]));
        let value = "http://a:1,http://b:1/x.y?at=c.example";
        let found = others(value, &[7..10, 18..21]).unwrap();
        assert_eq!(&value[found[0].clone()], "c.example");
    }

    #[test]
    fn a_scheme_is_that_of_what_is_here() {
        for (before, plain, over_tls) in [
            ("https://", "http://", "https://"),
            ("at HTTPS://a:b@", "at http://a:b@", "at HTTPS://a:b@"),
            ("http://", "http://", "https://"),
            ("wss://", "ws://", "wss://"),
            ("tls://", "tls://", "tls://"),
            ("https://a/b ", "https://a/b ", "https://a/b "),
        ] {
            assert_eq!(with_scheme(before, false), plain);
            assert_eq!(with_scheme(before, true), over_tls);
        }
    }
}
