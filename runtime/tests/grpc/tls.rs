//! Over https: HTTP/2 is what is asked for in the handshake.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::child;
use crate::support::EchoClient;

const NAME: &str = "tls::a_channel_asks_for_http_2";

#[test]
fn a_channel_asks_for_http_2() {
    if child::is_child() {
        return child::runtime().block_on(async {
            let url = std::env::var("TEST_URL").unwrap();
            let channel = service_connect::Client::at(url).unwrap().channel();
            let status = EchoClient::new(channel).unary("kudos").await.unwrap_err();
            println!("status: {status:?}");
        });
    }
    let runtime = child::runtime();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls/localhost.pem");
    for (protocol, expected) in [
        (&b"h2"[..], "NotFound"),
        (b"http/1.1", "NoApplicationProtocol"),
    ] {
        let port = runtime.block_on(serve(protocol));
        let variables = [
            ("TEST_URL", format!("https://localhost:{port}")),
            ("SSL_CERT_FILE", file.to_str().unwrap().to_owned()),
        ];
        let output = child::run(NAME, &variables);
        assert!(output.contains(expected), "{expected}: {output}");
    }
}

/// Answers each request with the status 5, once a client asked for this protocol.
async fn serve(protocol: &[u8]) -> u16 {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    let certificate = CertificateDer::from_pem_file(directory.join("localhost.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(directory.join("localhost.key")).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = vec![protocol.to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(stream) = acceptor.accept(stream).await else {
                continue;
            };
            tokio::spawn(async move {
                assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    assert_eq!(request.uri().scheme_str(), Some("https"));
                    let response = Response::builder().header("grpc-status", "5");
                    let response: Response<()> = response.body(()).unwrap();
                    let stream: h2::SendStream<Bytes> =
                        respond.send_response(response, true).unwrap();
                    drop(stream);
                }
            });
        }
    });
    port
}
