//! Tests finance reports: rows apart from preamble, totals and second table, with any lines around the rows.

use app_store_connect_client::models::FinanceReportsReportTypeFilter;
use app_store_connect_client::runtime::{Columns, ErrorKind, Rows};
use app_store_connect_client::{Api, FinanceDetailRow, FinanceSummaryRow, FinancialRow};
use storewright_tests::Answer;

use crate::reports::gzip;
use crate::serve;

const NAMES: &str = "Start Date\tEnd Date\tUPC\tISRC/ISBN\tVendor Identifier\tQuantity\tPartner Share\t\
                     Extended Partner Share\tPartner Share Currency\tSales or Return\tApple Identifier\t\
                     Artist/Show/Developer/Author\tTitle\tLabel/Studio/Network/Developer/Publisher\tGrid\t\
                     Product Type Identifier\tISAN/Other Identifier\tCountry Of Sale\tPre-order Flag\tPromo Code\t\
                     Customer Price\tCustomer Currency";
const DETAIL: &str = "Transaction Date\tSettlement Date\tApple Identifier\tSKU\tTitle\tDeveloper Name\t\
                      Product Type Identifier\tCountry of Sale\tQuantity\tPartner Share\tExtended Partner Share\t\
                      Partner Share Currency\tCustomer Price\tCustomer Currency\tSale or Return\tPromo Code\t\
                      Order Type\tRegion";
const SUMMARY: &str = "Country Of Sale\tPartner Share Currency\tQuantity\tExtended Partner Share";

fn row(title: &str, quantity: i64, amount: &str, country: &str) -> String {
    format!(
        "09/28/2025\t11/01/2025\t\t\tmaps.month\t{quantity}\t{amount}\t{amount}\tCHF\tS\t15\tExample\t{title}\t\t\tIAY\t\t\
         {country}\t\t\t10.00\tCHF"
    )
}

async fn rows_of(text: &str) -> Rows<Api> {
    let (_server, client) = serve([Answer::new(200, "application/a-gzip", gzip(text))]).await;
    let kind = FinanceReportsReportTypeFilter::Financial;
    let report = client.finance_reports().download(["ZZ"], ["2025-10"], [kind], ["85012345"]);
    report.download().gunzip().rows(Columns::Tabs).await.unwrap()
}

/// The rows' titles, and the lines around them.
async fn read(text: &str) -> (Vec<String>, Rows<Api>) {
    let mut rows = rows_of(text).await;
    let mut titles = Vec::new();
    while let Some(row) = rows.try_next().await.unwrap() {
        titles.push(row.get("Title").unwrap_or("(none)").to_owned());
    }
    (titles, rows)
}

fn pairs(totals: &[(String, String)]) -> Vec<(&str, &str)> {
    totals.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test]
async fn totals_are_apart_from_rows() {
    let (one, two) = (row("Maps", 1, "7.00", "CH"), row("Maps", -1, "-7.00", "CH"));
    for totals in [
        "Total_Rows\t2\nTotal_Amount\t0.00\nTotal_Units\t0\n",
        "Total_Rows\t2\r\nTotal_Amount\t0.00\r\nTotal_Units\t0",
        // As wide as a row, and as Apple once wrote them.
        "Total_Rows\t2\t\t\t\t\t\t\t\nTotal_Amount:0.00\n\t\tTotal_Units: \t0\t\n\n",
        "\n\t\t\t\n \nTotal_Rows\t2\nTotal_Amount\t0.00\t\t\nTotal_Units\t0\n",
    ] {
        let (titles, rows) = read(&format!("{NAMES}\n{one}\n{two}\n{totals}")).await;
        assert_eq!(titles, ["Maps", "Maps"], "{totals:?}");
        let expected = [("Total_Rows", "2"), ("Total_Amount", "0.00"), ("Total_Units", "0")];
        assert_eq!(pairs(rows.totals()), expected, "{totals:?}");
        assert!(rows.summary().is_empty() && rows.preamble().is_empty());
    }
    // Another number of columns than the names have: a currency next to the amount.
    let (titles, rows) = read(&format!("{NAMES}\n{one}\nTotal_Amount\t7.00\tCHF\n")).await;
    assert_eq!((titles.len(), pairs(rows.totals())), (1, vec![("Total_Amount", "7.00")]));
    for (text, count) in [
        ("Title\tQuantity\nMaps\t2\nTotal_Rows\t1\nTotal_Amount: 7.00\n", 2),
        ("Title\tQuantity\tPartner Share\nMaps\t2\t7.00\nTotal_Rows\t1\n", 1),
        (
            "Title\tQuantity\tPartner Share\tCustomer Currency\nMaps\t2\t7.00\tCHF\nTotal_Amount\t7.00\tCHF\n",
            1,
        ),
    ] {
        let (titles, rows) = read(text).await;
        assert_eq!((titles.as_slice(), rows.totals().len()), (&["Maps".to_owned()][..], count), "{text}");
    }
    // None at all, and none but names.
    for (text, count) in [(format!("{NAMES}\n{one}"), 1), (format!("{NAMES}\n"), 0), (NAMES.to_owned(), 0)] {
        let (titles, rows) = read(&text).await;
        assert_eq!((titles.len(), rows.totals().len(), rows.names().len()), (count, 0, 22), "{text}");
    }
}

#[tokio::test]
async fn a_product_may_be_named_like_a_total() {
    let names = ["Total_Rows", "Total_Amount\u{a0}5", "Total", "Total Battle", "Quantity", "Title"];
    let rows = names.map(|name| row(name, 1, "7.00", "CH")).join("\n");
    let (titles, report) = read(&format!("{NAMES}\n{rows}\nTotal_Rows\t6\n")).await;
    assert_eq!(titles, names);
    assert_eq!(pairs(report.totals()), [("Total_Rows", "6")]);
    // Also where the title is the first column.
    let (titles, report) =
        read("Title\tSKU\tUnits\tCountry Code\nTotal_Rows\tmaps\t3\tCH\nTotal_Rows\t1\n").await;
    assert_eq!((titles.as_slice(), report.totals().len()), (&["Total_Rows".to_owned()][..], 1));
}

#[tokio::test]
async fn a_second_table_is_a_summary() {
    let one = row("Maps", 3, "7.00", "CH");
    let table = format!("{SUMMARY}\nCH\tCHF\t3\t21.00\nUS\tUSD\t0\t0\n");
    for (text, totals) in [
        (format!("{NAMES}\n{one}\nTotal_Rows\t1\nTotal_Amount\t21.00\n\n{table}"), 2),
        (format!("{NAMES}\r\n{one}\r\n\r\n{}Total_Rows\t2\r\n", table.replace('\n', "\r\n")), 1),
        (
            format!(
                "{NAMES}\n{one}\n{}",
                table.replace("Of Sale", "of sale\t\t\t").replace("\t\t\t\t", "\t")
            ),
            0,
        ),
        // Columns that this crate does not know, and others in their place.
        (format!("{NAMES}\n{one}\n{}", table.replace("Quantity", "Pieces").replace("Extended", "Whole")), 0),
    ] {
        let (titles, rows) = read(&text).await;
        assert_eq!((titles.len(), rows.totals().len(), rows.summary().len()), (1, totals, 2), "{text}");
        let first = FinanceSummaryRow::from(&rows.summary()[0]);
        assert_eq!((first.country_of_sale.as_str(), first.partner_share_currency.as_str()), ("CH", "CHF"));
    }
    let (_, rows) = read(&format!("{NAMES}\n{one}\n{table}")).await;
    let second = FinanceSummaryRow::from(&rows.summary()[1]);
    assert_eq!((second.quantity, second.extended_partner_share.as_str()), (Some(0), "0"));
}

#[tokio::test]
async fn several_regions_in_one_file_are_one_report() {
    let (one, two) = (row("Maps", 1, "7.00", "CH"), row("Notes", 2, "3.00", "DE"));
    let total = |amount: &str| format!("Total_Rows\t1\nTotal_Amount\t{amount}\n");
    let text = format!("{NAMES}\n{one}\n{}{NAMES}\n{two}\n{}", total("7.00"), total("6.00"));
    let (titles, rows) = read(&text).await;
    assert_eq!(titles, ["Maps", "Notes"]);
    let amounts = rows.totals().iter().filter(|(name, _)| name == "Total_Amount");
    assert_eq!(amounts.map(|(_, value)| value.as_str()).collect::<Vec<_>>(), ["7.00", "6.00"]);
    // The report goes on after its summary.
    let text = format!("{NAMES}\n{one}\n{SUMMARY}\nCH\tCHF\t1\t7.00\n{NAMES}\n{two}\n");
    let (titles, rows) = read(&text).await;
    assert_eq!((titles.len(), rows.summary().len()), (2, 1));
}

#[tokio::test]
async fn a_preamble_is_above_the_names() {
    let detail = "10/01/2025\t10/03/2025\t15\tmaps\tMaps\tExample\t1F\tCH\t2\t7.00\t14.00\tCHF\t10.00\tCHF\tS\t\t\tEurope";
    let three = "Vendor Name\tExample GmbH\nStart Date\t09/28/2025\nEnd Date\t11/01/2025";
    for (preamble, lines) in [
        (three, 3),
        ("\u{feff}Vendor Name\tExample GmbH", 1),
        ("iTunes Connect - Payments and Financial Reports\t(October, 2025)\n\n", 1),
        ("Vendor Name\tExample\tStart Date\t09/28/2025\tEnd Date\t11/01/2025\t\t\t\t\t\t\t\t\t\t\t\t", 1),
    ] {
        for tail in [
            "",
            "\nCountry Of Sale\tPartner Share Currency\tQuantity\tExtended Partner Share\nCH\tCHF\t2\t14.00\n",
        ] {
            let text = format!("{preamble}\n{DETAIL}\n{detail}{tail}").replace('\n', "\r\n");
            let mut rows = rows_of(&text).await;
            assert_eq!((rows.preamble().len(), rows.names().len()), (lines, 18), "{preamble}");
            assert_eq!(rows.names()[0], "Transaction Date");
            let row = FinanceDetailRow::from(&rows.try_next().await.unwrap().unwrap());
            assert_eq!(row.transaction_date.as_ref().unwrap().as_str(), "2025-10-01");
            assert_eq!(
                (row.title.as_str(), row.quantity, row.country_of_sale.as_str()),
                ("Maps", Some(2), "CH")
            );
            assert_eq!((row.extended_partner_share.as_str(), row.region.as_str()), ("14.00", "Europe"));
            assert!(row.additional.is_empty(), "{:?}", row.additional);
            assert!(rows.try_next().await.unwrap().is_none());
            assert_eq!(rows.summary().len(), usize::from(!tail.is_empty()));
        }
        let rows = rows_of(&format!("{preamble}\n{DETAIL}\n")).await;
        assert_eq!((rows.preamble().len(), rows.names().len()), (lines, 18), "{preamble}");
    }
    let (_, rows) = read(&format!("{three}\n{DETAIL}\n{detail}")).await;
    assert_eq!(rows.preamble()[0], ["Vendor Name", "Example GmbH"]);
}

#[tokio::test]
async fn columns_may_be_in_any_order_and_of_any_edition() {
    let text = "\u{feff}Title\tISRC / ISBN\tSale Or Return\tquantity\tNovelty\tExtended Partner Share\tEnd Date\r\n\
                Maps\tx1\tR\t-2.00\t new \t-14.00\t11/1/2025\r\nTotal_Rows\t1\r\n";
    let mut rows = rows_of(text).await;
    let row = FinancialRow::from(&rows.try_next().await.unwrap().unwrap());
    assert_eq!(
        (row.title.as_str(), row.isrc_isbn.as_str(), row.sales_or_return.as_str()),
        ("Maps", "x1", "R")
    );
    assert_eq!((row.quantity, row.extended_partner_share.as_str()), (Some(-2), "-14.00"));
    assert_eq!(row.end_date.unwrap().parse().unwrap().to_string(), "2025-11-01");
    assert_eq!((row.start_date, row.upc.as_str()), (None, ""));
    assert_eq!(row.additional.into_iter().collect::<Vec<_>>(), [("Novelty".to_owned(), " new ".to_owned())]);
    assert!(rows.try_next().await.unwrap().is_none());
    assert_eq!(pairs(rows.totals()), [("Total_Rows", "1")]);
}

#[tokio::test]
async fn narrow_reports_keep_all_their_rows() {
    // Nothing here is a preamble, though the reader looks further than the first line.
    let mut text = String::from("Date\tCounts\n");
    (1..=50).for_each(|day| text.push_str(&format!("2025-10-{day:02}\t{day}\n")));
    for end in ["", "\n"] {
        let mut rows = rows_of(&format!("{}{end}", text.trim_end())).await;
        let mut sum = 0;
        while let Some(row) = rows.try_next().await.unwrap() {
            sum += row.parse::<i64>("Counts").unwrap();
        }
        assert_eq!((sum, rows.names().len(), rows.preamble().len()), (1275, 2, 0));
    }
    let (titles, rows) = read("Title\nMaps\nNotes").await;
    assert_eq!(
        (titles, rows.names()),
        (vec!["Maps".to_owned(), "Notes".to_owned()], &["Title".to_owned()][..])
    );
}

#[tokio::test]
async fn a_narrow_report_that_breaks_off_gives_its_whole_rows_first() {
    let report = "Title\tUnits\nMaps\t1\nNotes\t2\nClips\t3";
    let cut = Answer::new(200, "text/plain", report).cut_after(25);
    let (_server, client) = serve([cut]).await;
    let kind = FinanceReportsReportTypeFilter::Financial;
    let call = client.finance_reports().download(["ZZ"], ["2025-10"], [kind], ["85012345"]);
    let mut rows = call.download().rows(Columns::Tabs).await.unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap().get("Title"), Some("Maps"));
    assert_eq!(rows.try_next().await.unwrap_err().kind(), ErrorKind::Transport);
    assert!(rows.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_report_of_endless_totals_is_none() {
    let totals = "Total_Rows\t1\n".repeat(400_000);
    let mut rows = rows_of(&format!("{NAMES}\n{totals}")).await;
    let error = rows.try_next().await.unwrap_err();
    assert!(error.kind() == ErrorKind::File && error.to_string().contains("16 MiB"), "{error}");
    assert!(rows.try_next().await.unwrap().is_none());
}
