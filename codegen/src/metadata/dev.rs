//! `dev.NAME = { command = ["redis-server", "--port", "$PORT"] }`, or `{ address = "127.0.0.1:6379" }`: what stands in
//! for a service on one's own machine.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;
use crate::tables::File;

use super::{DEV, Metadata, field, wrong};

const COMMAND: &str = "command";
const DIRECTORY: &str = "directory";
const ADDRESS: &str = "address";

/// What `cargo service-connect dev` takes for a service, or for a container that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// The name that others call it by.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// What it is, or what is wrong with it, which is among the findings too.
    pub source: Result<StandInSource, Finding>,
}

/// Where a stand-in comes from; it has at least one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StandInSource {
    /// What to run; the first word is the program. No shell reads it.
    pub command: Option<Vec<String>>,
    /// Where to run it.
    pub directory: PathBuf,
    /// Where it is reached: `host:port`, or `http://host[:port]`. Without one it is given a port.
    pub address: Option<String>,
}

impl Metadata {
    /// What is wrong with one of them is the end of that one only. `directory` is the file's.
    pub(super) fn read_dev(&mut self, dev: &Spanned<DeValue<'_>>, file: &File, directory: &Path) {
        let Some(names) = dev.get_ref().as_table() else {
            let wanted = "a table: `dev.NAME = { address = \"127.0.0.1:6379\" }`";
            return self.findings.push(wrong(DEV, wanted, dev, file));
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
            let source = fields.and_then(|fields| self.source(fields, file, directory, &place));
            if let Err(finding) = &source {
                self.findings.push(finding.clone());
            }
            self.stand_ins.push(StandIn {
                name: name.get_ref().to_string(),
                place,
                source,
            });
        }
    }

    fn source(
        &mut self,
        fields: &DeTable<'_>,
        file: &File,
        directory: &Path,
        place: &Place,
    ) -> Result<StandInSource, Finding> {
        self.check_keys(fields, DEV, &[COMMAND, DIRECTORY, ADDRESS], file);
        let wanted = "a list of words, as `[\"redis-server\", \"--port\", \"$PORT\"]`, or these in one string";
        let command = field(fields, COMMAND, wanted, file, words)?;
        let wanted = "`host:port`, or `http://host[:port]`";
        let address = field(fields, ADDRESS, wanted, file, address)?;
        let below = field(fields, DIRECTORY, "a path", file, DeValue::as_str)?;
        if let (Some((_, place)), None) = (&below, &command) {
            let message = format!("`{DIRECTORY}` is that of a `{COMMAND}`, and there is none");
            return Err(Finding::error(Code::InvalidMetadata, message)
                .at(place)
                .help(format!("add a `{COMMAND}`, or take the `{DIRECTORY}` out")));
        }
        if command.is_none() && address.is_none() {
            let message = format!("a service of `{DEV}` has a `{COMMAND}` or an `{ADDRESS}`");
            return Err(Finding::error(Code::InvalidMetadata, message).at(place).help(
                format!("write `{COMMAND} = [\"redis-server\", \"--port\", \"$PORT\"]`, or `{ADDRESS} = \"127.0.0.1:6379\"`"),
            ));
        }
        Ok(StandInSource {
            command: command.map(|(words, _)| words),
            directory: below.map_or_else(|| directory.to_owned(), |(path, _)| directory.join(path)),
            address: address.map(|(address, _)| address),
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

/// A host with a port, or a URL of which the scheme may imply it. What else a URL may have is for who calls it.
fn address(value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str()?;
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
    let has_port = authority.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty()
            && port
                .trim_end_matches('/')
                .parse::<u16>()
                .is_ok_and(|port| port > 0)
    });
    let is_url = authority.len() < text.len() && !authority.is_empty();
    (has_port || is_url).then(|| text.to_owned())
}
