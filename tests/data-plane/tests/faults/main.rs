//! What goes wrong in an environment, under load, and what callers see of it: nothing, by discovery and through a proxy
//! of connections. A proxy of requests decides itself where they go; which failures there may be through it is asserted,
//! and how many there are is printed.

mod dns;
mod load;
mod proxy;
mod tasks;
mod twelve;

use data_plane::{Client, Environment, Mode, Result};

/// How many call at the same time, in the program `load`.
const CALLERS: usize = 8;

const BROKE: &str = "the connection broke before an answer came";
const LATE: &str = "no answer came within the deadline";
const UNREACHED: &str = "no connection could be made within the deadline";
/// Nothing listens; or a proxy that has no task to go to closes what it accepted.
const CLOSED: &str = "no connection could be made: ";
const REFUSED: &str = "refused the connection";
/// A proxy of requests says so when it cannot try again.
const UNAVAILABLE: &str = "503";

/// How a client finds tasks.
#[derive(Clone, Copy, Debug)]
enum By {
    Discovery,
    TcpProxy,
    HttpProxy,
}

impl By {
    const ALL: [Self; 3] = [Self::Discovery, Self::TcpProxy, Self::HttpProxy];

    fn client(self, environment: &Environment) -> Result<Client> {
        match self {
            Self::Discovery => environment.old_client("caller", Mode::Tcp),
            Self::TcpProxy => environment.client("caller", Mode::Tcp),
            Self::HttpProxy => environment.client("caller", Mode::Http),
        }
    }
}

fn shop(tasks: u8) -> Result<Environment> {
    let mut environment = Environment::start("shop", "test")?;
    environment.serve("orders", "orders", 80, tasks)?;
    Ok(environment)
}
