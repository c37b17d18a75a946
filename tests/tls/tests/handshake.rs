//! Tests which certificates a client trusts.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app47_client::runtime::reqwest::Certificate;
use app47_client::runtime::{ErrorKind, Reqwest, RetryPolicy, TransportErrorKind};
use app47_client::{AccessToken, Client, Error};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

const TOKEN: &str = "acc3ss-t0ken";

/// The number of accepted connections, and of requests.
type Counts = Arc<(AtomicUsize, AtomicUsize)>;

/// A server with a certificate for 127.0.0.1: its port and the certificate of its authority.
async fn server() -> (u16, String, Counts) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    // With the server's name, OpenSSL would take it for self-signed.
    authority.distinguished_name.push(DnType::CommonName, "an authority for tests");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let counts = Counts::default();
    let count = Arc::clone(&counts);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            count.0.fetch_add(1, Ordering::SeqCst);
            // A client that does not trust the server hangs up.
            let Ok(mut stream) = acceptor.accept(socket).await else { continue };
            let mut read = Vec::new();
            while !read.windows(4).any(|four| four == b"\r\n\r\n") {
                if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            assert!(String::from_utf8(read).unwrap().contains(TOKEN));
            count.1.fetch_add(1, Ordering::SeqCst);
            let body = r#"{"results":{"app":{"id":"1"},"success":true}}"#;
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    (port, pem, counts)
}

async fn call(url: String, trusted: Option<&str>) -> Result<String, Error> {
    // With `rustls-no-provider` a program does this; with the others it changes nothing. A second time fails, and need not
    // be done.
    let _ = aws_lc_rs::default_provider().install_default();
    let transport = Reqwest::with(|settings| match trusted {
        Some(pem) => settings.add_root_certificate(Certificate::from_pem(pem.as_bytes()).unwrap()),
        None => settings,
    });
    let builder = Client::builder(AccessToken::new(TOKEN)).base_url(url).transport(transport.unwrap());
    let client = builder.retry(RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO)).build()?;
    client.apps().show("1").send().await.map(|app| app.id.clone())
}

#[tokio::test]
async fn a_server_is_trusted_for_its_certificate_and_its_name() {
    let (port, pem, counts) = server().await;
    assert_eq!(call(format!("https://127.0.0.1:{port}"), Some(&pem)).await.unwrap(), "1");
    for (before, (url, trusted)) in (1..).zip([
        (format!("https://127.0.0.1:{port}"), None),
        // The certificate is none for this name.
        (format!("https://localhost:{port}"), Some(pem.as_str())),
    ]) {
        let error = call(url, trusted).await.unwrap_err();
        // No retry would make the certificate another one.
        assert_eq!(counts.0.load(Ordering::SeqCst), before + 1, "{error}");
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert_eq!(error.transport_error().unwrap().kind(), TransportErrorKind::Certificate, "{error}");
        assert!(!error.is_retryable());
        // A person looks for the reason in a log.
        assert!(error.to_string().to_lowercase().contains("certificate"), "{error}");
        assert!(!format!("{error} {error:?}").contains(TOKEN));
    }
    assert_eq!(counts.1.load(Ordering::SeqCst), 1);
}
