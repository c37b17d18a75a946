//! The client as a value: headers of each request, `Debug`, and moving its parts.

use app_store_connect_client::models::{App, BetaGroupCreate, BetaGroupCreateRequest};
use app_store_connect_client::runtime::{Items, Pages, StaticToken};
use app_store_connect_client::{Api, Client, Error};
use serde_json::json;
use storewright_tests::{Answer, Server};

use crate::{TOKEN, serve};

fn app() -> Answer {
    Answer::json(200, &json!({"data": {"type": "apps", "id": "1"}}))
}

#[tokio::test]
async fn what_goes_with_every_request() {
    let server = Server::start([app(), app(), app()]).await;
    let builder = || Client::builder(StaticToken::bearer(TOKEN)).base_url(server.url());
    builder().build().unwrap().apps().get("1").send().await.unwrap();
    let client = builder().user_agent("tea/1.0").header("x-team", "green").build().unwrap();
    client.apps().get("1").send().await.unwrap();
    client.apps().get("1").with_header("x-team", "black").send().await.unwrap();
    let seen = server.seen();
    for seen in &seen {
        assert_eq!(seen.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
        assert_eq!(seen.header("host"), Some(server.url().trim_start_matches("http://")));
    }
    let agent = seen[0].header("user-agent").unwrap();
    assert!(agent.starts_with("storewright/") && agent.contains("App Store Connect"), "{agent}");
    assert_eq!((seen[1].header("user-agent"), seen[1].header("x-team")), (Some("tea/1.0"), Some("green")));
    assert_eq!(seen[2].header("x-team"), Some("black"));
}

#[tokio::test]
async fn a_path_of_the_base_url_stays() {
    let server = Server::start([app()]).await;
    let client = Client::builder(StaticToken::bearer(TOKEN))
        .base_url(format!("{}/proxy/", server.url()))
        .build()
        .unwrap();
    client.apps().get("1").send().await.unwrap();
    assert_eq!(server.one().line, "GET /proxy/v1/apps/1");
}

#[tokio::test]
async fn nothing_shows_the_token() {
    let (_server, client) = serve([]).await;
    let call = client.apps().list().filter_name(["private"]);
    let handle = client.apps();
    for text in [
        format!("{client:?}"),
        format!("{:#?}", client.runtime()),
        format!("{handle:?}"),
        format!("{call:?}"),
        format!("{:?}", call.clone().items()),
        format!("{:?}", Client::builder(StaticToken::bearer(TOKEN))),
        format!("{:?}", StaticToken::bearer(TOKEN)),
    ] {
        assert!(!text.contains("s3cret") && !text.contains("private"), "{text}");
    }
}

#[tokio::test]
async fn calls_are_built_kept_cloned_and_sent_later_from_anywhere() {
    let (server, client) = serve([app(), app(), app(), app()]).await;
    let call = client.apps().get("1");
    let kept = call.clone();
    assert_eq!((kept.request().path(), kept.request().operation().id), ("/v1/apps/1", "apps_getInstance"));
    let other = client.clone();
    // The client may be gone before its calls are sent.
    drop(client);
    let sent = call.send();
    assert!(server.seen().is_empty(), "a call is sent when it is awaited");
    let (one, two) = tokio::join!(tokio::spawn(sent), tokio::spawn(kept.send()));
    assert_eq!((one.unwrap().unwrap().data.id, two.unwrap().unwrap().data.id), ("1".into(), "1".into()));
    let three = std::thread::spawn(move || other.apps().get("2"));
    three.join().unwrap().send().await.unwrap();
    let lines: Vec<String> = server.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(lines, ["GET /v1/apps/1", "GET /v1/apps/1", "GET /v1/apps/2"]);
}

#[tokio::test]
async fn a_body_is_fixed_when_the_call_is_built() {
    let (server, client) =
        serve([Answer::json(201, &json!({"data": {"type": "betaGroups", "id": "1"}}))]).await;
    let mut request =
        BetaGroupCreateRequest::new(BetaGroupCreate { name: "Testers".into(), app: "1".into() });
    request.name.push_str(" of tea");
    let call = client.beta_groups().create(request.clone());
    request.name.clear();
    let bytes = call.request().body().unwrap().clone();
    call.send().await.unwrap();
    assert_eq!(server.one().body, bytes);
    assert_eq!(server.one().json()["data"]["attributes"]["name"], "Testers of tea");
}

#[test]
fn all_that_is_kept_or_spawned_can_move_between_threads() {
    fn moves<T: Send + 'static>(_: &T) {}
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    fn is_error<E: std::error::Error + Send + Sync + Clone + 'static>() {}

    let client = Client::builder(StaticToken::bearer(TOKEN)).build().unwrap();
    shared(&client);
    shared(&client.apps());
    shared(&client.apps().list());
    shared(&client.beta_groups().delete("1"));
    shared(&BetaGroupCreateRequest::new(BetaGroupCreate { name: "Testers".into(), app: "1".into() }));
    moves(&client.apps().list().send());
    let pages: Pages<Api, _> = client.apps().list().pages();
    moves(&pages);
    let items: Items<Api, _> = client.apps().list().items();
    moves(&items);
    moves(&App::default());
    is_error::<Error>();
}

#[tokio::test]
async fn a_call_that_is_dropped_is_given_up() {
    let (server, client) = serve([app()]).await;
    drop(client.apps().get("1").send());
    client.apps().get("2").send().await.unwrap();
    assert_eq!(server.one().line, "GET /v1/apps/2");
}
