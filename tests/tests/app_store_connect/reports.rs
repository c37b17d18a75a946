//! Reports: packed files go in; rows with the columns' names come out.

use std::io::Write;

use app_store_connect_client::SalesSummary;
use app_store_connect_client::models::{
    FinanceReportsReportType, SalesReportsFrequency, SalesReportsReportSubType, SalesReportsReportType,
};
use app_store_connect_client::runtime::{Checksum, Columns};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use storewright_tests::{Answer, Server};

use crate::serve;

#[tokio::test]
async fn rows_of_a_sales_summary() {
    let text = "Provider\tProvider Country\tSKU\tDeveloper\tTitle\tVersion\tProduct Type Identifier\tUnits\t\
                Developer Proceeds\tBegin Date\tEnd Date\tCustomer Currency\tCountry Code\tNew Column\n\
                APPLE\tUS\tcom.example\tExample\tAn \"App\"\t1.0\t1F\t-2\t0.70\t11/01/2026\t11/01/2026\tCHF\tCH\tx\n\
                APPLE\tUS\t \tExample\n";
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let (server, client) = serve([Answer::new(200, "application/a-gzip", encoder.finish().unwrap())]).await;
    let report = client.sales_reports().download(
        [SalesReportsFrequency::Daily],
        [SalesReportsReportSubType::Summary],
        [SalesReportsReportType::Sales],
        ["85012345"],
    );
    let mut rows = report.into_call().download().gunzip().rows(Columns::Tabs).await.unwrap();
    let row = rows.try_next().await.unwrap().unwrap();
    assert_eq!(row.get("New Column"), Some("x"));
    let row = SalesSummary::from(&row);
    assert_eq!((row.sku.as_str(), row.title.as_str(), row.units), ("com.example", "An \"App\"", Some(-2.0)));
    assert_eq!((row.developer_proceeds.as_str(), row.begin_date.as_str()), ("0.70", "11/01/2026"));
    assert_eq!((row.country_code.as_str(), row.order_type.as_str()), ("CH", ""));
    let short = SalesSummary::from(&rows.try_next().await.unwrap().unwrap());
    assert_eq!((short.sku.as_str(), short.developer.as_str(), short.units), ("", "Example", None));
    assert!(rows.try_next().await.unwrap().is_none());
    assert_eq!(server.one().header("accept"), Some("application/a-gzip"));
}

#[tokio::test]
async fn rows_of_an_analytics_segment_on_another_host() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"Date\tCounts\n2026-11-01\t5\n").unwrap();
    let packed = encoder.finish().unwrap();
    let md5 = {
        use md5::{Digest, Md5};
        Md5::digest(&packed).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let body = packed.clone();
    let storage = Server::with(move |_, _| Answer::new(200, "binary/octet-stream", body.clone())).await;
    let segment = json!({"type": "analyticsReportSegments", "id": "s", "attributes": {
        "checksum": md5, "sizeInBytes": packed.len(), "url": format!("{}/s.gz?X-Amz-Signature=x", storage.url())}});
    let (server, client) = serve([Answer::json(200, &json!({"data": [segment], "links": {}}))]).await;
    let page = client.analytics_report_instances().list_segments("i").send().await.unwrap();
    let attributes = &page.data[0].attributes;
    let size = u64::try_from(attributes.size_in_bytes.unwrap()).unwrap();
    let download = || client.runtime().download(attributes.url.as_deref().unwrap()).gunzip().size(size);
    let checksum = Checksum::Md5(attributes.checksum.clone().unwrap());
    let mut rows = download().checksum(checksum).rows(Columns::Tabs).await.unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap().parse::<i64>("Counts"), Some(5));
    assert!(rows.try_next().await.unwrap().is_none());
    // What was changed on the way is an error once it was read to its end.
    let mut rows = download()
        .checksum(Checksum::Md5(md5.replace(['0', '1', '2'], "3")))
        .rows(Columns::Tabs)
        .await
        .unwrap();
    assert!(rows.try_next().await.unwrap().is_some());
    assert!(rows.try_next().await.unwrap_err().to_string().contains("MD5"));
    assert_eq!(server.one().line, "GET /v1/analyticsReportInstances/i/segments");
    for seen in storage.seen() {
        assert_eq!((seen.header("authorization"), seen.line.as_str()), (None, "GET /s.gz?X-Amz-Signature=x"));
    }
}

#[tokio::test]
async fn a_finance_report_becomes_a_file() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"Start Date\tEnd Date\n").unwrap();
    let packed = encoder.finish().unwrap();
    let (server, client) = serve([Answer::new(200, "application/a-gzip", packed)]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("finance.tsv");
    let report = client.finance_reports().download(
        ["ZZ"],
        ["2026-10"],
        [FinanceReportsReportType::Financial],
        ["85012345"],
    );
    report.download().gunzip().to_file(&path).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "Start Date\tEnd Date\n");
    assert_eq!(server.one().header("accept"), Some("application/a-gzip"));
}
