//! `external.NAME = { port = 8080, connect = true, alias = "…" }`, or `{ lock = "…" }` with the lock of its repository.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::code::Code;
use crate::external::{Declared, External, Origin};
use crate::finding::Finding;
use crate::tables::{File, port};

use super::{EXTERNAL, Metadata, field, wrong};

const PORT: &str = "port";
const CONNECT: &str = "connect";
const ALIAS: &str = "alias";
const LOCK: &str = "lock";

impl Metadata {
    /// What is wrong with one of them is the end of that one only. `directory` is the file's.
    pub(super) fn read_external(
        &mut self,
        external: &Spanned<DeValue<'_>>,
        file: &File,
        directory: &Path,
    ) {
        let Some(services) = external.get_ref().as_table() else {
            let wanted = "a table: `external.NAME = { port = 8080 }`";
            return self.findings.push(wrong(EXTERNAL, wanted, external, file));
        };
        for (name, value) in services {
            let fields = value.get_ref().as_table().ok_or_else(|| {
                let key = format!("{EXTERNAL}.{}", name.get_ref());
                wrong(&key, "a table, as `{ port = 8080 }`", value, file)
            });
            let origin = fields.and_then(|fields| self.origin(fields, file, directory));
            self.external.push(External {
                name: name.get_ref().to_string(),
                place: file.place(name.span()),
                origin: origin.unwrap_or_else(Origin::Refused),
            });
        }
    }

    fn origin(
        &mut self,
        fields: &DeTable<'_>,
        file: &File,
        directory: &Path,
    ) -> Result<Origin, Finding> {
        let lock = field(fields, LOCK, "a path", file, DeValue::as_str)?;
        let Some((path, place)) = lock else {
            let known = [PORT, CONNECT, ALIAS, LOCK];
            self.check_keys(fields, EXTERNAL, &known, file);
            return Ok(Origin::Declared(Declared {
                port: field(fields, PORT, "a number from 1 to 65535", file, port)?,
                connect: field(fields, CONNECT, "true or false", file, DeValue::as_bool)?,
                alias: field(fields, ALIAS, "a string", file, |alias| {
                    alias.as_str().map(str::to_owned)
                })?,
            }));
        };
        let mut others = fields.keys().filter(|key| *key.get_ref() != LOCK);
        if let Some(other) = others.next() {
            let message = format!(
                "`{LOCK}` says all of the service, and `{}` too",
                other.get_ref()
            );
            return Err(Finding::error(Code::InvalidMetadata, message)
                .at(&file.place(other.span()))
                .help("take one of the two out"));
        }
        let shown = Path::new(&*place.file).with_file_name(path);
        Ok(Origin::Lock {
            path: directory.join(path),
            shown: shown.display().to_string(),
            place,
        })
    }
}
