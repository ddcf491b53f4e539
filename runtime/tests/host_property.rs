//! The host never changes, whatever the text: what random texts have in common. A failure names the seed of its text,
//! which makes the same one again.

#[path = "support/bypasses.rs"]
mod bypasses;
#[path = "support/hosts.rs"]
mod hosts;
mod support;

use std::net::Ipv6Addr;

use bypasses::{REFUSED, SENT};
use hosts::{Chosen, Evil};
use service_connect::__private::RoutePath;
use service_connect::{Client, Error, Method};
use support::Server;

/// How many texts are tried with each property.
const TEXTS: u64 = 2_000;

/// Numbers that look random and are the same for the same seed.
struct Random(u64);

impl Random {
    /// One below `end`: a step of a linear congruential generator modulo 2^64, whose upper half is the good one.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end as u64).unwrap()
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// Up to eight parts, most of them such as change hosts elsewhere.
    fn text(&mut self, evil: &Evil) -> String {
        const MARKS: &[&str] = &[
            "/",
            "//",
            "\\",
            "@",
            ":",
            "?",
            "#",
            "%",
            "%2f",
            "%5C",
            "%40",
            "%0d%0a",
            "%00",
            ".",
            "..",
            ";",
            "&",
            "=",
            "[",
            "]",
            " ",
            "\t",
            "\r",
            "\n",
            "\r\n",
            "\0",
            "\u{7f}",
            "\u{85}",
            "\u{a0}",
            "\u{2028}",
            "\u{ff0f}",
            "\u{ff20}",
            "\u{560a}",
            "http",
            "https",
            "http://",
            "EVIL",
            "localhost",
            "Host: EVIL",
            " HTTP/1.1",
            "80",
            "é",
        ];
        let parts = 1 + self.below(8);
        let parts = (0..parts).map(|_| match self.below(8) {
            0 => self.of(SENT).to_owned(),
            1 => self.of(REFUSED).to_owned(),
            2 => char::from(u8::try_from(self.below(128)).unwrap()).to_string(),
            3 => char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap())
                .unwrap_or('\u{fffd}')
                .to_string(),
            _ => self.of(MARKS).to_owned(),
        });
        parts.collect::<String>().replace("EVIL", &evil.authority())
    }
}

/// Texts, each with its seed.
fn texts(evil: &Evil) -> impl Iterator<Item = (String, String)> {
    (0..TEXTS).map(|seed| {
        let text = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)).text(evil);
        (format!("seed {seed}: {text:?}"), text)
    })
}

#[tokio::test]
async fn a_path_comes_to_the_chosen_server_or_is_refused() {
    let (mut chosen, evil) = (Chosen::start().await, Evil::listen());
    let client = chosen.client.clone();
    let base = client.base_url().unwrap();
    let mut sent = 0;
    for (what, path) in texts(&evil) {
        let target = chosen.judge(client.get(&path), &what).await;
        sent += u64::from(target.is_some());
        let url = target.map(|target| format!("{base}{target}"));
        assert_eq!(client.url(&path).ok(), url, "{what}");
    }
    chosen.judge(client.get("/"), "the end").await.unwrap();
    evil.assert_nobody_came();
    // The texts are of both kinds.
    assert!(
        (TEXTS / 4..TEXTS * 3 / 4).contains(&sent),
        "{sent} of {TEXTS} were sent"
    );
}

#[tokio::test]
async fn a_parameter_stays_in_its_place() {
    let (mut chosen, evil) = (Chosen::start().await, Evil::listen());
    let client = chosen.client.clone();
    for (what, text) in texts(&evil) {
        let mut path = RoutePath::new();
        path.text("/kudos/");
        path.segment("id", &text);
        path.text("/end");
        let request = path.request(&client, Method::GET).query(&[("key", &text)]);
        let target = chosen.judge(request, &what).await;
        if [".", ".."].contains(&&*text) {
            assert_eq!(target, None, "{what}");
            continue;
        }
        let target = target.unwrap();
        let (path, query) = target.split_once('?').unwrap();
        assert_eq!(path.matches('/').count(), 3, "{what}: {target}");
        assert!(
            path.starts_with("/kudos/") && path.ends_with("/end"),
            "{what}: {target}"
        );
        assert!(
            query.starts_with("key=") && !query[4..].contains(['=', '&', '?', '/', ':', '@']),
            "{what}: {target}"
        );
    }
    chosen.judge(client.get("/"), "the end").await.unwrap();
    evil.assert_nobody_came();
}

#[tokio::test]
async fn a_header_stays_in_its_line() {
    let (server, evil) = (Server::saying("chosen").await, Evil::listen());
    let client = server.client();
    let mut sent = 0;
    for (what, text) in texts(&evil) {
        match client.get("/").header("x-text", &text).await {
            Ok(response) => {
                response.text().await.unwrap();
                sent += 1;
                let seen = server.seen().pop().unwrap();
                assert!(!text.contains(['\r', '\n', '\0']), "{what}");
                assert_eq!(seen.head.split("\r\n").count(), 5, "{what}: {}", seen.head);
                assert_eq!(seen.header("host"), [server.address.to_string()], "{what}");
            }
            Err(error) => assert!(matches!(error, Error::Request(_)), "{what}: {error}"),
        }
        if text.contains([' ', ':', '/', '@', '\r', '\n']) {
            let name = client.get("/").header(&text, "1");
            assert!(matches!(name.await, Err(Error::Request(_))), "{what}");
        }
    }
    assert!(sent > 100, "{sent} were sent");
    assert_eq!(server.seen().len(), sent);
    evil.assert_nobody_came();
}

#[test]
fn a_base_url_is_what_was_written() {
    let evil = Evil::listen();
    let mut accepted = 0;
    for (what, text) in texts(&evil) {
        for url in [
            text.clone(),
            format!("http://{text}"),
            format!("http://api{text}"),
            format!("{text}://api"),
        ] {
            let Ok(client) = Client::at(&url) else {
                continue;
            };
            accepted += 1;
            // Nothing is left out or read in another way but the case of the scheme, one `/`, and the port.
            let (scheme, rest) = url.split_once("://").unwrap();
            let rest = rest.strip_suffix('/').unwrap_or(rest);
            let (host, port) = match rest.rsplit_once(':') {
                Some((host, port)) if !port.ends_with(']') => (host, port.parse::<u16>().unwrap()),
                _ if scheme.eq_ignore_ascii_case("http") => (rest, 80),
                _ => (rest, 443),
            };
            assert_eq!(
                client.authority().unwrap(),
                format!("{host}:{port}"),
                "{what}: {url:?}"
            );
            let address = host
                .strip_prefix('[')
                .and_then(|host| host.strip_suffix(']'));
            let is_host = match address {
                Some(address) => address.parse::<Ipv6Addr>().is_ok(),
                None => host
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
            };
            assert!(is_host && !host.is_empty(), "{what}: {url:?}");
        }
    }
    assert!(accepted > 20, "{accepted} were accepted");
}
