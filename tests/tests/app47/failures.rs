//! Turns error responses and malformed ones into typed errors without the token.

use app47_client::models::AppType;
use app47_client::runtime::ErrorKind;
use app47_client::{AccessToken, Client, Error, verify_md5};
use serde_json::{Value, json};
use storewright_tests::Answer;

use crate::{TOKEN, client_of, serve};

/// As the vendor's page shows it, byte by byte; the page names no status.
const INVALID_TYPE: &str = r#"{ "results": { "message":"Invalid app type (blah)", "success":false }, "md5":"896d94e5e2f4eb6b6bfa19144c7794e5" }"#;

async fn refused(answer: Answer) -> Error {
    let (server, client) = serve([answer]).await;
    let error = client.apps().list().app_type(AppType::from("blah")).send().await.unwrap_err();
    assert_eq!(server.one().line, "GET /api/v2/apps?type=blah");
    error
}

fn assert_invalid_type(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Status);
    let fault = error.fault().unwrap();
    assert_eq!(fault.results.message.as_deref(), Some("Invalid app type (blah)"));
    assert_eq!(fault.results.success, Some(false));
    assert_eq!(fault.md5.as_deref(), Some("896d94e5e2f4eb6b6bfa19144c7794e5"));
    assert_eq!(error.operation().unwrap().id, "apps_list");
    assert_eq!(error.body().unwrap(), INVALID_TYPE.as_bytes());
}

#[tokio::test]
async fn an_invalid_type() {
    let answer = Answer::new(422, "application/json", INVALID_TYPE).header("x-request-id", "R-1");
    let error = refused(answer).await;
    assert_invalid_type(&error);
    assert_eq!(error.to_string(), "GET /apps: 422 Unprocessable Entity: Invalid app type (blah)");
    assert_eq!(error.request_id(), Some("R-1"));
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn success_false_is_an_error_whatever_the_status() {
    let error = refused(Answer::new(200, "application/json", INVALID_TYPE)).await;
    assert_invalid_type(&error);
    assert_eq!(error.to_string(), "GET /apps: 200 OK: Invalid app type (blah)");
    assert!(!error.is_retryable());

    let answer = json!({"results": {"message": "No such app", "success": false}});
    let (_server, client) = serve([Answer::json(200, &answer), Answer::json(200, &answer)]).await;
    for error in [
        client.apps().show("1").send().await.unwrap_err(),
        client.apps().delete("1").send().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!(error.fault().unwrap().results.message.as_deref(), Some("No such app"));
    }
}

#[tokio::test]
async fn success_that_is_not_said_is_none_of_the_errors() {
    let (_server, client) = serve([Answer::json(200, &json!({"results": {"app": {"id": "1"}}}))]).await;
    assert_eq!(client.apps().show("1").send().await.unwrap().id, "1");
}

#[tokio::test]
async fn failures_without_the_envelope() {
    for (status, media_type, body) in [
        (502, "text/html", "<html>Bad Gateway</html>"),
        (401, "text/plain", ""),
        (500, "application/json", r#"{"error": "x"}"#),
        (404, "application/json", "[]"),
    ] {
        let error = refused(Answer::new(status, media_type, body)).await;
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Status, status));
        assert!(error.fault().is_none(), "{error:?}");
        assert_eq!(error.body().unwrap(), body.as_bytes());
    }
}

#[tokio::test]
async fn an_odd_member_of_an_error_costs_no_other() {
    for (body, message) in [
        (json!({"results": {"message": "No", "success": "false"}, "md5": 5}), "No"),
        (json!({"results": {"message": "No", "success": null, "new": [1]}, "md5": {"a": 1}}), "No"),
        (json!({"results": {"message": 404, "success": false}}), "404"),
        (json!({"results": "No", "md5": null}), "No"),
    ] {
        let error = refused(Answer::new(404, "application/json", body.to_string())).await;
        assert_eq!(error.fault().unwrap().results.message.as_deref(), Some(message), "{body}");
        assert_eq!(error.to_string(), format!("GET /apps: 404 Not Found: {message}"));
    }
    let body = json!({"results": {"message": ["No"], "success": false}});
    let error = refused(Answer::new(404, "application/json", body.to_string())).await;
    assert_eq!(error.fault().unwrap().results.success, Some(false));
    assert_eq!(error.to_string(), "GET /apps: 404 Not Found");
}

#[tokio::test]
async fn answers_that_are_none() {
    for (body, said) in [
        ("", "the body is empty"),
        ("<html>", "expected value"),
        ("[]", "an object"),
        ("{}", "results"),
        (r#"{"results": null}"#, "results"),
        (r#"{"results": {"success": true}}"#, "missing field `app` (line 1 column 29) at results"),
        (r#"{"results": {"app": {"name": "x"}, "success": true"#, "EOF while parsing"),
    ] {
        let (_server, client) = serve([Answer::new(200, "application/json", body)]).await;
        let error = client.apps().show("1").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(error.to_string().contains(said), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_member_of_another_type_is_absent_and_listed_with_its_path() {
    let list = json!([{"id": "1"}, {"id": "2", "name": 7}, 5]);
    let answer = json!({"results": {"list": list, "success": true}});
    let app = json!({"results": {"success": true, "app": {"id": "1", "name": 7}}});
    let (_server, client) = serve([Answer::json(200, &answer), Answer::json(200, &app)]).await;
    let apps = client.apps().list().full().send().await.unwrap();
    assert_eq!((apps.list.len(), apps.list[1].name.as_deref()), (2, None));
    let listed: Vec<String> = apps.mismatches().iter().map(ToString::to_string).collect();
    assert_eq!(
        listed,
        [
            "results.list[1].name: expected a string, found an integer",
            "results.list[2]: expected an object, found an integer",
        ]
    );
    let app = client.apps().show("1").full().send().await.unwrap();
    assert_eq!((app.id.as_str(), app.mismatches()[0].path().as_str()), ("1", "results.app.name"));
}

#[tokio::test]
async fn results_of_another_type_are_errors() {
    for (member, path) in
        [(json!([]), "results.app"), (json!("x"), "results.app"), (Value::Null, "results.app")]
    {
        let answer = json!({"results": {"app": member, "success": true}});
        let (_server, client) = serve([Answer::json(200, &answer)]).await;
        let error = client.apps().show("1").send().await.unwrap_err();
        assert_eq!(error.decode_error().map(|error| error.path.as_str()), Some(path), "{answer}");
    }
    let (_server, client) =
        serve([Answer::json(200, &json!({"results": {"list": {}, "success": true}}))]).await;
    let error = client.apps().list().send().await.unwrap_err();
    assert_eq!(error.decode_error().unwrap().path, "results.list");
}

#[tokio::test]
async fn the_hash_of_a_failure_can_be_compared() {
    let body = r#"{"md5":"f3d0a22e47ce6158551f483e07b16fe1","results":{"message":"App was deleted","success":true}}"#;
    let error = refused(Answer::new(409, "application/json", body)).await;
    assert_eq!(verify_md5(error.body().unwrap()), Ok(()));
}

#[tokio::test]
async fn the_token_shows_nowhere() {
    let token = AccessToken::new(TOKEN);
    let (server, client) = serve([Answer::new(401, "application/json", INVALID_TYPE)]).await;
    let call = client.apps().show("1");
    let shown =
        format!("{token:?} {client:?} {:?} {call:?} {:?}", Client::builder(token.clone()), client.apps());
    assert!(!shown.contains("s3cret"), "{shown}");
    let error = call.send().await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
    assert_eq!(server.one().header("access-token"), Some(TOKEN));
}

#[tokio::test]
async fn a_token_that_is_no_header_is_not_sent_and_not_shown() {
    let (server, _) = serve([]).await;
    let client = Client::builder(AccessToken::new("s3cret\n")).base_url(server.url()).build().unwrap();
    let error = client.apps().show("1").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.to_string().contains("access-token"), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_empty_id_is_not_sent() {
    let (server, _) = serve([]).await;
    let error = client_of(&server).apps().delete("").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Build);
    assert!(server.seen().is_empty());
}
