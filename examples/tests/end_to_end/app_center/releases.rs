//! `app-center-releases`: apps, releases, and the latest of them as a file.

use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use super::{release, run, run_beside};
use crate::program::program;
use crate::script::{Script, call};

const LATEST: &str = "GET /v0.1/apps/ann/caravan/distribution_groups/Beta testers/releases/latest";

#[tokio::test]
async fn apps_and_their_releases() {
    let app = json!({"id": "a", "name": "caravan", "display_name": "Caravan", "os": "iOS", "platform": "Swift",
        "origin": "appcenter", "app_secret": "s", "owner": {"id": "o", "name": "ann", "type": "user"}});
    let api = Script::start([call("GET /v0.1/apps", Answer::json(200, &json!([app])))]).await;
    let ended = run(program!("app-center-releases"), &[], &api).await;
    ended.printed(["ann/caravan: Caravan for iOS"]);

    let releases =
        json!([release(8, "1.3", ("origin", Value::Null)), release(7, "1.2", ("origin", Value::Null))]);
    let api =
        Script::start([call("GET /v0.1/apps/ann/caravan/releases", Answer::json(200, &releases))]).await;
    run(program!("app-center-releases"), &["ann/caravan"], &api)
        .await
        .printed(["8: 1.3 (7) of 2024-12-01T10:00:00.000Z", "7: 1.2 (7) of 2024-12-01T10:00:00.000Z"]);
}

#[tokio::test]
async fn the_latest_of_a_group_is_downloaded_without_the_token() {
    let storage = Server::start([Answer::new(200, "application/octet-stream", "PK..")]).await;
    let url = format!("{}/caravan.apk?sig=s1gned", storage.url());
    let latest = release(8, "1.3", ("download_url", json!(url)));
    let api = Script::start([call(LATEST, Answer::json(200, &latest))]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("caravan.apk");
    let args = ["ann/caravan", "--group", "Beta testers", "--download", file.to_str().unwrap()];
    let ended = run_beside(program!("app-center-releases"), &args, &api, &[&storage]).await;
    ended.printed([
        "the latest release for Beta testers is 8: 1.3",
        &format!("{} has its 4 bytes", file.display()),
    ]);
    assert_eq!(std::fs::read(&file).unwrap(), b"PK..");
    assert_eq!(storage.one().line, "GET /caravan.apk?sig=s1gned");
}

#[tokio::test]
async fn a_group_without_releases_is_an_error() {
    let answer = json!({"code": "not_found", "message": "No release of the group.", "id": "r1"});
    let api = Script::start([call(LATEST, Answer::json(404, &answer))]).await;
    let ended = run(program!("app-center-releases"), &["ann/caravan", "--group", "Beta testers"], &api).await;
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert!(
        ended.err.contains("404 Not Found") && ended.err.contains("No release of the group."),
        "{}",
        ended.err
    );
}
