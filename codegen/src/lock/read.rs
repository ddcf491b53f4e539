//! From the text of a lock to the application.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::application::{Alias, Application, Deployment, Environment, Kind, Port, Service};
use crate::code::Code;
use crate::finding::Finding;
use crate::interpolate::Variables;
use crate::place::Place;
use crate::tables::{File, string, table};

use super::write::calls_discovery;
use super::{
    ALIAS, APPLICATION, CALLS_DISCOVERY, CONNECT, DIRECTORY, ENVIRONMENTS, EXTERNAL, FORMAT,
    FORMAT_KEY, IMAGE_PORT, IN, LEGACY, PORT, REFUSED, SERVICES, TYPE, UDP, UNLISTED,
};

/// Reads what [`write`](super::write) wrote. Places are those in the lock, which messages call `name`.
///
/// # Errors
///
/// If the text is of another format or is no lock.
pub fn read(text: &str, name: &str) -> Result<Application, Finding> {
    let root = DeTable::parse(text).map_err(|error| {
        let what = format!("`{name}` is not TOML: {}", error.message());
        damaged(&Place::file(name), what)
    })?;
    let file = File {
        name,
        text,
        root: root.get_ref(),
    };
    let format = file.root.get(FORMAT_KEY);
    let number = format.and_then(|format| integer(format.get_ref()));
    if number != Some(FORMAT) {
        let found = number.map_or_else(|| "none".to_owned(), |number| number.to_string());
        let place = format.map_or_else(|| Place::file(name), |format| file.place(format.span()));
        return Err(Finding::error(
            Code::InvalidLock,
            format!("the lock has format {found}, and this version of service-connect-codegen reads {FORMAT}"),
        )
        .at(&place)
        .help("set cargo-service-connect and service-connect-codegen to the same version, and run `cargo service-connect lock`"));
    }
    let application = string(file.root, APPLICATION);
    let environments: Vec<_> = entries(file.root, ENVIRONMENTS)
        .map(|(name, fields)| Environment {
            name: name.get_ref().to_string(),
            legacy: flag(fields, LEGACY) == Some(true),
            listed: flag(fields, UNLISTED) != Some(true),
        })
        .collect();
    let services = entries(file.root, SERVICES).map(|(name, fields)| {
        let reader = Reader {
            file: &file,
            application,
            place: file.place(name.span()),
        };
        reader.service(name.get_ref(), fields, &environments)
    });
    let mut services = services.collect::<Result<Vec<_>, _>>()?;
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

fn damaged(place: &Place, what: String) -> Finding {
    Finding::error(Code::InvalidLock, what)
        .at(place)
        .help("run `cargo service-connect lock` where `copilot/` is")
}

/// The tables in the table `key`.
fn entries<'a, 'text>(
    parent: &'a DeTable<'text>,
    key: &str,
) -> impl Iterator<
    Item = (
        &'a Spanned<std::borrow::Cow<'text, str>>,
        &'a DeTable<'text>,
    ),
> {
    let entries = table(parent, key).into_iter().flatten();
    entries.filter_map(|(name, fields)| Some((name, fields.get_ref().as_table()?)))
}

fn flag(fields: &DeTable<'_>, key: &str) -> Option<bool> {
    fields.get(key)?.get_ref().as_bool()
}

fn integer<T: TryFrom<u64>>(value: &DeValue<'_>) -> Option<T> {
    let integer = value.as_integer()?;
    let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok()?;
    T::try_from(number).ok()
}

/// Reads one service.
struct Reader<'a> {
    file: &'a File<'a>,
    application: Option<&'a str>,
    /// Where its name stands.
    place: Place,
}

impl Reader<'_> {
    fn service(
        &self,
        name: &str,
        fields: &DeTable<'_>,
        environments: &[Environment],
    ) -> Result<Service, Finding> {
        let kind = match string(fields, TYPE) {
            None => None,
            Some(kind) => Some(
                Kind::parse(kind)
                    .ok_or_else(|| damaged(&self.place, format!("there is no type `{kind}`")))?,
            ),
        };
        let own = table(fields, IN);
        let deployments = environments.iter().map(|environment| {
            let own = own.and_then(|own| table(own, &environment.name));
            let environment = Some(environment.name.as_str());
            self.deployment(kind, own.unwrap_or(fields), environment)
        });
        Ok(Service {
            name: name.to_owned(),
            directory: string(fields, DIRECTORY).unwrap_or(name).to_owned(),
            place: self.place.clone(),
            kind_place: fields
                .get(TYPE)
                .map_or_else(|| self.place.clone(), |kind| self.file.place(kind.span())),
            kind,
            external: flag(fields, EXTERNAL) == Some(true),
            deployments: deployments.collect::<Result<_, _>>()?,
            base: self.deployment(kind, fields, None)?,
        })
    }

    /// What a service is in one environment, or what its manifest is refused for.
    fn deployment(
        &self,
        kind: Option<Kind>,
        fields: &DeTable<'_>,
        environment: Option<&str>,
    ) -> Result<Result<Deployment, Finding>, Finding> {
        if let Some(refused) = string(fields, REFUSED) {
            let (code, message) = refused.split_once(": ").unwrap_or_default();
            let code = Code::parse(code)
                .ok_or_else(|| damaged(&self.place, format!("`{REFUSED}` names no code")))?;
            return Ok(Err(Finding::error(code, message).at(&self.place)));
        }
        let kind = kind.ok_or_else(|| damaged(&self.place, format!("there is no `{TYPE}`")))?;
        let place = |key: &str| fields.get(key).map(|value| self.file.place(value.span()));
        let port = self.port(fields, PORT)?.map(|number| Port {
            number,
            udp: flag(fields, UDP) == Some(true),
            place: place(PORT).unwrap_or_else(|| self.place.clone()),
        });
        let image_port = self.port(fields, IMAGE_PORT)?;
        let variables = Variables::new(self.application, environment, &|_| None);
        let alias = string(fields, ALIAS).map(|alias| Alias {
            name: variables
                .fill(None, alias)
                .unwrap_or_else(|_| alias.to_owned()),
            template: alias.to_owned(),
            place: place(ALIAS).unwrap_or_else(|| self.place.clone()),
        });
        Ok(Ok(Deployment {
            kind,
            connect: flag(fields, CONNECT) == Some(true),
            connect_place: place(CONNECT),
            alias,
            image_port: image_port.or_else(|| port.as_ref().map(|port| port.number)),
            port,
            calls_discovery: flag(fields, CALLS_DISCOVERY).unwrap_or_else(|| calls_discovery(kind)),
        }))
    }

    fn port(&self, fields: &DeTable<'_>, key: &str) -> Result<Option<u16>, Finding> {
        let Some(value) = fields.get(key) else {
            return Ok(None);
        };
        let place = self.file.place(value.span());
        let number = integer(value.get_ref());
        number
            .map(Some)
            .ok_or_else(|| damaged(&place, format!("`{key}` is not a port")))
    }
}
