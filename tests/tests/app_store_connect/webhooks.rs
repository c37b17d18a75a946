//! Receives webhooks as Apple sends them, and refuses others.

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

fn event(body: &str) -> WebhookEvent {
    WebhookEvent::verified(SECRET, &signature(SECRET, body), body.as_bytes()).unwrap()
}

/// The forms of the samples in Apple's article "Understanding webhook events".
#[test]
fn states_have_three_names() {
    for (kind, before, now) in [
        ("appStoreVersionAppVersionStateUpdated", "oldValue", "newValue"),
        ("buildUploadStateUpdated", "oldState", "newState"),
        ("backgroundAssetVersionStateUpdated", "oldState", "newState"),
        ("buildBetaDetailExternalBuildStateUpdated", "oldExternalBuildState", "newExternalBuildState"),
    ] {
        let event = event(&format!(
            r#"{{"data":{{"type":"{kind}","id":"e","attributes":{{"{before}":"IN_REVIEW","{now}":"APPROVED"}}}}}}"#
        ));
        assert_eq!(event.kind.as_str(), kind);
        assert_eq!(event.attributes.state(), Some("APPROVED"), "{kind}");
        assert_eq!(event.attributes.previous_state(), Some("IN_REVIEW"), "{kind}");
        assert!(event.attributes.additional.is_empty(), "{kind}");
    }
    let only_now =
        event(r#"{"data":{"type":"buildUploadStateUpdated","id":"e","attributes":{"newState":"FAILED"}}}"#);
    assert_eq!((only_now.attributes.state(), only_now.attributes.previous_state()), (Some("FAILED"), None));
}

#[test]
fn an_instance_has_two_forms() {
    let self_ = "https://api.example.com/v1/builds/b1";
    for instance in [
        r#"{"data":{"type":"builds","id":"b1"},"links":{"self":"URL"}}"#,
        r#"{"type":"builds","id":"b1","links":{"self":"URL"}}"#,
    ] {
        let event = event(&format!(
            r#"{{"data":{{"type":"backgroundAssetVersionStateUpdated","id":"e","relationships":{{"instance":{}}}}}}}"#,
            instance.replace("URL", self_)
        ));
        let found = event.instance().unwrap();
        assert_eq!((found.kind.as_str(), found.id.as_str()), ("builds", "b1"), "{instance}");
        let links = event.relationships.instance.as_ref().unwrap().links.as_ref().unwrap();
        assert_eq!(links.self_.as_deref(), Some(self_));
    }
    // One that says nothing of itself is none.
    for instance in ["{}", r#"{"data":null}"#, r#"{"type":"builds"}"#, "null"] {
        let body = format!(r#"{{"data":{{"type":"x","id":"e","relationships":{{"instance":{instance}}}}}}}"#);
        assert!(event(&body).instance().is_none(), "{instance}");
    }
}

#[test]
fn events_of_marketplaces_name_the_app_and_its_territories() {
    let event = event(
        r#"{"data":{"type":"alternativeDistributionTerritoryAvailabilityUpdated","id":"e","version":1,
        "attributes":{"available":false,"territories":["DNK","IRL"],"appId":"15","timestamp":"2026-07-17T14:55:16.125331Z"},
        "relationships":{"marketplaceApp":{"data":{"type":"apps","id":"16"}}}}}"#,
    );
    let attributes = &event.attributes;
    assert_eq!((attributes.available, attributes.app_id.as_deref()), (Some(false), Some("15")));
    assert_eq!(attributes.territories.as_ref().unwrap(), &["DNK", "IRL"]);
    assert!(attributes.timestamp.as_ref().unwrap().parse().is_ok() && event.instance().is_none());
    let app = event.relationships.marketplace_app.unwrap().data.unwrap();
    assert_eq!((app.kind.as_str(), app.id.as_str()), ("apps", "16"));
}

/// The sample of Apple's article "Configuring and parsing App Store Connect API webhook notifications".
#[test]
fn apples_own_sample_of_a_signature_is_right() {
    let header = "hmacsha256=7f062172b01cb00b53ca068614674a3d982a34062a0f5d37687d5e3377e54657";
    // It is signed, and its body is not an event.
    let error = WebhookEvent::verified("This is my secret", header, b"Hello, World!").unwrap_err();
    assert!(matches!(error, WebhookError::Unreadable(_)), "{error}");
    let error = WebhookEvent::verified("This is my secret", header, b"Hello, World?").unwrap_err();
    assert!(matches!(error, WebhookError::BadSignature), "{error}");
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
