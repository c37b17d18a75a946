//! Creates a client of App Store Connect from a key in the environment.

use app_store_connect_client::models::{App, AppStoreVersion};
use app_store_connect_client::{Client, TeamKey};

use crate::BoxError;

/// The connection to App Store Connect.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The key is in the environment: ASC_KEY_ID, ASC_ISSUER_ID, and ASC_PRIVATE_KEY or ASC_PRIVATE_KEY_PATH."
)]
pub struct Connection {
    /// Another address than Apple's.
    #[arg(long, global = true, value_name = "URL")]
    base_url: Option<String>,
}

impl Connection {
    /// The client.
    ///
    /// # Errors
    /// If the environment contains no key, or the address is invalid.
    pub fn client(&self) -> Result<Client, BoxError> {
        let mut builder = Client::builder(TeamKey::from_env()?);
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url);
        }
        Ok(builder.build()?)
    }
}

/// The app with a bundle id.
///
/// # Errors
/// As a call; and when the key's team has no such app.
pub async fn app(client: &Client, bundle_id: &str) -> Result<App, BoxError> {
    let mut apps = client.apps().list().filter_bundle_id([bundle_id]).items();
    while let Some(app) = apps.try_next().await? {
        if app.attributes.bundle_id.as_deref() == Some(bundle_id) {
            return Ok(app);
        }
    }
    Err(format!("there is no app with the bundle id {bundle_id}").into())
}

/// The version of an app with a number, as in `CFBundleShortVersionString`.
///
/// # Errors
/// As a call; and when the app has no such version.
pub async fn version(client: &Client, app: &str, number: &str) -> Result<AppStoreVersion, BoxError> {
    let found = client.apps().list_app_store_versions(app).filter_version_string([number]).send().await?;
    found.data.into_iter().next().ok_or_else(|| format!("the app has no version {number}").into())
}
