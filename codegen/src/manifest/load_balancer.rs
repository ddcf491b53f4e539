//! `http` and `nlb`: which container and port they lead to.

use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;
use crate::yaml::Kind;

use super::decode::{Decoder, Text};
use super::layers::Layers;
use super::mapping::{Mapping, Protocol};

/// `http` of a manifest.
#[derive(Default)]
pub(super) struct Http {
    /// `http: false`.
    off: bool,
    /// `http` is written, as a map with a rule or as a boolean.
    written: bool,
    /// Without the main rule the additional ones do not count.
    main: Option<Rule>,
    additional: Vec<Rule>,
}

/// A rule of `http`.
pub(super) struct Rule {
    pub target_container: Option<Text>,
    pub target_port: Option<(u16, Place)>,
    /// The rule has a `path`.
    has_path: bool,
    /// Both spellings of `target_container` are there.
    twice: Option<Place>,
    place: Place,
}

/// What makes a rule of `http` more than an empty one.
const RULE: &[&str] = &[
    "path",
    "version",
    "healthcheck",
    "stickiness",
    "alias",
    "deregistration_delay",
    "target_container",
    "target_port",
    "allowed_source_ips",
    "hosted_zone",
    "redirect_to_https",
];
const CAMEL_CASE: &str = "targetContainer";
const ADDITIONAL: &str = "additional_rules";

impl Http {
    /// `http` of a Backend Service: a map.
    pub fn read(decoder: &Decoder<'_>, layers: &Layers<'_>) -> Result<Self, Finding> {
        let http = Decoder::structure(layers, "http")?;
        // The older spelling is read for a load balanced service only.
        Self::of(decoder, &http, false)
    }

    /// `http` of a Load Balanced Web Service: a map or a boolean. In an environment, a boolean clears the rules.
    pub fn read_or_switch(decoder: &Decoder<'_>, layers: &Layers<'_>) -> Result<Self, Finding> {
        let lenient = Decoder {
            lenient: true,
            ..*decoder
        };
        let mut maps = Vec::new();
        let mut switch = None;
        for node in layers.values("http") {
            let map = match &node.kind {
                Kind::Mapping(_) => Some(Layers::new([Decoder::mapping(node, "http")?])),
                _ => None,
            };
            let is_rule =
                |map: &Layers<'_>| map.has_any(RULE) || map.has_any(&[CAMEL_CASE, ADDITIONAL]);
            if map.as_ref().is_some_and(is_rule) {
                if switch.is_none() {
                    maps.push(&**node);
                }
                continue;
            }
            let on = decoder.boolean(node)?;
            let on = on.ok_or_else(|| {
                Decoder::wrong(node, "http", "true, false or a map with a `path`")
            })?;
            if maps.is_empty() {
                switch = switch.or(Some(on));
            } else {
                // Overridden by a map: nothing below counts.
                switch = switch.or(Some(true));
            }
        }
        if maps.is_empty() {
            return Ok(Self {
                off: switch == Some(false),
                written: switch.is_some(),
                ..Self::default()
            });
        }
        Self::of(&lenient, &Layers::new(maps), true)
    }

    fn of(decoder: &Decoder<'_>, http: &Layers<'_>, camel_case: bool) -> Result<Self, Finding> {
        let main = Rule::read(decoder, http, camel_case)?;
        let mut additional = Vec::new();
        for rule in decoder.list(http, ADDITIONAL)? {
            additional.push(Rule::read(decoder, &Layers::new([rule]), false)?);
        }
        let written = http.has_any(RULE) || http.has_any(&[CAMEL_CASE, ADDITIONAL]);
        Ok(Self {
            off: false,
            written,
            main: main.filter(|_| http.has_any(RULE) || camel_case && http.has_any(&[CAMEL_CASE])),
            additional: additional.into_iter().flatten().collect(),
        })
    }

    /// Whether the load balancer is there.
    pub fn exists(&self) -> bool {
        self.written && !self.off
    }

    /// Whether the manifest says anything about it.
    pub fn is_written(&self) -> bool {
        self.written
    }

    /// The rule that decides the target port.
    pub fn main(&self) -> Option<&Rule> {
        self.main.as_ref()
    }

    /// The rules that lead to a port.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let additional = self.additional.iter().filter(|_| self.main.is_some());
        self.main.iter().chain(additional)
    }

    /// The main rule names a container.
    pub fn targets_container(&self) -> bool {
        self.main
            .as_ref()
            .is_some_and(|rule| rule.target_container.is_some())
    }

    /// The containers that rules name.
    pub fn target_containers(&self) -> impl Iterator<Item = &Text> {
        let rules = self.main.iter().chain(&self.additional);
        rules.filter_map(|rule| rule.target_container.as_ref())
    }

    /// What Copilot's validation says of the rules.
    pub fn validate(&self) -> Result<(), Finding> {
        for rule in self.main.iter().chain(&self.additional) {
            if !rule.has_path {
                return Err(
                    Finding::error(Code::MissingField, "a rule of `http` has no `path`")
                        .at(&rule.place)
                        .help("add `path: /` or the path that leads to the service"),
                );
            }
            if let Some(place) = &rule.twice {
                let message = "`target_container` and `targetContainer` are the same field";
                return Err(Finding::error(Code::InvalidValue, message)
                    .at(place)
                    .help("keep `target_container`"));
            }
        }
        Ok(())
    }
}

impl Rule {
    fn read(
        decoder: &Decoder<'_>,
        rule: &Layers<'_>,
        camel_case: bool,
    ) -> Result<Option<Self>, Finding> {
        let Some(place) = rule.place() else {
            return Ok(None);
        };
        let mut target_container = None;
        let mut twice = None;
        for layer in rule.split() {
            let snake = decoder.string(&layer, "target_container")?;
            let camel = if camel_case {
                decoder.string(&layer, CAMEL_CASE)?
            } else {
                None
            };
            if snake.is_some() {
                twice = twice.or(camel.as_ref().map(|camel| camel.place.clone()));
            }
            target_container = target_container.or(snake).or(camel);
        }
        Ok(Some(Self {
            target_container,
            target_port: decoder.port(rule, "target_port")?,
            has_path: rule.has_any(&["path"]),
            twice,
            place,
        }))
    }
}

/// A listener of `nlb`.
pub(super) struct NetworkListener {
    port: Option<Text>,
    target_container: Option<Text>,
    target_port: Option<(u16, Place)>,
    place: Place,
}

/// What makes `nlb` more than an empty map.
const LISTENER: &[&str] = &[
    "port",
    "healthcheck",
    "target_container",
    "target_port",
    "ssl_policy",
    "stickiness",
    "deregistration_delay",
    "alias",
    "additional_listeners",
];

impl NetworkListener {
    /// The listeners of a Load Balanced Web Service, none where `nlb` is empty.
    pub fn read_all(decoder: &Decoder<'_>, layers: &Layers<'_>) -> Result<Vec<Self>, Finding> {
        let nlb = Decoder::structure(layers, "nlb")?;
        if !nlb.has_any(LISTENER) {
            return Ok(Vec::new());
        }
        let mut listeners = Vec::from_iter(Self::read(decoder, &nlb)?);
        for listener in decoder.list(&nlb, "additional_listeners")? {
            listeners.extend(Self::read(decoder, &Layers::new([listener]))?);
        }
        Ok(listeners)
    }

    fn read(decoder: &Decoder<'_>, listener: &Layers<'_>) -> Result<Option<Self>, Finding> {
        let Some(place) = listener.place() else {
            return Ok(None);
        };
        Ok(Some(Self {
            port: decoder.string(listener, "port")?,
            target_container: decoder.string(listener, "target_container")?,
            target_port: decoder.port(listener, "target_port")?,
            place,
        }))
    }

    /// The container that it names.
    pub fn target_container(&self) -> Option<&Text> {
        self.target_container.as_ref()
    }

    /// The port that it leads to, with its protocol: TLS ends at the load balancer.
    pub fn mapping(&self) -> Result<Mapping, Finding> {
        let Some(port) = self.port.as_ref().filter(|port| !port.value.is_empty()) else {
            return Err(
                Finding::error(Code::MissingField, "a listener of `nlb` has no `port`")
                    .at(&self.place)
                    .help("add `port: <the port that the load balancer listens on>`"),
            );
        };
        let mut mapping = Mapping::parse(port, &["tcp", "udp", "tls"])?;
        if let Some((number, place)) = &self.target_port {
            mapping.port = (*number, place.clone());
        }
        mapping.protocol = mapping
            .protocol
            .filter(|protocol| *protocol == Protocol::Udp);
        Ok(mapping)
    }
}
