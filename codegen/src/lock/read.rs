//! From the text of a lock to the application.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::application::{Application, Deployment, Environment, Kind, Port, Service};
use crate::code::Code;
use crate::finding::Finding;
use crate::interpolate::alias;
use crate::place::Place;
use crate::tables::{File, integer, port};

use super::{
    ALIAS, APPLICATION, CALLS_DISCOVERY, CONNECT, DIRECTORY, ENVIRONMENTS, EXTERNAL, FORMAT,
    FORMAT_KEY, IMAGE_PORT, IN, LEGACY, PORT, REFUSED, SERVICES, TYPE, UDP, UNLISTED,
};

type Key<'text> = Spanned<Cow<'text, str>>;

const DEPLOYMENT_KEYS: &[&str] = &[
    PORT,
    UDP,
    IMAGE_PORT,
    CONNECT,
    ALIAS,
    CALLS_DISCOVERY,
    REFUSED,
];

/// Reads what [`write`](super::write()) wrote. Places are those in the lock, which messages call `name`.
///
/// # Errors
///
/// If the text is of another format or is no lock: a merge that went wrong must not turn a check off.
pub fn read(text: &str, name: &str) -> Result<Application, Finding> {
    let file = File::new(name, text.to_owned());
    let root = file
        .parse()
        .map_err(|(place, message)| damaged(&place, message))?;
    let root = Table {
        fields: root.get_ref(),
        file: &file,
    };
    let format = root.fields.get(FORMAT_KEY);
    let number = format.and_then(|format| integer(format.get_ref()));
    if number != Some(FORMAT) {
        let found = number.map_or_else(|| "none".to_owned(), |number: u32| number.to_string());
        let place = format.map_or_else(|| Place::file(name), |format| file.place(format.span()));
        let message = format!(
            "the lock has format {found}, and this version of service-connect-codegen reads {FORMAT}"
        );
        return Err(damaged(&place, message));
    }
    root.check_keys([FORMAT_KEY, APPLICATION, ENVIRONMENTS, SERVICES])?;
    let application = root.string(APPLICATION)?;
    let mut environments = Vec::new();
    for (name, fields) in root.tables(ENVIRONMENTS)? {
        fields.check_keys([LEGACY, UNLISTED])?;
        environments.push(Environment {
            name: name.get_ref().to_string(),
            legacy: fields.flag(LEGACY)?.unwrap_or_default(),
            listed: !fields.flag(UNLISTED)?.unwrap_or_default(),
        });
    }
    let mut services = Vec::new();
    for (name, fields) in root.tables(SERVICES)? {
        let reader = Reader {
            application,
            environments: &environments,
            place: file.place(name.span()),
        };
        services.push(reader.service(name.get_ref(), &fields)?);
    }
    // As `copilot/` is read.
    services.sort_by(|one, other| {
        let key = |service: &Service| (service.external, service.directory.clone());
        key(one).cmp(&key(other))
    });
    Ok(Application {
        name: application.map(str::to_owned),
        services,
        environments,
    })
}

fn damaged(place: &Place, what: impl Into<String>) -> Finding {
    Finding::error(Code::InvalidLock, what).at(place).help(
        "run `cargo service-connect lock` in the repository that it is of; cargo-service-connect there and \
         service-connect-codegen here have to be of the same version",
    )
}

/// A table, in which nothing is overlooked.
struct Table<'a, 'text> {
    fields: &'a DeTable<'text>,
    file: &'a File,
}

impl<'a, 'text> Table<'a, 'text> {
    fn get<T>(
        &self,
        key: &str,
        wanted: &str,
        read: impl FnOnce(&'a DeValue<'text>) -> Option<T>,
    ) -> Result<Option<T>, Finding> {
        let Some(value) = self.fields.get(key) else {
            return Ok(None);
        };
        let wrong = || {
            damaged(
                &self.file.place(value.span()),
                format!("`{key}` is {wanted}"),
            )
        };
        read(value.get_ref()).map(Some).ok_or_else(wrong)
    }

    fn string(&self, key: &str) -> Result<Option<&'a str>, Finding> {
        self.get(key, "no string", DeValue::as_str)
    }

    fn flag(&self, key: &str) -> Result<Option<bool>, Finding> {
        self.get(key, "neither true nor false", DeValue::as_bool)
    }

    fn port(&self, key: &str) -> Result<Option<u16>, Finding> {
        self.get(key, "no port", port)
    }

    fn place(&self, key: &str) -> Option<Place> {
        let value = self.fields.get(key)?;
        Some(self.file.place(value.span()))
    }

    /// The tables in the table `key`; none where there is no such table.
    fn tables(&self, key: &str) -> Result<Vec<(&'a Key<'text>, Self)>, Finding> {
        let file = self.file;
        let entries = self.get(key, "no table", DeValue::as_table)?;
        let entries = entries.into_iter().flatten().map(|(name, value)| {
            let what = || format!("`{}` is no table", name.get_ref());
            let fields = value.get_ref().as_table();
            let fields = fields.ok_or_else(|| damaged(&file.place(value.span()), what()))?;
            Ok((name, Self { fields, file }))
        });
        entries.collect()
    }

    fn check_keys<'k>(&self, known: impl IntoIterator<Item = &'k str>) -> Result<(), Finding> {
        let known: Vec<_> = known.into_iter().collect();
        let mut keys = self.fields.keys();
        match keys.find(|key| !known.contains(&&**key.get_ref())) {
            None => Ok(()),
            Some(key) => {
                let what = format!("a lock has no `{}` here", key.get_ref());
                Err(damaged(&self.file.place(key.span()), what))
            }
        }
    }
}

/// Reads one service.
struct Reader<'a> {
    application: Option<&'a str>,
    environments: &'a [Environment],
    /// Where its name stands.
    place: Place,
}

impl Reader<'_> {
    fn service(&self, name: &str, fields: &Table<'_, '_>) -> Result<Service, Finding> {
        let own_keys = [TYPE, DIRECTORY, EXTERNAL, IN];
        fields.check_keys(own_keys.into_iter().chain(DEPLOYMENT_KEYS.iter().copied()))?;
        let kind = match fields.string(TYPE)? {
            None => None,
            Some(kind) => Some(
                Kind::parse(kind)
                    .ok_or_else(|| damaged(&self.place, format!("there is no type `{kind}`")))?,
            ),
        };
        let own = fields.tables(IN)?;
        let names = || self.environments.iter().map(|known| known.name.as_str());
        for (name, fields) in &own {
            fields.check_keys(DEPLOYMENT_KEYS.iter().copied())?;
            if !names().any(|known| known == name.get_ref()) {
                let what = format!("there is no environment `{}`", name.get_ref());
                return Err(damaged(&fields.file.place(name.span()), what));
            }
        }
        let deployments = names().map(|environment| {
            let mut own = own.iter();
            let own = own.find(|(name, _)| name.get_ref() == environment);
            let fields = own.map_or(fields, |(_, own)| own);
            self.deployment(kind, fields, Some(environment))
        });
        Ok(Service {
            name: name.to_owned(),
            directory: fields.string(DIRECTORY)?.unwrap_or(name).to_owned(),
            place: self.place.clone(),
            kind_place: fields.place(TYPE).unwrap_or_else(|| self.place.clone()),
            kind,
            external: fields.flag(EXTERNAL)?.unwrap_or_default(),
            deployments: deployments.collect::<Result<_, _>>()?,
            base: self.deployment(kind, fields, None)?,
        })
    }

    /// What a service is in one environment, or what its manifest is refused for.
    fn deployment(
        &self,
        kind: Option<Kind>,
        fields: &Table<'_, '_>,
        environment: Option<&str>,
    ) -> Result<Result<Deployment, Finding>, Finding> {
        if let Some(refused) = fields.string(REFUSED)? {
            let code = Code::parse(refused)
                .ok_or_else(|| damaged(&self.place, format!("there is no code `{refused}`")))?;
            let message = "it was so when the lock was written";
            return Ok(Err(Finding::error(code, message).at(&self.place)));
        }
        let kind = kind.ok_or_else(|| damaged(&self.place, format!("there is no `{TYPE}`")))?;
        let place = |key: &str| fields.place(key).unwrap_or_else(|| self.place.clone());
        let udp = fields.flag(UDP)?.unwrap_or_default();
        let port = fields.port(PORT)?.map(|number| Port {
            number,
            udp,
            place: place(PORT),
        });
        let alias = fields
            .string(ALIAS)?
            .map(|template| alias(template, place(ALIAS), self.application, environment));
        Ok(Ok(Deployment {
            kind,
            connect: fields.flag(CONNECT)?.unwrap_or_default(),
            connect_place: fields.place(CONNECT),
            alias,
            image_port: fields.port(IMAGE_PORT)?,
            port,
            calls_discovery: fields
                .flag(CALLS_DISCOVERY)?
                .unwrap_or_else(|| kind.calls_discovery()),
        }))
    }
}
