//! The sidecars of a task.

use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;

use super::decode::{Decoder, Text};
use super::layers::Layers;
use super::mapping::Mapping;

/// The sidecars, in the order in which they are written.
#[derive(Default)]
pub(super) struct Sidecars(Vec<Sidecar>);

/// A container beside the main one.
pub(super) struct Sidecar {
    pub name: String,
    port: Option<Text>,
    has_image: bool,
    place: Place,
}

impl Sidecars {
    /// Reads `sidecars`.
    pub fn read(decoder: &Decoder<'_>, layers: &Layers<'_>) -> Result<Self, Finding> {
        let sidecars = Decoder::structure(layers, "sidecars")?;
        let mut found = Vec::new();
        for (name, layers) in sidecars.entries() {
            let layers = layers.into_iter().map(|node| Decoder::mapping(node, name));
            let sidecar = Layers::new(layers.collect::<Result<Vec<_>, _>>()?);
            let Some(place) = sidecar.place() else {
                continue;
            };
            found.push(Sidecar {
                name: name.to_owned(),
                port: decoder.string(&sidecar, "port")?,
                has_image: sidecar.has_any(&["image"]),
                place,
            });
        }
        Ok(Self(found))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Sidecar> {
        self.0.iter()
    }

    /// What Copilot's validation says of the sidecars by themselves.
    pub fn validate(&self) -> Result<(), Finding> {
        for sidecar in &self.0 {
            if !sidecar.has_image {
                let message = format!("the sidecar `{}` has no `image`", sidecar.name);
                return Err(Finding::error(Code::MissingField, message)
                    .at(&sidecar.place)
                    .help("add `image:` with a location or a build"));
            }
            sidecar.mapping().transpose()?;
        }
        Ok(())
    }

    /// Whether `target` is a container with a port; `main` is the main container's name and whether it has one.
    pub fn check_target(&self, main: (&str, bool), target: &Text) -> Result<(), Finding> {
        let name = target.value.as_str();
        let sidecar = || self.0.iter().find(|sidecar| sidecar.name == name);
        let exposes = if name == main.0 {
            Some(main.1)
        } else {
            sidecar().map(|sidecar| sidecar.port.is_some())
        };
        let finding =
            |message: String| Finding::error(Code::TargetContainer, message).at(&target.place);
        match exposes {
            Some(true) => Ok(()),
            Some(false) => Err(finding(format!("the container `{name}` exposes no port"))
                .help("add `port:` to that container")),
            None => {
                let names = self.0.iter().map(|sidecar| sidecar.name.as_str());
                let otherwise = || format!("add it to `sidecars`, or name `{}`", main.0);
                let finding = finding(format!("there is no container `{name}`"));
                Err(finding.meant(name, names.chain([main.0]), otherwise))
            }
        }
    }
}

impl Sidecar {
    /// The port that it declares.
    pub fn mapping(&self) -> Option<Result<Mapping, Finding>> {
        self.port
            .as_ref()
            .map(|port| Mapping::parse(port, &["tcp", "udp"]))
    }
}
