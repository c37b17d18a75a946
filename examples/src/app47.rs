//! Creates a client of App47 from a token in the environment.

use app47_client::{AccessToken, Client};

use crate::BoxError;

/// The connection to App47. A member's token is in the environment: `APP47_ACCESS_TOKEN`.
#[derive(Debug, clap::Args)]
pub struct Connection {
    /// Another address than App47's.
    #[arg(long, global = true, value_name = "URL")]
    base_url: Option<String>,
}

impl Connection {
    /// The client.
    ///
    /// # Errors
    /// If the environment contains no token, or the address is invalid.
    pub fn client(&self) -> Result<Client, BoxError> {
        let mut builder = Client::builder(AccessToken::from_env()?);
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url);
        }
        Ok(builder.build()?)
    }
}
