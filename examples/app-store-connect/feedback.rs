//! Downloads the feedback of TestFlight: crash logs and screenshots, with the comments of testers.
//!
//! `cargo run -p storewright-examples --bin asc-feedback -- com.example.app --folder feedback`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    BetaFeedbackCrashSubmissionSort, BetaFeedbackScreenshotSubmissionSort,
};
use clap::Parser;
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code, or_dash};

/// Prints the feedback of testers, the newest first, and writes crash logs and screenshots.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The bundle id of the app.
    app: String,
    /// The folder for the files; it must exist.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = app(&client, &args.app).await?.id;
    crashes(&client, &app, &args.folder).await?;
    screenshots(&client, &app, &args.folder).await
}

async fn crashes(client: &Client, app: &str, folder: &Path) -> Result<(), BoxError> {
    let submissions = client.apps().list_beta_feedback_crash_submissions(app);
    let mut submissions = submissions.sort([BetaFeedbackCrashSubmissionSort::CREATED_DATE.desc()]).items();
    while let Some(crash) = submissions.try_next().await? {
        let of = crash.attributes;
        println!("crash {} on {} {}", crash.id, or_dash(of.device_model), or_dash(of.os_version));
        println!("  {}", or_dash(of.comment));
        // Apple keeps a crash log for some months: the submission may have none.
        let log = client.beta_feedback_crash_submissions().get_crash_log(&crash.id).send().await?.data;
        match log.and_then(|log| log.attributes.log_text) {
            Some(text) => {
                let file = folder.join(format!("{}.crash", crash.id));
                fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
                println!("  {}", file.display());
            }
            None => println!("  without a log"),
        }
    }
    Ok(())
}

async fn screenshots(client: &Client, app: &str, folder: &Path) -> Result<(), BoxError> {
    let submissions = client.apps().list_beta_feedback_screenshot_submissions(app);
    let mut submissions =
        submissions.sort([BetaFeedbackScreenshotSubmissionSort::CREATED_DATE.desc()]).items();
    while let Some(feedback) = submissions.try_next().await? {
        let of = feedback.attributes;
        println!("feedback {} on {} {}", feedback.id, or_dash(of.device_model), or_dash(of.os_version));
        println!("  {}", or_dash(of.comment));
        let urls = of.screenshots.into_iter().flatten().filter_map(|screenshot| screenshot.url);
        for (number, url) in (1..).zip(urls) {
            let file = folder.join(format!("{}-{number}.{}", feedback.id, extension(&url)));
            // The URL is presigned and expires: it gets no token, and it is downloaded now.
            let written = client.runtime().download(&url).to_file(&file).await?;
            println!("  {} has {} bytes", file.display(), written.written);
        }
    }
    Ok(())
}

/// The extension of the file that a URL names; screenshots of TestFlight are mostly JPEG.
fn extension(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    match Path::new(path).extension().and_then(|extension| extension.to_str()) {
        Some(known @ ("png" | "jpeg" | "heic")) => known,
        _ => "jpg",
    }
}
