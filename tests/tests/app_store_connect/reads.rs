//! Reads a resource, its to-one relationship, linkages, maps and metrics.

#[allow(deprecated)] // one of the two shapes of a type
use app_store_connect_client::models::{
    App, BetaGroupsBetaTesterUsagesGroupBy, BetaGroupsBetaTesterUsagesPeriod, BetaTester, BuildBundle,
    BuildInclude, InAppPurchase, InAppPurchaseV2, MetricDimension, PhasedReleaseState,
};
use app_store_connect_client::runtime::{ErrorKind, Identifier, Patch};
use serde_json::json;
use storewright_tests::Answer;

use crate::serve;

#[tokio::test]
async fn a_resource_by_id() {
    let (server, client) = serve([Answer::json(
        200,
        &json!({"data": {"type": "apps", "id": "a/b", "attributes": {"name": "Tea"}}, "links": {"self": "s"}}),
    )])
    .await;
    let document = client.apps().get("a/b c?#%2F\u{fc}~").send().await.unwrap();
    assert_eq!((document.data.id.as_str(), document.data.attributes.name.as_deref()), ("a/b", Some("Tea")));
    assert_eq!(document.links.self_.as_deref(), Some("s"));
    assert_eq!(server.one().line, "GET /v1/apps/a%2Fb%20c%3F%23%252F%C3%BC~");
}

#[tokio::test]
async fn an_id_that_would_lead_elsewhere_is_not_sent() {
    let (server, client) = serve([]).await;
    for id in ["", ".", ".."] {
        let error = client.apps().get(id).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Build);
        assert!(error.to_string().starts_with("GET /v1/apps/{id}: `id` is "), "{error}");
        assert_eq!(error.operation().unwrap().id, "apps_getInstance");
        assert_eq!(client.apps().list_builds(id).send().await.unwrap_err().kind(), ErrorKind::Build);
        assert_eq!(
            client.apps().list_builds(id).items().try_next().await.unwrap_err().kind(),
            ErrorKind::Build
        );
        assert_eq!(client.beta_groups().delete(id).send().await.unwrap_err().kind(), ErrorKind::Build);
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn what_a_to_one_relationship_leads_to() {
    let (server, client) = serve([
        Answer::json(200, &json!({"data": null, "links": {"self": "s"}})),
        Answer::json(
            200,
            &json!({"data": {"type": "appStoreVersionPhasedReleases", "id": "1",
                             "attributes": {"phasedReleaseState": "ACTIVE", "currentDayNumber": 3}}}),
        ),
    ])
    .await;
    let versions = client.app_store_versions();
    assert_eq!(versions.get_app_store_version_phased_release("v").send().await.unwrap().data, None);
    let release = versions.get_app_store_version_phased_release("v").send().await.unwrap().data.unwrap();
    assert_eq!(release.attributes.phased_release_state, Some(PhasedReleaseState::Active));
    assert_eq!(release.attributes.current_day_number, Some(3));
    for seen in server.seen() {
        assert_eq!(seen.line, "GET /v1/appStoreVersions/v/appStoreVersionPhasedRelease");
    }
}

#[tokio::test]
async fn the_linkage_of_a_to_one_relationship() {
    let (server, client) = serve([
        Answer::json(
            200,
            &json!({"data": {"type": "apps", "id": "1"}, "links": {"self": "s", "related": "r"}}),
        ),
        Answer::json(200, &json!({"data": null, "links": {"self": "s"}})),
    ])
    .await;
    let linkage = client.builds().get_app_linkage("b").send().await.unwrap();
    assert_eq!(linkage.data, Some(Identifier::new("apps", "1")));
    assert_eq!(client.builds().get_app_linkage("b").send().await.unwrap().data, None);
    for seen in server.seen() {
        assert_eq!(seen.line, "GET /v1/builds/b/relationships/app");
    }
}

#[tokio::test]
async fn the_linkages_of_a_to_many_relationship() {
    let (server, client) = serve([Answer::json(
        200,
        &json!({"data": [{"type": "betaTesters", "id": "1"}, {"type": "betaTesters", "id": "2"}],
                "links": {"self": "s"}, "meta": {"paging": {"limit": 2}}}),
    )])
    .await;
    let page = client.beta_groups().list_beta_tester_linkages("g").limit(2).send().await.unwrap();
    assert_eq!(page.data, [Identifier::new("betaTesters", "1"), Identifier::new("betaTesters", "2")]);
    assert_eq!(server.one().line, "GET /v1/betaGroups/g/relationships/betaTesters?limit=2");
}

#[tokio::test]
async fn a_map_of_maps() {
    let (_server, client) = serve([Answer::json(
        200,
        &json!({
            "data": {"type": "builds", "id": "1"},
            "included": [{"type": "buildBundles", "id": "2", "attributes": {
                "bundleType": "APP",
                "dSYMUrl": "",
                "locales": ["en", "de"],
                "entitlements": {"Tea.app/Tea": {"application-identifier": "X.com.example", "get-task-allow": "false"},
                                 "Tea.app/None": {}},
            }}],
        }),
    )])
    .await;
    let document = client.builds().get("1").include([BuildInclude::BUILD_BUNDLES]).send().await.unwrap();
    let bundle: &BuildBundle = document.included().next().unwrap();
    let entitlements = bundle.attributes.entitlements.as_ref().unwrap();
    assert_eq!(entitlements["Tea.app/Tea"]["get-task-allow"], "false");
    assert!(entitlements["Tea.app/None"].is_empty());
    assert_eq!(bundle.attributes.d_sym_url.as_deref(), Some(""));
    assert_eq!(bundle.attributes.locales.as_deref().unwrap(), ["en", "de"]);
}

#[tokio::test]
async fn a_page_of_metrics() {
    let (server, client) = serve([Answer::json(
        200,
        &json!({
            "data": [{
                "dataPoints": [{"start": "2026-01-01T00:00:00Z", "end": "2026-01-08T00:00:00Z",
                                "values": {"crashCount": 1, "sessionCount": 20, "feedbackCount": null}}],
                "dimensions": {"betaTesters": {"data": "t1", "links": {"groupBy": "g", "related": "r"}}},
            }],
            "included": [{"type": "betaTesters", "id": "t1", "attributes": {"email": "t@example.com"}}],
            "links": {"self": "s"},
            "meta": {"paging": {"total": 1, "limit": 50}},
        }),
    )])
    .await;
    let page = client
        .beta_groups()
        .beta_tester_usage_metrics("g")
        .period(BetaGroupsBetaTesterUsagesPeriod::P7d)
        .group_by([BetaGroupsBetaTesterUsagesGroupBy::BetaTesters])
        .filter_beta_testers("t1")
        .limit(50)
        .send()
        .await
        .unwrap();
    let usage = &page.data[0];
    let point = &usage.data_points.as_ref().unwrap()[0];
    assert_eq!(point.start.as_ref().unwrap().parse().unwrap().to_string(), "2026-01-01T00:00:00Z");
    let values = point.values.as_ref().unwrap();
    assert_eq!((values.crash_count, values.session_count, values.feedback_count), (Some(1), Some(20), None));
    let dimension = usage.dimensions.as_ref().unwrap().beta_testers.as_ref().unwrap();
    assert_eq!(dimension.data, Some(MetricDimension::String("t1".into())));
    let tester = page.included::<BetaTester>().next().unwrap();
    assert_eq!(tester.attributes.email.as_deref(), Some("t@example.com"));
    assert_eq!(
        server.one().line,
        "GET /v1/betaGroups/g/metrics/betaTesterUsages\
         ?period=P7D&groupBy=betaTesters&filter%5BbetaTesters%5D=t1&limit=50"
    );
}

#[tokio::test]
#[allow(deprecated)]
async fn one_type_with_two_shapes_is_read_as_the_operation_says() {
    let included = json!({"type": "inAppPurchases", "id": "p", "attributes": {
        "name": "Second", "referenceName": "First", "productId": "com.example.tea"}});
    let (_server, client) = serve([
        Answer::json(200, &json!({"data": {"type": "promotedPurchases", "id": "1"}, "included": [included]})),
        Answer::json(200, &json!({"data": {"type": "apps", "id": "1"}, "included": [included]})),
    ])
    .await;
    let promoted = client.promoted_purchases().get("1").send().await.unwrap();
    let second = promoted.included::<InAppPurchaseV2>().next().unwrap();
    assert_eq!(second.attributes.name.as_deref(), Some("Second"));
    let app = client.apps().get("1").send().await.unwrap();
    let first = app.included::<InAppPurchase>().next().unwrap();
    assert_eq!(first.attributes.reference_name.as_deref(), Some("First"));
    for id in [&second.attributes.product_id, &first.attributes.product_id] {
        assert_eq!(id.as_deref(), Some("com.example.tea"));
    }
}

#[tokio::test]
async fn relationships_take_room_only_where_there_are_some() {
    assert!(size_of::<App>() < 400, "{}", size_of::<App>());
    let (_server, client) = serve([Answer::json(
        200,
        &json!({"data": {"type": "apps", "id": "1", "relationships": {
            "builds": {"data": [{"type": "builds", "id": "b"}]}}}}),
    )])
    .await;
    let mut app = client.apps().get("1").send().await.unwrap().data;
    assert_eq!(app.relationships.builds.data, Patch::Value(vec![Identifier::new("builds", "b")]));
    assert!(app.relationships.beta_groups.data.is_absent());
    assert_ne!(app, App::new("1"));
    app.relationships.builds.data = Patch::Absent;
    assert_eq!(app, App::new("1"));
    let builds = app.relationships.into_inner().builds;
    assert!(builds.data.is_absent());
}
