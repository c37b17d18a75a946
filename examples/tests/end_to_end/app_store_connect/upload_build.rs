//! Tests `asc-upload-build`: from a file to testers, with all delays on the way.

use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use super::{APPS, apps, id, list, one, reserved, run_beside, sent, storage, stored};
use crate::program::{Ended, program};
use crate::script::{Exchange, Script, call, send};

const CONTENT: &[u8] = b"an app in a zip archive";
const SHA256: &str = "45311c4dd5f8b7ed97bc6a780949a33f1d4259919a863f3a6f179e49e4cfd8f3";
const FILES: &str = "buildUploadFiles";
const UPLOAD: &str = "GET /v1/buildUploads/u1";
const BUILDS: &str = "GET /v1/builds?filter[app]=a1&filter[version]=57&filter[preReleaseVersion.version]=1.2\
                      &sort=-uploadedDate&limit=1";

/// Runs the example with a file, and with no waits.
async fn upload(more: &[&str], api: &Script, storage: &Server) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("App.ipa");
    std::fs::write(&file, CONTENT).unwrap();
    let file = file.to_str().unwrap();
    let args = [&[file, "com.example.app", "1.2", "57", "--poll-seconds", "0"], more].concat();
    let mut ended = run_beside(program!("asc-upload-build"), &args, api, &[storage]).await;
    ended.out = ended.out.replace(file, "App.ipa");
    ended
}

/// The calls until Apple has the file.
fn begin(storage: &Server) -> Vec<Exchange> {
    vec![
        call(APPS, apps()),
        send(
            "POST /v1/buildUploads",
            json!({"data": {"type": "buildUploads",
                "attributes": {"cfBundleShortVersionString": "1.2", "cfBundleVersion": "57", "platform": "IOS"},
                "relationships": {"app": id("apps", "a1")}}}),
            one(201, "buildUploads", "u1", json!({"state": {"state": "AWAITING_UPLOAD"}})),
        ),
        send(
            "POST /v1/buildUploadFiles",
            json!({"data": {"type": FILES,
                "attributes": {"assetType": "ASSET", "fileName": "App.ipa", "fileSize": CONTENT.len(),
                    "uti": "com.apple.ipa"},
                "relationships": {"buildUpload": id("buildUploads", "u1")}}}),
            reserved(FILES, "f1", storage, CONTENT.len()),
        ),
        send(
            "PATCH /v1/buildUploadFiles/f1",
            json!({"data": {"type": FILES, "id": "f1", "attributes": {"uploaded": true,
                "sourceFileChecksums": {"file": {"hash": SHA256, "algorithm": "SHA_256"}}}}}),
            sent(FILES, "f1", "UPLOAD_COMPLETE"),
        ),
        call("GET /v1/buildUploadFiles/f1", sent(FILES, "f1", "UPLOAD_COMPLETE")),
        call("GET /v1/buildUploadFiles/f1", sent(FILES, "f1", "COMPLETE")),
    ]
}

fn state(state: &str, errors: Value) -> Exchange {
    call(UPLOAD, one(200, "buildUploads", "u1", json!({"state": {"state": state, "errors": errors}})))
}

fn build(state: &str) -> Exchange {
    call(BUILDS, list("builds", [("b1", json!({"version": "57", "processingState": state}))]))
}

fn encryption(value: bool) -> Exchange {
    send(
        "PATCH /v1/builds/b1",
        json!({"data": {"type": "builds", "id": "b1", "attributes": {"usesNonExemptEncryption": value}}}),
        one(200, "builds", "b1", json!({"usesNonExemptEncryption": value})),
    )
}

/// The calls until the build can be used.
fn processed(storage: &Server) -> Vec<Exchange> {
    let mut out = begin(storage);
    out.extend([state("COMPLETE", json!(null)), build("VALID"), encryption(false)]);
    out
}

fn groups(status: u16, body: Option<Value>) -> Exchange {
    let answer = body.map_or_else(|| Answer::empty(status), |body| Answer::json(status, &body));
    send(
        "POST /v1/builds/b1/relationships/betaGroups",
        json!({"data": [{"type": "betaGroups", "id": "g1"}, {"type": "betaGroups", "id": "g2"}]}),
        answer,
    )
}

fn two_groups() -> Exchange {
    call(
        "GET /v1/betaGroups?filter[app]=a1&filter[name]=Friends,Press",
        list("betaGroups", [("g1", json!({"name": "Friends"})), ("g2", json!({"name": "Press"}))]),
    )
}

#[tokio::test]
async fn a_build_from_its_file_to_its_testers() {
    let storage = storage().await;
    let mut calls = begin(&storage);
    calls.extend([
        state("PROCESSING", json!([])),
        state("PROCESSING", json!([])),
        state("COMPLETE", json!([])),
        // It is not listed at once.
        call(BUILDS, list("builds", [])),
        build("PROCESSING"),
        build("VALID"),
        encryption(true),
        call(
            "GET /v1/builds/b1/betaBuildLocalizations",
            list("betaBuildLocalizations", [("l1", json!({"locale": "de-DE"})), ("l2", json!({"locale": "en-US"}))]),
        ),
        send(
            "PATCH /v1/betaBuildLocalizations/l2",
            json!({"data": {"type": "betaBuildLocalizations", "id": "l2", "attributes": {"whatsNew": "The map"}}}),
            one(200, "betaBuildLocalizations", "l2", json!({})),
        ),
        two_groups(),
        groups(404, Some(json!({"errors": [{"status": "404", "code": "NOT_FOUND", "title": "There is no such build"}]}))),
        groups(404, None),
        groups(204, None),
        send(
            "POST /v1/betaAppReviewSubmissions",
            json!({"data": {"type": "betaAppReviewSubmissions", "relationships": {"build": id("builds", "b1")}}}),
            one(201, "betaAppReviewSubmissions", "b1", json!({"betaReviewState": "WAITING_FOR_REVIEW"})),
        ),
        send(
            "POST /v1/buildBetaNotifications",
            json!({"data": {"type": "buildBetaNotifications", "relationships": {"build": id("builds", "b1")}}}),
            one(201, "buildBetaNotifications", "n1", json!({})),
        ),
    ]);
    let api = Script::start(calls).await;
    let more = [
        "--group",
        "Friends",
        "--group",
        "Press",
        "--whats-new",
        "The map",
        "--non-exempt-encryption",
        "--review",
        "--notify",
    ];
    upload(&more, &api, &storage).await.printed([
        "the upload is u1",
        "App.ipa is uploaded",
        "the upload is PROCESSING",
        "the upload is PROCESSING",
        "the upload is COMPLETE",
        "the build is -",
        "the build is PROCESSING",
        "the build is VALID",
        "Apple does not find the build yet",
        "Apple does not find the build yet",
        "the groups have the build",
        "the review is WAITING_FOR_REVIEW",
        "the testers are told",
    ]);
    assert_eq!(stored(&storage, "f1"), CONTENT);
}

#[tokio::test]
async fn too_many_requests_are_made_again() {
    let storage = storage().await;
    let mut calls = processed(&storage);
    let slow = Answer::json(
        429,
        &json!({"errors": [{"status": "429", "code": "RATE_LIMIT_EXCEEDED", "title": "Slow"}]}),
    );
    let write = || {
        json!({"data": {"type": "betaBuildLocalizations", "attributes": {"locale": "fr-FR", "whatsNew": "La carte"},
        "relationships": {"build": id("builds", "b1")}}})
    };
    calls.extend([
        call("GET /v1/builds/b1/betaBuildLocalizations", list("betaBuildLocalizations", [])),
        send("POST /v1/betaBuildLocalizations", write(), slow.header("retry-after", "0")),
        send("POST /v1/betaBuildLocalizations", write(), one(201, "betaBuildLocalizations", "l3", json!({}))),
    ]);
    let api = Script::start(calls).await;
    upload(&["--whats-new", "La carte", "--locale", "fr-FR"], &api, &storage).await.printed([
        "the upload is u1",
        "App.ipa is uploaded",
        "the upload is COMPLETE",
        "the build is VALID",
    ]);
}

#[tokio::test]
async fn a_build_that_apple_refuses_ends_with_its_reasons() {
    let storage = storage().await;
    let mut calls = begin(&storage);
    let errors = json!([
        {"code": "90683", "description": "A purpose string is missing."},
        {"code": "90096", "description": "It has no launch screen."},
    ]);
    calls.extend([state("PROCESSING", json!(null)), state("FAILED", errors)]);
    let api = Script::start(calls).await;
    upload(&[], &api, &storage).await.failed(
        ["the upload is u1", "App.ipa is uploaded", "the upload is PROCESSING", "the upload is FAILED"],
        "Apple refused the build: 90683: A purpose string is missing.; 90096: It has no launch screen.",
    );

    let mut calls = begin(&storage);
    calls.extend([state("COMPLETE", json!(null)), build("INVALID")]);
    let api = Script::start(calls).await;
    upload(&[], &api, &storage).await.failed(
        ["the upload is u1", "App.ipa is uploaded", "the upload is COMPLETE", "the build is INVALID"],
        "Apple cannot use the build: it is INVALID",
    );
}

#[tokio::test]
async fn a_group_that_is_not_there_or_a_build_that_is_never_found_ends_it() {
    let storage = storage().await;
    let printed = ["the upload is u1", "App.ipa is uploaded", "the upload is COMPLETE", "the build is VALID"];
    let more = ["--group", "Friends", "--group", "Press"];
    let mut calls = processed(&storage);
    calls.push(call(
        "GET /v1/betaGroups?filter[app]=a1&filter[name]=Friends,Press",
        list("betaGroups", [("g2", json!({"name": "Press"}))]),
    ));
    let api = Script::start(calls).await;
    let ended = upload(&more, &api, &storage).await;
    ended.failed(printed, "the app has only 1 of the groups Friends, Press");

    let mut calls = processed(&storage);
    calls.push(two_groups());
    calls.extend((0..20).map(|_| groups(404, None)));
    let api = Script::start(calls).await;
    let ended = upload(&more, &api, &storage).await;
    assert_eq!((ended.code, ended.out.matches("does not find").count()), (1, 19));
    assert_eq!(ended.err, "error: POST /v1/builds/{id}/relationships/betaGroups: 404 Not Found\n");
}

#[tokio::test]
async fn a_file_that_is_not_there_ends_it() {
    let api = Script::start(begin(&storage().await).into_iter().take(1)).await;
    let args = ["missing.ipa", "com.example.app", "1.2", "57"];
    let ended = run_beside(program!("asc-upload-build"), &args, &api, &[]).await;
    assert_eq!(ended.code, 1);
    assert!(ended.err.starts_with("error: missing.ipa cannot be read: "), "{}", ended.err);
}
