//! Releases a CodePush update from zipped content for given versions of the app.
//!
//! `cargo run -p storewright-examples --bin app-center-code-push -- ann/caravan Staging update.zip --target 1.2.x`
//!
//! The token is in the environment: `APP_CENTER_API_TOKEN`.

use std::path::PathBuf;
use std::process::ExitCode;

use app_center_client::AppRef;
use app_center_client::models::{CodePushUploadedRelease, CodePushUploadedReleaseRequired};
use clap::Parser;
use storewright_examples::app_center::Connection;
use storewright_examples::{BoxError, exit_code, or_dash};

/// Releases an update to a deployment.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The app, as `owner/app`.
    app: AppRef,
    /// The deployment, such as `Staging`.
    deployment: String,
    /// The zipped content.
    file: PathBuf,
    /// The versions of the app that take it.
    #[arg(long, value_name = "RANGE")]
    target: String,
    /// The release notes.
    #[arg(long)]
    notes: Option<String>,
    /// Users of an older update must take this one.
    #[arg(long)]
    mandatory: bool,
    /// The percentage of users that get it.
    #[arg(long, value_name = "PERCENT")]
    rollout: Option<i64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let (app, deployment) = (&args.app, &args.deployment);

    let begin = client.code_push_deployment_uploads().create(app, deployment);
    let uploaded = client.upload_code_push(begin, &args.file).send().await?;
    println!("{} is uploaded as {}", args.file.display(), uploaded.id);

    let mut request = CodePushUploadedRelease::new(CodePushUploadedReleaseRequired {
        release_upload: uploaded,
        target_binary_version: args.target.clone(),
    })
    .mandatory(args.mandatory);
    if let Some(notes) = &args.notes {
        request = request.description(notes);
    }
    if let Some(percent) = args.rollout {
        request = request.rollout(percent);
    }
    let releases = client.code_push_deployment_releases();
    let release = releases.create(app, deployment, request).send().await?;
    println!("{deployment} has the release {}", or_dash(release.label));
    Ok(())
}
