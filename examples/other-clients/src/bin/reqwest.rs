//! HTTP through reqwest, for a service that has its own client already: `Api::url` is the URL of one path, `Api::base_url`
//! is for a client that is told once where its server is.
//!
//! They only say where the service is. The fallback to discovery, the balancing over tasks, the retries and the rest of
//! what `Api::get` does are up to the other client.
//!
//! ```sh
//! python3 -m http.server --bind 127.0.0.1 8080 &
//! SERVICE_CONNECT_URL_API=http://127.0.0.1:8080 \
//!     cargo run --manifest-path examples/other-clients/Cargo.toml --bin reqwest
//! ```

use std::error::Error;
use std::time::Duration;

use reqwest::{Client, Url};

// `Api` and the other services of `copilot/`: one that is not there does not compile.
service_connect::clients!();

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let http = Client::builder()
        .timeout(Duration::from_secs(15)) // Without it reqwest waits forever.
        .no_proxy() // A proxy does not know the names of Service Connect.
        // No connection is kept, so each request may find another task, one that is new included. One that is kept leads
        // to the same task for as long as it is used, through the proxy of Service Connect too.
        .pool_max_idle_per_host(0)
        .build()?;

    // Percent-encoded where it has to be, and no path leads to another host.
    let url = Api::url("/?to=zoë")?;
    let response = http.get(&url).send().await?.error_for_status()?;
    println!("{url}: {}", response.status());

    let base = Url::parse(&Api::base_url()?)?;
    let response = http.head(base.join("/")?).send().await?;
    println!("{base}: {}", response.status());
    Ok(())
}
