//! TLS over a connection, behind the feature `tls`.
//!
//! ```text
//! let stream = tls::secure("api.example", tcp).await?;
//! ```

#[cfg(feature = "tls")]
pub(super) use enabled::secure;

#[cfg(feature = "tls")]
mod enabled {
    use std::io;
    use std::sync::{Arc, OnceLock};

    use tokio::net::TcpStream;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::client::TlsStream;
    use tokio_rustls::rustls::crypto::ring;
    use tokio_rustls::rustls::pki_types::ServerName;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    /// Verifies that the peer is `host`, by the system's roots. Asks for `protocol`, if there is one (RFC 7301).
    pub(crate) async fn secure(
        host: &str,
        tcp: TcpStream,
        protocol: Option<&[u8]>,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let mut config = config()?;
        if let Some(protocol) = protocol {
            Arc::make_mut(&mut config).alpn_protocols = vec![protocol.to_vec()];
        }
        TlsConnector::from(config).connect(name, tcp).await
    }

    /// Reads the roots once a process: the system's, or those of `SSL_CERT_FILE`.
    fn config() -> io::Result<Arc<ClientConfig>> {
        static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
        if let Some(config) = CONFIG.get() {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(read()?);
        Ok(Arc::clone(CONFIG.get_or_init(|| config)))
    }

    fn read() -> io::Result<ClientConfig> {
        let mut roots = RootCertStore::empty();
        // Those that cannot be read or parsed are missing, and the handshake says so.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            let problem =
                "there are no root certificates: install `ca-certificates`, or set SSL_CERT_FILE";
            return Err(io::Error::new(io::ErrorKind::NotFound, problem));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(config)
    }
}

/// Never reached: a call over https is refused before it connects.
#[cfg(not(feature = "tls"))]
pub(super) fn secure(
    _host: &str,
    _tcp: tokio::net::TcpStream,
    _protocol: Option<&[u8]>,
) -> std::future::Ready<std::io::Result<tokio::net::TcpStream>> {
    std::future::ready(Err(std::io::ErrorKind::Unsupported.into()))
}
