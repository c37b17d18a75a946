//! Lists that go on: by a link, by a token, by a count.

use app_center_client::runtime::ErrorKind;
use serde_json::json;
use storewright_tests::{Answer, Server};

use crate::serve;

#[tokio::test]
async fn by_a_link() {
    let (server, client) = serve([
        Answer::json(
            200,
            &json!({"values": [{"name": "a"}], "nextLink": "/v0.1/apps/ann/caravan/analytics/audiences?after=a%2Fb"}),
        ),
        Answer::json(200, &json!({"values": [{"name": "b"}], "nextLink": ""})),
    ])
    .await;
    let mut audiences = client.analytics().list_audiences(("ann", "caravan")).include_disabled(true).items();
    let mut names = Vec::new();
    while let Some(audience) = audiences.try_next().await.unwrap() {
        names.push(audience.name.unwrap());
    }
    assert_eq!(names, ["a", "b"]);
    let lines: Vec<String> = server.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v0.1/apps/ann/caravan/analytics/audiences?include_disabled=true",
            "GET /v0.1/apps/ann/caravan/analytics/audiences?after=a%2Fb",
        ]
    );
}

#[tokio::test]
#[allow(deprecated, reason = "the one list with a token is one that the vendor advises against")]
async fn by_a_token() {
    let page = |id: &str, token: Option<&str>| {
        let group = json!({"crash_group_id": id, "new_crash_group_id": id});
        Answer::json(
            200,
            &json!({"crash_groups": [group], "limited_result_set": false, "continuation_token": token}),
        )
    };
    let (server, client) = serve([page("a", Some("x/y")), page("b", None)]).await;
    let mut groups = client.crash_groups().list(("ann", "caravan")).app_version("1.0").items();
    let mut ids = Vec::new();
    while let Some(group) = groups.try_next().await.unwrap() {
        ids.push(group.crash_group_id);
    }
    assert_eq!(ids, ["a", "b"]);
    let lines: Vec<String> = server.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v0.1/apps/ann/caravan/crash_groups?app_version=1.0",
            "GET /v0.1/apps/ann/caravan/crash_groups?app_version=1.0&continuation_token=x%2Fy",
        ]
    );
}

#[tokio::test]
async fn by_a_count_until_there_are_no_more() {
    let page = |ids: &[&str], more: bool| {
        let errors: Vec<_> = ids.iter().map(|id| json!({"errorId": id})).collect();
        Answer::json(200, &json!({"errors": errors, "hasMoreResults": more}))
    };
    let (server, client) = serve([page(&["a", "b"], true), page(&["c"], false)]).await;
    let mut errors = client.errors().error_search(("ann", "caravan")).top(2).skip(10).items();
    let mut count = 0;
    while errors.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 3);
    let lines: Vec<String> = server.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v0.1/apps/ann/caravan/errors/search?%24top=2&%24skip=10",
            "GET /v0.1/apps/ann/caravan/errors/search?%24top=2&%24skip=12",
        ]
    );
}

#[tokio::test]
async fn by_a_count_until_it_is_the_total() {
    let page = |names: &[&str]| Answer::json(200, &json!({"versions": names, "total_count": 3}));
    let (server, client) = serve([page(&["1", "2"]), page(&["3"])]).await;
    let mut versions = client.errors().available_versions(("ann", "caravan"), "2020-01-01T00:00:00Z").items();
    let mut all = Vec::new();
    while let Some(version) = versions.try_next().await.unwrap() {
        all.push(version);
    }
    assert_eq!(all, ["1", "2", "3"]);
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert!(
        seen[1].line.ends_with("available_versions?start=2020-01-01T00%3A00%3A00Z&%24skip=2"),
        "{}",
        seen[1].line
    );
}

#[tokio::test]
async fn a_page_without_items_is_the_last() {
    let (server, client) = serve([Answer::json(200, &json!({"errors": [], "hasMoreResults": true}))]).await;
    assert!(client.errors().error_search(("ann", "caravan")).items().try_next().await.unwrap().is_none());
    server.one();
}

#[tokio::test]
async fn a_link_to_another_host_is_not_followed() {
    let elsewhere = Server::start([]).await;
    let next = format!("{}/v0.1/apps?after=x", elsewhere.url());
    let (server, client) =
        serve([Answer::json(200, &json!({"values": [{"name": "a"}], "nextLink": next}))]).await;
    let mut audiences = client.analytics().list_audiences(("ann", "caravan")).items();
    assert!(audiences.try_next().await.unwrap().is_some());
    let error = audiences.try_next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Paging);
    server.one();
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_link_that_leads_back_ends_in_an_error_and_not_in_a_loop() {
    let page = |after: &str| {
        let next = format!("/v0.1/apps/ann/caravan/analytics/audiences?after={after}");
        Answer::json(200, &json!({"values": [{"name": "a"}], "nextLink": next}))
    };
    let (server, client) = serve([page("1"), page("2"), page("1")]).await;
    let mut pages = client.analytics().list_audiences(("ann", "caravan")).pages();
    for _ in 0..3 {
        assert!(pages.try_next().await.unwrap().is_some());
    }
    assert_eq!(pages.try_next().await.unwrap_err().kind(), ErrorKind::Paging);
    assert!(pages.try_next().await.unwrap().is_none());
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
#[allow(deprecated, reason = "the one list with a token is one that the vendor advises against")]
async fn a_token_that_comes_again_ends_in_an_error_and_not_in_a_loop() {
    let page = || {
        let group = json!({"crash_group_id": "a", "new_crash_group_id": "a"});
        Answer::json(
            200,
            &json!({"crash_groups": [group], "limited_result_set": false, "continuation_token": "x"}),
        )
    };
    let (server, client) = serve([page(), page()]).await;
    let mut pages = client.crash_groups().list(("ann", "caravan")).pages();
    assert!(pages.try_next().await.unwrap().is_some() && pages.try_next().await.unwrap().is_some());
    assert_eq!(pages.try_next().await.unwrap_err().kind(), ErrorKind::Paging);
    assert_eq!(server.seen().len(), 2);
}
