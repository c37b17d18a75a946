//! Lists: every role of a query parameter as sent, and a page with included resources as decoded.

use app_store_connect_client::models::{
    App, AppField, AppInclude, AppResponseIncluded, AppSort, AppVersionState, BetaGroup, Build,
    BuildAudienceType, BuildField, BuildInclude, BuildProcessingState, BuildSort,
    CustomerReviewTerritoryFilter, Platform, ReviewSubmissionField,
};
use app_store_connect_client::runtime::{Identifier, Resource};
use serde_json::json;
use storewright_tests::Answer;

use crate::{TOKEN, serve};

fn no_apps() -> Answer {
    Answer::json(
        200,
        &json!({"data": [], "links": {"self": "x"}, "meta": {"paging": {"total": 0, "limit": 2}}}),
    )
}

#[tokio::test]
async fn every_role_of_a_parameter() {
    let (server, client) = serve([no_apps()]).await;
    let page = client
        .apps()
        .list()
        .filter_bundle_id(["com.example.one", "com.example.two"])
        .filter_name(["Tea, black & green", "Ü=1+1/2|#?%20"])
        .filter_app_store_versions_platform([Platform::Ios, Platform::from("CAR_OS")])
        .filter_app_store_versions_app_version_state([AppVersionState::ReadyForDistribution])
        .sort([AppSort::NAME, AppSort::BUNDLE_ID.desc()])
        .include([AppInclude::BUILDS, AppInclude::BETA_GROUPS])
        .fields_apps([AppField::NAME, AppField::BUNDLE_ID])
        .fields_builds([BuildField::VERSION])
        .fields_review_submissions([ReviewSubmissionField::PLATFORM])
        .limit(2)
        .limit_builds(5)
        .send()
        .await
        .unwrap();
    assert!(page.data.is_empty() && page.included.is_empty());
    let meta = page.meta.unwrap();
    assert_eq!((meta.paging.total, meta.paging.limit, meta.paging.next_cursor), (Some(0), Some(2), None));

    let seen = server.one();
    assert_eq!(
        seen.line,
        "GET /v1/apps\
         ?filter%5BbundleId%5D=com.example.one,com.example.two\
         &filter%5Bname%5D=Tea%2C%20black%20%26%20green,%C3%9C%3D1%2B1%2F2%7C%23%3F%2520\
         &filter%5BappStoreVersions.platform%5D=IOS,CAR_OS\
         &filter%5BappStoreVersions.appVersionState%5D=READY_FOR_DISTRIBUTION\
         &sort=name,-bundleId\
         &include=builds,betaGroups\
         &fields%5Bapps%5D=name,bundleId\
         &fields%5Bbuilds%5D=version\
         &fields%5BreviewSubmissions%5D=platform\
         &limit=2\
         &limit%5Bbuilds%5D=5"
    );
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    seen.assert_no_body();
}

#[tokio::test]
async fn a_list_without_parameters_has_no_query() {
    let (server, client) = serve([no_apps()]).await;
    client.apps().list().send().await.unwrap();
    assert_eq!(server.one().line, "GET /v1/apps");
}

#[tokio::test]
async fn an_empty_value_is_a_value() {
    let (server, client) = serve([no_apps()]).await;
    client.apps().list().filter_name([""]).filter_sku(["", "a"]).send().await.unwrap();
    assert_eq!(server.one().line, "GET /v1/apps?filter%5Bname%5D=&filter%5Bsku%5D=,a");
}

#[tokio::test]
async fn setting_a_parameter_again_replaces_it() {
    let (server, client) = serve([no_apps()]).await;
    client.apps().list().limit(1).filter_id(["1"]).limit(2).filter_id(["2", "3"]).send().await.unwrap();
    assert_eq!(server.one().line, "GET /v1/apps?limit=2&filter%5Bid%5D=2,3");
}

#[tokio::test]
async fn whether_a_relationship_exists() {
    let (server, client) = serve([no_apps()]).await;
    let page = client
        .apps()
        .list_customer_reviews("1")
        .exists_published_response(false)
        .filter_territory([CustomerReviewTerritoryFilter::from("CHE")])
        .send()
        .await
        .unwrap();
    assert!(page.data.is_empty());
    assert_eq!(
        server.one().line,
        "GET /v1/apps/1/customerReviews?exists%5BpublishedResponse%5D=false&filter%5Bterritory%5D=CHE"
    );
}

#[tokio::test]
async fn a_deep_parameter_name() {
    let (server, client) = serve([no_apps()]).await;
    client
        .builds()
        .list()
        .filter_app(["1"])
        .filter_pre_release_version_version(["1.0"])
        .filter_processing_state([BuildProcessingState::Valid.as_str().into()])
        .sort([BuildSort::UPLOADED_DATE.desc()])
        .include([BuildInclude::new("somethingNew")])
        .send()
        .await
        .unwrap();
    assert_eq!(
        server.one().line,
        "GET /v1/builds?filter%5Bapp%5D=1&filter%5BpreReleaseVersion.version%5D=1.0\
         &filter%5BprocessingState%5D=VALID&sort=-uploadedDate&include=somethingNew"
    );
}

#[tokio::test]
async fn a_page_with_included_resources_of_several_types() {
    let answer = json!({
        "data": [{
            "type": "apps",
            "id": "1",
            "attributes": {
                "name": "Tea",
                "bundleId": "com.example.tea",
                "contentRightsDeclaration": "SOMETHING_NEW",
                "addedByApple": {"any": ["thing"]},
            },
            "relationships": {
                "builds": {
                    "meta": {"paging": {"total": 7, "limit": 1}},
                    "data": [{"type": "builds", "id": "b1"}],
                    "links": {"self": "s", "related": "r"},
                },
                "addedByApple": {"data": {"type": "x", "id": "y"}},
            },
            "links": {"self": "https://example.com/v1/apps/1"},
            "meta": {"new": true},
        }],
        "included": [
            // `type` may come in any position.
            {"attributes": {"version": "42", "processingState": "VALID", "buildAudienceType": "NEW_AUDIENCE"},
             "id": "b1", "type": "builds"},
            {"type": "betaGroups", "id": "g1", "attributes": {"name": "Testers", "createdDate": "soon"}},
            {"type": "somethingNew", "id": "n1", "attributes": {"a": [1, 2.5, null]}},
            {"type": "builds", "id": "b2"},
        ],
        "links": {"self": "s", "first": "f"},
        "meta": {"paging": {"total": 1, "limit": 50}, "new": 1},
        "jsonapi": {"version": "9"},
    });
    let (_server, client) = serve([Answer::json(200, &answer)]).await;
    let page = client.apps().list().include([AppInclude::BUILDS]).send().await.unwrap();

    let app = &page.data[0];
    assert_eq!((app.id.as_str(), App::TYPE, app.id()), ("1", "apps", "1"));
    assert_eq!(app.attributes.name.as_deref(), Some("Tea"));
    assert_eq!(app.attributes.sku, None);
    assert_eq!(app.attributes.content_rights_declaration.as_ref().unwrap().as_str(), "SOMETHING_NEW");
    assert_eq!(app.links.self_.as_deref(), Some("https://example.com/v1/apps/1"));
    let builds = &app.relationships.builds;
    assert_eq!(builds.data.value().unwrap(), &[Identifier::new("builds", "b1")]);
    assert_eq!(builds.meta.as_ref().unwrap().paging.total, Some(7));
    assert_eq!(builds.links.related.as_deref(), Some("r"));

    let builds: Vec<&Build> = page.included::<Build>().collect();
    assert_eq!(builds.iter().map(|build| build.id.as_str()).collect::<Vec<_>>(), ["b1", "b2"]);
    assert_eq!(builds[0].attributes.version.as_deref(), Some("42"));
    assert_eq!(builds[0].attributes.processing_state, Some(BuildProcessingState::Valid));
    assert_eq!(
        builds[0].attributes.build_audience_type,
        Some(BuildAudienceType::Unrecognized("NEW_AUDIENCE".into()))
    );
    let group = page.find_included::<BetaGroup>(&Identifier::new("betaGroups", "g1")).unwrap();
    assert_eq!(group.attributes.created_date.as_ref().unwrap().as_str(), "soon");
    assert!(group.attributes.created_date.as_ref().unwrap().parse().is_err());
    assert!(page.find_included::<BetaGroup>(&Identifier::new("betaGroups", "g2")).is_none());
    assert_eq!(page.included.len(), 4);
    let AppResponseIncluded::Unrecognized(unknown) = &page.included[2] else {
        panic!("{:?}", page.included[2]);
    };
    assert_eq!(*unknown, answer["included"][2]);
    assert_eq!(page.links.first.as_deref(), Some("f"));
}

#[tokio::test]
async fn explicit_nulls_everywhere() {
    let answer = json!({
        "data": [{
            "type": "builds",
            "id": "1",
            "attributes": {"version": null, "processingState": null, "iconAssetToken": null, "uploadedDate": null,
                           "expired": null},
            "relationships": {
                "app": null,
                "buildBundles": {"data": null, "meta": null, "links": null},
                "preReleaseVersion": {"data": null, "links": {"self": null, "related": null}},
            },
            "links": null,
        }, {"type": "builds", "id": "2", "attributes": null, "relationships": null}],
        "included": null,
        "links": {"self": "s", "first": null, "next": null},
        "meta": null,
    });
    let (_server, client) = serve([Answer::json(200, &answer)]).await;
    let page = client.builds().list().send().await.unwrap();
    let [first, second] = page.data.as_slice() else { panic!("{:?}", page.data) };
    assert_eq!(second, &Build::new("2"));
    assert_eq!(first.attributes, second.attributes);
    assert!(first.relationships.build_bundles.data.is_null() && first.relationships.app.data.is_absent());
    assert_eq!(
        serde_json::to_value(first).unwrap(),
        json!({"type": "builds", "id": "1", "relationships": {
            "buildBundles": {"data": null}, "preReleaseVersion": {"data": null},
        }})
    );
    assert!(page.included.is_empty() && page.meta.is_none() && page.links.next.is_none());
}
