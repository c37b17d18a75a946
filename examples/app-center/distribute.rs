//! Uploads a release, distributes it to testers and prints the latest release.
//!
//! `cargo run -p storewright-examples --bin app-center-distribute -- ann/caravan caravan.apk --group Testers`
//!
//! The token is in the environment: `APP_CENTER_API_TOKEN`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use app_center_client::AppRef;
use app_center_client::models::{
    ReleaseDestinationRequest, ReleaseDetailsUpdateRequest, ReleaseStoreDestinationRequest,
    ReleaseTesterDestinationRequest, ReleaseUploadBeginRequest,
};
use clap::Parser;
use storewright_examples::app_center::Connection;
use storewright_examples::{BoxError, exit_code};

/// Uploads a file as a release and gives it to groups, testers and stores.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The app, as `owner/app`.
    app: AppRef,
    /// The file: .apk, .aab, .ipa, .zip, .msi and others.
    file: PathBuf,
    /// The release notes.
    #[arg(long)]
    notes: Option<String>,
    /// The version, where the file does not say it.
    #[arg(long, value_name = "VERSION")]
    build_version: Option<String>,
    /// A group of testers that gets it.
    #[arg(long)]
    group: Vec<String>,
    /// The address of a tester who gets it.
    #[arg(long, value_name = "EMAIL")]
    tester: Vec<String>,
    /// A store, by its name in App Center, that gets it.
    #[arg(long)]
    store: Vec<String>,
    /// Users of an older release must take this one.
    #[arg(long)]
    mandatory: bool,
    /// The delay between two requests for the status.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    poll_seconds: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = &args.app;
    let releases = client.releases();

    let mut request = ReleaseUploadBeginRequest::new();
    if let Some(version) = &args.build_version {
        request = request.build_version(version);
    }
    let begin = releases.create_release_upload(app, request);
    // Ten blocks at once, none of them with the token; then App Center looks at the file.
    let upload = client.upload_release(begin, &args.file).poll(Duration::from_secs(args.poll_seconds), None);
    let release = upload.send().await?;
    println!("{} is release {release}", args.file.display());

    if let Some(notes) = &args.notes {
        let request = ReleaseDetailsUpdateRequest::new().release_notes(notes);
        releases.update_details(app, release, request).send().await?;
        println!("its notes are set");
    }
    for group in &args.group {
        let id = client.distribution_groups().get(app, group).send().await?.id;
        let request =
            ReleaseDestinationRequest::new(id).mandatory_update(args.mandatory).notify_testers(true);
        releases.add_distribution_group(app, release, request).send().await?;
        println!("the group {group} has it");
    }
    for tester in &args.tester {
        let request = ReleaseTesterDestinationRequest::new(tester).mandatory_update(args.mandatory);
        releases.add_testers(app, release, request).send().await?;
        println!("{tester} has it");
    }
    for store in &args.store {
        let found = client.stores().get(app, store).send().await?;
        let id = found.id.ok_or_else(|| format!("the store {store} has no id"))?;
        releases.add_store(app, release, ReleaseStoreDestinationRequest::new(id)).send().await?;
        println!("the store {store} has it");
    }
    let latest = releases.get_latest_by_user(app, "latest").send().await?;
    println!("your latest release is {}: {}", latest.id, latest.short_version);
    Ok(())
}
