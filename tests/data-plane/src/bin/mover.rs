//! A caller of the shop that streams: `mover up BYTES` or `mover down BYTES`, which writes how many arrived.

use std::env;

use futures_util::stream;
use service_connect::{Body, Bytes, Result};

service_connect::clients!();

const PART: usize = 1 << 16;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let direction = arguments.next().unwrap_or_default();
    let bytes = arguments.next().and_then(|bytes| bytes.parse().ok());
    let bytes: usize = bytes.unwrap_or(0);
    let arrived = match direction.as_str() {
        "up" => up(bytes).await?,
        "down" => down(bytes).await?,
        _ => panic!("{direction:?} is no direction: say up or down"),
    };
    println!("{arrived} {}", Store::base_url()?);
    Ok(())
}

async fn up(bytes: usize) -> Result<usize> {
    let parts = (0..bytes).step_by(PART).map(move |start| {
        let part = vec![b'x'; PART.min(bytes - start)];
        Ok::<_, std::io::Error>(Bytes::from(part))
    });
    let body = Body::wrap_stream(stream::iter(parts));
    let response = Store::post("/").body(body).await?.error_for_status()?;
    response.json().await
}

async fn down(bytes: usize) -> Result<usize> {
    let response = Store::get(format!("/{bytes}")).await?;
    let mut response = response.error_for_status()?;
    let mut arrived = 0;
    while let Some(part) = response.chunk().await? {
        arrived += part.len();
    }
    Ok(arrived)
}
