//! `app-center-distribute`: a file that becomes a release, and who gets it.

use std::io::Write;

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::{release, run_beside, storage, stored};
use crate::program::program;
use crate::script::{Exchange, Script, call, send};

const CONTENT: &[u8] = b"PK.. twenty-five bytes ..";
const UPLOADS: &str = "POST /v0.1/apps/ann/caravan/uploads/releases";
const UPLOAD: &str = "/v0.1/apps/ann/caravan/uploads/releases/u1";
const RELEASE: &str = "/v0.1/apps/ann/caravan/releases/8";

fn file() -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".apk").tempfile().unwrap();
    file.write_all(CONTENT).unwrap();
    file
}

fn status(state: &str, more: (&str, Value)) -> Answer {
    Answer::json(200, &json!({"id": "u1", "upload_status": state, more.0: more.1}))
}

fn begun(url: &str) -> Answer {
    Answer::json(
        201,
        &json!({"id": "u1", "package_asset_id": "as1", "upload_domain": url, "token": "t0k",
            "url_encoded_token": "t0k"}),
    )
}

/// App Center receives the commit of all blocks, and is not ready at once.
fn finished() -> [Exchange; 2] {
    [
        send(
            format!("PATCH {UPLOAD}"),
            json!({"upload_status": "uploadFinished"}),
            status("uploadFinished", ("release_distinct_id", Value::Null)),
        ),
        call(format!("GET {UPLOAD}"), status("uploadFinished", ("release_distinct_id", Value::Null))),
    ]
}

#[tokio::test]
async fn a_release_goes_to_a_group_a_tester_and_a_store() {
    let storage = storage(CONTENT.len()).await;
    let destination = json!({"id": "g1", "mandatory_update": true});
    let group = json!({"id": "g1", "name": "Testers", "origin": "appcenter", "is_public": false});
    let calls = [
        send(
            format!("PUT {RELEASE}"),
            json!({"release_notes": "Faster."}),
            Answer::json(200, &json!({"release_notes": "Faster."})),
        ),
        call("GET /v0.1/apps/ann/caravan/distribution_groups/Testers", Answer::json(200, &group)),
        send(
            format!("POST {RELEASE}/groups"),
            json!({"id": "g1", "mandatory_update": true, "notify_testers": true}),
            Answer::json(201, &destination),
        ),
        send(
            format!("POST {RELEASE}/testers"),
            json!({"email": "ada@example.com", "mandatory_update": true}),
            Answer::json(201, &destination),
        ),
        call(
            "GET /v0.1/apps/ann/caravan/distribution_stores/Production",
            Answer::json(200, &json!({"id": "s1", "name": "Production"})),
        ),
        send(format!("POST {RELEASE}/stores"), json!({"id": "s1"}), Answer::json(201, &json!({"id": "s1"}))),
        call(
            "GET /v0.1/apps/ann/caravan/releases/latest",
            Answer::json(200, &release(8, "1.3", ("status", json!("available")))),
        ),
    ];
    let ready = status("readyToBePublished", ("release_distinct_id", json!(8)));
    let begin = send(UPLOADS, json!({"build_version": "1.3"}), begun(storage.url()));
    let uploaded = [begin].into_iter().chain(finished()).chain([call(format!("GET {UPLOAD}"), ready)]);
    let api = Script::start(uploaded.chain(calls)).await;
    let file = file();
    let path = file.path().to_str().unwrap();
    let args = [
        "ann/caravan",
        path,
        "--build-version",
        "1.3",
        "--notes",
        "Faster.",
        "--mandatory",
        "--poll-seconds",
        "0",
    ];
    let to = ["--group", "Testers", "--tester", "ada@example.com", "--store", "Production"];
    let args = [&args[..], &to].concat();
    run_beside(program!("app-center-distribute"), &args, &api, &[&storage]).await.printed([
        &format!("{path} is release 8"),
        "its notes are set",
        "the group Testers has it",
        "ada@example.com has it",
        "the store Production has it",
        "your latest release is 8: 1.3",
    ]);
    assert_eq!(stored(&storage), CONTENT);
}

#[tokio::test]
async fn a_file_that_is_refused_goes_to_nobody() {
    let storage = storage(CONTENT.len()).await;
    let refused = status("error", ("error_details", json!("The bundle id is another.")));
    let uploaded = [send(UPLOADS, json!({}), begun(storage.url()))].into_iter().chain(finished());
    let api = Script::start(uploaded.chain([call(format!("GET {UPLOAD}"), refused)])).await;
    let file = file();
    let args = ["ann/caravan", file.path().to_str().unwrap(), "--group", "Testers", "--poll-seconds", "0"];
    let ended = run_beside(program!("app-center-distribute"), &args, &api, &[&storage]).await;
    ended.failed([], &format!("App Center refused {UPLOAD}: error: The bundle id is another."));
}
