//! A caller of the shop that streams: `mover up` or `mover down`, which writes how many bytes arrived, and how many KiB
//! of memory it ever had at a time.

use std::{env, fs};

use data_plane::shared::{BYTES, PART, fits, part};
use futures_util::stream;
use service_connect::{Body, Bytes, Result};

service_connect::clients!();

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let direction = env::args().nth(1).unwrap_or_default();
    let arrived = match direction.as_str() {
        "up" => up().await?,
        "down" => down().await?,
        _ => panic!("{direction:?} is no direction: say up or down"),
    };
    println!("{arrived} {}", Store::base_url()?);
    println!("{}", memory());
    Ok(())
}

async fn up() -> Result<usize> {
    let parts = (0..BYTES).step_by(PART).map(|start| {
        let part = part(start, PART.min(BYTES - start));
        Ok::<_, std::io::Error>(Bytes::from(part))
    });
    let body = Body::wrap_stream(stream::iter(parts));
    let response = Store::post("/").body(body).await?.error_for_status()?;
    response.json().await
}

async fn down() -> Result<usize> {
    let response = Store::get(format!("/{BYTES}")).await?;
    let mut response = response.error_for_status()?;
    let mut arrived = 0;
    while let Some(part) = response.chunk().await? {
        assert!(fits(arrived, &part), "other bytes after {arrived}");
        arrived += part.len();
    }
    Ok(arrived)
}

/// The most that this process had, as the kernel counts it.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.and_then(|most| most.trim().strip_suffix(" kB"));
    most.expect("the kernel counts memory in KiB").to_owned()
}
