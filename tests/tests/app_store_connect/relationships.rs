//! Changes of relationships: the method and the linkages as sent.

use serde_json::json;
use storewright_tests::Answer;

use crate::serve;

#[tokio::test]
#[allow(deprecated, reason = "one of the few relationships that are replaced")]
async fn to_many_relationships_are_extended_replaced_and_shrunk() {
    let (server, client) =
        serve([Answer::empty(204), Answer::empty(204), Answer::empty(204), Answer::empty(204)]).await;
    client.beta_groups().add_beta_testers("g", ["1", "2"]).send().await.unwrap();
    client
        .app_screenshot_sets()
        .replace_app_screenshots("s", vec!["2".to_owned(), "1".to_owned()])
        .send()
        .await
        .unwrap();
    client.app_screenshot_sets().replace_app_screenshots("s", [""; 0]).send().await.unwrap();
    client.beta_groups().remove_beta_testers("g", ["1"]).send().await.unwrap();
    let seen = server.seen();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "POST /v1/betaGroups/g/relationships/betaTesters",
            "PATCH /v1/appScreenshotSets/s/relationships/appScreenshots",
            "PATCH /v1/appScreenshotSets/s/relationships/appScreenshots",
            "DELETE /v1/betaGroups/g/relationships/betaTesters",
        ]
    );
    let testers = |ids: &[&str]| {
        let data: Vec<_> = ids.iter().map(|id| json!({"type": "betaTesters", "id": id})).collect();
        json!({"data": data})
    };
    assert_eq!(seen[0].json(), testers(&["1", "2"]));
    assert_eq!(
        seen[1].json(),
        json!({"data": [{"type": "appScreenshots", "id": "2"}, {"type": "appScreenshots", "id": "1"}]})
    );
    assert_eq!(seen[2].json(), json!({"data": []}));
    assert_eq!(seen[3].json(), testers(&["1"]));
    assert_eq!(seen[3].header("content-length"), Some(seen[3].body.len().to_string().as_str()));
}

#[tokio::test]
async fn a_removal_may_answer_202() {
    let (server, client) = serve([Answer::empty(202)]).await;
    client.apps().remove_beta_testers("1", ["t"]).send().await.unwrap();
    let seen = server.one();
    assert_eq!(seen.line, "DELETE /v1/apps/1/relationships/betaTesters");
    assert_eq!(seen.json(), json!({"data": [{"type": "betaTesters", "id": "t"}]}));
}

#[tokio::test]
async fn the_type_of_a_linkage_is_that_of_the_resource_not_of_the_relationship() {
    let (server, client) = serve([Answer::empty(204)]).await;
    client.builds().add_individual_testers("b", ["t"]).send().await.unwrap();
    let seen = server.one();
    assert_eq!(seen.line, "POST /v1/builds/b/relationships/individualTesters");
    assert_eq!(seen.json(), json!({"data": [{"type": "betaTesters", "id": "t"}]}));
}

#[tokio::test]
async fn a_to_one_relationship_is_set_and_cleared() {
    let (server, client) = serve([Answer::empty(204), Answer::empty(204)]).await;
    client.app_store_versions().set_build("v", Some("b")).send().await.unwrap();
    client.app_store_versions().set_build("v", None).send().await.unwrap();
    let seen = server.seen();
    for seen in &seen {
        assert_eq!(seen.line, "PATCH /v1/appStoreVersions/v/relationships/build");
    }
    assert_eq!(seen[0].json(), json!({"data": {"type": "builds", "id": "b"}}));
    assert_eq!(seen[1].json(), json!({"data": null}));
}
