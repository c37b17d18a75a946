// {{ mark }}; edits are lost.
//! Signs the tokens of App Store Connect with a private key.

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

/// The material that tokens are signed with.
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
        let issued = now.checked_sub(DATED_BACK).unwrap_or(now);
        let expires = issued.checked_add(LIFETIME).unwrap_or(issued);
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

/// The id of a key, as App Store Connect shows it next to the key: 10 or more letters and digits.
///
/// It is a type of its own, so that it cannot be mistaken for the issuer id. It is checked when a key is made with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// The id of a key, such as `2X9R4HXF34`.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text is never part of an error: it may be a private key.
    fn checked(&self) -> Result<&str, &'static str> {
        match plain(&self.0) {
            "" => Err("the key id is empty"),
            id if is_uuid(id) => Err("the key id is a UUID: this is the issuer id"),
            // Ids of individual keys are longer than those of team keys.
            id if (10..=40).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Ok(id),
            _ => Err("the key id needs 10 or more letters and digits, such as 2X9R4HXF34"),
        }
    }
}

/// The issuer id of a team, as App Store Connect shows it above the list of team keys: a UUID.
///
/// It is a type of its own, so that it cannot be mistaken for the key id. It is checked when a key is made with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IssuerId(String);

impl IssuerId {
    /// The issuer id of a team, such as `57246542-96fe-1a63-e053-0824d011072a`.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text is never part of an error: it may be a private key.
    fn checked(&self) -> Result<&str, &'static str> {
        match plain(&self.0) {
            "" => Err("the issuer id is empty"),
            id if is_uuid(id) => Ok(id),
            _ => Err("the issuer id needs to be a UUID, such as 57246542-96fe-1a63-e053-0824d011072a"),
        }
    }
}

/// The text without the white space, byte order mark and quotes that files of variables leave around it.
fn plain(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\u{feff}'))
}

fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').map(|group| group.bytes().all(|b| b.is_ascii_hexdigit()).then_some(group.len()));
    groups.eq([8, 4, 4, 4, 12].map(Some))
}

/// Reads a key and its ids from variables such as those of the environment, as build systems set them: an empty one
/// counts as missing. The error names all that are missing.
fn from_variables<const N: usize>(
    variable: &dyn Fn(&str) -> Option<String>,
    ids: [&str; N],
) -> Result<(Es256Key, KeyId, [String; N]), BoxError> {
    let set = |name: &str| variable(name).map(|value| plain(&value).to_owned()).filter(|value| !value.is_empty());
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
    let key = match (text, path) {
        (Some(text), _) => Es256Key::new(text).map_err(|error| format!("ASC_PRIVATE_KEY: {error}"))?,
        (None, path) => Es256Key::from_file(path.unwrap_or_default())
            .map_err(|error| format!("ASC_PRIVATE_KEY_PATH: {error}"))?,
    };
    Ok((key, KeyId::new(id.unwrap_or_default()), others.map(Option::unwrap_or_default)))
}

macro_rules! keys {
    ($($(#[$meta:meta])* $name:ident($($issuer:ident)?),)*) => {$(
        $(#[$meta])*
        ///
        /// Tokens live for 19 minutes and are replaced a minute before they end. One is signed for all calls that wait.
        pub struct $name(Refreshing<Claims>);

        impl $name {
            /// A key from a `.p8` file, in any form that `from_pem` accepts.
            ///
            /// # Errors
            /// When the file cannot be read or does not contain a private key on the curve P-256, or an id is malformed.
            pub fn from_p8_file(
                path: impl AsRef<Path>,
                key_id: KeyId,
                $($issuer: IssuerId,)?
            ) -> Result<Self, BoxError> {
                Self::new(Es256Key::from_file(path)?, &key_id, keys!(@issuer $($issuer)?))
            }

            /// A key from the content of a `.p8` file: PEM, or the base64 of the file.
            ///
            /// Line ends may have become spaces or `\n` in two characters, quotes may surround the text, and it may be in
            /// UTF-16: [`Es256Key::new`] lists all forms.
            ///
            /// # Errors
            /// When the text is not a private key on the curve P-256, or an id is malformed.
            pub fn from_pem(
                pem: impl AsRef<[u8]>,
                key_id: KeyId,
                $($issuer: IssuerId,)?
            ) -> Result<Self, BoxError> {
                Self::new(Es256Key::new(pem)?, &key_id, keys!(@issuer $($issuer)?))
            }

            /// A key from a `.p8` file that was encoded in base64, in any form that `from_pem` accepts.
            ///
            /// # Errors
            /// When the text is not a private key on the curve P-256, or an id is malformed.
            pub fn from_base64(
                text: impl AsRef<[u8]>,
                key_id: KeyId,
                $($issuer: IssuerId,)?
            ) -> Result<Self, BoxError> {
                Self::from_pem(text, key_id, $($issuer)?)
            }

            fn new(key: Es256Key, key_id: &KeyId, issuer: Option<IssuerId>) -> Result<Self, BoxError> {
                let key = key.with_id(key_id.checked()?);
                let issuer = issuer.as_ref().map(IssuerId::checked).transpose()?.map(str::to_owned);
                Ok($name(Refreshing::new(Claims { key, issuer, audience: AUDIENCE, scope: Vec::new() })))
            }

            /// Restricts the tokens to these requests, each as `GET /v1/apps?filter[platform]=IOS`.
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
    (@issuer $issuer:ident) => { Some($issuer) };
    (@issuer) => { None };
}

keys! {
    /// A key of a team, made under Users and Access, Integrations.
    ///
    /// ```no_run
    /// use {{ library }}::{IssuerId, KeyId, TeamKey};
    /// let issuer = IssuerId::new("57246542-96fe-1a63-e053-0824d011072a");
    /// let key = TeamKey::from_p8_file("AuthKey_2X9R4HXF34.p8", KeyId::new("2X9R4HXF34"), issuer)?;
    /// # let _ = key;
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    TeamKey(issuer_id),
    /// A key of one person, with the person's permissions.
    IndividualKey(),
}

impl TeamKey {
    /// A key from the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` (in any form that `from_pem`
    /// accepts) or `ASC_PRIVATE_KEY_PATH`.
    ///
    /// An empty variable counts as missing. White space and quotes around a value are ignored.
    ///
    /// # Errors
    /// When a variable is missing, an id is malformed, or there is no private key on the curve P-256.
    pub fn from_env() -> Result<Self, BoxError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// As `from_env`, from variables that are kept elsewhere.
    ///
    /// # Errors
    /// When a variable is missing, an id is malformed, or there is no private key on the curve P-256.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BoxError> {
        let (key, key_id, [issuer]) = from_variables(&variable, ["ASC_ISSUER_ID"])?;
        Self::new(key, &key_id, Some(IssuerId::new(issuer)))
    }
}

impl IndividualKey {
    /// A key from the environment: `ASC_KEY_ID`, and `ASC_PRIVATE_KEY` (in any form that `from_pem` accepts) or
    /// `ASC_PRIVATE_KEY_PATH`.
    ///
    /// An empty variable counts as missing. White space and quotes around a value are ignored.
    ///
    /// # Errors
    /// When a variable is missing, an id is malformed, or there is no private key on the curve P-256.
    pub fn from_env() -> Result<Self, BoxError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// As `from_env`, from variables that are kept elsewhere.
    ///
    /// # Errors
    /// When a variable is missing, an id is malformed, or there is no private key on the curve P-256.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BoxError> {
        let (key, key_id, []) = from_variables(&variable, [])?;
        Self::new(key, &key_id, None)
    }
}

impl crate::Client {
    /// Begins a client of the Enterprise Program's API, which has a host of its own and a smaller part of the operations.
    pub fn enterprise_builder(mut key: TeamKey) -> storewright_runtime::ClientBuilder<super::Api> {
        key.0.issuer_mut().audience = ENTERPRISE_AUDIENCE;
        Self::builder(key).base_url("https://api.enterprise.developer.apple.com")
    }
}
