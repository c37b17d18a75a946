//! Uploads screenshots or previews to a set of a version: one language and one kind of device.
//!
//! Apple deprecated these sets in version 4.5.1; `asc-asset-library` has the replacement.
//!
//! `cargo run -p storewright-examples --bin asc-screenshots -- screenshots com.example.app 1.2 APP_IPHONE_67 1.png 2.png`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

// This example is about deprecated resources.
#![allow(deprecated)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    AppPreviewCreate, AppPreviewCreateRequest, AppPreviewSetCreateRequest, AppScreenshotCreate,
    AppScreenshotCreateRequest, AppScreenshotSetCreateRequest, PreviewType, ScreenshotDisplayType,
};
use clap::{Parser, ValueEnum};
use storewright_examples::app_store_connect::{Connection, app, version};
use storewright_examples::{BoxError, exit_code, name_and_size};

/// Uploads screenshots or previews, behind those that there are.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    kind: Kind,
    /// The bundle id of the app.
    app: String,
    /// The version, as in `CFBundleShortVersionString`.
    version: String,
    /// The device, as Apple calls it: for screenshots such as `APP_IPHONE_67`, for previews such as `IPHONE_67`.
    device: String,
    /// The files, in the order in which they are shown.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The language.
    #[arg(long, default_value = "en-US")]
    locale: String,
    /// The delay between two requests for the status.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    poll_seconds: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Screenshots,
    Previews,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = app(&client, &args.app).await?.id;
    let version = version(&client, &app, &args.version).await?.id;
    let mut localizations = client.app_store_versions().list_app_store_version_localizations(version).items();
    while let Some(localization) = localizations.try_next().await? {
        if localization.attributes.locale.as_deref() == Some(&args.locale) {
            return match args.kind {
                Kind::Screenshots => screenshots(&client, &args, &localization.id).await,
                Kind::Previews => previews(&client, &args, &localization.id).await,
            };
        }
    }
    Err(format!("the version has no page in {}", args.locale).into())
}

async fn screenshots(client: &Client, args: &Args, localization: &str) -> Result<(), BoxError> {
    let device = ScreenshotDisplayType::from(args.device.as_str());
    let sets = client.app_store_version_localizations().list_app_screenshot_sets(localization);
    let found = sets.filter_screenshot_display_type([device.clone()]).send().await?.data;
    let set = match found.into_iter().next() {
        Some(set) => set.id,
        None => {
            let request =
                AppScreenshotSetCreateRequest::new(device).app_store_version_localization(localization);
            client.app_screenshot_sets().create(request).send().await?.data.id
        }
    };
    println!("the set is {set}");

    let mut order = Vec::new();
    let mut there = client.app_screenshot_sets().list_app_screenshot_linkages(&set).items();
    while let Some(screenshot) = there.try_next().await? {
        order.push(screenshot.id);
    }
    for file in &args.files {
        let (name, size) = name_and_size(file)?;
        let reserve = client.app_screenshots().create(AppScreenshotCreateRequest::new(AppScreenshotCreate {
            file_name: name,
            file_size: size,
            app_screenshot_set: set.clone(),
        }));
        // Reserves the screenshot, sends its parts to where Apple wants them, commits them, and waits until it is taken.
        let upload = client.upload(reserve, file).poll(Duration::from_secs(args.poll_seconds), None);
        let screenshot = upload.send().await?.data;
        println!("{} is {}", file.display(), screenshot.id);
        order.push(screenshot.id);
    }
    client.app_screenshot_sets().replace_app_screenshots(&set, &order).send().await?;
    println!("they are shown in the order {}", order.join(", "));
    Ok(())
}

async fn previews(client: &Client, args: &Args, localization: &str) -> Result<(), BoxError> {
    let device = PreviewType::from(args.device.as_str());
    let sets = client.app_store_version_localizations().list_app_preview_sets(localization);
    let found = sets.filter_preview_type([device.clone()]).send().await?.data;
    let set = match found.into_iter().next() {
        Some(set) => set.id,
        None => {
            let request =
                AppPreviewSetCreateRequest::new(device).app_store_version_localization(localization);
            client.app_preview_sets().create(request).send().await?.data.id
        }
    };
    println!("the set is {set}");

    let mut order = Vec::new();
    let mut there = client.app_preview_sets().list_app_preview_linkages(&set).items();
    while let Some(preview) = there.try_next().await? {
        order.push(preview.id);
    }
    for file in &args.files {
        let (name, size) = name_and_size(file)?;
        let reserve = client.app_previews().create(AppPreviewCreateRequest::new(AppPreviewCreate {
            file_name: name,
            file_size: size,
            app_preview_set: set.clone(),
        }));
        let upload = client.upload(reserve, file).poll(Duration::from_secs(args.poll_seconds), None);
        let preview = upload.send().await?.data;
        println!("{} is {}", file.display(), preview.id);
        order.push(preview.id);
    }
    client.app_preview_sets().replace_app_previews(&set, &order).send().await?;
    println!("they are shown in the order {}", order.join(", "));
    Ok(())
}
