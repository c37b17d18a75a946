//! Options of one call: every operation takes them, before and after its parameters, and they go no further.

use std::time::Duration;

use app_store_connect_client::models::{AppInclude, BetaGroup};
use app_store_connect_client::runtime::{ErrorKind, Payload, RetryPolicy, Sent, StaticToken, Value};
use app_store_connect_client::{Api, Call, Client, operations};
use serde_json::json;
use storewright_tests::{Answer, Server};

use crate::{TOKEN, client_of, serve};

/// One function serves the calls of all operations, with and without optional parameters.
fn traced<T: Payload, O>(
    call: Call<T, O>,
) -> Sent<T, <Api as app_store_connect_client::runtime::Api>::Fault> {
    call.with_header("x-trace", "7").with_parameter("novelty", "1").send()
}

#[tokio::test]
async fn every_call_takes_headers_and_parameters() {
    let (server, client) = serve([
        Answer::json(200, &json!({"data": {"type": "apps", "id": "1"}})),
        Answer::empty(204),
        Answer::json(200, &json!({"data": [], "links": {}})),
    ])
    .await;
    traced(client.apps().get("1")).await.unwrap();
    traced(client.beta_groups().delete("2")).await.unwrap();
    traced(client.builds().list_icons("3").limit(5)).await.unwrap();
    let seen = server.seen();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line.as_str()).collect();
    let expected = [
        "GET /v1/apps/1?novelty=1",
        "DELETE /v1/betaGroups/2?novelty=1",
        "GET /v1/builds/3/icons?limit=5&novelty=1",
    ];
    assert_eq!(lines, expected);
    assert!(seen.iter().all(|seen| seen.header("x-trace") == Some("7")));
}

#[tokio::test]
async fn options_and_parameters_come_in_any_order() {
    let page = json!({"data": [{"type": "apps", "id": "1"}], "links": {}});
    let (server, client) = serve([Answer::json(200, &page), Answer::json(200, &page)]).await;
    let list: operations::apps::List = client.apps().list().with_header("x-trace", "7").limit(2);
    list.filter_name(["Notes"]).with_timeout(Duration::from_secs(9)).send().await.unwrap();
    // The whole response changes the result of a call, not its arguments.
    let full = client.apps().list().full().filter_name(["Notes"]).limit(2).send().await.unwrap();
    assert_eq!((full.status().as_u16(), full.data.len()), (200, 1));
    let seen = server.seen();
    assert_eq!(seen[0].line, "GET /v1/apps?limit=2&filter%5Bname%5D=Notes");
    assert_eq!(seen[1].line, "GET /v1/apps?filter%5Bname%5D=Notes&limit=2");
    assert_eq!((seen[0].header("x-trace"), seen[1].header("x-trace")), (Some("7"), None));
}

#[tokio::test]
async fn one_call_is_retried_by_its_own_policy() {
    let (server, client) = serve([Answer::empty(503), Answer::empty(204), Answer::empty(503)]).await;
    let quick =
        RetryPolicy::default().attempts(2).backoff(Duration::from_millis(1), Duration::from_millis(1));
    client.beta_groups().delete("1").with_retry(quick).repeatable().send().await.unwrap();
    let error = client.beta_groups().delete("2").send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn one_call_may_write_through_a_client_that_reads() {
    let server = Server::start([Answer::empty(204)]).await;
    let builder = Client::builder(StaticToken::bearer(TOKEN)).base_url(server.url());
    let reading = builder.retry(RetryPolicy::none()).read_only(true).build().unwrap();
    let error = reading.beta_groups().delete("1").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
    reading.beta_groups().delete("2").with_read_only(false).send().await.unwrap();
    let writing = client_of(&server);
    let error = writing.beta_groups().delete("3").with_read_only(true).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
    assert_eq!(server.one().line, "DELETE /v1/betaGroups/2");
}

fn page(app: &str, group: &str, next: Value) -> Answer {
    let linkage = json!({"betaGroups": {"data": [{"type": "betaGroups", "id": group}]}});
    let included = json!([{"type": "betaGroups", "id": group, "attributes": {"name": group}}]);
    Answer::json(
        200,
        &json!({
            "data": [{"type": "apps", "id": app, "relationships": linkage}],
            "included": included, "links": {"next": next}, "meta": {"paging": {"total": 2, "limit": 1}},
        }),
    )
}

#[tokio::test]
async fn items_keep_what_include_brought() {
    let server = Server::start([]).await;
    server.push(page("1", "testers", json!(format!("{}/v1/apps?cursor=2", server.url()))));
    server.push(page("2", "friends", Value::Null));
    let mut apps = client_of(&server).apps().list().include([AppInclude::BETA_GROUPS]).items();
    assert!(apps.page().is_none(), "nothing is read before the first item");
    let mut found = Vec::new();
    while let Some(app) = apps.try_next().await.unwrap() {
        let page = apps.page().unwrap();
        assert!(page.data.is_empty(), "the items are moved out");
        assert_eq!(page.meta.as_ref().unwrap().paging.total, Some(2));
        for group in app.relationships.beta_groups.data.value().unwrap() {
            let group: &BetaGroup = page.find_included(group).unwrap();
            found.push((app.id.clone(), group.attributes.name.clone().unwrap()));
        }
    }
    assert_eq!(found, [("1".into(), "testers".into()), ("2".into(), "friends".into())]);
}
