//! Calls the five operations and asserts request and response as the vendor documents them.

use app47_client::models::{AppCreateRequest, AppType, AppUpdateRequest};
use app47_client::runtime::ErrorKind;
use serde_json::{Value, json};
use storewright_tests::{Answer, Seen};

use crate::{TOKEN, app_answer, private_app, serve};

fn assert_head(seen: &Seen, line: &str) {
    assert_eq!(seen.line, line);
    assert_eq!(seen.header("access-token"), Some(TOKEN));
    assert_eq!(seen.header("authorization"), None);
    assert_eq!(seen.header("accept"), Some("application/json"));
}

#[tokio::test]
async fn list_with_all_that_it_takes() {
    let answer = json!({"results": {"skip": 7, "total": 9, "count": 1, "list": [private_app()], "success": true},
        "md5": "stale", "added": {"later": 1}});
    let (server, client) = serve([Answer::json(200, &answer)]).await;
    let list = client.apps().list().app_type(AppType::Private).search_term("a b&c").skip(7);
    let page = list.send().await.unwrap();

    let seen = server.one();
    assert_head(&seen, "GET /api/v2/apps?type=private&search_term=a%20b%26c&skip=7");
    seen.assert_no_body();
    assert_eq!((page.skip, page.total, page.count, page.list.len()), (Some(7), Some(9), Some(1), 1));
    assert_eq!(page.list[0].id, "544fa14538d6b81f6b00003d");
}

#[tokio::test]
async fn list_of_nothing() {
    let text = r#"{ "results": { "skip": 0, "total": 0, "count": 0, "list": [], "success":true }, "md5":"896d94e5e2f4eb6b6bfa19144c7794e5" }"#;
    let (server, client) = serve([Answer::new(200, "application/json", text)]).await;
    let page = client.apps().list().send().await.unwrap();
    assert_head(&server.one(), "GET /api/v2/apps");
    assert!(page.list.is_empty());
}

#[tokio::test]
async fn show() {
    let (server, client) = serve([app_answer(&private_app())]).await;
    let app = client.apps().show("544fa14538d6b81f6b00003d").send().await.unwrap();

    let seen = server.one();
    assert_head(&seen, "GET /api/v2/apps/544fa14538d6b81f6b00003d");
    seen.assert_no_body();
    assert_eq!(app.app_type, Some(AppType::Private), "the server's capital letter means nothing");
    assert_eq!(app.name.as_deref(), Some("ABC"));
    assert_eq!(app.modified.as_ref().unwrap().to_string(), "2015-08-03T15:43:35Z");
    assert_eq!(app.user_ids.as_ref().unwrap().len(), 2);
    assert_eq!((app.rating, app.featured, app.display_order), (Some(0.0), Some(true), None));

    // All received members are there, and nothing else: only `type` changes, to the form that is sent.
    let mut expected = private_app();
    expected["type"] = json!("private");
    assert_eq!(serde_json::to_value(app.into_inner()).unwrap(), expected);
}

#[tokio::test]
async fn an_app_of_nulls_and_of_a_new_type() {
    let app =
        json!({"id": "1", "type": "Kiosk", "name": null, "group_ids": null, "new": [{}], "created": ""});
    let (_server, client) = serve([app_answer(&app)]).await;
    let app = client.apps().show("1").send().await.unwrap().into_inner();
    assert_eq!(app.app_type, Some(AppType::Unrecognized("Kiosk".to_owned())));
    assert_eq!((app.name, app.group_ids), (None, None));
}

#[tokio::test]
async fn an_id_stays_one_segment() {
    let (server, client) = serve([app_answer(&private_app())]).await;
    client.apps().show("../users/é?x").send().await.unwrap();
    assert_eq!(server.one().line, "GET /api/v2/apps/..%2Fusers%2F%C3%A9%3Fx");
}

#[tokio::test]
async fn create_a_private_app() {
    let (server, client) = serve([app_answer(&private_app())]).await;
    let request = AppCreateRequest::new(AppType::Private).name("New Name").group_ids(["g1", "g2"]);
    let app = client.apps().create(request).send().await.unwrap();

    let seen = server.one();
    assert_head(&seen, "POST /api/v2/apps");
    let expected = json!({"app": {"name": "New Name", "type": "private", "group_ids": ["g1", "g2"]}});
    assert_eq!(seen.json(), expected);
    assert_eq!(app.id, "544fa14538d6b81f6b00003d");
}

#[tokio::test]
async fn create_an_app_with_every_field() {
    let (server, client) = serve([app_answer(&private_app())]).await;
    let request = AppCreateRequest::new("b2b")
        .all_users(true)
        .app_screenshots_upload_ids(["s"])
        .apple_external_id("a")
        .description("d")
        .display_order(3)
        .featured(false)
        .featured_image_upload_file_id("f")
        .google_external_id("g")
        .group_ids(["gr"])
        .image_upload_file_id("i")
        .name("n")
        .notify_users_on_build_activation(true)
        .short_description("s")
        .tag_ids(["t"])
        .test_user_ids(["tu"])
        .uri("u")
        .user_ids(Vec::<String>::new())
        .vendor("v")
        .version("1")
        .windows_external_url("w");
    client.apps().create(request).send().await.unwrap();
    let expected = json!({"app": {
        "type": "b2b", "all_users": true, "app_screenshots_upload_ids": ["s"], "apple_external_id": "a",
        "description": "d", "display_order": 3, "featured": false, "featured_image_upload_file_id": "f",
        "google_external_id": "g", "group_ids": ["gr"], "image_upload_file_id": "i", "name": "n",
        "notify_users_on_build_activation": true, "short_description": "s", "tag_ids": ["t"],
        "test_user_ids": ["tu"], "uri": "u", "user_ids": [], "vendor": "v", "version": "1",
        "windows_external_url": "w",
    }});
    assert_eq!(server.one().json(), expected);
}

#[tokio::test]
async fn a_public_app_without_a_store_is_not_sent() {
    let (server, client) = serve([]).await;
    for request in [
        AppCreateRequest::new(AppType::Public),
        AppCreateRequest::new("PUBLIC").name("Notes"),
        AppCreateRequest::new("public").google_external_id(" "),
    ] {
        let error = client.apps().create(request).send().await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Build, None));
        assert_eq!(
            error.to_string(),
            "POST /apps: a public app needs at least one of apple_external_id, google_external_id and windows_external_url"
        );
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_public_app_with_any_store_is_sent() {
    let public = || AppCreateRequest::new(AppType::Public);
    for (request, member, value) in [
        (public().google_external_id("com.evernote"), "google_external_id", "com.evernote"),
        (public().apple_external_id("281796108"), "apple_external_id", "281796108"),
        (
            public().windows_external_url("https://w.example.com"),
            "windows_external_url",
            "https://w.example.com",
        ),
    ] {
        let (server, client) = serve([app_answer(&private_app())]).await;
        client.apps().create(request).send().await.unwrap();
        assert_eq!(server.one().json(), json!({"app": {"type": "public", member: value}}));
    }
}

#[tokio::test]
async fn update_sends_what_it_names() {
    for (request, body) in [
        (AppUpdateRequest::new().name("Updated Name"), json!({"name": "Updated Name"})),
        (
            AppUpdateRequest::new().tag_ids(["t"]).featured(false),
            json!({"featured": false, "tag_ids": ["t"]}),
        ),
        (AppUpdateRequest::new(), json!({})),
    ] {
        let (server, client) = serve([app_answer(&private_app())]).await;
        client.apps().update("544f", request).send().await.unwrap();
        let seen = server.one();
        assert_head(&seen, "PUT /api/v2/apps/544f");
        assert_eq!(seen.json(), json!({"app": body}));
    }
}

#[tokio::test]
async fn delete() {
    let answer = json!({"results": {"message": "App was deleted", "success": true}, "md5": "f3d0"});
    let (server, client) = serve([Answer::json(200, &answer)]).await;
    let done = client.apps().delete("544f").send().await.unwrap();
    let seen = server.one();
    assert_head(&seen, "DELETE /api/v2/apps/544f");
    seen.assert_no_body();
    assert_eq!(done.message, "App was deleted");
}

#[tokio::test]
async fn a_request_can_be_looked_at_and_sent_later() {
    let (server, client) = serve([app_answer(&private_app())]).await;
    let call = client.apps().create(AppCreateRequest::new(AppType::Web).uri("https://example.com"));
    let body: Value = serde_json::from_slice(call.request().body().unwrap()).unwrap();
    assert_eq!(body, json!({"app": {"type": "web", "uri": "https://example.com"}}));
    assert!(server.seen().is_empty());
    tokio::spawn(call.send()).await.unwrap().unwrap();
    assert_eq!(server.one().json(), body);
}
