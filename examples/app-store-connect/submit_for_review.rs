//! Submits a version with its build for review and releases it afterwards.
//!
//! `cargo run -p storewright-examples --bin asc-submit-for-review -- com.example.app 1.2 57 --first-name Ada --last-name
//! Lovelace --phone "+44 20 7946 0000" --email ada@example.com --release`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::process::ExitCode;
use std::time::Duration;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    AppStoreReviewDetailCreateRequest, AppStoreReviewDetailUpdateRequest, AppStoreVersionCreate,
    AppStoreVersionCreateRequest, AppStoreVersionReleaseRequestCreateRequest, AppStoreVersionReleaseType,
    Platform, ReviewSubmissionCreateRequest, ReviewSubmissionItemCreateRequest, ReviewSubmissionState,
    ReviewSubmissionStateFilter, ReviewSubmissionUpdateRequest,
};
use clap::Parser;
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code, or_dash};
use tokio::time::sleep;

/// Submits a version of an app for review, and releases it when it is approved.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The bundle id of the app.
    app: String,
    /// The version, as in `CFBundleShortVersionString`.
    version: String,
    /// The number of the build, as in `CFBundleVersion`.
    build: String,
    /// `IOS`, `MAC_OS`, `TV_OS` or `VISION_OS`.
    #[arg(long, default_value = "IOS")]
    platform: Platform,
    #[command(flatten)]
    contact: Contact,
    /// Waits for the review, which takes hours or days, and releases the version.
    #[arg(long)]
    release: bool,
    /// The delay between two requests for the status.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    poll_seconds: u64,
}

/// Whom Apple asks.
#[derive(clap::Args)]
struct Contact {
    #[arg(long)]
    first_name: String,
    #[arg(long)]
    last_name: String,
    #[arg(long)]
    phone: String,
    #[arg(long)]
    email: String,
    /// The notes for Apple's review.
    #[arg(long, default_value = "")]
    notes: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = app(&client, &args.app).await?.id;
    let version = version(&client, &args, &app).await?;
    let build = build(&client, &args, &app).await?;
    client.app_store_versions().set_build(&version, Some(&build)).send().await?;
    println!("the version {version} has the build {build}");
    name_contact(&client, &version, &args.contact).await?;

    let submission = submission(&client, &args.platform, &app).await?;
    let item = ReviewSubmissionItemCreateRequest::new(&submission).app_store_version(&version);
    // Everything that the version still lacks is in the error of this call: one 409 with an error for each.
    client.review_submission_items().create(item).send().await?;
    let request = ReviewSubmissionUpdateRequest::new(&submission).submitted(true);
    client.review_submissions().update(request).send().await?;
    println!("the version is submitted");

    if args.release {
        wait_for_review(&client, &submission, Duration::from_secs(args.poll_seconds)).await?;
        let request = AppStoreVersionReleaseRequestCreateRequest::new(&version);
        client.app_store_version_release_requests().create(request).send().await?;
        println!("the version is released");
    }
    Ok(())
}

/// The id of the version, which is made if there is none.
async fn version(client: &Client, args: &Args, app: &str) -> Result<String, BoxError> {
    let versions = client.apps().list_app_store_versions(app).filter_version_string([&args.version]);
    let found = versions.filter_platform([args.platform.clone()]).send().await?.data;
    if let Some(version) = found.into_iter().next() {
        return Ok(version.id);
    }
    let request = AppStoreVersionCreateRequest::new(AppStoreVersionCreate {
        platform: args.platform.clone(),
        version_string: args.version.clone(),
        app: app.into(),
    })
    .release_type(AppStoreVersionReleaseType::Manual);
    Ok(client.app_store_versions().create(request).send().await?.data.id)
}

async fn build(client: &Client, args: &Args, app: &str) -> Result<String, BoxError> {
    let builds = client.builds().list().filter_app([app]).filter_version([&args.build]);
    let found = builds.filter_pre_release_version_version([&args.version]).send().await?.data;
    match found.into_iter().next() {
        Some(build) => Ok(build.id),
        None => Err(format!("there is no build {} of the version {}", args.build, args.version).into()),
    }
}

async fn name_contact(client: &Client, version: &str, contact: &Contact) -> Result<(), BoxError> {
    // A version without one is not an error: the response's `data` is null.
    match client.app_store_versions().get_app_store_review_detail(version).send().await?.data {
        Some(detail) => {
            let request = AppStoreReviewDetailUpdateRequest::new(detail.id)
                .contact_first_name(&contact.first_name)
                .contact_last_name(&contact.last_name)
                .contact_phone(&contact.phone)
                .contact_email(&contact.email)
                .notes(&contact.notes);
            client.app_store_review_details().update(request).send().await?;
        }
        None => {
            let request = AppStoreReviewDetailCreateRequest::new(version)
                .contact_first_name(&contact.first_name)
                .contact_last_name(&contact.last_name)
                .contact_phone(&contact.phone)
                .contact_email(&contact.email)
                .notes(&contact.notes);
            client.app_store_review_details().create(request).send().await?;
        }
    }
    Ok(())
}

/// The id of the submission that is open, or of a new one: an app has one at a time.
async fn submission(client: &Client, platform: &Platform, app: &str) -> Result<String, BoxError> {
    let open =
        client.review_submissions().list([app]).filter_state([ReviewSubmissionStateFilter::ReadyForReview]);
    let found = open.filter_platform([platform.clone()]).send().await?.data;
    if let Some(submission) = found.into_iter().next() {
        return Ok(submission.id);
    }
    let request = ReviewSubmissionCreateRequest::new(app).platform(platform.clone());
    Ok(client.review_submissions().create(request).send().await?.data.id)
}

async fn wait_for_review(client: &Client, submission: &str, pause: Duration) -> Result<(), BoxError> {
    loop {
        let state = client.review_submissions().get(submission).send().await?.data.attributes.state;
        println!("the review is {}", or_dash(state.as_ref()));
        match state {
            Some(ReviewSubmissionState::Complete) => return Ok(()),
            Some(ReviewSubmissionState::UnresolvedIssues | ReviewSubmissionState::Canceling) => {
                return Err("the version is not approved".into());
            }
            _ => sleep(pause).await,
        }
    }
}
