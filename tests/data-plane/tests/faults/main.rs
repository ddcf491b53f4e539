//! What goes wrong in an environment, under load, and what callers see of it: nothing, by discovery and through a proxy
//! of connections. A proxy of requests decides itself where they go; which failures there may be through it is asserted,
//! and how many there are is printed.

mod dns;
mod grpc;
mod load;
mod proxy;
mod tasks;
mod twelve;

use data_plane::{Client, Environment, Mode, Result};

const BROKE: &str = "the connection broke before an answer came";
const LATE: &str = "no answer came within the deadline";
const UNREACHED: &str = "no connection could be made within the deadline";
/// Nothing listens; or a proxy that has no task to go to closes what it accepted.
const CLOSED: &str = "no connection could be made: ";
const REFUSED: &str = "refused the connection";
/// A proxy of requests says so when it cannot try again.
const UNAVAILABLE: &str = "status 503";

/// How a client finds tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// As a service without Service Connect does.
    Discovery,
    /// As a task from before Service Connect does.
    Fallback,
    TcpProxy,
    HttpProxy,
}

impl By {
    /// The fallback leads to discovery, and is no other way from there on.
    const WAYS: [Self; 3] = [Self::Discovery, Self::TcpProxy, Self::HttpProxy];

    fn client(self, environment: &Environment) -> Result<Client> {
        match self {
            Self::Discovery => environment.client("report", Mode::Tcp),
            Self::Fallback => environment.old_client("caller"),
            Self::TcpProxy => environment.client("caller", Mode::Tcp),
            Self::HttpProxy => environment.client("caller", Mode::Http),
        }
    }

    fn is_proxy(self) -> bool {
        matches!(self, Self::TcpProxy | Self::HttpProxy)
    }
}

/// What DNS says may be kept for a second only: how long tests take is to be the library's doing.
fn shop(tasks: u8) -> Result<Environment> {
    let mut environment = Environment::start("shop", "test")?;
    environment.set_ttl(1)?;
    environment.serve("orders", "orders", 80, tasks)?;
    Ok(environment)
}
