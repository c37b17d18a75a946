//! Webhooks: requests as Apple sends them to a receiver go in; events, or refusals, come out.

use app_store_connect_client::models::WebhookEventType;
use app_store_connect_client::{WebhookError, WebhookEvent, WebhookEventKind};
use aws_lc_rs::hmac;

const SECRET: &str = "s3cret of the webhook";
const BODY: &str = r#"{"data": {"type": "buildUploadStateUpdated", "id": "e1", "version": 1, "new": true,
 "attributes": {"oldState": "PROCESSING", "newState": "COMPLETE", "timestamp": "2026-11-23T10:00:00Z", "more": [1]},
 "relationships": {"instance": {"data": {"type": "buildUploads", "id": "b1"}, "links": {"self": "x"}}}}}"#;

/// By another library than the one that checks.
fn signature(secret: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, body.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn an_event_that_apple_signed() {
    let hex = signature(SECRET, BODY);
    for signature in [hex.clone(), format!("hmacsha256={hex}"), format!("hmacsha256={}", hex.to_uppercase())]
    {
        let event = WebhookEvent::verified(SECRET, &signature, BODY.as_bytes()).unwrap();
        assert_eq!((&event.kind, event.id.as_str()), (&WebhookEventKind::BuildUploadStateUpdated, "e1"));
        assert_eq!(event.attributes.new_state, Some("COMPLETE".into()));
        assert_eq!(event.attributes.additional["more"], serde_json::json!([1]));
        assert!(event.attributes.timestamp.as_ref().unwrap().parse().is_ok());
        let instance = event.instance().unwrap();
        assert_eq!((instance.kind.as_str(), instance.id.as_str()), ("buildUploads", "b1"));
    }
}

#[test]
fn a_kind_that_apple_added_is_kept() {
    let body = r#"{"data":{"type":"appWasRenamed","id":"e2","attributes":null}}"#;
    let event = WebhookEvent::verified(SECRET, &signature(SECRET, body), body.as_bytes()).unwrap();
    assert_eq!(event.kind, WebhookEventKind::Unrecognized("appWasRenamed".into()));
    assert!(event.instance().is_none());
    let ping = r#"{"data":{"type":"webhookPingCreated","id":"p"}}"#;
    let event = WebhookEvent::verified(SECRET, &signature(SECRET, ping), ping.as_bytes()).unwrap();
    assert_eq!(event.kind, WebhookEventKind::WebhookPingCreated);
}

#[test]
fn every_type_that_apple_can_be_asked_for_has_a_kind() {
    for asked in WebhookEventType::KNOWN {
        let mut words = asked.split('_').map(str::to_lowercase);
        let first = words.next().unwrap();
        let rest: String = words.map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        let kind = WebhookEventKind::from(first + &rest);
        assert!(!matches!(kind, WebhookEventKind::Unrecognized(_)), "{asked}: {kind}");
    }
    assert!(WebhookEventType::KNOWN.len() > 10);
}

#[test]
fn without_a_secret_nothing_is_believed() {
    let error = WebhookEvent::verified("", &signature("", BODY), BODY.as_bytes()).unwrap_err();
    assert!(matches!(error, WebhookError::BadSignature), "{error}");
}

#[test]
fn what_apple_did_not_sign_is_refused() {
    let right = signature(SECRET, BODY);
    let other_body = BODY.replace("COMPLETE", "FAILED");
    for (secret, signature, body) in [
        (SECRET, right.as_str(), other_body.as_str()),
        ("another secret", right.as_str(), BODY),
        (SECRET, "", BODY),
        (SECRET, &right[..62], BODY),
        (SECRET, &format!("sha1={right}"), BODY),
        // The same JSON in other bytes.
        (SECRET, right.as_str(), &BODY.replace('\n', "")),
    ] {
        let error = WebhookEvent::verified(secret, signature, body.as_bytes()).unwrap_err();
        assert!(matches!(error, WebhookError::BadSignature), "{error}");
    }
    for body in ["", "{}", r#"{"data":{"id":"x"}}"#, "[1]"] {
        let error = WebhookEvent::verified(SECRET, &signature(SECRET, body), body.as_bytes()).unwrap_err();
        assert!(matches!(error, WebhookError::Unreadable(_)), "{error}");
    }
}
