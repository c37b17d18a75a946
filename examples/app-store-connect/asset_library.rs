//! Uploads images to the App Asset Library of an app, and places them on the page of a version.
//!
//! `cargo run -p storewright-examples --bin asc-asset-library -- groups`
//! `cargo run -p storewright-examples --bin asc-asset-library -- show com.example.app 1.2 IPHONE_DYNAMIC_ISLAND_LARGE_PROFILE 1.png 2.png`
//! `cargo run -p storewright-examples --bin asc-asset-library -- place EVENT_CARD_ASSET IPHONE_PROFILE --image f4000005 --event-localization 1`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    AppAssetLibraryAssetCategory, AppAssetLibraryImageCreate, AppAssetLibraryImageCreateRequest,
    AppAssetLibraryPlacementCreateRequest, AppAssetLibraryPlacementOrderingRequestCreateRequest,
    AppAssetLibraryPlacementSort, AppAssetLibraryPlacementType,
};
use clap::{Args as Arguments, Parser, Subcommand};
use storewright_examples::app_store_connect::{Connection, app, version};
use storewright_examples::{BoxError, exit_code, name_and_size, or_dash};

/// Uploads images once, and places them where the App Store shows them.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Prints the placement types of versions, the groups of devices that each has, and the most images of a group.
    Groups,
    /// Uploads images, and shows them as screenshots of a version, behind the present ones.
    Show(Show),
    /// Places an image or video of the library.
    Place(Place),
}

#[derive(Arguments)]
struct Show {
    /// The bundle id of the app.
    app: String,
    /// The version, as in `CFBundleShortVersionString`.
    version: String,
    /// The placement group, such as `IPHONE_DYNAMIC_ISLAND_LARGE_PROFILE`.
    group: String,
    /// The files, in their order on the page.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The language.
    #[arg(long, default_value = "en-US")]
    locale: String,
    /// The delay between two requests for the state of an upload.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    poll_seconds: u64,
}

#[derive(Arguments)]
struct Place {
    /// The placement type, such as `APP_SCREENSHOT`.
    kind: AppAssetLibraryPlacementType,
    /// The placement group.
    group: String,
    /// The id of an image; a placement has an image or a video.
    #[arg(long, value_name = "ID")]
    image: Option<String>,
    /// The id of a video.
    #[arg(long, value_name = "ID")]
    video: Option<String>,
    /// The id of the localization of a version; a placement has one localization.
    #[arg(long, value_name = "ID")]
    version_localization: Option<String>,
    /// The id of the localization of an in-app event.
    #[arg(long, value_name = "ID")]
    event_localization: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    match args.action {
        Action::Groups => groups(&client).await,
        Action::Show(show) => show_images(&client, show).await,
        Action::Place(place) => {
            let mut request = AppAssetLibraryPlacementCreateRequest::new()
                .placement_type(place.kind)
                .placement_group(place.group);
            request.image = place.image;
            request.video = place.video;
            request.app_store_version_localization = place.version_localization;
            request.app_event_localization = place.event_localization;
            // An incomplete request fails here: nothing is sent.
            let placement = client.app_asset_library_placements().create(request).send().await?.data;
            println!("{} is {}", placement.id, or_dash(placement.attributes.state));
            Ok(())
        }
    }
}

async fn groups(client: &Client) -> Result<(), BoxError> {
    let mut data = client.app_asset_library_ref_data().list().filter_features(["APP_STORE_VERSIONS"]).items();
    while let Some(data) = data.try_next().await? {
        let features = data.attributes.features.into_iter().flatten();
        for policy in features.flat_map(|feature| feature.placement_policies.unwrap_or_default()) {
            for limit in policy.group_limits.into_iter().flatten() {
                let groups = limit.group_ids.unwrap_or_default().join(", ");
                let kind = or_dash(policy.placement_type.as_ref());
                println!("{kind}: {groups}: at most {}", or_dash(limit.max_count));
            }
        }
    }
    Ok(())
}

async fn show_images(client: &Client, show: Show) -> Result<(), BoxError> {
    let app = app(client, &show.app).await?.id;
    let localization = localization(client, &app, &show).await?;
    let library =
        client.apps().get_asset_library(&app).send().await?.data.ok_or("the app has no library")?.id;

    let mut images = Vec::new();
    for file in &show.files {
        let (name, size) = name_and_size(file)?;
        let category = AppAssetLibraryAssetCategory::AppScreenshotsAndPreviews;
        let request = AppAssetLibraryImageCreateRequest::new(AppAssetLibraryImageCreate {
            category,
            file_name: name,
            file_size: size,
            asset_library: library.clone(),
        });
        let reserve = client.app_asset_library_images().create(request);
        // Reserves the image, sends its parts, commits them, and waits until the image is processed.
        let upload = client.upload(reserve, file).poll(Duration::from_secs(show.poll_seconds), None);
        let image = upload.send().await?.data;
        println!("{} is {}: {}", file.display(), image.id, or_dash(image.attributes.state));
        images.push(image.id);
    }

    // The order is of the whole group: the present placements come first.
    let mut order = Vec::new();
    let placements = client.app_store_version_localizations().list_placements(&localization);
    let placements = placements.filter_placement_group([&show.group]);
    let mut present = placements.sort([AppAssetLibraryPlacementSort::PLACEMENT_GROUP_POSITION]).items();
    while let Some(placement) = present.try_next().await? {
        order.push(placement.id);
    }
    for image in images {
        let request = AppAssetLibraryPlacementCreateRequest::new()
            .placement_type(AppAssetLibraryPlacementType::AppScreenshot)
            .placement_group(&show.group)
            .image(image)
            .app_store_version_localization(&localization);
        order.push(client.app_asset_library_placements().create(request).send().await?.data.id);
    }
    let request = AppAssetLibraryPlacementOrderingRequestCreateRequest::new()
        .placement_group(&show.group)
        .ordered_placements(&order)
        .app_store_version_localization(&localization);
    client.app_asset_library_placement_ordering_requests().create(request).send().await?;
    println!("the order is {}", order.join(", "));
    Ok(())
}

async fn localization(client: &Client, app: &str, show: &Show) -> Result<String, BoxError> {
    let version = version(client, app, &show.version).await?.id;
    let mut localizations = client.app_store_versions().list_app_store_version_localizations(version).items();
    while let Some(localization) = localizations.try_next().await? {
        if localization.attributes.locale.as_deref() == Some(&show.locale) {
            return Ok(localization.id);
        }
    }
    Err(format!("the version has no page in {}", show.locale).into())
}
