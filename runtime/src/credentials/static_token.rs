//! Credentials that do not change.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, header::AUTHORIZATION};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::{Credential, TokenProvider};
use crate::request::Operation;
use crate::transport::{BoxError, BoxFuture};

/// A token that does not change. It is zeroised when it is dropped.
#[derive(Clone)]
pub struct StaticToken {
    place: Carrier,
    token: SecretString,
}

/// The part of the request that contains the token.
#[derive(Clone)]
enum Carrier {
    Bearer,
    Header(HeaderName),
    Query(String),
    Cookie(String),
}

impl StaticToken {
    /// A token that is sent as `Authorization: Bearer <token>`.
    pub fn bearer(token: impl Into<String>) -> Self {
        Self::new(Carrier::Bearer, token)
    }

    /// A name and a password, sent as HTTP Basic (RFC 7617). The name must not contain a colon: the rest would be taken
    /// for the password.
    pub fn basic(user: &str, password: &str) -> Self {
        let pair = Zeroizing::new(format!("{user}:{password}"));
        // With room for the whole value, so that growing leaves no copy in memory.
        let mut value = String::with_capacity(8 + pair.len() * 2);
        value.push_str("Basic ");
        STANDARD.encode_string(pair.as_bytes(), &mut value);
        Self::header(AUTHORIZATION, value)
    }

    /// A token that is the whole value of a header.
    pub fn header(name: HeaderName, token: impl Into<String>) -> Self {
        Self::new(Carrier::Header(name), token)
    }

    /// A token that is the value of a query parameter.
    pub fn query(name: impl Into<String>, token: impl Into<String>) -> Self {
        Self::new(Carrier::Query(name.into()), token)
    }

    /// A token that is the value of a cookie.
    pub fn cookie(name: impl Into<String>, token: impl Into<String>) -> Self {
        Self::new(Carrier::Cookie(name.into()), token)
    }

    fn new(place: Carrier, token: impl Into<String>) -> Self {
        StaticToken { place, token: token.into().into() }
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match &self.place {
            Carrier::Bearer => "authorization",
            Carrier::Header(name) => name.as_str(),
            Carrier::Query(name) | Carrier::Cookie(name) => name,
        };
        f.debug_struct("StaticToken").field("name", &place).finish_non_exhaustive()
    }
}

impl TokenProvider for StaticToken {
    fn credential<'a>(&'a self, _: &'a Operation) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        let token = self.token.expose_secret();
        let credential = match &self.place {
            Carrier::Bearer => Credential::bearer(token),
            Carrier::Header(name) => Credential::new(name.clone(), token),
            Carrier::Query(name) => Ok(Credential::query(name, token)),
            Carrier::Cookie(name) => Credential::cookie(name, token),
        };
        Box::pin(std::future::ready(credential.map(Some)))
    }
}
