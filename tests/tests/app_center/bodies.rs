//! Sends JSON, `{}`, a form with a file, and no body.

use app_center_client::models::{
    AppRequest, AppRequestRequired, CodePushReleaseModification, NotificationIdList,
    ReleaseUploadBeginRequest, ReleaseUploadState, ReleaseUploadStatusRequest,
};
use app_center_client::runtime::File;
use serde_json::json;
use storewright_tests::Answer;

use crate::serve;

fn app() -> Answer {
    let owner = json!({"id": "o", "display_name": "Ann", "name": "ann", "type": "user"});
    Answer::json(
        201,
        &json!({"id": "1", "name": "caravan-1", "display_name": "Caravan", "os": "iOS", "platform": "Java",
                "origin": "appcenter", "app_secret": "s", "owner": owner}),
    )
}

#[tokio::test]
async fn a_body() {
    let (server, client) = serve([app()]).await;
    let request = AppRequest::new(AppRequestRequired {
        display_name: "Caravan".into(),
        os: "iOS".into(),
        platform: "Objective-C-Swift".into(),
    })
    .name("caravan-1");
    let app = client.apps().create(request).send().await.unwrap();
    assert_eq!((app.name.as_str(), app.os.as_str()), ("caravan-1", "iOS"));
    assert_eq!(app.owner.name, "ann");
    let seen = server.one();
    assert_eq!(seen.line, "POST /v0.1/apps");
    assert_eq!(
        seen.json(),
        json!({"display_name": "Caravan", "os": "iOS", "platform": "Objective-C-Swift", "name": "caravan-1"})
    );
}

#[tokio::test]
async fn a_body_of_a_delete() {
    let (server, client) = serve([Answer::empty(204)]).await;
    client.push().delete(("ann", "caravan"), NotificationIdList::new(["a", "b"])).send().await.unwrap();
    let seen = server.one();
    assert_eq!(seen.line, "DELETE /v0.1/apps/ann/caravan/push/notifications");
    assert_eq!(seen.json(), json!({"values": ["a", "b"]}));
}

#[tokio::test]
async fn an_empty_object_where_no_body_is_declared() {
    let (server, client) = serve([app(), Answer::empty(204), app()]).await;
    client.apps().transfer_ownership(("ann", "caravan"), "bob").send().await.unwrap();
    client.apps().delete(("ann", "caravan")).send().await.unwrap();
    client.apps().get(("ann", "caravan")).send().await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /v0.1/apps/ann/caravan/transfer/bob");
    assert_eq!(seen[0].json(), json!({}));
    assert_eq!(seen[0].header("content-length"), Some("2"));
    assert_eq!(seen[1].line, "DELETE /v0.1/apps/ann/caravan");
    seen[1].assert_no_body();
    assert_eq!(seen[2].line, "GET /v0.1/apps/ann/caravan");
    seen[2].assert_no_body();
}

#[tokio::test]
async fn a_file_in_a_form() {
    let (server, client) = serve([app()]).await;
    let png: &[u8] = b"\x89PNG\r\n\x1a\n--\r\n\0\xff";
    let avatar = File::new(png).name("my \"face\".png").media_type("image/png");
    client.apps().update_avatar(("ann", "caravan"), avatar).send().await.unwrap();
    let seen = server.one();
    assert_eq!(seen.line, "POST /v0.1/apps/ann/caravan/avatar");
    let media_type = seen.header("content-type").unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let mut expected = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"avatar\"; filename=\"my %22face%22.png\"\r\n\
         content-type: image/png\r\n\r\n"
    )
    .into_bytes();
    expected.extend_from_slice(png);
    expected.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    assert_eq!(seen.body, expected);
}

#[tokio::test]
async fn an_answer_that_may_have_no_body() {
    let (server, client) = serve([Answer::empty(204), Answer::json(200, &json!({"label": "v2"}))]).await;
    let releases = client.code_push_deployment_releases();
    let change = || CodePushReleaseModification::default().is_disabled(true).rollout(50);
    let none = releases.update(("ann", "caravan"), "Staging", "v1", change()).send().await.unwrap();
    assert!(none.is_none());
    let some = releases.update(("ann", "caravan"), "Staging", "v1", change()).send().await.unwrap();
    assert_eq!(some.unwrap().label.as_deref(), Some("v2"));
    for seen in server.seen() {
        assert_eq!(seen.line, "PATCH /v0.1/apps/ann/caravan/deployments/Staging/releases/v1");
        assert_eq!(seen.json(), json!({"is_disabled": true, "rollout": 50}));
    }
}

#[tokio::test]
async fn the_three_operations_of_a_release_upload() {
    let begun = json!({"id": "u", "package_asset_id": "p", "url_encoded_token": "a%2Fb", "token": "a/b",
                       "upload_domain": "https://file.example.com"});
    let status = |state: &str| json!({"id": "u", "upload_status": state, "release_distinct_id": 7});
    let (server, client) = serve([
        Answer::json(201, &begun),
        Answer::json(200, &status("uploadFinished")),
        Answer::json(200, &status("somethingNew")),
    ])
    .await;
    let releases = client.releases();
    let request = ReleaseUploadBeginRequest::default().build_version("1.0");
    let upload = releases.create_release_upload(("ann", "caravan"), request).send().await.unwrap();
    assert_eq!(upload.url_encoded_token, "a%2Fb");
    let finished = ReleaseUploadStatusRequest::new(ReleaseUploadState::UploadFinished);
    releases.update_release_upload_status(("ann", "caravan"), &upload.id, finished).send().await.unwrap();
    let now = releases.get_release_upload_status(("ann", "caravan"), &upload.id).send().await.unwrap();
    assert_eq!(now.upload_status.as_str(), "somethingNew");
    assert_eq!(now.release_distinct_id, Some(7));
    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /v0.1/apps/ann/caravan/uploads/releases");
    assert_eq!(seen[0].json(), json!({"build_version": "1.0"}));
    assert_eq!(seen[1].line, "PATCH /v0.1/apps/ann/caravan/uploads/releases/u");
    assert_eq!(seen[1].json(), json!({"upload_status": "uploadFinished"}));
    assert_eq!(seen[2].line, "GET /v0.1/apps/ann/caravan/uploads/releases/u");
}
