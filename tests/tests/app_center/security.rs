//! Tests the credentials of operations: a token, a name with a password, or none.

use app_center_client::models::ApiTokensCreateRequest;
use app_center_client::runtime::ErrorKind;
use app_center_client::{Client, Credentials};
use serde_json::json;
use storewright_tests::{Answer, Server};

use crate::{TOKEN, serve};

#[tokio::test]
async fn a_token() {
    let (server, client) = serve([Answer::json(200, &json!([]))]).await;
    client.apps().list_for_org("my org").send().await.unwrap();
    let seen = server.one();
    assert_eq!(seen.line, "GET /v0.1/orgs/my%20org/apps");
    assert_eq!(seen.header("x-api-token"), Some(TOKEN));
    assert_eq!(seen.header("authorization"), None);
}

#[tokio::test]
async fn a_name_and_a_password_for_tokens() {
    let token = json!({"id": "t", "api_token": "new", "created_at": "2020-01-01T00:00:00Z"});
    let (server, client) =
        serve([Answer::json(201, &token), Answer::json(200, &json!([])), Answer::empty(200)]).await;
    let tokens = client.user_api_tokens();
    let request = ApiTokensCreateRequest::default().description("ci").scope(["viewer"]);
    assert_eq!(tokens.create(request).send().await.unwrap().api_token, "new");
    tokens.list().send().await.unwrap();
    client.app_api_tokens().delete(("ann", "caravan"), "t").send().await.unwrap();
    for seen in server.seen() {
        // `ann@example.com:pass:word`
        assert_eq!(
            seen.header("authorization"),
            Some("Basic YW5uQGV4YW1wbGUuY29tOnBhc3M6d29yZA=="),
            "{}",
            seen.line
        );
        assert_eq!(seen.header("x-api-token"), None);
    }
}

#[tokio::test]
async fn nobody() {
    let feed = "<rss/>";
    let (server, client) = serve([Answer::new(200, "text/xml", feed)]).await;
    assert_eq!(client.releases().get_sparkle_feed("s").send().await.unwrap(), feed);
    let seen = server.one();
    assert_eq!(seen.line, "GET /v0.1/public/sparkle/apps/s");
    assert_eq!(seen.header("accept"), Some("text/xml"));
    assert_eq!((seen.header("authorization"), seen.header("x-api-token")), (None, None));
}

#[tokio::test]
async fn credentials_of_the_wrong_kind_are_an_error_before_anything_is_sent() {
    let server = Server::start([]).await;
    let client = Client::builder(Credentials::token(TOKEN)).base_url(server.url()).build().unwrap();
    let error = client.user_api_tokens().list().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.to_string().contains("with_basic"), "{error}");
    assert!(!format!("{error:?} {client:?} {:?}", Credentials::token(TOKEN)).contains(TOKEN));
    assert!(server.seen().is_empty());
}
