//! A task of a service that speaks gRPC: it answers with what it got, and writes `did MESSAGE at ADDRESS`. From SIGUSR1 on
//! it is unavailable, and writes that instead; from SIGTERM on it takes no more calls, and ends with the last of those that
//! it has.

use std::env;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use data_plane::grpc::Echo;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tonic::Status;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

static IS_UNWELL: AtomicBool = AtomicBool::new(false);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = env::var("PORT").ok().and_then(|port| port.parse().ok());
    let listener = TcpListener::bind(("0.0.0.0", port.unwrap_or(80))).await?;
    let mut unwell = signal(SignalKind::user_defined1())?;
    let mut end = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        while unwell.recv().await.is_some() {
            IS_UNWELL.store(true, Ordering::Relaxed);
            println!("unwell");
        }
    });
    println!("listening on {}", listener.local_addr()?);
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let ended = async move {
        end.recv().await;
    };
    Server::builder()
        .http2_keepalive_interval(Some(Duration::from_secs(60)))
        .serve_with_incoming_shutdown(Echo { seen }, incoming, ended)
        .await?;
    Ok(())
}

fn seen(message: &str, address: Option<SocketAddr>) -> Result<(), Status> {
    let address = address.map_or_else(String::new, |address| address.ip().to_string());
    if IS_UNWELL.load(Ordering::Relaxed) {
        println!("unwell for {message} at {address}");
        return Err(Status::unavailable("unwell"));
    }
    println!("did {message} at {address}");
    Ok(())
}
