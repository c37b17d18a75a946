//! Creates, updates and deletes: the body as sent, in all three states of a member.

use app_store_connect_client::models::{
    AppContentRightsDeclaration, AppPriceScheduleCreate, AppPriceScheduleCreateRequest,
    AppPriceScheduleCreateRequestIncluded, AppPriceV2InlineCreate, AppStoreVersionCreate,
    AppStoreVersionCreateRequest, AppStoreVersionUpdateRequest, AppUpdateRequest, BetaGroupCreate,
    BetaGroupCreateRequest, BuildUpdateRequest, Platform, SubscriptionStatusUrlVersion,
    TerritoryInlineCreate,
};
use app_store_connect_client::runtime::{ErrorKind, Timestamp};
use serde_json::json;
use storewright_tests::Answer;

use crate::serve;

fn made(kind: &str) -> Answer {
    Answer::json(201, &json!({"data": {"type": kind, "id": "new"}, "links": {"self": "s"}}))
}

fn changed(kind: &str) -> Answer {
    Answer::json(200, &json!({"data": {"type": kind, "id": "1"}, "links": {"self": "s"}}))
}

#[tokio::test]
async fn a_create_with_no_more_than_it_must_have() {
    let (server, client) = serve([made("betaGroups")]).await;
    let group = client
        .beta_groups()
        .create(BetaGroupCreateRequest::new(BetaGroupCreate { name: "Testers".into(), app: "1".into() }))
        .send()
        .await
        .unwrap();
    assert_eq!(group.data.id, "new");
    let seen = server.one();
    assert_eq!(seen.line, "POST /v1/betaGroups");
    assert_eq!(
        seen.json(),
        json!({"data": {
            "type": "betaGroups",
            "attributes": {"name": "Testers"},
            "relationships": {"app": {"data": {"type": "apps", "id": "1"}}},
        }})
    );
    assert_eq!(seen.header("content-length"), Some(seen.body.len().to_string().as_str()));
}

#[tokio::test]
async fn a_create_with_values_nulls_and_relationships() {
    let (server, client) = serve([made("betaGroups"), made("appStoreVersions")]).await;
    let request = BetaGroupCreateRequest::new(BetaGroupCreate {
        name: "Ünïcode \"quoted\" \\ \n".into(),
        app: "1".into(),
    })
    .public_link_enabled(true)
    .public_link_limit(10_000)
    .clear_feedback_enabled()
    .builds(["b1", "b2"])
    .beta_testers([""; 0]);
    client.beta_groups().create(request).send().await.unwrap();
    let request = AppStoreVersionCreateRequest::new(AppStoreVersionCreate {
        platform: Platform::Ios,
        version_string: "1.0".into(),
        app: "1".into(),
    })
    .earliest_release_date("2026-12-01T09:00:00-08:00")
    .build("b1");
    client.app_store_versions().create(request).send().await.unwrap();

    let seen = server.seen();
    assert_eq!(
        seen[0].json(),
        json!({"data": {
            "type": "betaGroups",
            "attributes": {
                "feedbackEnabled": null,
                "name": "Ünïcode \"quoted\" \\ \n",
                "publicLinkEnabled": true,
                "publicLinkLimit": 10000,
            },
            "relationships": {
                "app": {"data": {"type": "apps", "id": "1"}},
                "betaTesters": {"data": []},
                "builds": {"data": [{"type": "builds", "id": "b1"}, {"type": "builds", "id": "b2"}]},
            },
        }})
    );
    assert_eq!(
        seen[1].json(),
        json!({"data": {
            "type": "appStoreVersions",
            "attributes": {
                "earliestReleaseDate": "2026-12-01T09:00:00-08:00",
                "platform": "IOS",
                "versionString": "1.0",
            },
            "relationships": {
                "app": {"data": {"type": "apps", "id": "1"}},
                "build": {"data": {"type": "builds", "id": "b1"}},
            },
        }})
    );
}

#[tokio::test]
async fn a_create_with_inline_creations() {
    let (server, client) = serve([made("appPriceSchedules")]).await;
    let price = AppPriceV2InlineCreate::new().id("${price1}").start_date("2026-12-01").app_price_point("p1");
    let bare = AppPriceV2InlineCreate::new().id("${price2}").clear_end_date();
    let request = AppPriceScheduleCreateRequest::new(AppPriceScheduleCreate {
        app: "1".into(),
        base_territory: "CHE".into(),
        manual_prices: vec!["${price1}".into(), "${price2}".into()],
    })
    .included([
        AppPriceScheduleCreateRequestIncluded::AppPriceV2InlineCreate(Box::new(price)),
        AppPriceScheduleCreateRequestIncluded::AppPriceV2InlineCreate(Box::new(bare)),
        AppPriceScheduleCreateRequestIncluded::TerritoryInlineCreate(Box::new(
            TerritoryInlineCreate::new().id("CHE"),
        )),
    ]);
    client.app_price_schedules().create(request).send().await.unwrap();
    let seen = server.one();
    assert_eq!(seen.line, "POST /v1/appPriceSchedules");
    assert_eq!(
        seen.json(),
        json!({
            "data": {
                "type": "appPriceSchedules",
                "relationships": {
                    "app": {"data": {"type": "apps", "id": "1"}},
                    "baseTerritory": {"data": {"type": "territories", "id": "CHE"}},
                    "manualPrices": {"data": [{"type": "appPrices", "id": "${price1}"},
                                              {"type": "appPrices", "id": "${price2}"}]},
                },
            },
            "included": [
                {"type": "appPrices", "id": "${price1}", "attributes": {"startDate": "2026-12-01"},
                 "relationships": {"appPricePoint": {"data": {"type": "appPricePoints", "id": "p1"}}}},
                {"type": "appPrices", "id": "${price2}", "attributes": {"endDate": null}},
                {"type": "territories", "id": "CHE"},
            ],
        })
    );
}

#[tokio::test]
async fn an_update_takes_its_id_from_the_request_and_has_three_states() {
    let (server, client) = serve([changed("apps"), changed("apps")]).await;
    let request = AppUpdateRequest::new("1/2")
        .primary_locale("en-GB")
        .clear_content_rights_declaration()
        .streamlined_purchasing_enabled(false)
        .subscription_status_url_version(SubscriptionStatusUrlVersion::from("V9"));
    let app = client.apps().update(request).send().await.unwrap();
    assert_eq!(app.data.id, "1");
    // The last word counts.
    let request = AppUpdateRequest::new("1")
        .clear_content_rights_declaration()
        .content_rights_declaration(AppContentRightsDeclaration::UsesThirdPartyContent)
        .primary_locale("en-GB")
        .clear_primary_locale();
    client.apps().update(request).send().await.unwrap();

    let seen = server.seen();
    assert_eq!(seen[0].line, "PATCH /v1/apps/1%2F2");
    assert_eq!(
        seen[0].json(),
        json!({"data": {"type": "apps", "id": "1/2", "attributes": {
            "contentRightsDeclaration": null,
            "primaryLocale": "en-GB",
            "streamlinedPurchasingEnabled": false,
            "subscriptionStatusUrlVersion": "V9",
        }}})
    );
    assert_eq!(
        seen[1].json(),
        json!({"data": {"type": "apps", "id": "1", "attributes": {
            "contentRightsDeclaration": "USES_THIRD_PARTY_CONTENT",
            "primaryLocale": null,
        }}})
    );
}

#[tokio::test]
async fn an_update_that_changes_nothing_is_sent_as_it_is() {
    let (server, client) = serve([changed("apps")]).await;
    client.apps().update(AppUpdateRequest::new("1")).send().await.unwrap();
    assert_eq!(server.one().json(), json!({"data": {"type": "apps", "id": "1"}}));
}

#[tokio::test]
async fn an_update_without_an_id_is_not_sent() {
    let (server, client) = serve([]).await;
    let error = client.apps().update(AppUpdateRequest::default()).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Build);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_update_sets_and_clears_relationships() {
    let (server, client) = serve([changed("appStoreVersions"), changed("builds")]).await;
    let request = AppStoreVersionUpdateRequest::new("v")
        .build("b1")
        .clear_app_clip_default_experience()
        .earliest_release_date(Timestamp::from("2026-12-01T09:00:00Z"));
    client.app_store_versions().update(request).send().await.unwrap();
    let request = BuildUpdateRequest::new("b").clear_app_encryption_declaration();
    client.builds().update(request).send().await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].line, "PATCH /v1/appStoreVersions/v");
    assert_eq!(
        seen[0].json(),
        json!({"data": {
            "type": "appStoreVersions",
            "id": "v",
            "attributes": {"earliestReleaseDate": "2026-12-01T09:00:00Z"},
            "relationships": {
                "appClipDefaultExperience": {"data": null},
                "build": {"data": {"type": "builds", "id": "b1"}},
            },
        }})
    );
    assert_eq!(
        seen[1].json(),
        json!({"data": {"type": "builds", "id": "b",
                        "relationships": {"appEncryptionDeclaration": {"data": null}}}})
    );
}

#[tokio::test]
async fn deletes_answer_204_or_202() {
    let (server, client) = serve([Answer::empty(204), Answer::empty(202)]).await;
    client.beta_groups().delete("g").send().await.unwrap();
    client.beta_testers().delete("t").send().await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].line, "DELETE /v1/betaGroups/g");
    assert_eq!(seen[1].line, "DELETE /v1/betaTesters/t");
    for seen in &seen {
        seen.assert_no_body();
    }
}
