//! `asc-webhooks`: a webhook with its secret, its deliveries, and those that failed.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::{APPS, apps, id, list, one, resource, run};
use crate::program::program;
use crate::script::{Script, call, send};

#[tokio::test]
async fn a_webhook_is_added_and_called() {
    let api = Script::start([
        call(APPS, apps()),
        send(
            "POST /v1/webhooks",
            json!({"data": {"type": "webhooks",
                "attributes": {"enabled": true, "eventTypes": ["BUILD_UPLOAD_STATE_UPDATED", "A_NEW_EVENT"],
                    "name": "Storewright", "secret": "s3cret", "url": "https://example.com/hook"},
                "relationships": {"app": id("apps", "a1")}}}),
            one(201, "webhooks", "w1", json!({"enabled": true})),
        ),
        send(
            "POST /v1/webhookPings",
            json!({"data": {"type": "webhookPings", "relationships": {"webhook": id("webhooks", "w1")}}}),
            one(201, "webhookPings", "p1", json!({})),
        ),
    ])
    .await;
    let program = program!("asc-webhooks").env("WEBHOOK_SECRET", "s3cret");
    let args =
        ["add", "com.example.app", "https://example.com/hook", "BUILD_UPLOAD_STATE_UPDATED", "A_NEW_EVENT"];
    run(program, &args, &api).await.printed(["the webhook is w1", "Apple calls it: the ping is p1"]);
}

#[tokio::test]
async fn nothing_is_sent_without_a_secret() {
    let api = Script::start([]).await;
    let program = program!("asc-webhooks").without("WEBHOOK_SECRET");
    let args = ["add", "com.example.app", "https://example.com/hook", "BUILD_UPLOAD_STATE_UPDATED"];
    run(program, &args, &api).await.failed([], "WEBHOOK_SECRET is not set");
}

#[tokio::test]
async fn deliveries_are_shown() {
    let sent = |state: &str, response: Value, error: Value| {
        json!({"createdDate": "2026-11-23T10:00:00Z", "deliveryState": state, "errorMessage": error,
            "redelivery": false, "response": response})
    };
    let deliveries = [
        ("d2", sent("FAILED", json!(null), json!("no answer in time"))),
        ("d1", sent("SUCCEEDED", json!({"httpStatusCode": 204, "body": ""}), json!(null))),
    ];
    let api =
        Script::start([call("GET /v1/webhooks/w1/deliveries", list("webhookDeliveries", deliveries))]).await;
    run(program!("asc-webhooks"), &["deliveries", "w1"], &api).await.printed([
        "d2 of 2026-11-23T10:00:00Z is FAILED, with the answer -, no answer in time",
        "d1 of 2026-11-23T10:00:00Z is SUCCEEDED, with the answer 204, -",
    ]);
}

#[tokio::test]
async fn those_that_failed_are_made_again() {
    const FAILED: &str = "/v1/webhooks/w1/deliveries?filter[deliveryState]=FAILED";
    let page = |id: &str, next: Option<&str>| {
        let delivery = resource("webhookDeliveries", id, json!({"deliveryState": "FAILED"}));
        Answer::json(
            200,
            &json!({"data": [delivery], "links": {"self": "https://example.com", "next": next}}),
        )
    };
    let again = |old: &str, new: &str| {
        send(
            "POST /v1/webhookDeliveries",
            json!({"data": {"type": "webhookDeliveries", "relationships": {"template": id("webhookDeliveries", old)}}}),
            one(201, "webhookDeliveries", new, json!({"deliveryState": "PENDING", "redelivery": true})),
        )
    };
    let next = format!("{FAILED}&cursor=n2");
    let api = Script::start([
        call(format!("GET {FAILED}"), page("d2", Some(&next))),
        again("d2", "d4"),
        call(format!("GET {next}"), page("d1", None)),
        again("d1", "d5"),
    ])
    .await;
    let ended = run(program!("asc-webhooks"), &["redeliver", "w1"], &api).await;
    ended.printed(["d2 is made again as d4", "d1 is made again as d5"]);
}
