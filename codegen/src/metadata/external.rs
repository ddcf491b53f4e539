//! `external.NAME = { port = 8080, connect = true, alias = "…" }`, or `{ lock = "…" }` with the lock of its repository.

use std::fs;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::application::Application;
use crate::code::Code;
use crate::external::External;
use crate::finding::Finding;
use crate::lock;
use crate::place::Place;
use crate::reference::unknown_service;

use super::{EXTERNAL, Metadata};
use crate::tables::File;

const PORT: &str = "port";
const CONNECT: &str = "connect";
const ALIAS: &str = "alias";
const LOCK: &str = "lock";

impl Metadata {
    pub(super) fn read_external(&mut self, external: &Spanned<DeValue<'_>>, file: &File<'_>) {
        let Some(services) = external.get_ref().as_table() else {
            return self.wrong(
                EXTERNAL,
                "a table: `external.NAME = { port = 8080 }`",
                external,
                file,
            );
        };
        // Of the file that is being read.
        let manifest = self.files.last().map(PathBuf::as_path);
        let directory = manifest.and_then(Path::parent).unwrap_or(Path::new(""));
        let directory = directory.to_owned();
        for (name, fields) in services {
            let declared = External::new(&**name.get_ref(), file.place(name.span()));
            let Some(fields) = fields.get_ref().as_table() else {
                let key = format!("{EXTERNAL}.{}", name.get_ref());
                self.wrong(&key, "a table, as `{ port = 8080 }`", fields, file);
                continue;
            };
            let external = External {
                port: self.field(fields, PORT, "a number from 1 to 65535", file, port),
                connect: self.field(fields, CONNECT, "true or false", file, |connect| {
                    connect.as_bool()
                }),
                alias: self.field(fields, ALIAS, "a string", file, |alias| {
                    alias.as_str().map(str::to_owned)
                }),
                ..declared
            };
            let locked = self.field(fields, LOCK, "a path", file, |path| {
                path.as_str().map(str::to_owned)
            });
            let locked = locked.and_then(|(path, place)| {
                let lock = Lock {
                    path: directory.join(&path),
                    shown: &within(file.name, &path),
                    place: &place,
                };
                self.locked(&lock, &external.name)
            });
            self.external.push(External { locked, ..external });
            let known: &[&str] = if fields.contains_key(LOCK) {
                &[LOCK]
            } else {
                &[PORT, CONNECT, ALIAS, LOCK]
            };
            self.check_keys(fields, known, file);
        }
    }

    /// The application of another repository, which has to have the service `name`.
    fn locked(&mut self, lock: &Lock<'_>, name: &str) -> Option<Application> {
        let Lock { path, shown, place } = lock;
        // One that is missing, too: nothing compiles until it is there.
        self.files.push(path.clone());
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("`{shown}` cannot be read: {error}");
                let finding = Finding::error(Code::UnreadableFile, message).at(place);
                let help =
                    "write the path from this Cargo.toml to the lock of the other repository";
                self.findings.push(finding.help(help));
                return None;
            }
        };
        let found = lock::read(&text, shown).and_then(|application| {
            let is_there = application.service(name).is_some();
            let unknown = || Finding {
                replacement: None,
                ..unknown_service(&application, name).at(place)
            };
            if is_there {
                Ok(application)
            } else {
                Err(unknown())
            }
        });
        found.map_err(|finding| self.findings.push(finding)).ok()
    }

    fn field<T>(
        &mut self,
        fields: &DeTable<'_>,
        key: &str,
        wanted: &str,
        file: &File<'_>,
        read: impl FnOnce(&DeValue<'_>) -> Option<T>,
    ) -> Option<(T, Place)> {
        let value = fields.get(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            self.wrong(key, wanted, value, file);
        }
        Some((read?, file.place(value.span())))
    }
}

/// The lock of another repository.
struct Lock<'a> {
    path: PathBuf,
    /// As messages name it.
    shown: &'a str,
    /// Where the path is written.
    place: &'a Place,
}

/// `path` from the directory of `file`.
fn within(file: &str, path: &str) -> String {
    match file.rsplit_once('/') {
        Some((directory, _)) => format!("{directory}/{path}"),
        None => path.to_owned(),
    }
}

fn port(value: &DeValue<'_>) -> Option<u16> {
    let integer = value.as_integer()?;
    let number = u16::from_str_radix(integer.as_str(), integer.radix()).ok()?;
    (number > 0).then_some(number)
}

/// A declaration of what is there already.
pub(crate) fn superfluous(external: &External, own: &Place) -> Finding {
    let message = format!(
        "`{}` is a service of this workspace, at {own}",
        external.name
    );
    Finding::warning(Code::InvalidMetadata, message)
        .at(&external.place)
        .help("take it out of `external`")
}
