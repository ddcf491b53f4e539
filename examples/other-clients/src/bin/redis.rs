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

use redis::{AsyncTypedCommands, Client};

// `Cache` and the other services of `copilot/`: one that is not there does not compile.
service_connect::clients!();

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = Cache::authority()?;
    let client = Client::open(format!("redis://{authority}"))?;
    let mut cache = client.get_multiplexed_async_connection().await?;

    let visits = cache.incr("visits", 1).await?;
    println!("{authority}: visit {visits}");
    Ok(())
}
