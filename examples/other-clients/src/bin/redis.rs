//! A cache in Redis: `Cache::authority` is its host and port, `cache:6379` in an environment with Service Connect.
//!
//! ```sh
//! redis-server --bind 127.0.0.1 --port 6379 --save '' &
//! SERVICE_CONNECT_URL_CACHE=http://127.0.0.1:6379 \
//!     cargo run --manifest-path examples/other-clients/Cargo.toml --bin redis
//! ```
//!
//! The override is written as a URL, whatever the service speaks; an authority is its host and port.

use std::error::Error;
use std::time::Duration;

use redis::aio::ConnectionManagerConfig;
use redis::{AsyncTypedCommands, Client};

// `Cache` and the other services of `copilot/`: one that is not there does not compile.
service_connect::clients!();

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = Cache::authority()?;
    let client = Client::open(format!("redis://{authority}"))?;
    // It connects again, and looks the name up again, once its connection is broken: so it finds the task that took the
    // place of another. The command that found it broken fails.
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(Duration::from_secs(1)))
        .set_response_timeout(Some(Duration::from_secs(2)));
    let mut cache = client.get_connection_manager_with_config(config).await?;

    let visits = cache.incr("visits", 1).await?;
    println!("{authority}: visit {visits}");
    Ok(())
}
