//! `asc-xcode-cloud`: a build that outlives two tokens, one that fails, and the files of both.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use super::{APPS, apps, claims, id, list, one, run, run_beside, token};
use crate::program::program;
use crate::script::{Exchange, Script, call, send};

const RUN: &str = "GET /v1/ciBuildRuns/r1";

fn begin() -> Vec<Exchange> {
    vec![
        call(APPS, apps()),
        call("GET /v1/ciProducts?filter[app]=a1", list("ciProducts", [("p1", json!({"name": "Example"}))])),
        call(
            "GET /v1/ciProducts/p1/workflows",
            list("ciWorkflows", [("w0", json!({"name": "Tests"})), ("w1", json!({"name": "Release"}))]),
        ),
        send(
            "POST /v1/ciBuildRuns",
            json!({"data": {"type": "ciBuildRuns", "relationships": {"workflow": id("ciWorkflows", "w1")}}}),
            one(201, "ciBuildRuns", "r1", json!({"number": 57, "executionProgress": "PENDING"})),
        ),
    ]
}

fn poll(progress: &str, status: Value) -> Exchange {
    call(
        RUN,
        one(200, "ciBuildRuns", "r1", json!({"executionProgress": progress, "completionStatus": status})),
    )
}

fn actions(status: &str) -> Exchange {
    let action = json!({"name": "Archive", "actionType": "ARCHIVE", "completionStatus": status});
    call("GET /v1/ciBuildRuns/r1/actions", list("ciBuildActions", [("x1", action)]))
}

fn of_action(what: &str, answer: Answer) -> Exchange {
    call(format!("GET /v1/ciBuildActions/x1/{what}"), answer)
}

/// Apple's response to an expired token.
fn over(now: SystemTime) -> Answer {
    let body = json!({"errors": [{"status": "401", "code": "NOT_AUTHORIZED", "title": "The token is over"}]});
    Answer::json(401, &body).header("date", &httpdate::fmt_http_date(now))
}

#[tokio::test]
async fn a_build_that_outlives_its_tokens() {
    let files = Server::with(|_, _| Answer::new(200, "application/zip", "an archive")).await;
    let start = SystemTime::now();
    let (first, second) = (start + Duration::from_secs(25 * 60), start + Duration::from_secs(50 * 60));
    let mut calls = begin();
    let url = format!("{}/f1?signature=s1gned", files.url());
    calls.extend([
        poll("PENDING", json!(null)),
        call(RUN, over(first)),
        poll("RUNNING", json!(null)),
        call(RUN, over(second)),
        poll("RUNNING", json!(null)),
        poll("COMPLETE", json!("SUCCEEDED")),
        actions("SUCCEEDED"),
        of_action("issues", list("ciIssues", [])),
        of_action(
            "testResults",
            list("ciTestResults", [("t1", json!({"name": "adds", "status": "SUCCESS"}))]),
        ),
        of_action(
            "artifacts",
            list("ciArtifacts", [("f1", json!({"fileName": "App.zip"})), ("f2", json!({}))]),
        ),
        // Its name leads out of the folder.
        call(
            "GET /v1/ciArtifacts/f1",
            one(200, "ciArtifacts", "f1", json!({"fileName": "../../App.zip", "downloadUrl": url})),
        ),
        call(
            "GET /v1/ciArtifacts/f2",
            one(200, "ciArtifacts", "f2", json!({"fileName": "Logs.zip", "downloadUrl": null})),
        ),
    ]);
    let api = Script::start(calls).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let args = ["com.example.app", "Release", path, "--poll-seconds", "0"];
    let ended = run_beside(program!("asc-xcode-cloud"), &args, &api, &[&files]).await;
    let file = folder.path().join("App.zip");
    ended.printed([
        "the build 57 is r1",
        "the build is PENDING",
        "the build is RUNNING",
        "the build is RUNNING",
        "the build is COMPLETE",
        "Archive is SUCCEEDED",
        &format!("  {} has 10 bytes", file.display()),
    ]);
    assert_eq!(std::fs::read(&file).unwrap(), b"an archive");
    assert_eq!(files.one().line, "GET /f1?signature=s1gned");

    let seen = api.server.seen();
    let tokens: Vec<String> = seen.iter().map(token).collect();
    // The calls 6 and 8 were refused; each was made again with a token that is good at Apple's time, and so were those after it.
    assert!(tokens[..6].iter().all(|token| *token == tokens[0]));
    assert!(tokens[6..8].iter().all(|token| *token == tokens[6]) && tokens[6] != tokens[0]);
    assert!(tokens[8..].iter().all(|token| *token == tokens[8]) && tokens[8] != tokens[6]);
    for (call, now) in [(&seen[6], first), (&seen[8], second)] {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let claims = claims(call);
        let (from, to) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
        assert!(from <= now && now < to, "{from} {now} {to}");
    }
}

#[tokio::test]
async fn a_build_that_fails_says_where() {
    let mut calls = begin();
    let issue = json!({"issueType": "ERROR", "message": "There is no such type.",
        "fileSource": {"path": "App/Map.swift", "lineNumber": 12}});
    let test = json!({"name": "adds()", "status": "FAILURE", "message": "1 is not 2"});
    calls.extend([
        poll("COMPLETE", json!("FAILED")),
        actions("FAILED"),
        of_action(
            "issues",
            list("ciIssues", [("i1", issue), ("i2", json!({"issueType": "WARNING", "message": "Old."}))]),
        ),
        of_action("testResults", list("ciTestResults", [("t1", json!({"status": "SKIPPED"})), ("t2", test)])),
        of_action("artifacts", list("ciArtifacts", [])),
    ]);
    let api = Script::start(calls).await;
    let args = ["com.example.app", "Release", "unused", "--poll-seconds", "0"];
    run(program!("asc-xcode-cloud"), &args, &api).await.failed(
        [
            "the build 57 is r1",
            "the build is COMPLETE",
            "Archive is FAILED",
            "  ERROR App/Map.swift:12: There is no such type.",
            "  WARNING -: Old.",
            "  FAILURE adds(): 1 is not 2",
        ],
        "the build is FAILED",
    );
}

#[tokio::test]
async fn a_workflow_that_is_not_there_ends_it() {
    let api = Script::start(begin().into_iter().take(3)).await;
    let args = ["com.example.app", "Nightly", "unused"];
    run(program!("asc-xcode-cloud"), &args, &api).await.failed([], "there is no workflow Nightly");
}
