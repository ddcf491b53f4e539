//! Ports as manifests write them for containers and listeners: `8080` or `8080/udp`.

use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;

use super::decode::Text;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Tcp,
    Udp,
}

/// A port as `8080` or `8080/udp`.
pub(super) struct Mapping {
    pub port: (u16, Place),
    pub protocol: Option<Protocol>,
}

impl Mapping {
    /// # Errors
    ///
    /// If `text` is no port with one of `protocols`.
    pub fn parse(text: &Text, protocols: &[&str]) -> Result<Self, Finding> {
        let wrong = |message: String| {
            Finding::error(Code::InvalidValue, message)
                .at(&text.place)
                .help(format!(
                    "write a port from 0 to 65535, alone or as `8080/{}`",
                    protocols[0]
                ))
        };
        let (number, protocol) = match text.value.split_once('/') {
            Some((number, protocol)) => (number, Some(protocol.to_lowercase())),
            None => (text.value.as_str(), None),
        };
        if let Some(protocol) = &protocol
            && !protocols.contains(&protocol.as_str())
        {
            return Err(wrong(format!(
                "`{}` has a protocol other than {}",
                text.value,
                protocols.join(", ")
            )));
        }
        // Go's ParseUint takes no sign, Rust's a `+`.
        let number = Some(number).filter(|number| !number.starts_with('+'));
        let Some(number) = number.and_then(|number| number.parse().ok()) else {
            return Err(wrong(format!("`{}` is not a port", text.value)));
        };
        Ok(Self {
            port: (number, text.place.clone()),
            protocol: protocol.map(|name| {
                if name == "udp" {
                    Protocol::Udp
                } else {
                    Protocol::Tcp
                }
            }),
        })
    }
}
