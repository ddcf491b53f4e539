//! Services of other repositories, which the metadata in `Cargo.toml` declares.
//!
//! ```
//! use service_connect_codegen::{Environment, External, Place};
//!
//! let place = Place::new("Cargo.toml", 12, 1, 200..206);
//! let search = External { port: Some((8080, place.clone())), ..External::new("search", place) };
//! let test = Environment { name: "test".into(), legacy: false, listed: true };
//! let service = search.service(Some("kudos"), &[test]);
//! assert_eq!(service.deployments[0].as_ref().unwrap().discovery_port(), Ok(8080));
//! ```

use crate::application::{Alias, Application, Deployment, Environment, Kind, Port, Service};
use crate::interpolate::Variables;
use crate::place::Place;

/// A service of the same application whose manifest is in another repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Its target port; without one it is known and cannot be called.
    pub port: Option<(u16, Place)>,
    /// Whether Service Connect is on.
    pub connect: Option<(bool, Place)>,
    /// Its Service Connect alias, which turns Service Connect on.
    pub alias: Option<(String, Place)>,
    /// What the lock of its own repository says, in place of all that.
    pub locked: Option<Application>,
}

impl External {
    /// One of which only the name is known.
    #[must_use]
    pub fn new(name: impl Into<String>, place: Place) -> Self {
        Self {
            name: name.into(),
            place,
            port: None,
            connect: None,
            alias: None,
            locked: None,
        }
    }

    /// The service that it is in these environments.
    #[must_use]
    pub fn service(&self, application: Option<&str>, environments: &[Environment]) -> Service {
        let locked = self.locked.as_ref();
        let locked = locked.and_then(|locked| Some((locked, locked.service(&self.name)?)));
        match locked {
            Some((locked, service)) => among(environments, locked, service),
            None => self.declared(application, environments),
        }
    }

    /// As it is declared, the same in each of the environments.
    fn declared(&self, application: Option<&str>, environments: &[Environment]) -> Service {
        let deployment = |environment: Option<&str>| {
            let variables = Variables::new(application, environment, &|_| None);
            let alias = self.alias.as_ref().map(|(alias, place)| Alias {
                // One that nothing fills in is no DNS name, which is found.
                name: variables
                    .fill(None, alias)
                    .unwrap_or_else(|_| alias.clone()),
                template: alias.clone(),
                place: place.clone(),
            });
            let port = self.port.as_ref().map(|(number, place)| Port {
                number: *number,
                udp: false,
                place: place.clone(),
            });
            let connect = self.connect.as_ref();
            Ok(Deployment {
                connect: connect.map_or(alias.is_some(), |(on, _)| *on),
                connect_place: connect.map(|(_, place)| place.clone()),
                alias,
                port,
                // Of those that can be called, the one that asks for nothing else.
                ..Deployment::new(Kind::BackendService)
            })
        };
        let deployments = environments.iter();
        Service {
            name: self.name.clone(),
            directory: self.name.clone(),
            place: self.place.clone(),
            kind: Some(Kind::BackendService),
            kind_place: self.place.clone(),
            external: true,
            base: deployment(None),
            deployments: deployments
                .map(|environment| deployment(Some(&environment.name)))
                .collect(),
        }
    }
}

/// A service of another application's environments in those of this one: by their names, else as it is by its base.
fn among(environments: &[Environment], locked: &Application, service: &Service) -> Service {
    let deployment = |environment: &Environment| {
        let mut known = locked.environments.iter();
        let index = known.position(|known| known.name == environment.name);
        let deployment = index.and_then(|index| service.deployments.get(index));
        deployment.unwrap_or(&service.base).clone()
    };
    Service {
        external: true,
        deployments: environments.iter().map(deployment).collect(),
        ..service.clone()
    }
}
