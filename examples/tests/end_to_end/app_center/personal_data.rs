//! `app-center-personal-data`: an export that is asked after until it ends.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::run;
use crate::program::program;
use crate::script::{Exchange, Script, call, send};

const EXPORT: &str = "/v0.1/user/dsr/export";

fn status(status: &str, url: Value) -> Exchange {
    call(
        format!("GET {EXPORT}/t1"),
        Answer::json(200, &json!({"status": status, "message": "No such user.", "sasUrl": url})),
    )
}

fn begun() -> Exchange {
    let answer = json!({"token": "t1", "created_at": "2024-12-01T10:00:00Z"});
    send(format!("POST {EXPORT}"), json!({}), Answer::json(202, &answer))
}

#[tokio::test]
async fn an_export_that_ends_well_and_one_that_does_not() {
    let url = json!("https://blob.example.com/data.zip");
    let api = Script::start([begun(), status("Queued", Value::Null), status("Completed", url)]).await;
    let ended = run(program!("app-center-personal-data"), &["--poll-seconds", "0"], &api).await;
    ended.printed(["the export is Queued", "the export is Completed", "https://blob.example.com/data.zip"]);
    let api = Script::start([begun(), status("Failed", Value::Null)]).await;
    let ended = run(program!("app-center-personal-data"), &["--poll-seconds", "0"], &api).await;
    ended.failed(["the export is Failed"], "No such user.");
}
