//! The fields of a manifest that decide how a workload is reached, and what Copilot refuses them for.

use crate::application::{Alias, Deployment, Kind, Port};
use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;
use crate::yaml::{self, Node};

use super::connect::Connect;
use super::decode::{Decoder, Text};
use super::exposed::ExposedPorts;
use super::layers::Layers;
use super::load_balancer::{Http, NetworkListener};
use super::schema;
use super::shape::check_fields;
use super::sidecars::Sidecars;

/// The deciding fields, an environment's merged over the base's.
pub(super) struct Config {
    image: Image,
    connect: Option<Connect>,
    http: Http,
    listeners: Vec<NetworkListener>,
    sidecars: Sidecars,
    is_windows: bool,
    is_private: bool,
}

#[derive(Default)]
struct Image {
    /// Where it is written.
    place: Option<Place>,
    /// Whether it says how it is built, and where it is.
    sources: [bool; 2],
    port: Option<(u16, Place)>,
}

/// The fields that [`Config::read`] reads.
pub(super) const FIELDS: &[&str] = &["http", "image", "network", "nlb", "platform", "sidecars"];

impl Config {
    /// Whether that section has any of the deciding fields.
    pub fn is_overridden_by(section: &Node) -> bool {
        Layers::new([section]).has_any(FIELDS)
    }

    /// Checks the fields that decide nothing here.
    ///
    /// # Errors
    ///
    /// If one has the wrong form.
    pub fn check(kind: Kind, layers: &Layers<'_>) -> Result<(), Finding> {
        layers.nodes().try_for_each(|layer| {
            let mut groups = schema::fields(kind).iter();
            groups.try_for_each(|fields| check_fields(fields, layer))
        })
    }

    /// Reads the fields that workloads of `kind` have.
    ///
    /// # Errors
    ///
    /// If one has the wrong form.
    pub fn read(decoder: &Decoder<'_>, kind: Kind, layers: &Layers<'_>) -> Result<Self, Finding> {
        let is_load_balanced = kind == Kind::LoadBalancedWebService;
        let on_ecs = kind.can_connect() || kind == Kind::ScheduledJob;
        let network = match kind {
            Kind::StaticSite => Layers::default(),
            _ => Decoder::structure(layers, "network")?,
        };
        Ok(Self {
            image: match kind {
                Kind::StaticSite => Image::default(),
                _ => Image::read(decoder, kind, layers)?,
            },
            connect: match kind {
                Kind::RequestDrivenWebService => Connect::ignored(&network),
                _ if on_ecs => Connect::read(decoder, &network)?,
                _ => None,
            },
            http: match kind {
                Kind::LoadBalancedWebService => Http::read_or_switch(decoder, layers)?,
                Kind::BackendService => Http::read(decoder, layers)?,
                _ => Http::default(),
            },
            listeners: if is_load_balanced {
                NetworkListener::read_all(decoder, layers)?
            } else {
                Vec::new()
            },
            sidecars: if on_ecs {
                Sidecars::read(decoder, layers)?
            } else {
                Sidecars::default()
            },
            is_windows: on_ecs && is_windows(decoder, layers)?,
            is_private: is_private(&network)?,
        })
    }

    /// What these fields make of the workload called `name`.
    ///
    /// # Errors
    ///
    /// The first thing that Copilot's validation would say.
    pub fn deployment(self, kind: Kind, name: &Text, file: &Place) -> Result<Deployment, Finding> {
        self.validate(kind, name, file)?;
        let image_port = self.image.port.as_ref();
        // Of workloads without an endpoint, Copilot checks the sidecars' ports only.
        let image_port = image_port.filter(|_| kind.has_endpoint());
        let exposed = ExposedPorts::of(
            &name.value,
            &self.sidecars,
            &self.http,
            &self.listeners,
            image_port,
        )?;
        let port = exposed
            .target(&name.value, &self.http)
            .filter(|_| kind.has_endpoint());
        // Where it has no effect, it is still there to be told of.
        let connect = self
            .connect
            .filter(|connect| connect.on || kind.can_connect());
        Ok(Deployment {
            connect: connect.as_ref().is_some_and(|connect| connect.on) && kind.can_connect(),
            connect_place: connect.as_ref().map(|connect| connect.place.clone()),
            alias: connect
                .filter(|_| kind.can_connect())
                .and_then(|connect| connect.alias)
                .filter(|alias| !alias.value.is_empty())
                .map(|alias| Alias {
                    name: alias.value,
                    template: alias.template,
                    place: alias.place,
                }),
            port,
            image_port: self.image.port.map(|(port, _)| port),
            calls_discovery: kind.calls_discovery()
                || kind == Kind::RequestDrivenWebService && self.is_private,
            ..Deployment::new(kind)
        })
    }

    fn validate(&self, kind: Kind, name: &Text, file: &Place) -> Result<(), Finding> {
        if kind == Kind::StaticSite {
            return Ok(());
        }
        if kind == Kind::LoadBalancedWebService && self.listeners.is_empty() && !self.http.exists()
        {
            return Err(Finding::error(
                Code::NoLoadBalancer,
                format!("`{}` is a {kind} with neither `http` nor `nlb`", name.value),
            )
            .at(&name.place)
            .help("add `http:` with a `path`, or make it a Backend Service"));
        }
        if kind == Kind::LoadBalancedWebService && !self.http.is_written() {
            return Err(
                missing("http", &name.place).help("add `http:` with a `path`, or `http: false`")
            );
        }
        self.image.validate(file)?;
        let needs_port = matches!(
            kind,
            Kind::LoadBalancedWebService | Kind::RequestDrivenWebService
        );
        if needs_port && self.image.port.is_none() {
            return Err(missing("image.port", file)
                .help("add `port: <the port it listens on>` below `image:`"));
        }
        self.http.validate()?;
        self.sidecars.validate()?;
        if let Some(alias) = self
            .connect
            .as_ref()
            .and_then(|connect| connect.alias.as_ref())
        {
            let exposes =
                kind.has_endpoint() && (self.image.port.is_some() || self.http.targets_container());
            if !exposes && kind.can_connect() {
                return Err(Finding::error(
                    Code::AliasWithoutPort,
                    format!(
                        "`{}` has a Service Connect alias and no port that others could call",
                        name.value
                    ),
                )
                .at(&alias.place)
                .help(if kind.has_endpoint() {
                    "add `image.port`, or write `connect: true` to be a client only".to_owned()
                } else {
                    format!("write `connect: true`: a {kind} can call others and not be called")
                }));
            }
        }
        let connect = self.connect.as_ref().filter(|connect| connect.on);
        if let Some(connect) = connect.filter(|_| self.is_windows && kind.has_endpoint()) {
            return Err(Finding::error(
                Code::WindowsConnect,
                format!(
                    "`{}` runs on Windows, where there is no Service Connect",
                    name.value
                ),
            )
            .at(&connect.place)
            .help("write `connect: false` and call it through discovery"));
        }
        let main = (name.value.as_str(), self.image.port.is_some());
        let targets = self.http.target_containers();
        for target in targets.chain(
            self.listeners
                .iter()
                .filter_map(NetworkListener::target_container),
        ) {
            self.sidecars.check_target(main, target)?;
        }
        Ok(())
    }
}

fn missing(field: &str, place: &Place) -> Finding {
    Finding::error(Code::MissingField, format!("the manifest has no `{field}`")).at(place)
}

impl Image {
    fn read(decoder: &Decoder<'_>, kind: Kind, layers: &Layers<'_>) -> Result<Self, Finding> {
        let image = Decoder::structure(layers, "image")?;
        let has_port = !matches!(kind, Kind::WorkerService | Kind::ScheduledJob);
        let port = if has_port {
            decoder.port(&image, "port")?
        } else {
            None
        };
        // An environment's takes the place of the base's, whichever of the two it is.
        let sources = image
            .split()
            .map(|layer| ["build", "location"].map(|key| layer.has_any(&[key])));
        let sources = sources.into_iter().find(|sources| sources.contains(&true));
        Ok(Self {
            place: image.place(),
            sources: sources.unwrap_or_default(),
            port,
        })
    }

    fn validate(&self, file: &Place) -> Result<(), Finding> {
        let place = self.place.as_ref();
        match (place, self.sources) {
            (None, _) => {
                Err(missing("image", file).help("add `image:` with `build` or `location`"))
            }
            (Some(place), [false, false]) => Err(Finding::error(
                Code::MissingField,
                "`image` has neither `build` nor `location`",
            )
            .at(place)
            .help("add `build: <the Dockerfile>` or `location: <the image>` to it")),
            (Some(place), [true, true]) => Err(Finding::error(
                Code::InvalidValue,
                "`image` has both `build` and `location`",
            )
            .at(place)
            .help("keep one of the two")),
            _ => Ok(()),
        }
    }
}

/// Whether the tasks run on Windows, where Service Connect is refused.
fn is_windows(decoder: &Decoder<'_>, layers: &Layers<'_>) -> Result<bool, Finding> {
    let Some(platform) = layers.values("platform").next() else {
        return Ok(false);
    };
    let system = match &platform.kind {
        yaml::Kind::Mapping(_) => decoder.string(&Layers::new([&**platform]), "osfamily")?,
        _ => Some(decoder.text(platform, "platform")?),
    };
    Ok(system.is_some_and(|system| system.value.to_lowercase().starts_with("windows")))
}

/// Whether a Request-Driven Web Service is placed in the VPC.
fn is_private(network: &Layers<'_>) -> Result<bool, Finding> {
    let vpc = Decoder::structure(network, "vpc")?;
    let placement = vpc.values("placement").next();
    Ok(placement.and_then(|node| node.text()) == Some("private"))
}

impl Port {
    pub(super) fn tcp((number, place): (u16, Place)) -> Self {
        Self {
            number,
            udp: false,
            place,
        }
    }
}
