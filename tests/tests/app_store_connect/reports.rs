//! Reports: packed files go in; rows with the columns' names come out.

use std::io::Write;

use app_store_connect_client::SalesSummary;
use app_store_connect_client::models::{
    SalesReportsFrequency, SalesReportsReportSubType, SalesReportsReportType,
};
use app_store_connect_client::runtime::Columns;
use flate2::Compression;
use flate2::write::GzEncoder;
use storewright_tests::Answer;

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
