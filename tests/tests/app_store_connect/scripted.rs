//! Tests a program with the scripted transport of the test kit.

use app_store_connect_client::Client;
use app_store_connect_client::models::{BetaGroupCreate, BetaGroupCreateRequest};
use app_store_connect_client::runtime::testing::{Reply, Script, TestClock};
use app_store_connect_client::runtime::{ErrorKind, RetryPolicy, StaticToken, TransportErrorKind};
use serde_json::json;
use storewright_tests::polled;

use crate::TOKEN;

#[tokio::test]
async fn a_script_stands_in_for_the_server() {
    let app = |id: &str| json!({"type": "apps", "id": id});
    let script = Script::new([
        Reply::page([app("1"), app("2")], Some("https://api.appstoreconnect.apple.com/v1/apps?cursor=2")),
        Reply::page([app("3")], None),
        Reply::resource(&json!({"type": "betaGroups", "id": "g"})).header("x-request-id", "r"),
        Reply::error(409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "The name is taken."),
        Reply::failure(TransportErrorKind::Connect),
    ]);
    let builder = Client::builder(StaticToken::bearer(TOKEN)).transport(script.clone());
    let client = builder.retry(RetryPolicy::none()).build().unwrap();
    let mut apps = client.apps().list().items();
    let mut ids = Vec::new();
    while let Some(app) = apps.try_next().await.unwrap() {
        ids.push(app.id);
    }
    assert_eq!(ids, ["1", "2", "3"]);
    let create = || {
        client
            .beta_groups()
            .create(BetaGroupCreateRequest::new(BetaGroupCreate { name: "Testers".into(), app: "1".into() }))
            .send()
    };
    assert_eq!(create().await.unwrap().data.id, "g");
    let error = create().await.unwrap_err();
    assert!(error.fault().unwrap().find("ENTITY_ERROR.ATTRIBUTE").is_some());
    assert_eq!(create().await.unwrap_err().kind(), ErrorKind::Transport);
    assert!(create().await.unwrap_err().to_string().contains("no more replies"));
    let requests = script.requests();
    assert_eq!((requests.len(), script.left(), requests[1].target.as_str()), (6, 0, "/v1/apps?cursor=2"));
    assert_eq!(requests[2].json()["data"]["attributes"]["name"], "Testers");
    assert!(!format!("{script:?}").contains(TOKEN));
}

#[tokio::test]
async fn a_script_can_break_off_and_fall_silent() {
    let script = Script::new([
        Reply::resource(&json!({"type": "apps", "id": "1"})).cut_after(5),
        Reply::resource(&json!({"type": "apps", "id": "2"})),
        Reply::never(),
    ]);
    let clock = TestClock::at(0);
    let builder = Client::builder(StaticToken::bearer(TOKEN)).transport(script.clone()).clock(clock.clone());
    let client = builder.build().unwrap();
    assert_eq!(client.apps().get("1").send().await.unwrap().data.id, "2");
    assert_eq!(clock.waits().len(), 1);
    assert!(polled(client.apps().get("1").send(), 1).await.is_none());
    assert_eq!((script.left(), script.requests().len()), (0, 3));
    assert_eq!(script.requests()[2].url, "https://api.appstoreconnect.apple.com/v1/apps/1");
}
