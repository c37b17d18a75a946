//! Sets the localized texts of an app and of one version.
//!
//! `cargo run -p storewright-examples --bin asc-metadata -- com.example.app 1.2 --locale fr-FR --whats-new "Une carte"`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::process::ExitCode;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    AppInfoLocalizationUpdateRequest, AppInfoState, AppStoreVersionLocalizationCreate,
    AppStoreVersionLocalizationCreateRequest, AppStoreVersionLocalizationUpdateRequest,
};
use app_store_connect_client::runtime::Patch;
use clap::Parser;
use storewright_examples::app_store_connect::{Connection, app, version};
use storewright_examples::{BoxError, exit_code};

/// Sets texts of an app and of a version of it; omitted ones are not changed.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The bundle id of the app.
    app: String,
    /// The version, as in `CFBundleShortVersionString`.
    version: String,
    /// The language.
    #[arg(long, default_value = "en-US")]
    locale: String,
    #[command(flatten)]
    of_version: OfVersion,
    #[command(flatten)]
    of_app: OfApp,
}

#[derive(Default, PartialEq, clap::Args)]
struct OfVersion {
    #[arg(long)]
    description: Option<String>,
    #[arg(long)]
    keywords: Option<String>,
    #[arg(long)]
    whats_new: Option<String>,
    #[arg(long)]
    support_url: Option<String>,
}

#[derive(Default, PartialEq, clap::Args)]
struct OfApp {
    #[arg(long)]
    name: Option<String>,
    /// An empty one takes the subtitle away.
    #[arg(long)]
    subtitle: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = app(&client, &args.app).await?.id;
    if args.of_version != OfVersion::default() {
        let version = version(&client, &app, &args.version).await?.id;
        describe_version(&client, &version, &args.locale, args.of_version).await?;
    }
    if args.of_app != OfApp::default() {
        describe_app(&client, &app, &args.locale, args.of_app).await?;
    }
    Ok(())
}

async fn describe_version(
    client: &Client,
    version: &str,
    locale: &str,
    texts: OfVersion,
) -> Result<(), BoxError> {
    let mut localizations = client.app_store_versions().list_app_store_version_localizations(version).items();
    while let Some(found) = localizations.try_next().await? {
        if found.attributes.locale.as_deref() == Some(locale) {
            let mut request = AppStoreVersionLocalizationUpdateRequest::new(&found.id);
            request.description = Patch::given(texts.description);
            request.keywords = Patch::given(texts.keywords);
            request.whats_new = Patch::given(texts.whats_new);
            request.support_url = Patch::given(texts.support_url);
            client.app_store_version_localizations().update(request).send().await?;
            println!("the version's page in {locale} is changed");
            return Ok(());
        }
    }
    let mut request = AppStoreVersionLocalizationCreateRequest::new(AppStoreVersionLocalizationCreate {
        locale: locale.into(),
        app_store_version: version.into(),
    });
    request.description = Patch::given(texts.description);
    request.keywords = Patch::given(texts.keywords);
    request.whats_new = Patch::given(texts.whats_new);
    request.support_url = Patch::given(texts.support_url);
    client.app_store_version_localizations().create(request).send().await?;
    println!("the version has a page in {locale}");
    Ok(())
}

async fn describe_app(client: &Client, app: &str, locale: &str, texts: OfApp) -> Result<(), BoxError> {
    // One is in the store, and one can be changed; an app that was never released has only the latter.
    let infos = client.apps().list_app_infos(app).send().await?.data;
    let mut changeable = infos.into_iter().filter(|info| {
        !matches!(
            info.attributes.state,
            Some(AppInfoState::ReadyForDistribution | AppInfoState::ReplacedWithNewInfo)
        )
    });
    let info = changeable.next().ok_or("the app's name can only be changed with a new version")?;
    let found =
        client.app_infos().list_app_info_localizations(&info.id).filter_locale([locale]).send().await?;
    let page = found.data.into_iter().next().ok_or_else(|| format!("the app has no page in {locale}"))?;
    let mut request = AppInfoLocalizationUpdateRequest::new(page.id);
    request.name = Patch::given(texts.name);
    request.subtitle = match texts.subtitle {
        Some(text) if text.is_empty() => Patch::Null,
        given => Patch::given(given),
    };
    client.app_info_localizations().update(request).send().await?;
    println!("the app's page in {locale} is changed");
    Ok(())
}
