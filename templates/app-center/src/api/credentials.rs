// {{ mark }}; edits are lost.
//! Sends an API token, or a name and a password, as the header that an operation asks for.

use std::fmt;

use storewright_runtime::http::HeaderName;
use storewright_runtime::{
    BoxError, BoxFuture, Credential, Operation, Requirement, Security, StaticToken, TokenProvider,
};

/// The vendor's name of the way in which the six operations on tokens authenticate.
const BASIC: &str = "Basic";

/// The credentials of App Center: an API token for nearly all operations, and a name with a password for the six that make,
/// list and delete tokens. Public operations take none.
///
/// Secrets show in no `Debug`, log or error, and are zeroised when they are dropped.
#[derive(Clone, Default)]
pub struct Credentials {
    token: Option<StaticToken>,
    basic: Option<StaticToken>,
}

impl Credentials {
    /// A user's or an app's token, sent as `X-API-Token`.
    pub fn token(token: impl Into<String>) -> Self {
        Self::default().with_token(token)
    }

    /// A token from the environment: `APP_CENTER_API_TOKEN`.
    ///
    /// # Errors
    /// When the variable is missing or empty.
    pub fn from_env() -> Result<Self, BoxError> {
        let token = std::env::var("APP_CENTER_API_TOKEN").ok().filter(|token| !token.is_empty());
        Ok(Self::token(token.ok_or("APP_CENTER_API_TOKEN is not set")?))
    }

    /// A user's name or address and password, sent as HTTP Basic (RFC 7617) to the operations on tokens alone.
    pub fn basic(user: &str, password: &str) -> Self {
        Self::default().with_basic(user, password)
    }

    /// The same with a token.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(StaticToken::header(HeaderName::from_static("x-api-token"), token));
        self
    }

    /// The same with a name and a password.
    #[must_use]
    pub fn with_basic(mut self, user: &str, password: &str) -> Self {
        self.basic = Some(StaticToken::basic(user, password));
        self
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("token", &self.token.is_some())
            .field("basic", &self.basic.is_some())
            .finish()
    }
}

impl TokenProvider for Credentials {
    fn credential<'a>(
        &'a self,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        let (secret, missing) = match operation.security {
            Security::OneOf([[Requirement { scheme: BASIC, .. }, ..], ..]) => (&self.basic, "this operation needs a name and a password: see `Credentials::with_basic`"),
            _ => (&self.token, "this operation needs an API token: see `Credentials::with_token`"),
        };
        match secret {
            Some(secret) => secret.credential(operation),
            None => Box::pin(std::future::ready(Err(missing.into()))),
        }
    }
}
