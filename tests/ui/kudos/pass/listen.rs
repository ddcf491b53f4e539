//! `listen_addr!()` is an address to bind to.
#![deny(warnings)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Nothing of this process's environment says which service it is, but the package does.
    let address: std::net::SocketAddr = service_connect::listen_addr!()?;
    assert_eq!(address.port(), 80);
    Ok(())
}
