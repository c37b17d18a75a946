//! Uploads a build and gives it to testers.
//!
//! `cargo run -p storewright-examples --bin asc-upload-build -- App.ipa com.example.app 1.2 57 --group Friends --review`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    BetaAppReviewSubmissionCreateRequest, BetaBuildLocalizationCreate, BetaBuildLocalizationCreateRequest,
    BetaBuildLocalizationUpdateRequest, Build, BuildBetaNotificationCreateRequest, BuildProcessingState,
    BuildSort, BuildUpdateRequest, BuildUploadCreate, BuildUploadCreateRequest, BuildUploadFileAssetType,
    BuildUploadFileCreate, BuildUploadFileCreateRequest, BuildUploadFileUti, BuildUploadState, Platform,
};
use clap::Parser;
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code, name_and_size, or_dash};
use tokio::time::sleep;

/// The number of attempts to give a build to a group: Apple may not find it for some minutes after it is processed.
const ATTEMPTS: usize = 20;

/// Uploads a build, waits until it is processed, and gives it to testers.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The `.ipa` file.
    file: PathBuf,
    /// The bundle id of the app.
    app: String,
    /// The version, as in `CFBundleShortVersionString`.
    version: String,
    /// The number of the build, as in `CFBundleVersion`.
    build: String,
    /// `IOS`, `MAC_OS`, `TV_OS` or `VISION_OS`.
    #[arg(long, default_value = "IOS")]
    platform: Platform,
    /// A group of testers that gets the build; may be given more than once.
    #[arg(long = "group", value_name = "NAME")]
    groups: Vec<String>,
    /// The test notes.
    #[arg(long, value_name = "TEXT")]
    whats_new: Option<String>,
    /// The language of that text.
    #[arg(long, default_value = "en-US")]
    locale: String,
    /// True if the app has its own encryption that is not exempt.
    #[arg(long)]
    non_exempt_encryption: bool,
    /// Submits the build for the review that groups of outsiders need.
    #[arg(long)]
    review: bool,
    /// Notify the testers.
    #[arg(long)]
    notify: bool,
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
    let pause = Duration::from_secs(args.poll_seconds);
    let app = app(&client, &args.app).await?.id;

    let upload = upload(&client, &args, &app, pause).await?;
    wait_for_upload(&client, &upload, pause).await?;
    let build = wait_for_build(&client, &args, &app, pause).await?.id;

    let request = BuildUpdateRequest::new(&build).uses_non_exempt_encryption(args.non_exempt_encryption);
    client.builds().update(request).send().await?;
    if let Some(text) = &args.whats_new {
        describe(&client, &build, &args.locale, text).await?;
    }
    if !args.groups.is_empty() {
        give_to_groups(&client, &app, &build, &args.groups, pause).await?;
    }
    if args.review {
        let request = BetaAppReviewSubmissionCreateRequest::new(&build);
        let submission = client.beta_app_review_submissions().create(request).send().await?.data;
        println!("the review is {}", or_dash(submission.attributes.beta_review_state));
    }
    if args.notify {
        let request = BuildBetaNotificationCreateRequest::new(&build);
        client.build_beta_notifications().create(request).send().await?;
        println!("the testers are told");
    }
    Ok(())
}

/// The id of the upload, of which Apple has the file.
async fn upload(client: &Client, args: &Args, app: &str, pause: Duration) -> Result<String, BoxError> {
    // Nothing is begun for a file that is not there.
    let (name, size) = name_and_size(&args.file)?;
    let request = BuildUploadCreateRequest::new(BuildUploadCreate {
        cf_bundle_short_version_string: args.version.clone(),
        cf_bundle_version: args.build.clone(),
        platform: args.platform.clone(),
        app: app.into(),
    });
    let upload = client.build_uploads().create(request).send().await?.data;
    println!("the upload is {}", upload.id);

    let request = BuildUploadFileCreateRequest::new(BuildUploadFileCreate {
        asset_type: BuildUploadFileAssetType::Asset,
        file_name: name,
        file_size: size,
        uti: BuildUploadFileUti::ComAppleIpa,
        build_upload: upload.id.clone(),
    });
    // Reserves the file, sends its parts to where Apple wants them, commits them, and waits until Apple has them.
    let reserve = client.build_upload_files().create(request);
    client.upload(reserve, &args.file).poll(pause, None).send().await?;
    println!("{} is uploaded", args.file.display());
    Ok(upload.id)
}

async fn wait_for_upload(client: &Client, id: &str, pause: Duration) -> Result<(), BoxError> {
    loop {
        let upload = client.build_uploads().get(id).send().await?.data;
        let state = upload.attributes.state.unwrap_or_default();
        println!("the upload is {}", or_dash(state.state.as_ref()));
        match state.state {
            Some(BuildUploadState::Complete) => return Ok(()),
            Some(BuildUploadState::Failed) => {
                let errors = state.errors.into_iter().flatten();
                let reasons: Vec<String> = errors
                    .map(|error| format!("{}: {}", or_dash(error.code), or_dash(error.description)))
                    .collect();
                return Err(format!("Apple refused the build: {}", reasons.join("; ")).into());
            }
            _ => sleep(pause).await,
        }
    }
}

async fn wait_for_build(client: &Client, args: &Args, app: &str, pause: Duration) -> Result<Build, BoxError> {
    // The builds of an app, `GET /v1/apps/{id}/builds`, cannot be sorted or filtered.
    let newest = client
        .builds()
        .list()
        .filter_app([app])
        .filter_version([&args.build])
        .filter_pre_release_version_version([&args.version])
        .sort([BuildSort::UPLOADED_DATE.desc()])
        .limit(1);
    loop {
        let build = newest.clone().send().await?.data.into_iter().next();
        let state = build.as_ref().and_then(|build| build.attributes.processing_state.clone());
        println!("the build is {}", or_dash(state.as_ref()));
        match (state, build) {
            (Some(BuildProcessingState::Valid), Some(build)) => return Ok(build),
            (Some(state @ (BuildProcessingState::Failed | BuildProcessingState::Invalid)), _) => {
                return Err(format!("Apple cannot use the build: it is {state}").into());
            }
            _ => sleep(pause).await,
        }
    }
}

/// Sets the test notes.
async fn describe(client: &Client, build: &str, locale: &str, text: &str) -> Result<(), BoxError> {
    let mut localizations = client.builds().list_beta_build_localizations(build).items();
    while let Some(localization) = localizations.try_next().await? {
        if localization.attributes.locale.as_deref() == Some(locale) {
            let request = BetaBuildLocalizationUpdateRequest::new(localization.id).whats_new(text);
            client.beta_build_localizations().update(request).send().await?;
            return Ok(());
        }
    }
    let request = BetaBuildLocalizationCreateRequest::new(BetaBuildLocalizationCreate {
        locale: locale.into(),
        build: build.into(),
    })
    .whats_new(text);
    client.beta_build_localizations().create(request).send().await?;
    Ok(())
}

async fn give_to_groups(
    client: &Client,
    app: &str,
    build: &str,
    names: &[String],
    pause: Duration,
) -> Result<(), BoxError> {
    let found = client.beta_groups().list().filter_app([app]).filter_name(names).send().await?.data;
    let ids: Vec<String> = found.into_iter().map(|group| group.id).collect();
    if ids.len() < names.len() {
        return Err(format!("the app has only {} of the groups {}", ids.len(), names.join(", ")).into());
    }
    let mut attempts = 1;
    loop {
        match client.builds().add_beta_groups(build, &ids).send().await {
            Ok(()) => break,
            Err(error) if attempts < ATTEMPTS && error.status().is_some_and(|status| status == 404) => {
                println!("Apple does not find the build yet");
                sleep(pause).await;
                attempts += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
    println!("the groups have the build");
    Ok(())
}
