//! `external.NAME = { port = 8080, connect = true, alias = "…" }`

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::code::Code;
use crate::external::External;
use crate::finding::Finding;
use crate::place::Place;

use super::{EXTERNAL, Metadata};
use crate::tables::File;

const PORT: &str = "port";
const CONNECT: &str = "connect";
const ALIAS: &str = "alias";

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
            self.external.push(external);
            self.check_keys(fields, &[PORT, CONNECT, ALIAS], file);
        }
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
