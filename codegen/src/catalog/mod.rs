//! The small file in `OUT_DIR` through which the build script tells the macros what it read.
//!
//! # Format
//!
//! UTF-8 text, one record a line, fields separated by tabs (`\t`, `\n`, `\r` and `\\` in a value are
//! escaped), in this order (places are shortened to `<place>`):
//!
//! ```text
//! service-connect catalog 1
//! package      front-end
//! application  kudos
//! caller       front-end
//! problem      <finding>
//! environment  test  [legacy]  [unlisted]
//! service      api  api  <place>  <place>  [external]  Backend Service
//! base         connect  discovery  connect-place=<place>  port=80  port-place=<place>  image-port=80
//! in           =
//! ```
//!
//! `application` may be missing; `caller`, `problem`, `environment` and `service` may repeat. A service is its name, its
//! directory, where its name and where its type are written, and its type, which is missing where no manifest says it.
//! Each is followed by its deployment by the base manifest and by one to each environment, in their order; `in =` stands
//! for the same as by the base manifest. A deployment has those of these fields that hold: `connect`, `discovery` (it
//! can call by discovery), `connect-place`, `alias` with `alias-template` and `alias-place`, `port` or `udp-port` with
//! `port-place`, `image-port`; or it is `refused` and the finding, where Copilot refuses the manifest. A place is
//! `file:line:column:start:end`; a finding is `code severity message [at=<place>] [help=<text>] [replace=<text>]`.
//! A reader refuses what it does not know.
//!
//! ```
//! use service_connect_codegen::Catalog;
//!
//! let catalog = Catalog { package: "front-end".into(), ..Catalog::default() };
//! assert_eq!(Catalog::read(&catalog.write()), Ok(catalog));
//! ```

mod text;

use std::fmt;

use crate::application::{Application, Environment, Kind, Service};
use crate::code::Code;
use crate::finding::Finding;

use text::{
    read_deployment, read_finding, read_place, record, unescape, write_deployment, write_finding,
    write_place,
};

/// The format that this version writes and reads.
pub const FORMAT: u32 = 1;

/// Its file in `OUT_DIR`.
pub const FILE: &str = "service-connect.catalog";

const MAGIC: &str = "service-connect catalog ";

/// What the build script read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// The package whose build script wrote it.
    pub package: String,
    /// The services that the package runs as.
    pub callers: Vec<String>,
    /// What makes every reference of the package an error: no application, a caller that does not exist.
    pub problems: Vec<Finding>,
    /// The application.
    pub application: Application,
}

/// Why a catalog cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogError {
    /// It has another format: `service-connect` and `service-connect-codegen` are of different versions.
    Format(String),
    /// The line of that number is not what a catalog has there.
    Line(usize),
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(found) => write!(
                f,
                "the catalog has format `{found}` and this version of service-connect reads {FORMAT}: \
                 set service-connect and service-connect-codegen to the same version"
            ),
            Self::Line(line) => write!(
                f,
                "line {line} of {FILE} is damaged: run `cargo clean` and build again"
            ),
        }
    }
}

impl std::error::Error for CatalogError {}

impl Catalog {
    /// The services that the package runs as, those that exist.
    #[must_use]
    pub fn calling_services(&self) -> Vec<&Service> {
        let callers = self.callers.iter();
        callers
            .filter_map(|name| self.application.service(name))
            .collect()
    }

    /// The text of the file. The same catalog always gives the same text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = format!("{MAGIC}{FORMAT}\n");
        record(&mut out, ["package", &self.package]);
        if let Some(name) = &self.application.name {
            record(&mut out, ["application", name]);
        }
        for caller in &self.callers {
            record(&mut out, ["caller", caller]);
        }
        for problem in &self.problems {
            write_finding(&mut out, "problem", problem);
        }
        for environment in &self.application.environments {
            let legacy = environment.legacy.then_some("legacy");
            let unlisted = (!environment.listed).then_some("unlisted");
            record(
                &mut out,
                ["environment", &environment.name]
                    .into_iter()
                    .chain(legacy)
                    .chain(unlisted),
            );
        }
        for service in &self.application.services {
            let [place, kind_place] = [&service.place, &service.kind_place].map(write_place);
            let external = service.external.then_some("external");
            let kind = service.kind.map(Kind::as_str);
            record(
                &mut out,
                [
                    "service",
                    &service.name,
                    &service.directory,
                    &place,
                    &kind_place,
                ]
                .into_iter()
                .chain(external)
                .chain(kind),
            );
            write_deployment(&mut out, "base", &service.base);
            for deployment in &service.deployments {
                if *deployment == service.base {
                    record(&mut out, ["in", "="]);
                } else {
                    write_deployment(&mut out, "in", deployment);
                }
            }
        }
        out
    }

    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    ///
    /// If the text has another format or is no catalog.
    pub fn read(text: &str) -> Result<Self, CatalogError> {
        let mut lines = text.lines();
        let format = lines.next().and_then(|line| line.strip_prefix(MAGIC));
        if format != Some(FORMAT.to_string().as_str()) {
            return Err(CatalogError::Format(format.unwrap_or("none").to_owned()));
        }
        let mut catalog = Self::default();
        for (index, line) in lines.enumerate() {
            let fields: Vec<String> = line.split('\t').map(unescape).collect();
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            catalog
                .read_record(&fields)
                .ok_or(CatalogError::Line(index + 2))?;
        }
        let environments = catalog.application.environments.len();
        let services = &catalog.application.services;
        if services
            .iter()
            .any(|service| service.deployments.len() != environments)
        {
            return Err(CatalogError::Line(text.lines().count()));
        }
        Ok(catalog)
    }

    fn read_record(&mut self, fields: &[&str]) -> Option<()> {
        let application = &mut self.application;
        match fields {
            ["package", name] => (*name).clone_into(&mut self.package),
            ["application", name] => application.name = Some((*name).to_owned()),
            ["caller", name] => self.callers.push((*name).to_owned()),
            ["problem", finding @ ..] => self.problems.push(read_finding(finding)?),
            ["environment", name, flags @ ..]
                if flags
                    .iter()
                    .all(|flag| ["legacy", "unlisted"].contains(flag)) =>
            {
                application.environments.push(Environment {
                    name: (*name).to_owned(),
                    legacy: flags.contains(&"legacy"),
                    listed: !flags.contains(&"unlisted"),
                });
            }
            ["service", name, directory, place, kind_place, rest @ ..] => {
                let (external, kind) = match rest {
                    ["external", kind @ ..] => (true, kind),
                    kind => (false, kind),
                };
                let kind = match kind {
                    [] => None,
                    [kind] => Some(Kind::parse(kind)?),
                    _ => return None,
                };
                application.services.push(Service {
                    name: (*name).to_owned(),
                    directory: (*directory).to_owned(),
                    place: read_place(place)?,
                    kind_place: read_place(kind_place)?,
                    kind,
                    external,
                    // Replaced by the record that follows.
                    base: Err(Finding::error(Code::UnknownType, "")),
                    deployments: Vec::new(),
                });
            }
            ["base", rest @ ..] => {
                let service = application.services.last_mut()?;
                service.base = read_deployment(service.kind, rest)?;
            }
            ["in", "="] => {
                let service = application.services.last_mut()?;
                service.deployments.push(service.base.clone());
            }
            ["in", rest @ ..] => {
                let service = application.services.last_mut()?;
                let deployment = read_deployment(service.kind, rest)?;
                service.deployments.push(deployment);
            }
            _ => return None,
        }
        Some(())
    }
}
