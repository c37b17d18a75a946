//! Creates a client of App Center from a token in the environment.

use app_center_client::{Client, Credentials};

use crate::BoxError;

/// The connection to App Center. The token is in the environment: `APP_CENTER_API_TOKEN`.
#[derive(Debug, clap::Args)]
pub struct Connection {
    /// Another address than that of Microsoft's retired service.
    #[arg(long, global = true, value_name = "URL")]
    base_url: Option<String>,
}

impl Connection {
    /// The client.
    ///
    /// # Errors
    /// If the environment contains no token, or the address is invalid.
    pub fn client(&self) -> Result<Client, BoxError> {
        let mut builder = Client::builder(Credentials::from_env()?);
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url);
        }
        Ok(builder.build()?)
    }
}
