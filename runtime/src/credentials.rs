//! Credentials of requests: headers, query parameters and cookies, by operation.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};

use crate::clock::Clock;
use crate::request::Operation;
use crate::transport::{BoxError, BoxFuture, Transport};

mod oauth2;
mod refreshing;
mod schemes;
mod shared;
mod static_token;

pub use self::oauth2::ClientCredentials;
pub use self::refreshing::{Issued, Issuer, Refreshing};
pub use self::schemes::SchemeCredentials;
pub use self::static_token::StaticToken;

/// A source of credentials. The client asks it for every request, so that none is sent with an expired token.
pub trait TokenProvider: Send + Sync + 'static {
    /// The credentials for an operation, whose [`security`](Operation::security) is resolved; `None` sends the request
    /// without any.
    fn credential<'a>(
        &'a self,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Result<Option<Credential>, BoxError>>;

    /// Informs the provider that the server refused a credential with 401, and with which headers. `true` means that
    /// asking again gives another credential; the request is then retried as often as
    /// [`renewals`](crate::RetryPolicy::renewals) allows.
    fn invalidate(&self, _refused: &Credential, _answer: &HeaderMap) -> bool {
        false
    }

    /// Passes the connection of the client that is built with this provider, for providers that call servers themselves.
    fn attach(&self, _connection: &Connection) {}
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

    fn attach(&self, connection: &Connection) {
        (**self).attach(connection);
    }
}

/// The transport, clock and address of a client, for [providers](TokenProvider::attach) that request tokens.
#[derive(Clone)]
pub struct Connection {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) base_url: Arc<str>,
    pub(crate) user_agent: Option<HeaderValue>,
}

impl Connection {
    /// The client's transport.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// The client's clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The client's base URL, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// The parts of a request that authorise it: headers, query parameters and cookies. No `Debug`, log or error shows
/// their values.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    parts: Vec<Part>,
}

/// One header, query parameter or cookie.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) place: Carrier,
    /// The name of the security scheme; empty if the provider knows none.
    scheme: &'static str,
}

// The same secret is the same credential, regardless of its purpose.
impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Part {}

/// The part of the request that contains a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Carrier {
    Header(HeaderName, HeaderValue),
    /// Name and value, percent-encoded.
    Query(String, String),
    /// Name and value.
    Cookie(String, String),
}

impl Credential {
    /// `Authorization: Bearer <token>`
    ///
    /// # Errors
    /// If the token contains characters that a header cannot.
    pub fn bearer(token: &str) -> Result<Self, BoxError> {
        Self::new(AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// A header of any name.
    ///
    /// # Errors
    /// If the value contains characters that a header cannot.
    pub fn new(name: HeaderName, value: &str) -> Result<Self, BoxError> {
        // The error of the `http` crate would not name the header.
        let mut value = HeaderValue::try_from(value).map_err(|_| {
            format!("the value for the header `{name}` contains a character that HTTP does not allow")
        })?;
        value.set_sensitive(true);
        Ok(Self::of(Carrier::Header(name, value)))
    }

    /// A query parameter.
    pub fn query(name: &str, value: &str) -> Self {
        Self::of(Carrier::Query(encode(name), encode(value)))
    }

    /// A cookie.
    ///
    /// # Errors
    /// If the name or value contains characters that a cookie cannot (RFC 6265, section 4.1.1).
    pub fn cookie(name: &str, value: &str) -> Result<Self, BoxError> {
        let is_odd =
            |c: char| c.is_ascii_control() || !c.is_ascii() || matches!(c, ' ' | '"' | ',' | ';' | '\\');
        if name.is_empty() || name.contains(|c: char| is_odd(c) || c == '=') || value.contains(is_odd) {
            let name = crate::one_line::one_line(&name, 100);
            return Err(format!("the cookie `{name}` contains a character that HTTP does not allow").into());
        }
        Ok(Self::of(Carrier::Cookie(name.to_owned(), value.to_owned())))
    }

    /// This credential and another one, sent together.
    #[must_use]
    pub fn and(mut self, other: Credential) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Its headers, whose values are marked as sensitive.
    pub fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.parts.iter().filter_map(|part| match &part.place {
            Carrier::Header(name, value) => Some((name, value)),
            Carrier::Query(..) | Carrier::Cookie(..) => None,
        })
    }

    /// Its query parameters, percent-encoded.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().filter_map(|part| match &part.place {
            Carrier::Query(name, value) => Some((name.as_str(), value.as_str())),
            Carrier::Header(..) | Carrier::Cookie(..) => None,
        })
    }

    /// Its cookies.
    pub(crate) fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().filter_map(|part| match &part.place {
            Carrier::Cookie(name, value) => Some((name.as_str(), value.as_str())),
            Carrier::Header(..) | Carrier::Query(..) => None,
        })
    }

    fn of(place: Carrier) -> Self {
        Credential { parts: vec![Part { place, scheme: "" }] }
    }

    /// The same, labelled with a security scheme.
    fn under(mut self, scheme: &'static str) -> Self {
        self.parts.iter_mut().for_each(|part| part.scheme = scheme);
        self
    }

    /// The credential that was sent for each security scheme.
    fn by_scheme(&self) -> impl Iterator<Item = (&'static str, Credential)> {
        self.parts.iter().map(|part| (part.scheme, Credential { parts: vec![part.clone()] }))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.parts.iter().map(|part| match &part.place {
            Carrier::Header(name, _) => name.as_str(),
            Carrier::Query(name, _) | Carrier::Cookie(name, _) => name,
        });
        f.debug_struct("Credential").field("names", &names.collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, crate::request::RESERVED).to_string()
}
