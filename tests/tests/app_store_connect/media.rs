//! Responses other than JSON: `Accept` and decoding.

use app_store_connect_client::models::{
    AppsPerfPowerMetricsPlatformFilter, DiagnosticLogCallStackNode, SalesReportsFrequencyFilter,
    SalesReportsReportSubTypeFilter, SalesReportsReportTypeFilter,
};
use serde_json::{Value, json};
use storewright_tests::Answer;

use crate::serve;

const CSV: &str = "Price,\"a, b\"\r\n0.99,ü\r\n";

/// `printf 'Provider\n' | gzip -n`, which is not UTF-8.
const GZIP: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x0b, 0x28, 0xca, 0x2f, 0xcb, 0x4c, 0x49,
    0x2d, 0xe2, 0x02, 0x00, 0x2c, 0x9f, 0x0d, 0x49, 0x09, 0x00, 0x00, 0x00,
];

#[tokio::test]
async fn an_empty_list_for_what_is_required_is_not_sent() {
    let (server, client) = serve([Answer::new(200, "application/a-gzip", GZIP)]).await;
    let none: [&str; 0] = [];
    let error = client
        .sales_reports()
        .download(
            [SalesReportsFrequencyFilter::Daily],
            [SalesReportsReportSubTypeFilter::Summary],
            [SalesReportsReportTypeFilter::Sales],
            none,
        )
        .send()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("`filter[vendorNumber]` needs at least one value"), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_sales_report_is_the_bytes_as_they_come() {
    let (server, client) = serve([Answer::new(200, "application/a-gzip", GZIP)]).await;
    let report = client
        .sales_reports()
        .download(
            [SalesReportsFrequencyFilter::Daily],
            [SalesReportsReportSubTypeFilter::Summary],
            [SalesReportsReportTypeFilter::Sales],
            ["85012345"],
        )
        .filter_report_date(["2026-11-01"])
        .filter_version(["1_0"])
        .send()
        .await
        .unwrap();
    assert_eq!(&*report, GZIP);
    let seen = server.one();
    assert_eq!(
        seen.line,
        "GET /v1/salesReports?filter%5Bfrequency%5D=DAILY&filter%5BreportSubType%5D=SUMMARY\
         &filter%5BreportType%5D=SALES&filter%5BvendorNumber%5D=85012345&filter%5BreportDate%5D=2026-11-01\
         &filter%5Bversion%5D=1_0"
    );
    assert_eq!(seen.header("accept"), Some("application/a-gzip"));
    // A transport that unpacks bodies would spoil a file that is meant to be packed.
    assert_eq!(seen.header("accept-encoding"), None);
}

#[tokio::test]
async fn the_same_operation_as_json_and_as_csv() {
    let (server, client) = serve([
        Answer::json(
            200,
            &json!({"data": [{"type": "inAppPurchasePricePoints", "id": "p",
                              "attributes": {"customerPrice": "0.99", "proceeds": "0.70"}}]}),
        ),
        Answer::new(200, "text/csv", CSV),
    ])
    .await;
    let purchases = client.in_app_purchases_v2();
    let page = purchases.list_price_points("1").filter_territory(["CHE"]).limit(8000).send().await.unwrap();
    assert_eq!(page.data[0].attributes.customer_price.as_deref(), Some("0.99"));
    let csv: String =
        purchases.download_price_points_csv("1").filter_territory(["CHE"]).limit(8000).send().await.unwrap();
    assert_eq!(csv, CSV);
    let seen = server.seen();
    assert_eq!(seen[0].header("accept"), Some("application/json"));
    assert_eq!(seen[1].header("accept"), Some("text/csv"));
    for seen in &seen {
        assert_eq!(seen.line, "GET /v2/inAppPurchases/1/pricePoints?filter%5Bterritory%5D=CHE&limit=8000");
    }
}

#[tokio::test]
async fn an_operation_that_answers_csv_only() {
    let (server, client) = serve([Answer::new(200, "text/csv", CSV)]).await;
    let csv = client.subscription_offer_code_one_time_use_codes().download_values("1").send().await.unwrap();
    assert_eq!(csv, CSV);
    let seen = server.one();
    assert_eq!(seen.line, "GET /v1/subscriptionOfferCodeOneTimeUseCodes/1/values");
    assert_eq!(seen.header("accept"), Some("text/csv"));
}

#[tokio::test]
async fn metrics_of_xcode() {
    const TYPE: &str = "application/vnd.apple.xcode-metrics+json";
    let body = json!({
        "version": "1.0",
        "insights": {"regressions": null, "trendingUp": []},
        "productData": [{"platform": "IOS", "metricCategories": [{"identifier": "HANG"}, {"identifier": "NEW"}]}],
    });
    let (server, client) = serve([Answer::new(200, TYPE, body.to_string())]).await;
    let metrics = client
        .apps()
        .get_perf_power_metrics("1")
        .filter_platform([AppsPerfPowerMetricsPlatformFilter::Ios])
        .filter_device_type(["iPhone15,2"])
        .send()
        .await
        .unwrap();
    let product = &metrics.product_data.unwrap()[0];
    assert_eq!(product.platform.as_deref(), Some("IOS"));
    let categories: Vec<_> = product.metric_categories.iter().flatten().collect();
    assert_eq!(categories[0].identifier.as_ref().unwrap().as_str(), "HANG");
    assert_eq!(categories[1].identifier.as_ref().unwrap().as_str(), "NEW");
    assert!(metrics.insights.unwrap().regressions.is_none());
    let seen = server.one();
    assert_eq!(
        seen.line,
        "GET /v1/apps/1/perfPowerMetrics?filter%5Bplatform%5D=IOS&filter%5BdeviceType%5D=iPhone15%2C2"
    );
    assert_eq!(seen.header("accept"), Some(TYPE));
}

/// A call stack, each frame inside the one before.
fn stack(depth: usize) -> Value {
    (0..depth).rev().fold(json!({"symbolName": "leaf"}), |inner, index| {
        json!({"sampleCount": index, "isBlameFrame": false, "binaryUUID": "U", "subFrames": [inner]})
    })
}

#[tokio::test]
async fn diagnostic_logs_with_nodes_in_nodes() {
    const TYPE: &str = "application/vnd.apple.diagnostic-logs+json";
    let body = json!({
        "version": "1.0",
        "productData": [{
            "signatureId": "s",
            "diagnosticInsights": [{"insightsURL": "https://example.com"}],
            "diagnosticLogs": [{
                "callStackTree": [{"callStackPerThread": true, "callStacks": [{"callStackRootFrames": [stack(400)]}]}],
                "diagnosticMetaData": {"event": "hang", "osVersion": "26.0"},
            }],
        }],
    });
    let (server, client) = serve([Answer::new(200, TYPE, body.to_string())]).await;
    let logs = client.diagnostic_signatures().get_logs("s/1").limit(1).send().await.unwrap();
    let product = &logs.product_data.as_ref().unwrap()[0];
    let log = &product.diagnostic_logs.as_ref().unwrap()[0];
    assert_eq!(log.diagnostic_meta_data.as_ref().unwrap().event.as_deref(), Some("hang"));
    let tree = &log.call_stack_tree.as_ref().unwrap()[0];
    let mut node: &DiagnosticLogCallStackNode =
        &tree.call_stacks.as_ref().unwrap()[0].call_stack_root_frames.as_ref().unwrap()[0];
    let mut depth = 0;
    while let Some(inner) = &node.sub_frames {
        assert_eq!(node.sample_count, Some(depth));
        assert_eq!(node.binary_uuid.as_deref(), Some("U"));
        node = &inner[0];
        depth += 1;
    }
    assert_eq!((depth, node.symbol_name.as_deref()), (400, Some("leaf")));
    let seen = server.one();
    assert_eq!(seen.line, "GET /v1/diagnosticSignatures/s%2F1/logs?limit=1");
    assert_eq!(seen.header("accept"), Some(TYPE));
}
