//! `app-center-crashes`: three ways to the next page, reports as files, and an export.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::run;
use crate::program::program;
use crate::script::{Exchange, Script, call, send};

const SINCE: &str = "2024-12-01T00:00:00Z";
const ERRORS: &str = "/v0.1/apps/ann/caravan/errors";

fn group(id: &str, message: Value) -> Value {
    json!({"errorGroupId": id, "appVersion": "1.3", "count": 2, "deviceCount": 1, "state": "Open",
        "firstOccurrence": SINCE, "lastOccurrence": SINCE, "exceptionMessage": message})
}

fn groups(all: Value, next: Value) -> Answer {
    Answer::json(200, &json!({"errorGroups": all, "nextLink": next}))
}

fn first_groups(answer: Answer) -> Exchange {
    call(format!("GET {ERRORS}/errorGroups?start=2024-12-01T00:00:00Z"), answer)
}

#[tokio::test]
async fn groups_by_the_link_to_the_next_page() {
    let next = format!("{ERRORS}/errorGroups?start=x&$token=2");
    let api = Script::start([
        first_groups(groups(json!([group("g1", json!("it fell"))]), json!(next))),
        call(format!("GET {next}"), groups(json!([group("g2", Value::Null)]), Value::Null)),
    ])
    .await;
    let ended = run(program!("app-center-crashes"), &["ann/caravan", "groups", SINCE], &api).await;
    ended.printed(["g1: 2 times in 1.3: it fell", "g2: 2 times in 1.3: -"]);
}

#[tokio::test]
async fn errors_by_how_many_there_are() {
    let errors = |ids: &[&str], more: bool| {
        let errors: Vec<Value> = ids.iter().map(|id| json!({"errorId": id, "deviceName": "Pixel"})).collect();
        Answer::json(200, &json!({"errors": errors, "hasMoreResults": more}))
    };
    let api = Script::start([
        call(format!("GET {ERRORS}/search?q=osVersion:14"), errors(&["e1", "e2"], true)),
        call(format!("GET {ERRORS}/search?q=osVersion:14&$skip=2"), errors(&["e3"], false)),
    ])
    .await;
    let args = ["ann/caravan", "search", "osVersion:14"];
    run(program!("app-center-crashes"), &args, &api).await.printed(["e1: Pixel", "e2: Pixel", "e3: Pixel"]);
}

#[tokio::test]
async fn crash_groups_by_a_token() {
    let page = |id: &str, token: Value| {
        let group = json!({"crash_group_id": id, "count": 3, "crash_reason": "SIGSEGV"});
        Answer::json(200, &json!({"crash_groups": [group], "continuation_token": token}))
    };
    let path = "GET /v0.1/apps/ann/caravan/crash_groups";
    let api = Script::start([
        call(path, page("c1", json!("t/2"))),
        call(format!("{path}?continuation_token=t/2"), page("c2", Value::Null)),
    ])
    .await;
    let ended = run(program!("app-center-crashes"), &["ann/caravan", "crash-groups"], &api).await;
    ended.printed(["c1: 3 times: SIGSEGV", "c2: 3 times: SIGSEGV"]);
}

#[tokio::test]
async fn each_report_becomes_a_file() {
    let errors = json!({"errors": [{"errorId": "../e1"}, {"errorId": null}], "nextLink": ""});
    let api = Script::start([
        first_groups(groups(json!([group("g1", Value::Null)]), json!(""))),
        call(
            format!("GET {ERRORS}/errorGroups/g1/errors?start=2024-12-01T00:00:00Z"),
            Answer::json(200, &errors),
        ),
        call(
            format!("GET {ERRORS}/errorGroups/g1/errors/../e1/download"),
            Answer::new(200, "application/octet-stream", "it fell"),
        ),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    let args = ["ann/caravan", "download", SINCE, reports.to_str().unwrap()];
    let file = reports.join(".._e1.log");
    let ended = run(program!("app-center-crashes"), &args, &api).await;
    ended.printed([&format!("{}: 7 bytes", file.display())]);
    assert_eq!(std::fs::read(&file).unwrap(), b"it fell");
}

#[tokio::test]
async fn an_export_to_azure() {
    let api = Script::start([send(
        "POST /v0.1/apps/ann/caravan/export_configurations",
        json!({"type": "blob_storage_connection_string", "connection_string": "AccountKey=s3cret",
            "export_entities": ["crashes", "errors"]}),
        Answer::json(
            200,
            &json!({"id": "x1", "export_type": "BlobStorageConnectionString", "state": "Pending",
            "creation_time": SINCE}),
        ),
    )])
    .await;
    let program = program!("app-center-crashes").env("AZURE_STORAGE_CONNECTION_STRING", "AccountKey=s3cret");
    run(program, &["ann/caravan", "export"], &api).await.printed(["the export x1 is Pending"]);
    let api = Script::start([]).await;
    let program = program!("app-center-crashes").without("AZURE_STORAGE_CONNECTION_STRING");
    let ended = run(program, &["ann/caravan", "export"], &api).await;
    ended.failed([], "AZURE_STORAGE_CONNECTION_STRING is not set");
}
