//! Services of other repositories, which the metadata in `Cargo.toml` declares.
//!
//! ```
//! use service_connect_codegen::{Declared, External, Origin, Place};
//!
//! let place = Place::new("Cargo.toml", 12, 1, 200..206);
//! let declared = Declared { port: Some((8080, place.clone())), ..Declared::default() };
//! let search = External { name: "search".into(), place, origin: Origin::Declared(declared) };
//! assert_eq!(search.name, "search");
//! ```

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::application::{Application, Deployment, Environment, Kind, Port, Service};
use crate::code::Code;
use crate::finding::Finding;
use crate::interpolate::alias;
use crate::lock;
use crate::place::Place;
use crate::reference::unknown_service;
use crate::text_file::unreadable;

/// A service of the same application whose manifest is in another repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Who says what it is.
    pub origin: Origin,
}

/// Who says what an external service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `Cargo.toml` itself.
    Declared(Declared),
    /// The lock of its own repository.
    Lock {
        /// The file.
        path: PathBuf,
        /// The same as messages name it.
        shown: String,
        /// Where the path is written.
        place: Place,
    },
    /// Nobody, for the declaration is wrong.
    Refused(Finding),
}

/// What `Cargo.toml` says of an external service, each with its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Its target port; without one it is known and cannot be called.
    pub port: Option<(u16, Place)>,
    /// Whether Service Connect is on.
    pub connect: Option<(bool, Place)>,
    /// Its Service Connect alias, which turns Service Connect on.
    pub alias: Option<(String, Place)>,
}

/// Adds the services of other repositories to the own ones of an application.
pub(crate) fn add(
    external: &[External],
    application: &mut Application,
    findings: &mut Vec<Finding>,
) {
    let mut locks = Locks::default();
    let mut added = Vec::new();
    for external in external {
        let mut own = application.services.iter();
        if let Some(own) = own.find(|own| {
            [&own.name, &own.directory]
                .into_iter()
                .any(|known| *known == external.name)
        }) {
            findings.push(taken(external, own));
            continue;
        }
        let service = match &external.origin {
            Origin::Declared(declared) => external.declared(declared, application),
            Origin::Lock { path, shown, place } => {
                match locks.service(path, shown, &external.name, application.name.as_deref()) {
                    Ok((locked, service)) => external.locked(locked, service, application),
                    Err(finding) => {
                        let is_placed = finding.place.is_some();
                        let finding = if is_placed {
                            finding
                        } else {
                            finding.at(place)
                        };
                        findings.push(finding.clone());
                        external.refused(&finding, application)
                    }
                }
            }
            Origin::Refused(finding) => {
                findings.push(finding.clone());
                external.refused(finding, application)
            }
        };
        added.push(service);
    }
    application.services.extend(added);
}

impl External {
    /// The lock that says what it is.
    pub(crate) fn lock(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Lock { path, .. } => Some(path),
            Origin::Declared(_) | Origin::Refused(_) => None,
        }
    }

    /// As it is declared, the same in each environment.
    fn declared(&self, declared: &Declared, application: &Application) -> Service {
        // Of those that can be called, the one that asks for nothing else.
        let kind = Kind::BackendService;
        let Declared {
            port,
            connect,
            alias: template,
        } = declared;
        let name = application.name.as_deref();
        let deployment = |environment: Option<&Environment>| {
            let environment = environment.map(|environment| environment.name.as_str());
            let template = template.as_ref();
            Ok(Deployment {
                connect: connect.as_ref().map_or(template.is_some(), |(on, _)| *on),
                connect_place: connect.as_ref().map(|(_, place)| place.clone()),
                alias: template.map(|(text, place)| alias(text, place.clone(), name, environment)),
                port: port.as_ref().map(|(number, place)| Port {
                    number: *number,
                    udp: false,
                    place: place.clone(),
                }),
                calls_discovery: kind.calls_discovery(),
                ..Deployment::new(kind)
            })
        };
        self.service(Some(kind), application, deployment)
    }

    /// As the lock has it, in the environments of this application: by their names, else as it is by its base.
    fn locked(
        &self,
        locked: &Application,
        service: &Service,
        application: &Application,
    ) -> Service {
        let deployment = |environment: Option<&Environment>| {
            let name = environment.map(|environment| environment.name.as_str());
            let mut known = locked.environments.iter();
            let index = known.position(|known| Some(known.name.as_str()) == name);
            let deployment = locked.deployment(service, index);
            let mut deployment = deployment.map_err(Clone::clone)?.clone();
            if let Some(old) = &mut deployment.alias {
                // Of an environment that the lock does not know, and of an application that it need not name.
                let application = application.name.as_deref();
                *old = alias(&old.template, old.place.clone(), application, name);
            }
            Ok(deployment)
        };
        Service {
            place: service.place.clone(),
            kind_place: service.kind_place.clone(),
            ..self.service(service.kind, application, deployment)
        }
    }

    /// One of which nothing is known but what is wrong.
    fn refused(&self, finding: &Finding, application: &Application) -> Service {
        self.service(None, application, |_| Err(finding.clone()))
    }

    fn service(
        &self,
        kind: Option<Kind>,
        application: &Application,
        deployment: impl Fn(Option<&Environment>) -> Result<Deployment, Finding>,
    ) -> Service {
        let environments = application.environments.iter().map(Some);
        Service {
            name: self.name.clone(),
            directory: self.name.clone(),
            place: self.place.clone(),
            kind,
            kind_place: self.place.clone(),
            external: true,
            base: deployment(None),
            deployments: environments.map(deployment).collect(),
        }
    }
}

/// The locks of other repositories, each read once.
#[derive(Default)]
struct Locks<'a>(HashMap<&'a Path, Result<Application, Finding>>);

impl<'a> Locks<'a> {
    /// What the lock says of the service `name`, which has to be of the application of that name too. A finding without
    /// a place is about the path.
    fn service(
        &mut self,
        path: &'a Path,
        shown: &str,
        name: &str,
        application: Option<&str>,
    ) -> Result<(&Application, &Service), Finding> {
        let read = || {
            let missing = || {
                Finding {
                place: None,
                ..unreadable(shown, "there is no such file").help(
                    "write the path from this Cargo.toml to the lock of its repository, or to a copy of it in this one",
                )
            }
            };
            lock::open(path, shown)?.ok_or_else(missing)
        };
        let locked = self.0.entry(path).or_insert_with(read);
        let locked = locked.as_ref().map_err(Clone::clone)?;
        let other = locked.name.as_deref().filter(|_| application.is_some());
        if let Some(other) = other
            && Some(other) != application
        {
            let message = format!("`{shown}` is of the application `{other}`");
            return Err(Finding::error(Code::InvalidMetadata, message)
                .help("services of another application are in none of this one's namespaces: call it by its public URL, with `Client::at`"));
        }
        match locked.service(name) {
            Some(service) if service.external => {
                let message = format!("`{name}` is external in `{shown}` too");
                Err(Finding::error(Code::InvalidMetadata, message)
                    .help("take the lock of the repository that its manifest is in"))
            }
            Some(service) => Ok((locked, service)),
            None => Err(unknown_in(shown, locked, name)),
        }
    }
}

fn unknown_in(shown: &str, locked: &Application, name: &str) -> Finding {
    let unknown = unknown_service(locked, name);
    Finding {
        message: format!("there is no service `{name}` in `{shown}`"),
        place: None,
        replacement: None,
        ..unknown
    }
}

/// A declaration whose name is taken here.
fn taken(external: &External, own: &Service) -> Finding {
    let name = &external.name;
    let (message, help) = if own.name == *name {
        let message = format!("`{name}` is a service of this workspace, at {}", own.place);
        (message, "take it out of `external`")
    } else {
        let message = format!(
            "`{name}` is the directory of the service `{}` of this workspace",
            own.name
        );
        (message, "rename the directory to match its service")
    };
    Finding::warning(Code::InvalidMetadata, message)
        .at(&external.place)
        .help(help)
}
