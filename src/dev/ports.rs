//! Free ports, and whether somebody listens on them.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::open_files::explained;

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(50);

/// As many different ports, all free on the loopback interface.
pub fn free(number: usize) -> Result<Vec<u16>> {
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    // Held until the last is found, so that none comes twice.
    let listeners: Result<Vec<_>, _> = (0..number).map(|_| bind()).collect();
    let listeners = listeners.map_err(explained);
    let ports = listeners.and_then(|listeners| {
        let ports = listeners
            .iter()
            .map(|listener| Ok(listener.local_addr()?.port()));
        ports.collect()
    });
    ports.context("no free port can be found on 127.0.0.1")
}

/// Waits until connections to `host:port` are accepted.
pub async fn accepts(authority: &str) {
    while !is_open(authority).await {
        sleep(PAUSE).await;
    }
}

/// Whether connections to `host:port` are accepted now.
pub async fn is_open(authority: &str) -> bool {
    let Ok(stream) = TcpStream::connect(authority).await else {
        return false;
    };
    // A port that nobody listens on can, by chance, be connected to itself.
    stream.local_addr().ok() != stream.peer_addr().ok()
}
