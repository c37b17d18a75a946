//! `app-center-build`: polls a build until it ends, then reads its log and downloads.

use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use super::{run, run_beside};
use crate::program::program;
use crate::script::{Exchange, Script, call, send};

const BUILD: &str = "GET /v0.1/apps/ann/caravan/builds/31";

fn build(status: &str, result: Value) -> Answer {
    Answer::json(
        200,
        &json!({"id": 31, "buildNumber": "31", "queueTime": "2024-12-01T10:00:00Z", "status": status,
            "result": result, "sourceBranch": "feature/x", "sourceVersion": "c0ffee"}),
    )
}

/// A build of a branch with a slash in its name, up to its log.
fn calls(result: &str) -> [Exchange; 4] {
    [
        send(
            "POST /v0.1/apps/ann/caravan/branches/feature/x/builds",
            json!({"sourceVersion": "c0ffee"}),
            build("notStarted", Value::Null),
        ),
        call(BUILD, build("inProgress", Value::Null)),
        call(BUILD, build("completed", json!(result))),
        call(format!("{BUILD}/logs"), Answer::json(200, &json!({"value": ["one", "two"]}))),
    ]
}

const ARGS: &[&str] = &["ann/caravan", "feature/x", "--commit", "c0ffee", "--poll-seconds", "0"];

#[tokio::test]
async fn a_build_and_what_it_built() {
    let storage = Server::start([Answer::new(200, "application/zip", "PK..")]).await;
    let uri = json!({"uri": format!("{}/build.zip?sig=s1gned", storage.url())});
    let download = call(format!("{BUILD}/downloads/build"), Answer::json(200, &uri));
    let api = Script::start(calls("succeeded").into_iter().chain([download])).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("build.zip");
    let args = [ARGS, &["--download", file.to_str().unwrap()]].concat();
    run_beside(program!("app-center-build"), &args, &api, &[&storage]).await.printed([
        "build 31 of feature/x is notStarted",
        "build 31 is inProgress",
        "build 31 is completed",
        "| one",
        "| two",
        &format!("{} has its 4 bytes", file.display()),
    ]);
    assert_eq!(std::fs::read(&file).unwrap(), b"PK..");
}

#[tokio::test]
async fn a_build_that_fails_shows_its_log() {
    let api = Script::start(calls("failed")).await;
    let ended = run(program!("app-center-build"), ARGS, &api).await;
    let shown = ["build 31 of feature/x is notStarted", "build 31 is inProgress", "build 31 is completed"];
    let [begun, running, completed] = shown;
    ended.failed([begun, running, completed, "| one", "| two"], "build 31 failed");
}
