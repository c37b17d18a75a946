//! Reports of sales and analytics, and files of finance reports.

use std::io::Write;

use app_store_connect_client::models::{
    FinanceReportsReportTypeFilter, SalesReportsFrequencyFilter, SalesReportsReportSubTypeFilter,
    SalesReportsReportTypeFilter,
};
use app_store_connect_client::runtime::{Checksum, Columns, Row};
use app_store_connect_client::{
    NewsstandRow, OfferCodeRedemptionRow, PreOrderRow, SalesSummary, SubscriberRow, SubscriptionEventRow,
    SubscriptionRow, WinBackEligibilityRow,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use storewright_tests::{Answer, Server};

use crate::serve;

pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// The one row of a report, of which each column has the text of its number.
async fn row_of(names: &[&str]) -> Row {
    let values: Vec<String> = (1..=names.len()).map(|number| number.to_string()).collect();
    let text = format!("{}\tNew Column\n{}\tnew\n", names.join("\t"), values.join("\t"));
    let (_server, client) = serve([Answer::new(200, "application/a-gzip", gzip(&text))]).await;
    let report = client.sales_reports().download(
        [SalesReportsFrequencyFilter::Daily],
        [SalesReportsReportSubTypeFilter::Summary],
        [SalesReportsReportTypeFilter::Subscription],
        ["85012345"],
    );
    let mut rows = report.download().gunzip().rows(Columns::Tabs).await.unwrap();
    assert_eq!(rows.names().len(), names.len() + 1);
    let row = rows.try_next().await.unwrap().unwrap();
    assert!(rows.try_next().await.unwrap().is_none());
    row
}

/// Each column of a report is a field of its type: only the new one is left.
macro_rules! every_column {
    ($type:ty, $row:expr) => {{
        let row = <$type>::from(&$row);
        assert_eq!(
            row.additional.into_iter().collect::<Vec<_>>(),
            [("New Column".to_owned(), "new".to_owned())]
        );
        <$type>::from(&$row)
    }};
}

#[tokio::test]
async fn subscription_reports_have_types() {
    let names = [
        "App Name",
        "App Apple ID",
        "Subscription Name",
        "Subscription Apple ID",
        "Subscription Group ID",
        "Standard Subscription Duration",
        "Subscription Offer Name",
        "Promotional Offer ID",
        "Customer Price",
        "Customer Currency",
        "Developer Proceeds",
        "Proceeds Currency",
        "Preserved Pricing",
        "Proceeds Reason",
        "Client",
        "Device",
        "State",
        "Country",
        "Active Standard Price Subscriptions",
        "Active Free Trial Introductory Offer Subscriptions",
        "Active Pay Up Front Introductory Offer Subscriptions",
        "Active Pay as You Go Introductory Offer Subscriptions",
        "Free Trial Promotional Offer Subscriptions",
        "Pay Up Front Promotional Offer Subscriptions",
        "Pay As You Go Promotional Offer Subscriptions",
        "Free Trial Offer Code Subscriptions",
        "Pay Up Front Offer Code Subscriptions",
        "Pay As You Go Offer Code Subscriptions",
        "Marketing Opt-Ins",
        "Billing Retry",
        "Grace Period",
        "Subscribers",
        "Free Trial Win-back Offers",
        "Pay Up Front Win-back Offers",
        "Pay As You Go Win-back Offers",
    ];
    let row = every_column!(SubscriptionRow, row_of(&names).await);
    assert_eq!((row.app_name.as_str(), row.country.as_str()), ("1", "18"));
    assert_eq!(row.active_standard_price_subscriptions, Some(19));
    assert_eq!(row.active_pay_as_you_go_introductory_offer_subscriptions, Some(22));
    assert_eq!(row.pay_as_you_go_win_back_offers, Some(35));
    // An edition that names one column otherwise, and lacks the newest.
    let older = row_of(&["App Name", "Promotional Offer Name", "Billing Retry"]).await;
    let row = every_column!(SubscriptionRow, older);
    assert_eq!((row.subscription_offer_name.as_str(), row.billing_retry), ("2", Some(3)));
    assert_eq!((row.subscribers, row.country.as_str()), (None, ""));
}

#[tokio::test]
async fn reports_of_events_and_subscribers_have_types() {
    let names = [
        "Event Date",
        "Event",
        "App Name",
        "App Apple ID",
        "Subscription Name",
        "Subscription Apple ID",
        "Subscription Group ID",
        "Standard Subscription Duration",
        "Subscription Offer Type",
        "Subscription Offer Duration",
        "Marketing Opt-In",
        "Marketing Opt-In Duration",
        "Preserved Pricing",
        "Proceeds Reason",
        "Subscription Offer Name",
        "Promotional Offer ID",
        "Consecutive Paid Periods",
        "Original Start Date",
        "Device",
        "Client",
        "State",
        "Country",
        "Previous Subscription Name",
        "Previous Subscription Apple ID",
        "Days Before Canceling",
        "Cancellation Reason",
        "Days Canceled",
        "Quantity",
        "Paid Service Days Recovered",
    ];
    let row = every_column!(SubscriptionEventRow, row_of(&names).await);
    assert_eq!((row.event.as_str(), row.quantity, row.days_canceled), ("2", Some(28), Some(27)));
    assert_eq!(row.event_date.unwrap().as_str(), "1");
    let names = [
        "Event Date",
        "App Name",
        "App Apple ID",
        "Subscription Name",
        "Subscription Apple ID",
        "Subscription Group ID",
        "Standard Subscription Duration",
        "Subscription Offer Name",
        "Promotional Offer ID",
        "Subscription Offer Type",
        "Subscription Offer Duration",
        "Marketing Opt-In Duration",
        "Customer Price",
        "Customer Currency",
        "Developer Proceeds",
        "Proceeds Currency",
        "Preserved Pricing",
        "Proceeds Reason",
        "Client",
        "Device",
        "Country",
        "Subscriber ID",
        "Subscriber ID Reset",
        "Refund",
        "Purchase Date",
        "Units",
    ];
    let row = every_column!(SubscriberRow, row_of(&names).await);
    assert_eq!((row.subscriber_id.as_str(), row.refund.as_str(), row.units), ("22", "24", Some(26)));
}

#[tokio::test]
#[allow(deprecated)] // Apple ended the report of installs, and files of it are still there.
async fn the_other_sales_reports_have_types() {
    let names = [
        "Date",
        "App Name",
        "App Apple ID",
        "Subscription Name",
        "Subscription Apple ID",
        "Offer Reference Name",
        "Offer Code",
        "Territory",
        "Redemptions",
    ];
    let row = every_column!(OfferCodeRedemptionRow, row_of(&names).await);
    assert_eq!((row.offer_code.as_str(), row.redemptions), ("7", Some(9)));
    let names = [
        "App Name",
        "App Apple ID",
        "Subscription Name",
        "Subscription Apple ID",
        "Subscription Group ID",
        "Standard Subscription Duration",
        "Paid Subscription Tenure",
        "Time Since Last Subscribed",
        "Has Previously Redeemed Win-Back Offer",
        "Time Since Last Win-Back Offer",
        "Territory",
        "Churned Subscription Count",
    ];
    let row = every_column!(WinBackEligibilityRow, row_of(&names).await);
    assert_eq!((row.paid_subscription_tenure, row.churned_subscription_count), (Some(7), Some(12)));
    let names = [
        "Provider",
        "Provider Country",
        "SKU",
        "Developer",
        "Title",
        "Pre-Order Start Date",
        "Pre-Order End Date",
        "Ordered",
        "Canceled",
        "Cumulative Ordered",
        "Cumulative Canceled",
        "Start Date",
        "End Date",
        "Country Code",
        "Apple Identifier",
        "Device",
        "Supported Platforms",
        "Category",
        "Client",
    ];
    let row = every_column!(PreOrderRow, row_of(&names).await);
    assert_eq!((row.sku.as_str(), row.cumulative_canceled), ("3", Some(11.0)));
    let names = [
        "Provider",
        "Provider Country",
        "SKU",
        "Developer",
        "Title",
        "Version",
        "Product Type Identifier",
        "Units",
        "Developer Proceeds",
        "Customer Currency",
        "Country Code",
        "Currency of Proceeds",
        "Apple Identifier",
        "Customer Price",
        "Promo Code",
        "Parent Identifier",
        "Subscription",
        "Period",
        "Download Date (PST)",
        " Customer Identifier",
        "Report Date (Local)",
        "Sales/Return",
        "Category",
    ];
    let row = every_column!(NewsstandRow, row_of(&names).await);
    assert_eq!((row.customer_identifier.as_str(), row.sales_return.as_str()), ("20", "22"));
    let names = ["Developer", "App ID", "App Name", "Installs Above Threshold", "First Annual Installs"];
    let row = every_column!(app_store_connect_client::InstallsRow, row_of(&names).await);
    assert_eq!((row.app_id.as_str(), row.first_annual_installs), ("2", Some(5)));
}

#[tokio::test]
#[allow(deprecated)]
async fn a_report_of_installs_has_a_preamble() {
    let text = "Metric: First Annual Installs\nDeveloper: Example\nRegion: European Union\n\n\
                Developer\tApp ID\tApp Name\tInstalls Above Threshold\tFirst Annual Installs\nExample\t15\tMaps\t0\t7\n";
    let (_server, client) = serve([Answer::new(200, "application/a-gzip", gzip(text))]).await;
    let report = client.sales_reports().download(
        [SalesReportsFrequencyFilter::Monthly],
        [SalesReportsReportSubTypeFilter::Summary],
        [SalesReportsReportTypeFilter::Installs],
        ["85012345"],
    );
    let mut rows = report.download().gunzip().rows(Columns::Tabs).await.unwrap();
    assert_eq!(rows.preamble().len(), 3);
    let row = app_store_connect_client::InstallsRow::from(&rows.try_next().await.unwrap().unwrap());
    assert_eq!((row.app_name.as_str(), row.first_annual_installs), ("Maps", Some(7)));
}

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
        [SalesReportsFrequencyFilter::Daily],
        [SalesReportsReportSubTypeFilter::Summary],
        [SalesReportsReportTypeFilter::Sales],
        ["85012345"],
    );
    let mut rows = report.download().gunzip().rows(Columns::Tabs).await.unwrap();
    let row = rows.try_next().await.unwrap().unwrap();
    assert_eq!(row.get("New Column"), Some("x"));
    let row = SalesSummary::from(&row);
    assert_eq!((row.sku.as_str(), row.title.as_str(), row.units), ("com.example", "An \"App\"", Some(-2.0)));
    assert_eq!((row.developer_proceeds.as_str(), row.begin_date.as_str()), ("0.70", "11/01/2026"));
    assert_eq!((row.country_code.as_str(), row.order_type.as_str()), ("CH", ""));
    assert_eq!(row.additional["New Column"], "x");
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
    // A file that was changed on the way is an error once it was read to its end.
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
        [FinanceReportsReportTypeFilter::Financial],
        ["85012345"],
    );
    report.download().gunzip().to_file(&path).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "Start Date\tEnd Date\n");
    assert_eq!(server.one().header("accept"), Some("application/a-gzip"));
}
