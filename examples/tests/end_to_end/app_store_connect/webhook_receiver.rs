//! `asc-webhook-receiver`: events that Apple signed, and forged ones.

use app_store_connect_client::runtime::reqwest::Client;
use aws_lc_rs::hmac;

use crate::program::program;

const PING: &str = r#"{"data":{"type":"webhookPingCreated","id":"e1"}}"#;
const BUILD: &str = r#"{"data":{"type":"buildUploadStateUpdated","id":"e2","version":1,
    "attributes":{"oldState":"PROCESSING","newState":"COMPLETE","timestamp":"2026-11-23T10:00:00Z"},
    "relationships":{"instance":{"data":{"type":"buildUploads","id":"u1"}}}}}"#;

/// By another library than the one that checks.
fn signed(body: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"s3cret"), body.as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn events_are_taken_and_forgeries_refused() {
    let program = program!("asc-webhook-receiver").env("WEBHOOK_SECRET", "s3cret");
    let mut receiver = program.args(["--listen", "127.0.0.1:0"]).start();
    let line = receiver.line();
    let url = line.strip_prefix("listening at ").unwrap();
    let client = Client::new();
    let calls = [
        (signed(PING), PING, 204),
        (format!("hmacsha256={}", signed(BUILD)), BUILD, 204),
        (signed(PING), BUILD, 401),
        (String::new(), PING, 401),
        ("hmacsha256=00".to_owned(), PING, 401),
        // It is signed and cannot be read: to send it again would not help.
        (signed("{}"), "{}", 204),
    ];
    let count = calls.len();
    for (signature, body, status) in calls {
        let request = client.post(url).header("x-apple-signature", signature).body(body);
        assert_eq!(request.send().await.unwrap().status(), status, "{body}");
    }
    assert_eq!(
        receiver.stop(count),
        "e1 webhookPingCreated: -\ne2 buildUploadStateUpdated: buildUploads u1\n"
    );
}

#[tokio::test]
async fn it_does_not_begin_without_a_secret() {
    let ended = program!("asc-webhook-receiver").without("WEBHOOK_SECRET").run(&[]).await;
    ended.failed([], "WEBHOOK_SECRET is not set");
}
