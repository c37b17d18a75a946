//! Builds a branch of an app, prints the log and downloads the results.
//!
//! `cargo run -p storewright-examples --bin app-center-build -- ann/caravan main --download caravan.zip`
//!
//! The token is in the environment: `APP_CENTER_API_TOKEN`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use app_center_client::AppRef;
use app_center_client::models::{BuildParams, BuildsDownloadType};
use clap::Parser;
use storewright_examples::app_center::Connection;
use storewright_examples::{BoxError, exit_code};
use tokio::time::sleep;

/// Builds a branch and waits for the end.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The app, as `owner/app`.
    app: AppRef,
    /// The branch.
    branch: String,
    /// The commit; the branch's newest where absent.
    #[arg(long)]
    commit: Option<String>,
    /// The file for the build.
    #[arg(long, value_name = "FILE")]
    download: Option<PathBuf>,
    /// The delay between two requests for the status.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    poll_seconds: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = &args.app;
    let builds = client.builds();

    let mut request = BuildParams::new();
    if let Some(commit) = &args.commit {
        request = request.source_version(commit);
    }
    let mut build = builds.create(app, &args.branch, request).send().await?;
    println!("build {} of {} is {}", build.id, args.branch, build.status);
    while build.status != "completed" {
        sleep(Duration::from_secs(args.poll_seconds)).await;
        build = builds.get(app, build.id).send().await?;
        println!("build {} is {}", build.id, build.status);
    }
    let log = builds.get_log(app, build.id).send().await?;
    log.value.iter().flatten().for_each(|line| println!("| {line}"));
    if build.result != "succeeded" {
        return Err(format!("build {} {}", build.id, build.result).into());
    }
    if let Some(file) = &args.download {
        let call = builds.get_download_uri(app, build.id, BuildsDownloadType::Build);
        let done = client.runtime().download(&call.send().await?.uri).to_file(file).await?;
        println!("{} has its {} bytes", file.display(), done.written);
    }
    Ok(())
}
