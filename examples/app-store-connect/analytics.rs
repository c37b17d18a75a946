//! Downloads the files of an analytics report for one day.
//!
//! `cargo run -p storewright-examples --bin asc-analytics -- com.example.app "App Downloads Standard" 2026-11-22 reports/`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::path::PathBuf;
use std::process::ExitCode;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    AnalyticsReportInstanceGranularityFilter, AnalyticsReportRequestAccessType,
    AnalyticsReportRequestAccessTypeFilter, AnalyticsReportRequestCreate,
    AnalyticsReportRequestCreateRequest,
};
use app_store_connect_client::runtime::Checksum;
use clap::Parser;
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code};

/// Downloads a report of one day; asks Apple to make reports if it does not yet.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The bundle id of the app.
    app: String,
    /// The name of the report.
    report: String,
    /// The day on which Apple made the report: `YYYY-MM-DD`.
    date: String,
    /// The folder for its files.
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = app(&client, &args.app).await?.id;
    let Some(request) = request(&client, &app).await? else {
        println!("Apple is asked for reports: the first come in a day or two");
        return Ok(());
    };

    let reports = client.analytics_report_requests().list_reports(&request).filter_name([&args.report]);
    let report = reports.send().await?.data.into_iter().next();
    let report = report.ok_or_else(|| format!("there is no report {}", args.report))?;

    let instances = client
        .analytics_reports()
        .list_instances(&report.id)
        .filter_granularity([AnalyticsReportInstanceGranularityFilter::Daily])
        .filter_processing_date([&args.date])
        .send()
        .await?;
    let instance = instances.data.into_iter().next();
    let instance = instance.ok_or_else(|| format!("there is no report of {}", args.date))?;

    let mut segments = client.analytics_report_instances().list_segments(&instance.id).items();
    while let Some(segment) = segments.try_next().await? {
        let attributes = segment.attributes;
        let url = attributes.url.ok_or_else(|| format!("the segment {} has no URL", segment.id))?;
        // The file is on another host, and its URL is good for a while: no token goes there.
        let mut download = client.runtime().download(&url).gunzip();
        if let Some(sum) = attributes.checksum {
            download = download.checksum(Checksum::Md5(sum));
        }
        let file = args.folder.join(format!("{}.csv", segment.id));
        let written = download.to_file(&file).await?;
        println!("{} has {} bytes", file.display(), written.written);
    }
    Ok(())
}

/// The id of the request for reports that go on; none if there was none and Apple is asked now.
async fn request(client: &Client, app: &str) -> Result<Option<String>, BoxError> {
    let ongoing = client
        .apps()
        .list_analytics_report_requests(app)
        .filter_access_type([AnalyticsReportRequestAccessTypeFilter::Ongoing])
        .send()
        .await?;
    if let Some(request) = ongoing.data.into_iter().next() {
        return Ok(Some(request.id));
    }
    let request = AnalyticsReportRequestCreateRequest::new(AnalyticsReportRequestCreate {
        access_type: AnalyticsReportRequestAccessType::Ongoing,
        app: app.into(),
    });
    client.analytics_report_requests().create(request).send().await?;
    Ok(None)
}
