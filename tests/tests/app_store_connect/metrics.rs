//! Metrics in the forms that Apple sends, which are others than the documented ones: both are read and typed.

use app_store_connect_client::models::{
    GameCenterDetailsRuleBasedMatchmakingRequestsGranularity as Every,
    GameCenterMatchmakingRulesMatchmakingBooleanRuleResultsGranularity as EveryOfRule, MetricDimension,
    MetricDuration, MetricGranularity, MetricRuleResult, MetricShares, MetricVersions,
};
use app_store_connect_client::runtime::StaticToken;
use app_store_connect_client::{Client, runtime::Response};
use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

/// Responses, and a client for which any value of another type is an error.
async fn strict(bodies: impl IntoIterator<Item = Value>) -> (Server, Client) {
    let server = Server::start(bodies.into_iter().map(|body| Answer::json(200, &body))).await;
    let builder = Client::builder(StaticToken::bearer("t")).base_url(server.url());
    let client = builder.strict_decoding(true).build().unwrap();
    (server, client)
}

fn page(item: Value) -> Value {
    json!({"data": [item], "links": {"self": "https://example.com/v1/x"}, "meta": {"paging": {"total": 1, "limit": 50}}})
}

fn usage(dimension: &str, data: Value) -> Value {
    page(json!({
        "type": "usages",
        "dataPoints": [{"start": "2025-10-05", "end": "2026-10-05",
            "values": {"crashCount": 2, "sessionCount": 9, "feedbackCount": 1}}],
        "dimensions": {(dimension): {"data": data, "links": {"related": "https://example.com/v1/betaTesters/T-7"}}},
    }))
}

/// The id of a dimension in either form.
fn id(dimension: &MetricDimension) -> &str {
    match dimension {
        MetricDimension::String(id) => id,
        MetricDimension::MetricDimensionResource(resource) => &resource.id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn dimensions_name_resources_or_ids() {
    let resource = |kind: &str| json!({"type": kind, "id": "T-7"});
    let (_server, client) = strict([
        usage("betaTesters", resource("betaTesters")),
        usage("betaTesters", json!("T-7")),
        usage("betaTesters", resource("betaTesters")),
        usage("apps", resource("apps")),
        usage("apps", json!("T-7")),
    ])
    .await;
    for _ in 0..2 {
        let page = client.apps().beta_tester_usage_metrics("1").send().await.unwrap();
        let usage = &page.data[0];
        let tester = usage.dimensions.as_ref().unwrap().beta_testers.as_ref().unwrap();
        assert_eq!(id(tester.data.as_ref().unwrap()), "T-7");
        let values = usage.data_points.as_ref().unwrap()[0].values.as_ref().unwrap();
        let counts = (values.crash_count, values.session_count, values.feedback_count);
        assert_eq!(counts, (Some(2), Some(9), Some(1)));
    }
    let page = client.beta_groups().beta_tester_usage_metrics("1").send().await.unwrap();
    let tester = page.data[0].dimensions.as_ref().unwrap().beta_testers.as_ref().unwrap();
    assert!(
        matches!(&tester.data, Some(MetricDimension::MetricDimensionResource(r)) if r.type_ == "betaTesters")
    );
    for _ in 0..2 {
        let page = client.beta_testers().beta_tester_usage_metrics("1", "2").send().await.unwrap();
        let app = page.data[0].dimensions.as_ref().unwrap().apps.as_ref().unwrap();
        assert_eq!(id(app.data.as_ref().unwrap()), "T-7");
    }
}

#[tokio::test]
async fn granularities_are_seconds_or_durations() {
    let of = |granularity: Value| {
        page(
            json!({"granularity": granularity, "dataPoints": [{"values": {"count": 14, "p50SecondsInQueue": 3.36}}],
            "dimensions": {"result": {"links": {"groupBy": "https://example.com"}}}}),
        )
    };
    let (_server, client) = strict([of(json!(900)), of(json!("PT15M"))]).await;
    let details = client.game_center_details();
    let mut found = Vec::new();
    for _ in 0..2 {
        let page = details.rule_based_matchmaking_request_metrics("1", Every::Pt15m).send().await.unwrap();
        assert_eq!(page.data[0].data_points.as_ref().unwrap()[0].values.as_ref().unwrap().count, Some(14));
        found.push(page.data[0].granularity.clone().unwrap());
    }
    let duration = MetricGranularity::MetricDuration(MetricDuration::Pt15m);
    assert_eq!(found, [MetricGranularity::Integer(900), duration]);
}

#[tokio::test]
async fn results_of_boolean_rules_are_booleans_or_texts() {
    let of = |result: Value| {
        page(json!({"granularity": 3600, "dimensions": {
            "result": {"data": result},
            "gameCenterMatchmakingQueue": {"data": {"type": "gameCenterMatchmakingQueues", "id": "q"},
                "links": {"related": "https://example.com"}}}}))
    };
    let (_server, client) = strict([of(json!(false)), of(json!("false"))]).await;
    let mut found = Vec::new();
    for _ in 0..2 {
        let rules = client.game_center_matchmaking_rules();
        let page =
            rules.matchmaking_boolean_rule_result_metrics("1", EveryOfRule::Pt1h).send().await.unwrap();
        let dimensions = page.data[0].dimensions.as_ref().unwrap();
        found.push(dimensions.result.as_ref().unwrap().data.clone().unwrap());
        let queue = dimensions.game_center_matchmaking_queue.as_ref().unwrap();
        assert_eq!(id(queue.data.as_ref().unwrap()), "q");
    }
    assert_eq!(found, [MetricRuleResult::Boolean(false), MetricRuleResult::String("false".into())]);
}

fn power(versions: Value, shares: Value) -> Value {
    json!({
        "version": "1.0.0",
        "insights": {"trendingUp": [], "regressions": [{"metricCategory": "HANG", "metric": "hangRate",
            "latestVersion": "3.0", "referenceVersions": versions, "summaryString": "up"}]},
        "productData": [{"platform": "IOS", "metricCategories": [{"identifier": "MEMORY", "metrics": [
            {"identifier": "peakMemory", "datasets": [{"points": [
                {"version": "3.0", "value": 4.5, "percentageBreakdown": shares}]}]}]}]}],
    })
}

#[tokio::test]
async fn insights_and_points_list_versions_and_shares_or_name_one() {
    let (mail, web) =
        (json!({"subSystemLabel": "mail", "value": 60.5}), json!({"subSystemLabel": "web", "value": 39}));
    let (_server, client) = strict([
        power(json!(["1.0", "2.1"]), json!([mail, web])),
        power(json!("2.1"), mail.clone()),
        power(json!(["1.0", "2.1"]), json!([mail, web])),
    ])
    .await;
    for form in ["list", "one", "of a build"] {
        let metrics = match form {
            "of a build" => client.builds().get_perf_power_metrics("1").send().await.unwrap(),
            _ => client.apps().get_perf_power_metrics("1").send().await.unwrap(),
        };
        let versions = metrics.insights.unwrap().regressions.unwrap()[0].reference_versions.clone().unwrap();
        let versions = match versions {
            MetricVersions::ListString(versions) => versions,
            MetricVersions::String(version) => vec![version],
            other => panic!("{other:?}"),
        };
        let category = metrics.product_data.unwrap()[0].metric_categories.clone().unwrap().remove(0);
        let dataset = category.metrics.unwrap()[0].datasets.clone().unwrap().remove(0);
        let shares = match dataset.points.unwrap()[0].percentage_breakdown.clone().unwrap() {
            MetricShares::ListMetricShare(shares) => shares,
            MetricShares::MetricShare(share) => vec![*share],
            other => panic!("{other:?}"),
        };
        let shares: Vec<_> =
            shares.iter().map(|share| (share.sub_system_label.as_deref(), share.value)).collect();
        let all = [(Some("mail"), Some(60.5)), (Some("web"), Some(39.0))];
        match form {
            "one" => assert_eq!((versions, shares), (vec!["2.1".to_owned()], all[..1].to_vec())),
            _ => assert_eq!((versions, shares), (vec!["1.0".to_owned(), "2.1".to_owned()], all.to_vec())),
        }
    }
}

#[tokio::test]
async fn a_form_that_nobody_has_seen_yet_is_kept_as_json() {
    let (_server, client) = strict([power(json!({"from": "1.0"}), json!(7))]).await;
    let metrics: Response<_> = client.apps().get_perf_power_metrics("1").full().send().await.unwrap();
    let insight = &metrics.insights.as_ref().unwrap().regressions.as_ref().unwrap()[0];
    let kept = MetricVersions::Unrecognized(json!({"from": "1.0"}));
    assert_eq!((insight.reference_versions.as_ref(), metrics.mismatches().len()), (Some(&kept), 0));
}
