//! Runs tests of an app on devices and prints the results.
//!
//! `cargo run -p storewright-examples --bin app-center-test-run -- ann/caravan caravan.apk tests.dll --devices 7ab3a4f1
//! --framework uitest`
//!
//! The token is in the environment: `APP_CENTER_API_TOKEN`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use app_center_client::models::{
    TestCloudFileHash, TestCloudFileHashFileType, TestCloudFileHashRequired, TestCloudStartTestRunOptions,
    TestCloudStartTestRunOptionsRequired,
};
use app_center_client::runtime::{Digests, File, Location, Method, Operation};
use app_center_client::{AppRef, Client};
use clap::Parser;
use storewright_examples::app_center::Connection;
use storewright_examples::{BoxError, exit_code};
use tokio::time::sleep;

/// The route for a file of a test run, which no document describes.
const UPLOAD: Operation = Operation::new(Method::Post, "upload_test_file", "/");

/// The service's status for a file that it does not have.
const UNKNOWN: f64 = 412.0;

/// Runs tests on devices and waits for the end.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The app, as `owner/app`.
    app: AppRef,
    /// The file of the app.
    file: PathBuf,
    /// The files of the tests.
    tests: Vec<PathBuf>,
    /// The id of a set or a selection of devices.
    #[arg(long)]
    devices: String,
    /// appium, calabash, espresso, uitest or xcuitest.
    #[arg(long)]
    framework: String,
    /// The series that the run belongs to.
    #[arg(long)]
    series: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = &args.app;
    let test = client.test();

    // The id of the run is the end of its address, which only a header says.
    let Location(run) = test.create_test_run(app).answering().send().await?;
    let run = run.rsplit('/').next().unwrap_or_default();
    println!("the test run is {run}");

    let mut files = vec![(&args.file, TestCloudFileHashFileType::AppFile)];
    files.extend(args.tests.iter().map(|file| (file, TestCloudFileHashFileType::TestFile)));
    let mut hashes = Vec::new();
    for (file, kind) in &files {
        let digests = Digests::of_file(file).await?;
        hashes.push(TestCloudFileHash::new(TestCloudFileHashRequired {
            checksum: digests.sha256,
            file_type: kind.clone(),
            relative_path: file_name(file).into(),
        }));
    }
    // Files that the service has already need not be sent: the response is in the order of the request.
    let known = test.upload_hashes_batch(app, run, hashes).send().await?;
    for ((file, kind), known) in files.iter().zip(known) {
        if known.upload_status.status_code == UNKNOWN {
            let Location(url) = test.start_uploading_file(app, run).answering().send().await?;
            upload(&client, &url, file, kind.as_ref()).await?;
            println!("{} is uploaded", file.display());
        }
    }

    let mut options = TestCloudStartTestRunOptions::new(TestCloudStartTestRunOptionsRequired {
        device_selection: args.devices,
        test_framework: args.framework,
    });
    if let Some(series) = args.series {
        options = options.test_series(series);
    }
    let started = test.start_test_run(app, run, options).send().await?;
    println!("it runs on {} devices", started.accepted_devices.unwrap_or_default().len());
    loop {
        let state = test.get_test_run_state(app, run).send().await?;
        state.message.iter().flatten().for_each(|line| println!("{line}"));
        match (state.exit_code, state.wait_time) {
            (Some(0), _) => return Ok(()),
            (Some(code), _) => return Err(format!("the tests ended with {code}").into()),
            (None, wait) => {
                let seconds = wait.and_then(|wait| u64::try_from(wait).ok()).unwrap_or(10);
                sleep(Duration::from_secs(seconds)).await;
            }
        }
    }
}

/// Sends a file to where the service wants it, without the token.
async fn upload(client: &Client, url: &str, file: &Path, kind: &str) -> Result<(), BoxError> {
    let mut call = client.runtime().foreign::<()>(UPLOAD, url);
    call.part("relative_path", file_name(file));
    call.part("file_type", kind);
    call.file("file", File::new(std::fs::read(file)?).name(file_name(file)));
    Ok(call.send().await?)
}

fn file_name(file: &Path) -> &str {
    file.file_name().and_then(|name| name.to_str()).unwrap_or("file")
}
