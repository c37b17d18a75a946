//! Turns unsuccessful and missing responses into typed errors.

use std::time::Duration;

use app_store_connect_client::models::{AppUpdateRequest, BetaGroupCreate, BetaGroupCreateRequest};
use app_store_connect_client::runtime::{ErrorKind, RetryPolicy, StaticToken};
use app_store_connect_client::{Client, ErrorLink};
use serde_json::{Value, json};
use storewright_tests::{Answer, Nowhere, Server};

use crate::{TOKEN, serve};

#[tokio::test]
async fn a_conflict_with_all_that_it_can_say() {
    let body = json!({"errors": [
        {
            "id": "e1",
            "status": "409",
            "code": "STATE_ERROR.ITEM_PART_OF_ANOTHER_SUBMISSION.NEW",
            "title": "The request cannot be fulfilled",
            "detail": "The version is not ready.",
            "source": {"pointer": "/data/relationships/appStoreVersion"},
            "links": {"see": "/business", "about": "https://example.com/about",
                      "associated": {"href": "https://example.com", "meta": {"source": "x"}}},
            "meta": {
                "associatedErrors": {"/v1/appStoreVersions/1": [
                    {"status": "409", "code": "ENTITY_ERROR.ATTRIBUTE.REQUIRED", "title": "Missing",
                     "source": {"pointer": "/data/attributes/copyright"}},
                    {"status": "409", "code": "ENTITY_ERROR", "title": "No detail"},
                ]},
                "new": [1],
            },
            "addedByApple": true,
        },
        {"status": "400", "code": "PARAMETER_ERROR.INVALID", "title": "Bad",
         "source": {"parameter": "filter[app]"}, "links": {"associated": "https://example.com/a"}},
        {"status": "400", "code": "PARAMETER_ERRORS", "title": "Not below the other", "source": {"line": 3}},
    ]});
    let (_server, client) = serve([Answer::json(409, &body)
        .header("x-request-id", "R-1")
        .header("x-rate-limit", "user-hour-lim:3600;user-hour-rem:3121;")])
    .await;
    let create = client
        .beta_groups()
        .create(BetaGroupCreateRequest::new(BetaGroupCreate { name: "Testers".into(), app: "1".into() }));
    let error = create.send().await.unwrap_err();

    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Status, 409));
    assert_eq!(error.operation().unwrap().id, "betaGroups_createInstance");
    assert_eq!(error.request_id(), Some("R-1"));
    assert!(error.rate_limit().is_some());
    assert!(!error.is_retryable());
    assert_eq!(
        error.to_string(),
        "POST /v1/betaGroups: 409 Conflict: STATE_ERROR.ITEM_PART_OF_ANOTHER_SUBMISSION.NEW: The version is not ready. \
         (/data/relationships/appStoreVersion); /v1/appStoreVersions/1: ENTITY_ERROR.ATTRIBUTE.REQUIRED: Missing \
         (/data/attributes/copyright); /v1/appStoreVersions/1: ENTITY_ERROR: No detail; PARAMETER_ERROR.INVALID: Bad \
         (filter[app]); PARAMETER_ERRORS: Not below the other"
    );
    let fault = error.fault().unwrap();
    let errors = &fault.errors;
    assert_eq!(errors.len(), 3);

    let first = fault.find("STATE_ERROR").unwrap();
    assert_eq!((first.id.as_deref(), first.status.as_str()), (Some("e1"), "409"));
    assert!(first.has_code("STATE_ERROR.ITEM_PART_OF_ANOTHER_SUBMISSION"));
    assert!(!first.has_code("STATE_ERROR.ITEM_PART"));
    assert_eq!(first.source.pointer.as_deref(), Some("/data/relationships/appStoreVersion"));
    let href = |link: &Option<ErrorLink>| link.as_ref().map(|link| link.href.clone());
    assert_eq!(href(&first.links.see).as_deref(), Some("/business"));
    assert_eq!(href(&first.links.about).as_deref(), Some("https://example.com/about"));
    let associated = first.links.associated.as_ref().unwrap();
    assert_eq!(
        (associated.href.as_str(), &associated.meta),
        ("https://example.com", &Some(json!({"source": "x"})))
    );
    let associated = &first.meta.associated_errors["/v1/appStoreVersions/1"];
    assert_eq!(associated[0].code, "ENTITY_ERROR.ATTRIBUTE.REQUIRED");
    assert_eq!((associated[1].title.as_str(), &associated[1].detail), ("No detail", &None));
    assert_eq!(first.meta.additional["new"], json!([1]));

    let second = fault.find("PARAMETER_ERROR").unwrap();
    assert_eq!(second.source.parameter.as_deref(), Some("filter[app]"));
    assert_eq!(href(&second.links.associated).as_deref(), Some("https://example.com/a"));
    assert_eq!(errors[2].source.additional["line"], json!(3));
    assert!(fault.find("PARAMETER").is_none());
}

/// The message of an error with this body, behind its status.
async fn message(body: &Value) -> Option<String> {
    let (_server, client) = serve([Answer::json(409, body)]).await;
    let error = client.apps().list().send().await.unwrap_err();
    let text = error.to_string();
    let message = text.strip_prefix("GET /v1/apps: 409 Conflict").unwrap_or_else(|| panic!("{text}"));
    assert_eq!(message.is_empty(), error.fault().is_none(), "{body}: {text}");
    message.strip_prefix(": ").map(str::to_owned)
}

#[tokio::test]
async fn an_odd_member_costs_no_other() {
    let odd = [
        json!(null),
        json!(409),
        json!(1.5),
        json!(true),
        json!("x"),
        json!([]),
        json!(["x"]),
        json!({}),
        json!({"x": 1}),
        json!([[{"code": 1}]]),
    ];
    for member in ["id", "status", "source", "links", "meta", "new"] {
        for value in &odd {
            let mut error = json!({"status": "409", "code": "A.B", "title": "t", "detail": "d"});
            error[member] = value.clone();
            let source = if member == "source" && *value == json!("x") { " (x)" } else { "" };
            let text = format!("A.B: d{source}");
            assert_eq!(message(&json!({"errors": [error]})).await, Some(text), "{member}: {value}");
        }
    }
    for link in [json!("/a"), json!({"href": "/a", "meta": {}})] {
        let error =
            json!({"id": 5, "status": 409, "code": "A", "detail": "d", "links": {"about": link, "see": 5}});
        let (_server, client) = serve([Answer::json(409, &json!({"errors": [error]}))]).await;
        let error = client.apps().list().send().await.unwrap_err();
        let first = error.fault().unwrap().find("A").unwrap();
        assert_eq!((first.id.as_deref(), first.status.as_str()), (Some("5"), "409"));
        assert_eq!(first.links.about.as_ref().unwrap().href, "/a");
        assert!(first.links.see.is_none());
    }
}

#[tokio::test]
async fn code_title_and_detail_are_read_one_by_one() {
    for (error, text) in [
        (json!({"code": null, "title": "t", "detail": 5}), "5"),
        (json!({"code": 17, "title": "t"}), "17: t"),
        (json!({"code": ["A"], "title": "t", "detail": {"a": 1}}), "t"),
        (json!({"code": "A", "title": 5, "detail": ""}), "A: 5"),
        (
            json!({"code": "A", "detail": "d", "source": "/data/attributes/name"}),
            "A: d (/data/attributes/name)",
        ),
        (json!({"code": "A", "detail": "d", "source": {"pointer": 5, "parameter": "limit"}}), "A: d (5)"),
    ] {
        assert_eq!(message(&json!({"errors": [error]})).await.as_deref(), Some(text), "{error}");
    }
}

#[tokio::test]
async fn associated_errors_come_in_any_form() {
    let deep = json!({"status": 409, "code": "C", "detail": "deep"});
    let nested =
        json!({"code": "C", "meta": {"associatedErrors": {"/v1/b": [{"code": "D", "detail": "deeper"}]}}});
    for (associated, text) in [
        (json!({"/v1/a": [deep]}), "; /v1/a: C: deep"),
        (json!({"/v1/a": deep}), "; /v1/a: C: deep"),
        (json!({"/v1/a": [deep, 5, null, "words"]}), "; /v1/a: C: deep; /v1/a: words"),
        (json!({"/v1/a": "words"}), "; /v1/a: words"),
        (json!({"/v1/a": {"0": deep}}), "; /v1/a: C: deep"),
        (json!({"/v1/a": 5, "/v1/b": null, "/v1/c": deep}), "; /v1/c: C: deep"),
        (json!([deep]), "; C: deep"),
        (deep.clone(), "; C: deep"),
        (json!({"/v1/a": nested}), "; /v1/a: C; /v1/b: D: deeper"),
        (json!(null), ""),
        (json!(5), ""),
        (json!([]), ""),
    ] {
        let error = json!({"code": "A", "detail": "top", "meta": {"associatedErrors": associated}});
        let text = format!("A: top{text}");
        assert_eq!(message(&json!({"errors": [error]})).await, Some(text), "{associated}");
    }
}

#[tokio::test]
async fn errors_need_no_list_around_them() {
    let error = json!({"status": 409, "code": "A", "detail": "d"});
    for body in [
        json!({"errors": error}),
        json!({"errors": {"0": error}}),
        json!({"errors": {"name": [error]}}),
        json!({"errors": [error, null, 5, [], true]}),
        json!({"errors": null, "code": "A", "detail": "d"}),
        error.clone(),
        json!([error]),
    ] {
        assert_eq!(message(&body).await.as_deref(), Some("A: d"), "{body}");
    }
}

#[tokio::test]
async fn errors_within_errors_have_an_end() {
    let mut error = json!({"code": "E0"});
    for level in 1..30 {
        error = json!({"code": format!("E{level}"), "meta": {"associatedErrors": {"/p": error}}});
    }
    let text = message(&json!({"errors": [error]})).await.unwrap();
    assert!(text.starts_with("E29; /p: E28; ") && !text.contains("E10"), "{text}");
}

#[tokio::test]
async fn a_page_of_html_is_an_error_too() {
    const HTML: &str = "<html><body>Could not process this request</body></html>";
    let (server, client) =
        serve([Answer::new(500, "text/html", HTML), Answer::new(502, "text/html", HTML)]).await;
    let error = client.apps().list().send().await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Status, 500));
    assert!(error.fault().is_none());
    assert_eq!(error.body().unwrap(), HTML);
    assert_eq!(error.to_string(), "GET /v1/apps: 500 Internal Server Error");
    assert!(error.is_retryable());
    let error = client.apps().update(AppUpdateRequest::new("1")).send().await.unwrap_err();
    assert!(!error.is_retryable(), "what is not idempotent may have happened");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn what_the_vendor_leaves_out_of_an_error_loses_nothing_else() {
    let body = json!({"errors": [{"code": "A.B", "source": {"parameter": "limit"}}, {}]});
    let (_server, client) = serve([Answer::json(409, &body)]).await;
    let error = client.apps().list().send().await.unwrap_err();
    assert!(error.fault().unwrap().find("A").is_some());
    assert_eq!(error.to_string(), "GET /v1/apps: 409 Conflict: A.B (limit)");
}

#[tokio::test]
async fn a_hundred_errors_are_counted_and_not_all_told() {
    let errors: Vec<_> = (0..100).map(|n| json!({"code": format!("E{n}"), "title": "No"})).collect();
    let (_server, client) = serve([Answer::json(409, &json!({"errors": errors}))]).await;
    let error = client.apps().list().send().await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("E0: No; E1: No;") && text.ends_with("E9: No; and 90 more"), "{text}");
}

#[tokio::test]
async fn the_id_of_a_request_is_apples() {
    let answer = || Answer::empty(403).header("x-request-id", "of something between");
    let apples =
        answer().header("x-apple-request-uuid", "U-1").header("x-apple-jingle-correlation-key", "K-1");
    let (_server, client) =
        serve([apples, answer().header("x-apple-jingle-correlation-key", "K-1"), answer()]).await;
    for id in ["U-1", "K-1", "of something between"] {
        assert_eq!(client.apps().list().send().await.unwrap_err().request_id(), Some(id));
    }
}

#[tokio::test]
async fn other_json_is_no_fault() {
    for body in [json!({"statusCode": "ERROR"}), json!({"errors": null}), json!([1])] {
        let (_server, client) = serve([Answer::json(500, &body)]).await;
        let error = client.apps().list().send().await.unwrap_err();
        assert!(error.fault().is_none(), "{body}");
        assert_eq!(error.body().unwrap(), &body.to_string());
    }
}

#[tokio::test]
async fn too_many_requests() {
    let body = json!({"errors": [{"status": "429", "code": "RATE_LIMIT_EXCEEDED", "title": "Slow down",
                                  "detail": "We've received too many requests for this API."}]});
    let answer = Answer::json(429, &body)
        .header("x-rate-limit", "user-hour-lim:3600;user-hour-rem:0;")
        .header("retry-after", "30");
    let (_server, client) = serve([answer]).await;
    let error = client
        .beta_groups()
        .create(BetaGroupCreateRequest::new(BetaGroupCreate { name: "Testers".into(), app: "1".into() }))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_retryable(), "nothing has happened, not even on a POST");
    assert!(error.fault().unwrap().find("RATE_LIMIT_EXCEEDED").is_some());
    assert_eq!(error.headers().unwrap()["retry-after"], "30");
    assert_eq!(error.rate_limit(), client.runtime().rate_limit().as_ref());
}

#[tokio::test]
async fn refused_credentials_are_not_tried_again() {
    let body = json!({"errors": [{"status": "401", "code": "NOT_AUTHORIZED", "title": "No"}]});
    let (server, client) = serve([Answer::json(401, &body)]).await;
    let error = client.apps().list().send().await.unwrap_err();
    assert_eq!(error.to_string(), "GET /v1/apps: 401 Unauthorized: NOT_AUTHORIZED: No");
    assert!(!format!("{error:?}").contains(TOKEN));
    server.one();
}

#[tokio::test]
async fn a_redirect_takes_no_credentials_elsewhere() {
    let elsewhere = Server::start([]).await;
    let (_server, client) =
        serve([Answer::empty(302).header("location", &format!("{}/v1/apps", elsewhere.url()))]).await;
    assert_eq!(client.apps().list().send().await.unwrap_err().status().unwrap(), 302);
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_says_where() {
    let bad = json!({"data": [{"type": "apps", "id": "1"}, {"type": "apps", "id": 2, "attributes": {"name": "N"}}]});
    let (_server, client) =
        serve([Answer::json(200, &bad), Answer::empty(200), Answer::json(200, &json!({}))]).await;
    let error = client.apps().list().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("data[1].id"), "{error}");
    assert_eq!(error.body().unwrap(), &bad.to_string());
    let error = client.apps().list().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let error = client.apps().list().send().await.unwrap_err();
    assert!(error.to_string().contains("data"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let nowhere = Nowhere::new();
    let client = Client::builder(StaticToken::bearer(TOKEN)).base_url(nowhere.url());
    let client = client.retry(RetryPolicy::none()).build().unwrap();
    let error = client.apps().list().filter_name(["private"]).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.is_retryable() && error.status().is_none());
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("private") && !text.contains(TOKEN), "{text}");
    }
}

#[tokio::test]
async fn what_apple_says_writes_no_lines_of_its_own() {
    let error = json!({"errors": [{"status": "404", "code": "A", "title": "t", "detail": "x\u{1b}[2J\nERROR forged"}]});
    let (_server, client) = serve([Answer::json(404, &error)]).await;
    let error = client.apps().get("1").send().await.unwrap_err();
    assert!(error.to_string().ends_with("404 Not Found: A: x [2J ERROR forged"), "{error}");
}

#[tokio::test]
async fn no_time_that_a_server_names_is_too_long_to_count() {
    let policy = RetryPolicy::default().longest_retry_after(Duration::MAX);
    let server = Server::with(|_, _| Answer::empty(503).header("retry-after", &u64::MAX.to_string())).await;
    let client = Client::builder(StaticToken::bearer("t")).base_url(server.url()).retry(policy);
    let client = client.deadline(Duration::from_secs(5)).build().unwrap();
    assert_eq!(client.apps().get("1").send().await.unwrap_err().status().unwrap().as_u16(), 503);
}
