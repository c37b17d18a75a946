//! OAuth 2.0 client credentials (RFC 6749, section 4.4): requests tokens, keeps and renews them.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::shared::{Shared, Weak};
use super::{Connection, Credential, TokenProvider};
use crate::fault::AnyFault;
use crate::one_line::one_line;
use crate::request::{Operation, Security};
use crate::transport::{BoxError, BoxFuture, Timeout};

/// A token is replaced this long before its end; a shorter token after half of its time.
const EARLY: Duration = Duration::from_secs(60);
/// The time limit of the token endpoint.
const PATIENCE: Duration = Duration::from_secs(30);
/// The maximum size of a token endpoint's response.
const LONGEST: usize = 64 * 1024;
/// The maximum number of characters of a server's reason.
const REASON: usize = 500;

/// Requests access tokens with a client id and a secret, and sends them as `Authorization: Bearer`.
///
/// A token is requested when the first call needs it, for the scopes that the document lists for the operation, unless
/// [`scopes`](Self::scopes) sets others. It is kept until a minute before its end, or until the server refuses it.
/// Concurrent calls share one request. The requests go through the transport of the client that is built with these
/// credentials.
///
/// No `Debug`, log or error shows the secret and the tokens.
pub struct ClientCredentials {
    token_url: String,
    id: String,
    secret: SecretString,
    scopes: Option<Scopes>,
    parameters: Vec<(String, String)>,
    is_in_body: bool,
    connection: OnceLock<Connection>,
    tokens: Mutex<HashMap<Scopes, Slot>>,
}

type Scopes = BTreeSet<String>;
type Requested = Result<Token, Arc<str>>;

/// The token for some scopes, and the request of the next one while it runs.
#[derive(Default)]
struct Slot {
    token: Option<Token>,
    request: Option<Weak<Requested>>,
}

#[derive(Clone)]
struct Token {
    credential: Credential,
    /// By the client's clock; `None` if the server does not report the end.
    renew_at: Option<Duration>,
}

impl ClientCredentials {
    /// Credentials for the token endpoint at a URL, which may be a path on the API's host.
    pub fn new(token_url: impl Into<String>, id: impl Into<String>, secret: impl Into<String>) -> Self {
        ClientCredentials {
            token_url: token_url.into(),
            id: id.into(),
            secret: secret.into().into(),
            scopes: None,
            parameters: Vec::new(),
            is_in_body: false,
            connection: OnceLock::new(),
            tokens: Mutex::default(),
        }
    }

    /// Requests tokens for these scopes, for every operation.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Sends another parameter with each request of a token, such as `audience` or `resource`.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Requests tokens at another URL than the document's.
    #[must_use]
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = url.into();
        self
    }

    /// Sends id and secret as parameters of the body instead of HTTP Basic (RFC 6749, section 2.3.1), for servers that
    /// support nothing else.
    #[must_use]
    pub fn in_body(mut self) -> Self {
        self.is_in_body = true;
        self
    }

    /// The credential for scopes that an operation needs.
    pub(super) async fn token(&self, scopes: &[&str]) -> Result<Credential, BoxError> {
        let scopes = match &self.scopes {
            Some(scopes) => scopes.clone(),
            None => scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        let connection = self.connection.get().ok_or("the credentials belong to no client")?;
        let running = {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = tokens.entry(scopes.clone()).or_default();
            let now = connection.clock.elapsed();
            if let Some(token) =
                slot.token.as_ref().filter(|token| token.renew_at.is_none_or(|end| now < end))
            {
                return Ok(token.credential.clone());
            }
            match slot.request.as_ref().and_then(Weak::upgrade) {
                Some(running) => running,
                None => {
                    let running = Shared::new(self.request(connection, &scopes)?);
                    slot.request = Some(running.downgrade());
                    running
                }
            }
        };
        let requested = (&running).await;
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = tokens.entry(scopes).or_default();
        // Another call may have come first, and the server may have refused the token since.
        if slot.request.as_ref().is_some_and(|request| request.is(&running)) {
            slot.request = None;
            slot.token = requested.as_ref().ok().cloned();
        }
        requested.map(|token| token.credential).map_err(|problem| problem.as_ref().into())
    }

    /// The request of a token; it borrows nothing, so that every waiting call can go on with it.
    fn request(
        &self,
        connection: &Connection,
        scopes: &Scopes,
    ) -> Result<BoxFuture<'static, Requested>, BoxError> {
        let url = self.url(connection)?;
        let mut body = Zeroizing::new("grant_type=client_credentials".to_owned());
        let mut add = |name: &str, value: &str| {
            body.push('&');
            body.push_str(&form(name));
            body.push('=');
            body.push_str(&form(value));
        };
        if !scopes.is_empty() {
            add("scope", &scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
        }
        self.parameters.iter().for_each(|(name, value)| add(name, value));
        let mut headers = HeaderMap::new();
        if self.is_in_body {
            add("client_id", &self.id);
            add("client_secret", self.secret.expose_secret());
        } else {
            let pair = Zeroizing::new(format!("{}:{}", form(&self.id), form(self.secret.expose_secret())));
            let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
            let mut value = HeaderValue::try_from(value.as_str())?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(name) = &connection.user_agent {
            headers.insert(USER_AGENT, name.clone());
        }
        let mut outgoing = http::Request::new(Bytes::copy_from_slice(body.as_bytes()));
        *outgoing.method_mut() = http::Method::POST;
        *outgoing.uri_mut() = url;
        *outgoing.headers_mut() = headers;
        outgoing.extensions_mut().insert(Timeout(PATIENCE));
        let (connection, secret) = (connection.clone(), self.secret.clone());
        Ok(Box::pin(async move {
            let requested = requested(&connection, outgoing).await;
            requested.map_err(|problem| {
                // A server may repeat the secret that it received.
                let is_told = !secret.expose_secret().is_empty() && problem.contains(secret.expose_secret());
                if is_told { "the token endpoint refused the client".into() } else { problem.into() }
            })
        }))
    }

    fn url(&self, connection: &Connection) -> Result<Uri, BoxError> {
        let base: Uri = connection.base_url.parse()?;
        let is_path = self.token_url.starts_with('/') && !self.token_url.starts_with("//");
        let url = match (is_path, base.scheme_str(), base.authority()) {
            (true, Some(scheme), Some(authority)) => format!("{scheme}://{authority}{}", self.token_url),
            _ => self.token_url.clone(),
        };
        let url: Uri = url.parse().map_err(|error| format!("the token URL is not a URL: {error}"))?;
        match url.scheme_str() {
            Some("https") => Ok(url),
            Some("http") if base.scheme_str() == Some("http") => Ok(url),
            Some("http") => Err("the token URL is not https, although the API's is".into()),
            _ => Err("the token URL needs http or https and a host".into()),
        }
    }
}

/// A value in `application/x-www-form-urlencoded`.
fn form(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, crate::request::RESERVED).to_string()
}

async fn requested(connection: &Connection, outgoing: http::Request<Bytes>) -> Result<Token, String> {
    let sent = connection.clock.elapsed();
    let response = connection.transport.send(outgoing).await;
    let response = response.map_err(|error| format!("the token endpoint did not respond: {error}"))?;
    let (parts, mut body) = response.into_parts();
    let (body, is_whole) = body
        .collect(LONGEST)
        .await
        .map_err(|error| format!("the token endpoint did not finish its response: {error}"))?;
    let body = crate::codec::any(&body).filter(|_| is_whole);
    if parts.status != StatusCode::OK {
        return Err(refusal(parts.status, body.as_ref()));
    }
    let text = |name: &str| body.as_ref()?.get(name)?.as_str();
    let Some(token) = text("access_token") else {
        return Err("the response of the token endpoint has no `access_token`".to_owned());
    };
    match text("token_type") {
        Some(kind) if !kind.eq_ignore_ascii_case("bearer") => {
            return Err(format!("tokens of the type `{}` are not supported", one_line(&kind, 50)));
        }
        _ => {}
    }
    let lifetime = body.as_ref().and_then(|body| body.get("expires_in")).and_then(seconds);
    let renew_at = lifetime.map(|lifetime| sent.saturating_add(lifetime - EARLY.min(lifetime / 2)));
    let credential = Credential::bearer(token)
        .map_err(|_| "the token contains a character that HTTP does not allow".to_owned())?;
    Ok(Token { credential, renew_at })
}

/// Some servers write numbers as strings.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_f64()?,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

/// An error of RFC 6749, section 5.2, or any other reason that the server gives.
fn refusal(status: StatusCode, body: Option<&Value>) -> String {
    let text = |name: &str| body?.get(name)?.as_str();
    let reason = match (text("error"), text("error_description")) {
        (Some(error), Some(description)) => Some(format!("{error}: {description}")),
        _ => body.and_then(AnyFault::reason),
    };
    match reason {
        Some(reason) => format!("the token endpoint responded {status}: {}", one_line(&reason, REASON)),
        None => format!("the token endpoint responded {status}"),
    }
}

impl TokenProvider for ClientCredentials {
    fn credential<'a>(
        &'a self,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        let scopes: Vec<&str> = match operation.security {
            Security::OneOf([first, ..]) => first.iter().flat_map(|need| need.scopes).copied().collect(),
            _ => Vec::new(),
        };
        Box::pin(async move { self.token(&scopes).await.map(Some) })
    }

    fn invalidate(&self, refused: &Credential, _: &HeaderMap) -> bool {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        for slot in tokens.values_mut() {
            // Another call may have replaced it already.
            if slot.token.as_ref().is_some_and(|token| token.credential == *refused) {
                slot.token = None;
            }
        }
        true
    }

    fn attach(&self, connection: &Connection) {
        // Shared credentials keep the connection of their first client.
        let _ = self.connection.set(connection.clone());
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("token_url", &crate::codec::without_query(&self.token_url))
            .field("id", &self.id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
