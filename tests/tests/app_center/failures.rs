//! Reads App Center's error bodies in each of their forms, and responses of proxies.

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
        let error = client.apps().get(("ann", "caravan")).send().await.unwrap_err();
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
async fn an_odd_member_of_an_error_costs_no_other() {
    let odd = [
        json!(null),
        json!(5),
        json!("x"),
        json!(true),
        json!([]),
        json!(["x"]),
        json!({}),
        json!({"x": [1]}),
    ];
    for member in ["id", "status", "error", "details", "additional"] {
        for value in &odd {
            let mut body = json!({"code": "NotFound", "message": "No such app"});
            body[member] = value.clone();
            let mut inside = json!({"error": {"code": "NotFound", "message": "No such app"}});
            inside["error"][member] = value.clone();
            for body in [body, inside] {
                let (_, client) = serve([Answer::json(404, &body)]).await;
                let error = client.apps().get(("ann", "caravan")).send().await.unwrap_err();
                let fault = error.fault().unwrap_or_else(|| panic!("{body}"));
                let read = (fault.code(), fault.message());
                assert_eq!(read, (Some("NotFound".to_owned()), Some("No such app".to_owned())), "{body}");
            }
        }
    }
    for (body, text) in [
        (json!({"code": null, "message": 5}), "5"),
        (json!({"code": ["x"], "message": "m"}), "m"),
        (json!({"error": {"code": {"x": 1}, "message": "m"}}), "m"),
        (json!({"code": "NotFound", "message": {"x": 1}, "error": "m"}), "NotFound: m"),
    ] {
        let (_, client) = serve([Answer::json(404, &body)]).await;
        let error = client.apps().get(("ann", "caravan")).send().await.unwrap_err();
        assert!(error.to_string().ends_with(&format!("404 Not Found: {text}")), "{error}: {body}");
    }
}

#[tokio::test]
async fn an_error_that_is_no_json() {
    let (_, client) = serve([
        Answer::new(502, "text/html", "<html>"),
        Answer::empty(411),
        Answer::new(500, "application/json", r#"{"error": {"code": "NotFou"#),
        Answer::new(400, "application/json", &b"{\"message\": \"\xff\"}"[..]),
        Answer::json(404, &json!([{"message": "m"}])),
        Answer::json(404, &json!("m")),
    ])
    .await;
    for status in [502, 411, 500, 400, 404, 404] {
        let error = client.apps().get(("ann", "caravan")).send().await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Status, status));
        assert!(error.fault().is_none(), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_says_where() {
    let page = json!({"apps": [{"name": "a"}]});
    let (_, client) =
        serve([Answer::json(200, &page), Answer::empty(200), Answer::new(200, "x/y", "<html>")]).await;
    let error = client.apps().list_for_org("o").send().await.unwrap_err();
    assert_eq!((error.kind(), error.decode_error().unwrap().path.as_str()), (ErrorKind::Decode, ""));
    assert!(error.to_string().contains("expected an array, found an object"), "{error}");
    assert_eq!(error.excerpt().unwrap(), page.to_string());
    for _ in 0..2 {
        let error = client.apps().list_for_org("o").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }
}

#[tokio::test]
async fn members_that_are_missing_or_of_another_type_are_listed() {
    let owner = json!({"id": "o", "name": "ann", "display_name": null, "type": "org"});
    let app = json!({"id": "1", "name": 5, "display_name": "A", "app_secret": "s", "os": "iOS",
                     "platform": "React-Native", "owner": owner});
    let (_, client) = serve([Answer::json(200, &json!([app, "another"]))]).await;
    let apps = client.apps().list_for_org("o").full().send().await.unwrap();
    assert_eq!((apps.len(), apps[0].name.as_str(), apps[0].owner.name.as_str()), (1, "", "ann"));
    let mut listed: Vec<String> = apps.mismatches().iter().map(ToString::to_string).collect();
    listed.sort();
    assert_eq!(
        listed,
        [
            "[0].name: expected a string, found an integer",
            "[0].origin: expected a string, found nothing",
            "[0].owner.display_name: expected a string, found null",
            "[1]: expected an object, found a string",
        ]
    );
}
