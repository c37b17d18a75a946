//! Responses whose members have other types than documented are read, and list them.

use app_store_connect_client::models::{AppInclude, Build};
use app_store_connect_client::runtime::{ErrorKind, Response, RetryPolicy, StaticToken};
use app_store_connect_client::{Client, Error};
use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use crate::serve;

fn listed<T>(response: &Response<T>) -> Vec<String> {
    response.mismatches().iter().map(ToString::to_string).collect()
}

/// An app with values of another type wherever one can be: scalars, a list, an object, a relationship, included resources.
fn foreign() -> Value {
    json!({
        "data": [{
            "type": "apps", "id": "1",
            "attributes": {"name": 17, "bundleId": "com.example", "sku": {"value": "S"}, "isOrEverWasMadeForKids": "no",
                "contentRightsDeclaration": ["X"], "primaryLocale": null},
            "relationships": {"builds": {"data": [{"type": "builds", "id": "b"}], "meta": {"paging": {"total": "one"}}},
                "ciProduct": [], "appClips": {"links": 5}},
            "links": "https://example.com/v1/apps/1",
        }],
        "included": [
            {"type": "builds", "id": "b", "attributes": {"version": 12, "expired": 0, "minOsVersion": "17.0"}},
            {"attributes": {"version": ["12"]}, "id": "c", "type": "builds"},
        ],
        "links": {"self": "https://example.com/v1/apps"},
        "meta": {"paging": {"total": 1}},
    })
}

#[tokio::test]
async fn the_rest_of_a_page_is_read() {
    let (_server, client) = serve([Answer::json(200, &foreign())]).await;
    let page = client.apps().list().include([AppInclude::BUILDS]).full().send().await.unwrap();
    let app = &page.data[0];
    assert_eq!((app.id.as_str(), app.attributes.bundle_id.as_deref()), ("1", Some("com.example")));
    assert_eq!((&app.attributes.name, &app.attributes.sku), (&None, &None));
    assert_eq!(app.attributes.is_or_ever_was_made_for_kids, None);
    let builds: Vec<&Build> = page.included::<Build>().collect();
    assert_eq!(builds.len(), 2);
    assert_eq!(builds[0].attributes.min_os_version.as_deref(), Some("17.0"));
    let mut listed = listed(&page);
    listed.sort();
    assert_eq!(
        listed,
        [
            "data[0].attributes.contentRightsDeclaration: expected a string, found an array",
            "data[0].attributes.isOrEverWasMadeForKids: expected a boolean, found a string",
            "data[0].attributes.name: expected a string, found an integer",
            "data[0].attributes.sku: expected a string, found an object",
            "data[0].links: expected an object, found a string",
            "data[0].relationships.appClips.links: expected an object, found an integer",
            "data[0].relationships.builds.meta.paging.total: expected a 64-bit integer, found a string",
            "data[0].relationships.ciProduct: expected an object, found an array",
            "included[0].attributes.expired: expected a boolean, found an integer",
            "included[0].attributes.version: expected a string, found an integer",
            "included[1].attributes.version: expected a string, found an array",
        ]
    );
}

#[tokio::test]
async fn strict_decoding_refuses_the_page() {
    let server = Server::start([Answer::json(200, &foreign())]).await;
    let builder = Client::builder(StaticToken::bearer("t")).base_url(server.url()).retry(RetryPolicy::none());
    let client = builder.strict_decoding(true).build().unwrap();
    let error: Error = client.apps().list().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.decode_error().unwrap().path, "data[0].attributes.name");
}

#[tokio::test]
async fn identities_stay_errors() {
    let resources =
        [json!({"type": "apps"}), json!({"type": "apps", "id": 1}), json!({"type": "apps", "id": null})];
    for resource in resources {
        let (_server, client) = serve([
            Answer::json(200, &json!({"data": resource})),
            Answer::json(200, &json!({"data": [resource]})),
        ])
        .await;
        assert_eq!(client.apps().get("1").send().await.unwrap_err().kind(), ErrorKind::Decode, "{resource}");
        assert_eq!(client.apps().list().send().await.unwrap_err().kind(), ErrorKind::Decode, "{resource}");
    }
}
