//! https: the name is verified, a private authority is trusted through `SSL_CERT_FILE`.

#![cfg(feature = "tls")]

#[path = "support/child.rs"]
mod child;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use service_connect::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// All are for `localhost` and one key, and valid until 2125: `localhost.pem` is signed by itself, `signed.pem` by the private
/// authority `authority.pem`, whose key is gone.
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
    let (own, signed) = (serve("localhost.pem").await, serve("signed.pem").await);
    let path = |name: &str| file(name).to_str().unwrap().to_owned();
    let trust = |name| Some(("SSL_CERT_FILE", path(name)));
    let directory = || Some(("SSL_CERT_DIR", path("")));
    let table = [
        (
            format!("https://localhost:{own}"),
            trust("localhost.pem"),
            "answer: kudos",
        ),
        (
            format!("https://localhost:{own}"),
            directory(),
            "answer: kudos",
        ),
        // A private authority.
        (
            format!("https://localhost:{signed}"),
            trust("authority.pem"),
            "answer: kudos",
        ),
        (
            format!("https://localhost:{signed}"),
            directory(),
            "answer: kudos",
        ),
        // Another authority than those that are trusted.
        (
            format!("https://localhost:{signed}"),
            trust("localhost.pem"),
            "UnknownIssuer",
        ),
        (format!("https://localhost:{own}"), None, "error: GET"),
        // Another name.
        (
            format!("https://127.0.0.1:{own}"),
            trust("localhost.pem"),
            "certificate not valid for name \"127.0.0.1\"",
        ),
        (
            format!("https://127.0.0.1:{signed}"),
            trust("authority.pem"),
            "certificate not valid for name \"127.0.0.1\"",
        ),
        (
            format!("https://localhost:{own}"),
            trust("missing.pem"),
            "there are no root certificates",
        ),
        (
            format!("http://localhost:{own}"),
            trust("localhost.pem"),
            "error: GET",
        ),
    ];
    for (url, trust, expected) in table {
        let mut variables = vec![("TEST_URL", url.clone())];
        variables.extend(trust);
        let output = child::run("the_name_is_verified", &variables);
        assert!(output.contains(expected), "{variables:?}: {output}");
        let place = format!("error: GET {url}/: ");
        assert!(
            output.contains(&place) || expected.starts_with("answer"),
            "{output}"
        );
    }
}

#[test]
fn a_connection_that_is_no_longer_kept_says_goodbye() {
    let runtime = |mut builder: Builder| builder.enable_all().build().unwrap();
    if child::is_child() {
        return runtime(Builder::new_current_thread()).block_on(async {
            call().await;
            // Meanwhile what was kept is closed; with the clock paused, that takes no time.
            tokio::time::pause();
            tokio::time::sleep(Duration::from_secs(10)).await;
        });
    }
    let runtime = runtime(Builder::new_multi_thread());
    let (sender, mut ends) = mpsc::unbounded_channel();
    let port = runtime.block_on(serve_until("localhost.pem", move |mut tls| {
        let sender = sender.clone();
        async move {
            // The peer's goodbye is an end; without it, the end of the connection is an error.
            let end = tls.read(&mut [0; 1024]).await;
            sender.send(end.map_err(|error| error.kind())).unwrap();
        }
    }));
    let variables = [
        ("TEST_URL", format!("https://localhost:{port}")),
        ("SSL_CERT_FILE", file("localhost.pem").display().to_string()),
    ];
    let output = child::run(
        "a_connection_that_is_no_longer_kept_says_goodbye",
        &variables,
    );
    assert!(output.contains("answer: kudos"), "{output}");
    assert_eq!(runtime.block_on(ends.recv()), Some(Ok(0)));
}

/// Answers `kudos` over TLS, once a connection.
async fn serve(certificate: &str) -> u16 {
    let shut_down = |mut tls: TlsStream<TcpStream>| async move { drop(tls.shutdown().await) };
    serve_until(certificate, shut_down).await
}

/// The same, and then what `end` does.
async fn serve_until<F>(
    certificate: &str,
    end: impl Fn(TlsStream<TcpStream>) -> F + Send + 'static,
) -> u16
where
    F: Future<Output = ()> + Send,
{
    let certificate = CertificateDer::from_pem_file(file(certificate)).unwrap();
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
                end(tls).await;
            }
        }
    });
    port
}
