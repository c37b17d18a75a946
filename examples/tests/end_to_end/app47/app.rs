//! `app47-app`: an app from its creation to its end, and one that is in no store.

use serde_json::json;
use storewright_tests::Answer;

use super::{app, results, run};
use crate::program::program;
use crate::script::{Script, call, send};

#[tokio::test]
async fn an_app_is_created_shown_and_renamed() {
    for (args, exchange, line) in [
        (
            &["create", "--type", "private", "--name", "Notes"][..],
            send(
                "POST /api/v2/apps",
                json!({"app": {"type": "private", "name": "Notes"}}),
                results(json!({"app": app("a1", "Notes", "Private"), "success": true})),
            ),
            "a1: Notes, private, changed 2015-10-19T10:44:22Z",
        ),
        (
            &["show", "a1"],
            call("GET /api/v2/apps/a1", results(json!({"app": {"id": "a1"}, "success": true}))),
            "a1: -, -, changed -",
        ),
        (
            &["rename", "a1", "Diary"],
            send(
                "PUT /api/v2/apps/a1",
                json!({"app": {"name": "Diary"}}),
                results(json!({"app": app("a1", "Diary", "Private"), "success": true})),
            ),
            "a1: Diary, private, changed 2015-10-19T10:44:22Z",
        ),
    ] {
        let api = Script::start([exchange]).await;
        run(program!("app47-app"), args, &api).await.printed([line]);
    }
}

#[tokio::test]
async fn a_public_app_must_be_in_a_store() {
    let api = Script::start([]).await;
    let ended = run(program!("app47-app"), &["create", "--type", "public", "--name", "Notes"], &api).await;
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert!(ended.err.contains("google_external_id"), "{}", ended.err);

    let api = Script::start([send(
        "POST /api/v2/apps",
        json!({"app": {"type": "public", "google_external_id": "com.evernote"}}),
        results(json!({"app": app("a2", "Evernote", "Public"), "success": true})),
    )])
    .await;
    let ended =
        run(program!("app47-app"), &["create", "--type", "public", "--google", "com.evernote"], &api).await;
    ended.printed(["a2: Evernote, public, changed 2015-10-19T10:44:22Z"]);
}

#[tokio::test]
async fn the_hash_of_a_deletion_is_looked_at() {
    let deleted = r#"{"message":"App was deleted","success":true}"#;
    for (md5, is_right) in
        [("f3d0a22e47ce6158551f483e07b16fe1", true), ("7232f70a2678e2b4ba959fd853488ab1", false)]
    {
        let body = format!(r#"{{ "results": {deleted}, "md5":"{md5}" }}"#);
        let api =
            Script::start([call("DELETE /api/v2/apps/a1", Answer::new(200, "application/json", body))]).await;
        let ended = run(program!("app47-app"), &["delete", "a1"], &api).await;
        if is_right {
            ended.printed(["App was deleted"]);
        } else {
            assert_eq!((ended.code, ended.out.as_str()), (1, ""));
            assert!(ended.err.contains("md5"), "{}", ended.err);
        }
    }
}
