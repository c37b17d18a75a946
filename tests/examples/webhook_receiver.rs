//! What Apple sends to a webhook goes in; a line for each event comes out, and an answer that Apple expects.
//!
//! `WEBHOOK_SECRET=… cargo run -p storewright-tests --example webhook_receiver`, behind something that speaks TLS.

use app_store_connect_client::{SIGNATURE_HEADER, WebhookError, WebhookEvent};
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, extract::State, routing::post};

/// The body must be taken as bytes: whoever reads it as JSON first has no bytes left to check.
async fn receive(State(secret): State<String>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get(SIGNATURE_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match WebhookEvent::verified(&secret, signature, &body) {
        Ok(event) => {
            // The same event may come twice; its id tells. What takes long belongs into a queue: Apple does not wait.
            println!("{} {} {:?}", event.id, event.kind, event.instance());
            StatusCode::NO_CONTENT
        }
        Err(WebhookError::BadSignature) => StatusCode::UNAUTHORIZED,
        // It is Apple's, and sending it again would not help.
        Err(error) => {
            eprintln!("{error}");
            StatusCode::NO_CONTENT
        }
    }
}

fn app(secret: String) -> Router {
    Router::new().route("/webhook", post(receive)).with_state(secret)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, app(std::env::var("WEBHOOK_SECRET")?)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::hmac;

    #[tokio::test]
    #[allow(clippy::unwrap_used)]
    async fn events_are_taken_and_forgeries_refused() {
        const BODY: &str = r#"{"data":{"type":"webhookPingCreated","id":"p"}}"#;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhook", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, super::app("s3cret".to_owned())).await });
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"s3cret"), BODY.as_bytes());
        let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let client = storewright_runtime::reqwest::Client::new();
        for (signature, body, status) in [
            (hex.as_str(), BODY, 204),
            (hex.as_str(), "{}", 401),
            ("", BODY, 401),
            ("hmacsha256=00", BODY, 401),
        ] {
            let request = client.post(&url).header("x-apple-signature", signature).body(body);
            assert_eq!(request.send().await.unwrap().status(), status);
        }
    }
}
