// {{ mark }}; edits are lost.
//! Sends a member's token in the header `Access-Token`.

use storewright_runtime as rt;

/// The token of a member, which is sent as `Access-Token` and shows in no `Debug`, log or error. It is zeroised when it
/// is dropped.
///
/// A call has the permissions that the member has in the portal.
#[derive(Debug, Clone)]
pub struct AccessToken(rt::StaticToken);

impl AccessToken {
    /// A token as the portal shows it.
    pub fn new(token: impl Into<String>) -> Self {
        Self(rt::StaticToken::header(rt::http::HeaderName::from_static("access-token"), token))
    }

    /// A token from the environment: `APP47_ACCESS_TOKEN`.
    ///
    /// # Errors
    /// When the variable is missing or empty.
    pub fn from_env() -> Result<Self, rt::BoxError> {
        let token = std::env::var("APP47_ACCESS_TOKEN").ok().filter(|token| !token.is_empty());
        Ok(Self::new(token.ok_or("APP47_ACCESS_TOKEN is not set")?))
    }
}

impl rt::TokenProvider for AccessToken {
    fn credential<'a>(
        &'a self,
        operation: &'a rt::Operation,
    ) -> rt::BoxFuture<'a, Result<Option<rt::Credential>, rt::BoxError>> {
        self.0.credential(operation)
    }
}
