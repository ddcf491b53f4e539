//! The ports that the containers of a task expose, and the one that others are led to.

use std::collections::BTreeMap;

use crate::application::Port;
use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;

use super::decode::Text;
use super::load_balancer::{Http, NetworkListener};
use super::mapping::Protocol;
use super::sidecars::Sidecars;

/// The ports of a task, each exposed by one container.
#[derive(Default)]
pub(super) struct ExposedPorts(BTreeMap<u16, Exposed>);

struct Exposed {
    container: String,
    protocol: Protocol,
    /// By the container's own `port`, not only because a load balancer leads there.
    by_container: bool,
    place: Place,
}

impl ExposedPorts {
    /// Every port that a container of the task exposes.
    ///
    /// # Errors
    ///
    /// If one is no port, or two containers expose the same.
    pub fn of(
        main: &str,
        sidecars: &Sidecars,
        http: &Http,
        listeners: &[NetworkListener],
        image_port: Option<&(u16, Place)>,
    ) -> Result<Self, Finding> {
        let mut exposed = Self::default();
        for sidecar in sidecars.iter() {
            if let Some(mapping) = sidecar.mapping() {
                let mapping = mapping?;
                let protocol = mapping.protocol.unwrap_or(Protocol::Tcp);
                exposed.add(&mapping.port, protocol, &sidecar.name, true)?;
            }
        }
        for rule in http.rules() {
            if let Some(port) = &rule.target_port {
                let container = exposed.container(rule.target_container.as_ref(), port.0, main);
                exposed.add(port, Protocol::Tcp, &container, false)?;
            }
        }
        for listener in listeners {
            let mapping = listener.mapping()?;
            let container = exposed.container(listener.target_container(), mapping.port.0, main);
            exposed.add(
                &mapping.port,
                mapping.protocol.unwrap_or(Protocol::Tcp),
                &container,
                false,
            )?;
        }
        if let Some(port) = image_port {
            let known = exposed.0.get(&port.0);
            let protocol = known.map_or(Protocol::Tcp, |known| known.protocol);
            exposed.add(port, protocol, main, true)?;
        }
        Ok(exposed)
    }

    /// The container that a load balancer's target port belongs to.
    fn container(&self, named: Option<&Text>, port: u16, main: &str) -> String {
        match (named, self.0.get(&port)) {
            (Some(named), _) => named.value.clone(),
            (None, Some(known)) => known.container.clone(),
            (None, None) => main.to_owned(),
        }
    }

    fn add(
        &mut self,
        (port, place): &(u16, Place),
        protocol: Protocol,
        container: &str,
        by_container: bool,
    ) -> Result<(), Finding> {
        let Some(known) = self.0.get_mut(port) else {
            let exposed = Exposed {
                container: container.to_owned(),
                protocol,
                by_container,
                place: place.clone(),
            };
            self.0.insert(*port, exposed);
            return Ok(());
        };
        let message = if known.container != container {
            format!(
                "the containers `{}` and `{container}` both expose port {port}",
                known.container
            )
        } else if known.protocol != protocol {
            format!("port {port} of the container `{container}` is both TCP and UDP")
        } else {
            known.by_container |= by_container;
            return Ok(());
        };
        Err(Finding::error(Code::PortConflict, message)
            .at(place)
            .help(format!(
                "line {} has it already: give one of them another port",
                known.place.line
            )))
    }

    /// The port that a container itself declares.
    fn declared(&self, container: &str) -> Option<(u16, &Exposed)> {
        let mut ports = self.0.iter();
        ports
            .find(|(_, exposed)| exposed.container == container && exposed.by_container)
            .map(|(port, exposed)| (*port, exposed))
    }

    /// The port that Service Connect and discovery lead to: where the main rule of `http` leads, else `image.port`.
    pub fn target(&self, main: &str, http: &Http) -> Option<Port> {
        let rule = http.main();
        if let Some(port) = rule.and_then(|rule| rule.target_port.clone()) {
            return Some(Port::tcp(port));
        }
        let container = rule.and_then(|rule| rule.target_container.as_ref());
        if let Some(container) = container.filter(|container| container.value != main) {
            let (number, exposed) = self.declared(&container.value)?;
            return Some(Port::tcp((number, exposed.place.clone())));
        }
        let (number, exposed) = self.declared(main)?;
        Some(Port {
            number,
            udp: exposed.protocol == Protocol::Udp,
            place: exposed.place.clone(),
        })
    }
}
