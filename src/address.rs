//! Addresses that a user gives, in metadata or on the command line.

use std::fmt::Display;
use std::str::FromStr;

use service_connect::Client;
use service_connect_codegen::{Code, Finding, Place, StandIn, StandInSource};

/// Where something listens that this command did not start.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    /// `http://host[:port]`.
    pub url: String,
    /// `host:port`.
    pub authority: String,
    /// The port alone.
    pub port: u16,
}

const NO_PORT: &str = "it has no port: write host:port";

impl FromStr for Address {
    type Err = String;

    /// `host:port` or a base URL.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let has_port = text
            .rsplit_once(':')
            .is_some_and(|(host, _)| !host.is_empty());
        let url = match text.split_once("://") {
            Some(_) => text.to_owned(),
            None if has_port => format!("http://{text}"),
            None => return Err(NO_PORT.to_owned()),
        };
        let parsed = Client::at(url)
            .and_then(|client| Ok((shown(client.base_url()?), shown(client.authority()?))));
        let (url, authority) = parsed.map_err(|error| error.to_string())?;
        let port = authority.rsplit(':').next();
        let port = port.and_then(|port| port.parse().ok());
        Ok(Self {
            url,
            port: port.ok_or_else(|| NO_PORT.to_owned())?,
            authority,
        })
    }
}

fn shown(what: impl Display) -> String {
    what.to_string()
}

/// What is wrong with the address of one that has no other mistake.
pub fn wrong(stand_in: &StandIn) -> Option<Finding> {
    let source = stand_in.source.as_ref().ok()?;
    of(&stand_in.name, &stand_in.place, source).err()
}

/// The one that the metadata gives, if it does.
pub fn of(name: &str, place: &Place, source: &StandInSource) -> Result<Option<Address>, Finding> {
    let address = source.address.as_deref().map(str::parse).transpose();
    address.map_err(|problem: String| {
        let message = format!("the `address` of `{name}` is wrong: {problem}");
        Finding::error(Code::InvalidMetadata, message).at(place)
    })
}
