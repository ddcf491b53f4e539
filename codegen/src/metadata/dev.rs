//! `dev.NAME = { command = ["redis-server", "--port", "$PORT"] }`, or `{ address = "127.0.0.1:6379" }`: what stands in
//! for a service on one's own machine.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::code::Code;
use crate::finding::{Finding, Severity};
use crate::place::Place;
use crate::tables::File;

use super::{DEV, Metadata, field, wrong};

const COMMAND: &str = "command";
const DIRECTORY: &str = "directory";
const ADDRESS: &str = "address";

/// What `cargo service-connect dev` takes for a service, or for a container that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// The name that others call it by; empty where it is the whole of `dev` that is wrong.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// What it is, or what is wrong with it, which is among the findings too: as a warning, because no build reads it.
    pub source: Result<StandInSource, Finding>,
}

/// Where a stand-in comes from; it has at least one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StandInSource {
    /// What to run; the first word is the program. No shell reads it.
    pub command: Option<Vec<String>>,
    /// Where to run it.
    pub directory: PathBuf,
    /// Where it is reached: `host:port`, or `http://host[:port]`, which is for who calls it to parse. Without one it is
    /// given a port.
    pub address: Option<String>,
}

impl Metadata {
    /// What is wrong with one of them is the end of that one only. `directory` is the file's.
    pub(super) fn read_dev(&mut self, dev: &Spanned<DeValue<'_>>, file: &File, directory: &Path) {
        let Some(names) = dev.get_ref().as_table() else {
            let wanted = "a table: `dev.NAME = { address = \"127.0.0.1:6379\" }`";
            let finding = wrong(DEV, wanted, dev, file);
            return self.keep(String::new(), file.place(dev.span()), Err(finding));
        };
        for (name, value) in names {
            let fields = value.get_ref().as_table().ok_or_else(|| {
                let key = format!("{DEV}.{}", name.get_ref());
                wrong(
                    &key,
                    "a table, as `{ address = \"127.0.0.1:6379\" }`",
                    value,
                    file,
                )
            });
            let place = file.place(name.span());
            let name = name.get_ref();
            let source =
                fields.and_then(|fields| self.source(name, fields, file, directory, &place));
            self.keep(name.to_string(), place, source);
        }
    }

    fn keep(&mut self, name: String, place: Place, source: Result<StandInSource, Finding>) {
        if let Err(finding) = &source {
            self.findings.push(Finding {
                severity: Severity::Warning,
                ..finding.clone()
            });
        }
        self.stand_ins.push(StandIn {
            name,
            place,
            source,
        });
    }

    fn source(
        &mut self,
        name: &str,
        fields: &DeTable<'_>,
        file: &File,
        directory: &Path,
        place: &Place,
    ) -> Result<StandInSource, Finding> {
        const KEYS: [&str; 3] = [COMMAND, DIRECTORY, ADDRESS];
        self.check_keys(fields, DEV, &KEYS, file);
        let wanted = "a list of words, as `[\"redis-server\", \"--port\", \"$PORT\"]`, or these in one string";
        let command = field(fields, COMMAND, wanted, file, words)?;
        let wanted = "`host:port`, or `http://host[:port]`";
        let address = field(fields, ADDRESS, wanted, file, DeValue::as_str)?;
        let below = field(fields, DIRECTORY, "a path", file, DeValue::as_str)?;
        if let (Some((_, place)), None) = (&below, &command) {
            let message = format!("`{DIRECTORY}` is that of a `{COMMAND}`, and there is none");
            return Err(Finding::error(Code::InvalidMetadata, message)
                .at(place)
                .help(format!("add a `{COMMAND}`, or take the `{DIRECTORY}` out")));
        }
        if command.is_none() && address.is_none() {
            let keys = fields.keys().map(|key| &**key.get_ref());
            let other = keys.filter(|key| !KEYS.contains(key)).min();
            let but = other.map(|key| format!(", but a `{key}`"));
            let message = format!(
                "a service of `{DEV}` has a `{COMMAND}` or an `{ADDRESS}`, and `{name}` has neither{}",
                but.unwrap_or_default()
            );
            let finding = Finding::error(Code::InvalidMetadata, message).at(place);
            let otherwise = || {
                format!(
                    "write `{COMMAND} = [\"redis-server\", \"--port\", \"$PORT\"]`, or `{ADDRESS} = \"127.0.0.1:6379\"`"
                )
            };
            return Err(finding.meant(other.unwrap_or_default(), KEYS, otherwise));
        }
        Ok(StandInSource {
            command: command.map(|(words, _)| words),
            directory: below.map_or_else(|| directory.to_owned(), |(path, _)| directory.join(path)),
            address: address.map(|(address, _)| address.to_owned()),
        })
    }
}

/// At least one word.
fn words(value: &DeValue<'_>) -> Option<Vec<String>> {
    let words: Vec<String> = match value.as_array() {
        Some(words) => {
            let words = words.iter().map(|word| word.get_ref().as_str());
            words
                .map(|word| word.map(str::to_owned))
                .collect::<Option<_>>()?
        }
        None => value
            .as_str()?
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
    };
    words.first().filter(|first| !first.is_empty())?;
    Some(words)
}
