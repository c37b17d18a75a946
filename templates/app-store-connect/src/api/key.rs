//! Keys of App Store Connect: a private key and its ids go in; signed tokens for every request come out.
//!
//! {{ mark }}; edits are lost.

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use storewright_runtime::http::HeaderMap;
use storewright_runtime::{
    BoxError, BoxFuture, Clock, Credential, Es256Key, Issued, Issuer, Operation, Refreshing, TokenProvider,
    Value,
};

const AUDIENCE: &str = "appstoreconnect-v1";
const ENTERPRISE_AUDIENCE: &str = "apple-developer-enterprise-v1";
/// Apple refuses tokens that live longer than 20 minutes, and ones of just so many when clocks differ a little.
const LIFETIME: Duration = Duration::from_secs(19 * 60);
/// Tokens are dated back, for servers whose clocks are behind.
const DATED_BACK: Duration = Duration::from_secs(60);

/// What tokens are made from.
#[derive(Debug)]
struct Claims {
    key: Es256Key,
    /// Of a team; an individual key has none.
    issuer: Option<String>,
    audience: &'static str,
    scope: Vec<String>,
}

impl Issuer for Claims {
    fn issue(&self, now: SystemTime) -> Result<Issued, BoxError> {
        let issued = now - DATED_BACK;
        let expires = issued + LIFETIME;
        let seconds =
            |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut claims = storewright_runtime::serde_json::Map::new();
        let (name, value) = match &self.issuer {
            Some(issuer) => ("iss", issuer.as_str()),
            None => ("sub", "user"),
        };
        claims.insert(name.to_owned(), Value::from(value));
        claims.insert("iat".to_owned(), Value::from(seconds(issued)));
        claims.insert("exp".to_owned(), Value::from(seconds(expires)));
        claims.insert("aud".to_owned(), Value::from(self.audience));
        if !self.scope.is_empty() {
            claims.insert("scope".to_owned(), Value::from(self.scope.as_slice()));
        }
        Ok(Issued::new(Credential::signed(&self.key, &Value::Object(claims))?, expires))
    }
}

/// Reads a key and its ids from variables such as those of the environment, as build systems set them: one that is empty
/// is none, and what stands around a value is not part of it. An error names all that are missing.
fn from_variables<const N: usize>(
    variable: &dyn Fn(&str) -> Option<String>,
    ids: [&str; N],
) -> Result<(Es256Key, [String; N]), BoxError> {
    let set = |name: &str| variable(name).map(|v| v.trim().to_owned()).filter(|value| !value.is_empty());
    let (text, path) = (set("ASC_PRIVATE_KEY"), set("ASC_PRIVATE_KEY_PATH"));
    let (id, others) = (set("ASC_KEY_ID"), ids.map(set));
    let names = ["ASC_KEY_ID"].into_iter().chain(ids);
    let values = [&id].into_iter().chain(&others);
    let mut missing: Vec<&str> =
        names.zip(values).filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
    if text.is_none() && path.is_none() {
        missing.push("ASC_PRIVATE_KEY or ASC_PRIVATE_KEY_PATH");
    }
    if !missing.is_empty() {
        return Err(format!("these variables are not set: {}", missing.join(", ")).into());
    }
    let id = id.unwrap_or_default();
    let key = match text {
        Some(text) => {
            Es256Key::from_text(id, &text).map_err(|error| BoxError::from(format!("ASC_PRIVATE_KEY: {error}")))?
        }
        None => Es256Key::from_pem_file(id, Path::new(&path.unwrap_or_default()))?,
    };
    Ok((key, others.map(Option::unwrap_or_default)))
}

macro_rules! keys {
    ($($(#[$meta:meta])* $name:ident($($issuer:ident)?),)*) => {$(
        $(#[$meta])*
        ///
        /// Tokens live for 19 minutes and are replaced a minute before they end. One is signed for all calls that wait.
        pub struct $name(Refreshing<Claims>);

        impl $name {
            /// A key from a `.p8` file, as Apple gives it.
            ///
            /// # Errors
            /// When the file cannot be read, or is no private key on the curve P-256; and when an id is empty.
            pub fn from_p8_file(
                path: impl AsRef<Path>,
                key_id: impl AsRef<str>,
                $($issuer: impl Into<String>,)?
            ) -> Result<Self, BoxError> {
                Self::new(Es256Key::from_pem_file(key_id.as_ref(), path.as_ref())?, keys!(@issuer $($issuer)?))
            }

            /// A key from the text of a `.p8` file.
            ///
            /// # Errors
            /// When the text is no private key on the curve P-256; and when an id is empty.
            pub fn from_pem(
                pem: &str,
                key_id: impl AsRef<str>,
                $($issuer: impl Into<String>,)?
            ) -> Result<Self, BoxError> {
                Self::new(Es256Key::from_pem(key_id.as_ref(), pem)?, keys!(@issuer $($issuer)?))
            }

            /// A key from a `.p8` file that was encoded in base64.
            ///
            /// # Errors
            /// When the text is no private key on the curve P-256; and when an id is empty.
            pub fn from_base64(
                text: &str,
                key_id: impl AsRef<str>,
                $($issuer: impl Into<String>,)?
            ) -> Result<Self, BoxError> {
                Self::new(Es256Key::from_base64(key_id.as_ref(), text)?, keys!(@issuer $($issuer)?))
            }

            fn new(key: Es256Key, issuer: Option<String>) -> Result<Self, BoxError> {
                let issuer = issuer.map(|issuer| issuer.trim().to_owned());
                if issuer.as_deref() == Some("") {
                    return Err("the issuer id is empty".into());
                }
                Ok($name(Refreshing::new(Claims { key, issuer, audience: AUDIENCE, scope: Vec::new() })))
            }

            /// Tokens that are good for these requests only, each as `GET /v1/apps?filter[platform]=IOS`.
            #[must_use]
            pub fn scope<S: Into<String>>(mut self, requests: impl IntoIterator<Item = S>) -> Self {
                self.0.issuer_mut().scope = requests.into_iter().map(Into::into).collect();
                self
            }

            /// Another clock than the system's, for tests.
            #[must_use]
            pub fn clock(self, clock: impl Clock) -> Self {
                $name(self.0.clock(clock))
            }
        }

        impl TokenProvider for $name {
            fn credential<'a>(
                &'a self,
                operation: &'a Operation,
            ) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
                self.0.credential(operation)
            }

            fn invalidate(&self, refused: &Credential, answer: &HeaderMap) -> bool {
                self.0.invalidate(refused, answer)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
    (@issuer $issuer:ident) => { Some($issuer.into()) };
    (@issuer) => { None };
}

keys! {
    /// A key of a team, made under Users and Access, Integrations.
    TeamKey(issuer_id),
    /// A key of one person, which may do what the person may.
    IndividualKey(),
}

impl TeamKey {
    /// A key from the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` (PEM or base64) or
    /// `ASC_PRIVATE_KEY_PATH`.
    ///
    /// An empty variable counts as none, and spaces and line ends around a value do not count.
    ///
    /// # Errors
    /// When a variable is missing, or names no private key on the curve P-256.
    pub fn from_env() -> Result<Self, BoxError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// As `from_env`, from variables that are kept elsewhere.
    ///
    /// # Errors
    /// When a variable is missing, or names no private key on the curve P-256.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BoxError> {
        let (key, [issuer]) = from_variables(&variable, ["ASC_ISSUER_ID"])?;
        Self::new(key, Some(issuer))
    }
}

impl IndividualKey {
    /// A key from the environment: `ASC_KEY_ID`, and `ASC_PRIVATE_KEY` (PEM or base64) or `ASC_PRIVATE_KEY_PATH`.
    ///
    /// An empty variable counts as none, and spaces and line ends around a value do not count.
    ///
    /// # Errors
    /// When a variable is missing, or names no private key on the curve P-256.
    pub fn from_env() -> Result<Self, BoxError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// As `from_env`, from variables that are kept elsewhere.
    ///
    /// # Errors
    /// When a variable is missing, or names no private key on the curve P-256.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BoxError> {
        Self::new(from_variables(&variable, [])?.0, None)
    }
}

impl crate::Client {
    /// Begins a client of the Enterprise Program's API, which has a host of its own and a smaller part of the operations.
    pub fn enterprise_builder(mut key: TeamKey) -> storewright_runtime::ClientBuilder<super::Api> {
        key.0.issuer_mut().audience = ENTERPRISE_AUDIENCE;
        Self::builder(key).base_url("https://api.enterprise.developer.apple.com")
    }
}
