//! Credentials: an operation goes in, the header that authorises it comes out.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::request::Operation;
use crate::transport::{BoxError, BoxFuture};

mod refreshing;

pub use self::refreshing::{Issued, Issuer, Refreshing};

/// Where a client gets its credentials. It is asked for every request, so that none is sent with an expired token.
pub trait TokenProvider: Send + Sync + 'static {
    /// The credentials for an operation; `None` sends it without.
    fn credential<'a>(
        &'a self,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Result<Option<Credential>, BoxError>>;

    /// Learns that the server refused a credential with 401, and with which headers. `true` says that asking again gives
    /// another one; the request is then retried as often as [`renewals`](crate::RetryPolicy::renewals) allows.
    fn invalidate(&self, _refused: &Credential, _answer: &HeaderMap) -> bool {
        false
    }
}

/// One provider can serve several clients.
impl<T: TokenProvider + ?Sized> TokenProvider for Arc<T> {
    fn credential<'a>(
        &'a self,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        (**self).credential(operation)
    }

    fn invalidate(&self, refused: &Credential, answer: &HeaderMap) -> bool {
        (**self).invalidate(refused, answer)
    }
}

/// A header that authorises a request. Its value shows in no `Debug`, log or error.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    name: HeaderName,
    value: HeaderValue,
}

impl Credential {
    /// `Authorization: Bearer <token>`
    ///
    /// # Errors
    /// When the token holds what a header cannot.
    pub fn bearer(token: &str) -> Result<Self, BoxError> {
        Self::new(AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// A header of any name.
    ///
    /// # Errors
    /// When the value holds what a header cannot.
    pub fn new(name: HeaderName, value: &str) -> Result<Self, BoxError> {
        // The error of the `http` crate would not name the header.
        let mut value = HeaderValue::try_from(value).map_err(|_| {
            format!("the value for the header `{name}` holds a character that HTTP does not allow")
        })?;
        value.set_sensitive(true);
        Ok(Credential { name, value })
    }

    /// The name of the header.
    pub fn name(&self) -> &HeaderName {
        &self.name
    }

    /// The value of the header, marked as sensitive.
    pub fn value(&self) -> &HeaderValue {
        &self.value
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A token that does not change. It is zeroised when it is dropped.
#[derive(Clone)]
pub struct StaticToken {
    header: Option<HeaderName>,
    token: SecretString,
}

impl StaticToken {
    /// A token that is sent as `Authorization: Bearer <token>`.
    pub fn bearer(token: impl Into<String>) -> Self {
        StaticToken { header: None, token: token.into().into() }
    }

    /// A name and a password, sent as HTTP Basic (RFC 7617). The name holds no colon: what follows one is taken for the
    /// password.
    pub fn basic(user: &str, password: &str) -> Self {
        let pair = Zeroizing::new(format!("{user}:{password}"));
        // With room for all of it, so that growing leaves no copy behind.
        let mut value = String::with_capacity(8 + pair.len() * 2);
        value.push_str("Basic ");
        STANDARD.encode_string(pair.as_bytes(), &mut value);
        Self::header(AUTHORIZATION, value)
    }

    /// A token that is the whole value of a header.
    pub fn header(name: HeaderName, token: impl Into<String>) -> Self {
        StaticToken { header: Some(name), token: token.into().into() }
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticToken").field("header", &self.header).finish_non_exhaustive()
    }
}

impl TokenProvider for StaticToken {
    fn credential<'a>(&'a self, _: &'a Operation) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        let token = self.token.expose_secret();
        let credential = match &self.header {
            None => Credential::bearer(token),
            Some(name) => Credential::new(name.clone(), token),
        };
        Box::pin(std::future::ready(credential.map(Some)))
    }
}
