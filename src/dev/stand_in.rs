//! What stands in for a service: an address or a command, from the command line or the metadata.

use std::str::FromStr;

use anyhow::{Result, anyhow, bail};
use service_connect_codegen::StandIn;

use crate::address::{self, Address};
use crate::output;

use super::member::Source;

/// `--service redis=127.0.0.1:6379`.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    name: String,
    address: Address,
}

impl FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, address) = text
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| "write NAME=ADDRESS, such as redis=127.0.0.1:6379".to_owned())?;
        Ok(Self {
            name: name.to_owned(),
            address: address.parse()?,
        })
    }
}

/// All of them, each name once: what the command line says wins.
pub fn all(given: &[Given], declared: &[StandIn]) -> Result<Vec<(String, Source)>> {
    let mut all: Vec<(String, Source)> = Vec::new();
    for Given { name, address } in given {
        if all.iter().any(|(known, _)| known == name) {
            bail!("`--service` says twice where `{name}` is: leave one of them out");
        }
        let source = Source::Address {
            address: address.clone(),
            by: "--service".to_owned(),
        };
        all.push((name.clone(), source));
    }
    for stand_in in declared {
        if !all.iter().any(|(known, _)| *known == stand_in.name) {
            all.push((stand_in.name.clone(), source(stand_in)?));
        }
    }
    Ok(all)
}

fn source(stand_in: &StandIn) -> Result<Source> {
    let StandIn {
        name,
        place,
        source,
    } = stand_in;
    let source = source.as_ref();
    let source = source.map_err(|finding| anyhow!(output::one_line(finding)))?;
    let address = address::of(name, place, source);
    let address = address.map_err(|finding| anyhow!(output::one_line(&finding)))?;
    match (&source.command, address) {
        (Some(words), address) => Ok(Source::Command {
            words: words.clone(),
            directory: source.directory.clone(),
            address,
            place: place.clone(),
        }),
        (None, Some(address)) => Ok(Source::Address {
            address,
            by: place.to_string(),
        }),
        (None, None) => bail!("{place}: `{name}` has neither a `command` nor an `address`"),
    }
}

/// A word of a command with its variables: `$PORT` or `${PORT}`; `$$` is a `$`. It fails with the name of one that is
/// not set.
pub fn fill(word: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            filled.push('$');
            rest = after;
            continue;
        }
        let braced = after
            .strip_prefix('{')
            .and_then(|after| after.split_once('}'));
        let (name, after) = braced.unwrap_or_else(|| {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            after.split_at(end.unwrap_or(after.len()))
        });
        if name.is_empty() {
            filled.push('$');
        } else {
            filled.push_str(&variable(name).ok_or_else(|| name.to_owned())?);
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port() {
        for (text, url, authority) in [
            ("127.0.0.1:6379", "http://127.0.0.1:6379", "127.0.0.1:6379"),
            ("[::1]:80", "http://[::1]", "[::1]:80"),
            (
                "https://mail.example/",
                "https://mail.example",
                "mail.example:443",
            ),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((&*address.url, &*address.authority), (url, authority));
        }
        for wrong in [
            "",
            "redis",
            ":6379",
            "redis:",
            "redis:0",
            "redis:x",
            "ftp://redis",
            "http://a/b",
            "::1:80",
            "http://a:1,b:2",
            "mail name:80",
            "a:1,b:2",
        ] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
        assert!("redis".parse::<Given>().is_err());
        assert!("=127.0.0.1:1".parse::<Given>().is_err());
    }

    #[test]
    fn words_have_the_variables_of_the_task() {
        let variable = |name: &str| (name == "PORT").then(|| "80".to_owned());
        for (word, filled) in [
            ("--port", Ok("--port")),
            ("$PORT", Ok("80")),
            ("localhost:${PORT}/x", Ok("localhost:80/x")),
            ("-p$PORT:6379", Ok("-p80:6379")),
            ("$$PORT costs 5$", Ok("$PORT costs 5$")),
            ("a $ b", Ok("a $ b")),
            ("$PROT", Err("PROT")),
            ("${PORTS}", Err("PORTS")),
        ] {
            let filled = filled.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(fill(word, variable), filled, "{word}");
        }
    }
}
