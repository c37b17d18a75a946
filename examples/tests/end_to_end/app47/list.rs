//! `app47-list`: pages of a hundred, a type, and a type that is none.

use serde_json::json;
use storewright_tests::Answer;

use super::{app, refused, results, run};
use crate::program::program;
use crate::script::{Script, call};

/// A hundred apps of 250, or as many as there are behind `skip`.
fn page(skip: usize) -> Answer {
    let list: Vec<_> =
        (skip..250.min(skip + 100)).map(|n| app(&format!("a{n}"), &format!("App {n}"), "Private")).collect();
    results(json!({"skip": skip, "total": 250, "count": list.len(), "list": list, "success": true}))
}

#[tokio::test]
async fn three_calls_for_250_apps() {
    let api = Script::start([
        call("GET /api/v2/apps", page(0)),
        call("GET /api/v2/apps?skip=100", page(100)),
        call("GET /api/v2/apps?skip=200", page(200)),
    ])
    .await;
    let ended = run(program!("app47-list"), &[], &api).await;
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let lines: Vec<&str> = ended.out.lines().collect();
    assert_eq!(lines.len(), 251);
    assert_eq!(
        (lines[0], lines[249], lines[250]),
        ("a0: App 0, private", "a249: App 249, private", "250 apps")
    );
}

#[tokio::test]
async fn a_type_and_a_text() {
    let list =
        json!({"skip": 0, "total": 1, "count": 1, "list": [app("a1", "Notes", "Web")], "success": true});
    let api = Script::start([call("GET /api/v2/apps?type=web&search_term=my notes", results(list))]).await;
    let ended = run(program!("app47-list"), &["--type", "web", "--search", "my notes"], &api).await;
    ended.printed(["a1: Notes, web", "1 apps"]);
}

#[tokio::test]
async fn a_type_that_is_none_is_the_vendors_error() {
    let api = Script::start([call("GET /api/v2/apps?type=blah", refused("Invalid app type (blah)"))]).await;
    let ended = run(program!("app47-list"), &["--type", "blah"], &api).await;
    ended.failed([], "GET /apps: 422 Unprocessable Entity: Invalid app type (blah)");
}
