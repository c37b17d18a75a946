//! Downloads sales and finance reports as rows or as files.
//!
//! `cargo run -p storewright-examples --bin asc-reports -- 85012345 sales DAILY 2026-11-22`
//! `cargo run -p storewright-examples --bin asc-reports -- 85012345 finance 2026-10 --region US paid.txt`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use app_store_connect_client::models::{
    FinanceReportsReportTypeFilter, SalesReportsFrequencyFilter, SalesReportsReportSubTypeFilter,
    SalesReportsReportTypeFilter,
};
use app_store_connect_client::runtime::Columns;
use app_store_connect_client::{Client, SalesSummary};
use clap::{Parser, Subcommand};
use storewright_examples::app_store_connect::Connection;
use storewright_examples::{BoxError, exit_code, or_dash};

/// Prints the summary of sales, or writes a finance report into a file.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The number of the vendor, from Payments and Financial Reports.
    vendor: String,
    #[command(subcommand)]
    report: Report,
}

#[derive(Subcommand)]
enum Report {
    /// Sales.
    Sales {
        /// `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`.
        frequency: SalesReportsFrequencyFilter,
        /// `YYYY-MM-DD` for a day or for the Sunday that ends a week, `YYYY-MM` for a month, `YYYY` for a year.
        date: String,
    },
    /// Payments.
    Finance {
        /// The month of Apple's fiscal year: `YYYY-MM`.
        date: String,
        /// The file for the report.
        file: PathBuf,
        /// A region as Apple calls it, such as `US`, or `ZZ` for all of them; the report with details has `Z1` only.
        #[arg(long, default_value = "ZZ")]
        region: String,
        /// Requests the report with details.
        #[arg(long)]
        details: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    match args.report {
        Report::Sales { frequency, date } => sales(&client, &args.vendor, frequency, &date).await,
        Report::Finance { date, file, details: true, .. } => {
            let kind = FinanceReportsReportTypeFilter::FinanceDetail;
            finance(&client, &args.vendor, kind, "Z1", &date, &file).await
        }
        Report::Finance { date, file, region, .. } => {
            let kind = FinanceReportsReportTypeFilter::Financial;
            finance(&client, &args.vendor, kind, &region, &date, &file).await
        }
    }
}

async fn sales(
    client: &Client,
    vendor: &str,
    frequency: SalesReportsFrequencyFilter,
    date: &str,
) -> Result<(), BoxError> {
    let report = client
        .sales_reports()
        .download(
            [frequency],
            [SalesReportsReportSubTypeFilter::Summary],
            [SalesReportsReportTypeFilter::Sales],
            [vendor],
        )
        .filter_report_date([date]);
    // The rows come one by one while the report is on its way.
    let mut rows = report.download().gunzip().rows(Columns::Tabs).await?;
    let mut units = 0.0;
    while let Some(row) = rows.try_next().await? {
        let row = SalesSummary::from(&row);
        units += row.units.unwrap_or_default();
        println!(
            "{} ({}): {} in {} for {} {} each",
            row.title,
            row.sku,
            or_dash(row.units),
            row.country_code,
            row.developer_proceeds,
            row.currency_of_proceeds
        );
    }
    println!("{units} in all");
    Ok(())
}

async fn finance(
    client: &Client,
    vendor: &str,
    kind: FinanceReportsReportTypeFilter,
    region: &str,
    date: &str,
    file: &Path,
) -> Result<(), BoxError> {
    let report = client.finance_reports().download([region], [date], [kind], [vendor]);
    let written = report.download().gunzip().to_file(file).await?;
    println!("{} has {} bytes", file.display(), written.written);
    Ok(())
}
