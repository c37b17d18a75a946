//! A key, tokens and personal data go in; everything that can be shown comes out, and none of them is in it.
//!
//! It is a test of its own file, and so a process of its own: what is logged is decided once for a process.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use app_store_connect_client::runtime::{Limits, RetryPolicy};
use app_store_connect_client::{Client, TeamKey};
use p256::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::json;
use storewright_tests::{Answer, Seen, Server};

fn pem() -> String {
    let secret = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    secret.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

fn token_of(seen: &Seen) -> String {
    seen.header("authorization").unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

/// Everything that is logged, spans and their fields included.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_is_in_any_debug_log_or_error() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let server = Server::start([
        Answer::json(401, &json!({})),
        Answer::json(503, &json!({})),
        Answer::json(200, &json!({"data": {"type": "apps", "id": "1"}})),
        Answer::json(403, &json!({"errors": [{"code": "FORBIDDEN"}]})),
        Answer::new(200, "application/json", "{"),
        Answer::none(),
    ])
    .await;
    let key = TeamKey::from_pem(&pem(), "2X9R4HXF34", "57246542-96fe-1a63-e053-0824d011072a").unwrap();
    let mut shown = format!("{key:?}");
    let builder = Client::builder(key)
        .base_url(server.url())
        .header("x-proxy-key", "pr0xy-s3cret")
        .retry(RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO).attempts(2))
        .limits(Limits::NONE);
    shown += &format!("{builder:?}");
    let client = builder.build().unwrap();
    shown += &format!("{client:?} {:?}", client.apps());
    client.apps().get("1").send().await.unwrap();
    for _ in 0..3 {
        let call = client.users().list().filter_username(["someone@example.com"]);
        shown += &format!("{call:?} {:?}", call.clone().into_call().request());
        let error = call.into_call().with_retry(RetryPolicy::none()).send().await.unwrap_err();
        shown += &format!("{error} {error:?} {:?}", std::error::Error::source(&error));
    }
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    // The log is one: it names what was done.
    assert!(logged.contains("path=\"/v1/users\"") && logged.contains("status=503"), "{logged}");
    shown += &logged;

    let mut secrets: Vec<String> =
        pem().lines().filter(|line| !line.starts_with('-')).map(str::to_owned).collect();
    secrets.extend(["pr0xy-s3cret".into(), "someone@example.com".into(), "someone%40example".into()]);
    for seen in server.seen() {
        secrets.extend(token_of(&seen).split('.').map(str::to_owned));
    }
    assert!(secrets.len() > 10);
    for secret in secrets {
        assert!(!shown.contains(&secret), "{secret} is shown:\n{shown}");
    }
}
