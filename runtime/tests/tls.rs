//! https: the name is verified, a private authority is trusted through `SSL_CERT_FILE`.

#![cfg(feature = "tls")]

#[path = "support/child.rs"]
mod child;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use service_connect::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// For `localhost`, signed by itself, valid until 2125.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tls")
        .join(name)
}

async fn call() {
    let url = std::env::var("TEST_URL").unwrap();
    let answer = async { Client::at(url)?.get("/").await?.text().await };
    match answer.await {
        Ok(text) => println!("answer: {text}"),
        Err(error) => println!("error: {error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_is_verified() {
    if child::is_child() {
        return call().await;
    }
    let port = serve().await;
    let trust = file("localhost.pem").to_str().unwrap().to_owned();
    let table = [
        (
            format!("https://localhost:{port}"),
            Some(&trust),
            "answer: kudos",
        ),
        (
            format!("https://127.0.0.1:{port}"),
            Some(&trust),
            "error: GET https://127.0.0.1",
        ),
        (
            format!("https://localhost:{port}"),
            None,
            "error: GET https://localhost",
        ),
        (
            format!("http://localhost:{port}"),
            Some(&trust),
            "error: GET http://localhost",
        ),
    ];
    for (url, trust, expected) in table {
        let mut variables = vec![("TEST_URL", url)];
        variables.extend(trust.map(|file| ("SSL_CERT_FILE", file.clone())));
        let output = child::run("the_name_is_verified", &variables);
        assert!(output.contains(expected), "{variables:?}: {output}");
    }
}

/// Answers `kudos` over TLS, once a connection.
async fn serve() -> u16 {
    let certificate = CertificateDer::from_pem_file(file("localhost.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("localhost.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            // A client that does not trust us hangs up.
            if let Ok(mut tls) = acceptor.accept(tcp).await {
                let _ = tls.read(&mut [0; 1024]).await;
                let _ = tls
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nkudos")
                    .await;
                let _ = tls.shutdown().await;
            }
        }
    });
    port
}
