//! HTTP from blocking code, through reqwest's blocking client: `Api::url` and the others are plain functions, which need no
//! runtime and look nothing up.
//!
//! In an async function this client panics: there is `spawn_blocking` for that, or the client in `reqwest.rs`. Calls of
//! `Api::get` from blocking code are in `blocking.rs`.
//!
//! ```sh
//! python3 -m http.server --bind 127.0.0.1 8080 &
//! SERVICE_CONNECT_URL_API=http://127.0.0.1:8080 \
//!     cargo run --manifest-path examples/other-clients/Cargo.toml --bin reqwest_blocking
//! ```

use std::error::Error;
use std::time::Duration;

use reqwest::blocking::Client;

// `Api` and the other services of `copilot/`: one that is not there does not compile.
service_connect::clients!();

fn main() -> Result<(), Box<dyn Error>> {
    let http = Client::builder()
        .timeout(Duration::from_secs(15)) // Here it is 30 s without, the whole body included.
        .no_proxy() // A proxy does not know the names of Service Connect.
        .pool_max_idle_per_host(0) // Each request may find another task.
        .build()?;

    let url = Api::url("/?to=zoë")?;
    let response = http.get(&url).send()?.error_for_status()?;
    println!("{url}: {}", response.status());
    Ok(())
}
