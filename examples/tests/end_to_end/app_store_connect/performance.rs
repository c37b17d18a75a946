//! `asc-performance`: insights in both forms that Apple sends, the overview, and regressions as a failure.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::{APPS, apps, run};
use crate::program::program;
use crate::script::{Script, call};

const METRICS: &str = "GET /v1/apps/a1/perfPowerMetrics";
const OVERVIEW: &str = "GET /v1/apps/a1/performanceOverviews";

fn metrics(regressions: Value) -> Answer {
    let point = json!({"version": "2.1", "value": 1.5, "percentageBreakdown": [{"value": 60.5, "subSystemLabel": "GPU"}]});
    let category = json!({"identifier": "HANG", "metrics": [{"identifier": "hangRate", "datasets": [{"points": [point]}]}]});
    let rising = json!([{"metricCategory": "LAUNCH", "metric": "launchTime", "latestVersion": "2.1",
        "referenceVersions": "2.0", "summaryString": "Launches take longer."}]);
    let insights = json!({"regressions": regressions, "trendingUp": rising});
    let body = json!({"version": "1", "insights": insights,
        "productData": [{"platform": "iOS", "metricCategories": [category]}]});
    Answer::new(200, "application/vnd.apple.xcode-metrics+json", body.to_string())
}

fn overview() -> Answer {
    let hang = json!({"signatureId": "1", "signature": "-[Feed load]", "weight": 41.5, "count": 12});
    let body = json!({"version": "1", "appMetadata": {"bundleId": "com.example.app"}, "insights": {"regressions": []},
        "signatures": {"topHangPoint": [hang], "topLaunchPoint": []}});
    Answer::new(200, "application/vnd.apple.xcode-overview+json", body.to_string())
}

fn regression() -> Value {
    json!([{"metricCategory": "HANG", "metric": "hangRate", "latestVersion": "2.1", "highImpact": true,
        "referenceVersions": ["1.9", "2.0"], "summaryString": "Hangs are more frequent.",
        "populations": [{"device": "iPhone17,2", "percentile": "percentile.fifty", "deltaPercentage": 12.5}]}])
}

#[tokio::test]
async fn regressions_trends_and_the_worst_code_are_printed() {
    let api = Script::start([
        call(APPS, apps()),
        call(
            format!("{METRICS}?filter[metricType]=HANG,LAUNCH&filter[deviceType]=all_iphones"),
            metrics(regression()),
        ),
        call(format!("{OVERVIEW}?filter[deviceType]=all_iphones"), overview()),
    ])
    .await;
    let args = ["com.example.app", "--metric", "HANG", "--metric", "LAUNCH", "--device", "all_iphones"];
    run(program!("asc-performance"), &args, &api).await.printed([
        "regression: hangRate in 2.1, compared with 1.9, 2.0",
        "  Hangs are more frequent.",
        "  iPhone17,2, percentile.fifty: 12.5 %",
        "trending up: launchTime in 2.1, compared with 2.0",
        "  Launches take longer.",
        "hangs: -[Feed load] (weight 41.5)",
    ]);
    let accept: Vec<_> =
        api.server.seen().iter().filter_map(|seen| seen.header("accept").map(str::to_owned)).collect();
    assert_eq!(
        accept[1..],
        ["application/vnd.apple.xcode-metrics+json", "application/vnd.apple.xcode-overview+json"]
    );
}

#[tokio::test]
async fn regressions_fail_a_pipeline_that_asks_for_it() {
    for (regressions, code) in [(regression(), 1), (json!([]), 0)] {
        let api = Script::start([
            call(APPS, apps()),
            call(METRICS, metrics(regressions)),
            call(OVERVIEW, overview()),
        ])
        .await;
        let args = ["com.example.app", "--fail-on-regressions"];
        let ended = run(program!("asc-performance"), &args, &api).await;
        let error = if code == 1 { "error: regressions: 1\n" } else { "" };
        assert_eq!((ended.code, ended.err.as_str()), (code, error));
    }
}
