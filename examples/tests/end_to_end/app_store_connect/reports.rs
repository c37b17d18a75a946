//! `asc-reports`: rows of sales, a finance file, and a day without sales.

use serde_json::json;
use storewright_tests::Answer;

use super::{gzip, run};
use crate::program::program;
use crate::script::{Script, call};

const SALES: &str = "GET /v1/salesReports?filter[frequency]=DAILY&filter[reportSubType]=SUMMARY&filter[reportType]=SALES\
                     &filter[vendorNumber]=85012345&filter[reportDate]=2026-11-22";

fn packed(text: &str) -> Answer {
    Answer::new(200, "application/a-gzip", gzip(text))
}

#[tokio::test]
async fn the_rows_of_a_day() {
    let text = "Provider\tSKU\tTitle\tUnits\tDeveloper Proceeds\tCountry Code\tCurrency of Proceeds\tA new one\n\
                APPLE\tmaps\tMaps\t3\t0.70\tCH\tCHF\tx\n\
                APPLE\tmaps\tMaps\t-1\t0.85\tUS\tUSD\tx\n";
    let api = Script::start([call(SALES, packed(text))]).await;
    let ended = run(program!("asc-reports"), &["85012345", "sales", "DAILY", "2026-11-22"], &api).await;
    ended.printed([
        "Maps (maps): 3 in CH for 0.70 CHF each",
        "Maps (maps): -1 in US for 0.85 USD each",
        "2 in all",
    ]);
    assert_eq!(api.server.one().header("accept"), Some("application/a-gzip"));
}

#[tokio::test]
async fn a_day_without_sales_is_told_in_apples_words() {
    let none = json!({"errors": [{"status": "404", "code": "NOT_FOUND", "title": "Nothing there",
        "detail": "There were no sales for the date specified."}]});
    let api = Script::start([call(SALES, Answer::json(404, &none))]).await;
    let ended = run(program!("asc-reports"), &["85012345", "sales", "DAILY", "2026-11-22"], &api).await;
    ended.failed(
        [],
        "GET /v1/salesReports: 404 Not Found: NOT_FOUND: There were no sales for the date specified.",
    );
}

#[tokio::test]
async fn what_was_paid_goes_into_a_file() {
    let text = "Vendor Name\tQuantity\nExample\t2\nTotal_Rows\t1\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paid.txt");
    let path = file.to_str().unwrap();
    for (more, region, kind) in
        [(["--region", "US"].as_slice(), "US", "FINANCIAL"), (&["--details"], "Z1", "FINANCE_DETAIL")]
    {
        let line = format!(
            "GET /v1/financeReports?filter[regionCode]={region}&filter[reportDate]=2026-10&filter[reportType]={kind}\
             &filter[vendorNumber]=85012345"
        );
        let api = Script::start([call(line, packed(text))]).await;
        let args = [&["85012345", "finance", "2026-10", path], more].concat();
        let ended = run(program!("asc-reports"), &args, &api).await;
        ended.printed([&format!("{path} has {} bytes", text.len())]);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
}

#[tokio::test]
async fn a_report_that_is_cut_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paid.txt");
    let line = "GET /v1/financeReports?filter[regionCode]=ZZ&filter[reportDate]=2026-10&filter[reportType]=FINANCIAL\
                &filter[vendorNumber]=85012345";
    let mut bytes = gzip("Vendor Name\tQuantity\nExample\t2\n");
    bytes.truncate(20);
    let api = Script::start([call(line, Answer::new(200, "application/a-gzip", bytes))]).await;
    let args = ["85012345", "finance", "2026-10", file.to_str().unwrap()];
    let ended = run(program!("asc-reports"), &args, &api).await;
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert!(ended.err.starts_with("error: GET /v1/financeReports: "), "{}", ended.err);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
