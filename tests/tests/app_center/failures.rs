//! What App Center says when a call fails, in each of its forms, and when it is not App Center that answers.

use app_center_client::runtime::ErrorKind;
use serde_json::{Value, json};
use storewright_tests::Answer;

use crate::serve;

#[tokio::test]
async fn every_form_of_an_error_is_read() {
    let forms: [(Value, Option<&str>, Option<&str>); 12] = [
        (
            json!({"error": {"code": "NotFound", "message": "No such app"}}),
            Some("NotFound"),
            Some("No such app"),
        ),
        (json!({"code": "NotFound", "message": "No such app"}), Some("NotFound"), Some("No such app")),
        (json!({"id": "e1", "code": "not_found", "message": "m"}), Some("not_found"), Some("m")),
        (json!({"message": "m"}), None, Some("m")),
        (json!({"message": "m", "status": 404}), Some("404"), Some("m")),
        (json!({"code": 404, "message": "m"}), Some("404"), Some("m")),
        (json!({"status": "NotFound", "message": "m"}), Some("NotFound"), Some("m")),
        (json!({"error": "no such app"}), None, Some("no such app")),
        (json!({"error": {"message": "m"}}), None, Some("m")),
        (json!({"error": {"id": "e1", "code": 404, "message": "m"}}), Some("404"), Some("m")),
        (json!({"statusCode": 404, "code": "NotFound", "message": "m"}), Some("NotFound"), Some("m")),
        (json!({"code": "Gone", "message": null, "error": null}), Some("Gone"), None),
    ];
    for (body, code, message) in forms {
        let (_, client) = serve([Answer::json(404, &body)]).await;
        let error = client.apps().get("ann", "caravan").send().await.unwrap_err();
        let fault = error.fault().unwrap_or_else(|| panic!("{body}"));
        assert_eq!((fault.code().as_deref(), fault.message().as_deref()), (code, message), "{body}");
        let id = body["id"].as_str().or(body["error"]["id"].as_str());
        assert_eq!(fault.id().as_deref(), id, "{body}");
        assert_eq!(error.status().unwrap(), 404);
        let text = error.to_string();
        assert!(text.starts_with("GET /v0.1/apps/{owner_name}/{app_name}: 404"), "{text}");
        for part in [code, message].into_iter().flatten() {
            assert!(text.contains(part), "{text}");
        }
    }
}

#[tokio::test]
async fn an_error_that_is_no_json() {
    let (_, client) = serve([Answer::new(502, "text/html", "<html>"), Answer::empty(411)]).await;
    for status in [502, 411] {
        let error = client.apps().get("ann", "caravan").send().await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Status, status));
        assert!(error.fault().is_none());
    }
}
