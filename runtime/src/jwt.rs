//! Signs JSON Web Tokens with ES256.
//!
//! The signature is made by `aws-lc-rs`, which `rustls` uses too; the rest of a token is two pieces of JSON in base64.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;
use serde_json::{Value, json};

use crate::credentials::Credential;
use crate::transport::BoxError;

mod private_key;

/// The maximum size of a key file. A key has a few hundred bytes.
const MOST_BYTES: u64 = 64 * 1024;

/// A private key on the curve P-256. It never appears in `Debug`, logs or errors, and is wiped when it is dropped.
pub struct Es256Key {
    id: Option<String>,
    pair: EcdsaKeyPair,
}

impl Es256Key {
    /// A key in PEM or DER (PKCS #8 or SEC1), or the base64 of either.
    ///
    /// The forms in which build systems keep keys are accepted: line ends of any system, as spaces or as `\n` in two
    /// characters, with any number of backslashes; quotes around the text; UTF-16 and byte order marks; base64 of both
    /// alphabets, with or without padding.
    ///
    /// # Errors
    /// If the input is not such a key.
    pub fn new(key: impl AsRef<[u8]>) -> Result<Self, BoxError> {
        let der = private_key::der_of(key.as_ref())?;
        let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &der)
            .map_err(|_| "not a private key on the curve P-256 (PKCS #8)")?;
        Ok(Es256Key { id: None, pair })
    }

    /// A key in a file, in any of the forms of [`Es256Key::new`].
    ///
    /// # Errors
    /// If the file cannot be read or is not such a key.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, BoxError> {
        let path = path.as_ref();
        let mut key = Zeroizing::new(Vec::with_capacity(4096));
        File::open(path)
            .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut key))
            .map_err(|error| format!("the private key {} cannot be read: {error}", path.display()))?;
        Self::new(&*key).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// Sets the id of the key, which tokens name as `kid`.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The id of the key.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Signs claims, which must be a JSON object.
    fn sign(&self, claims: &Value) -> Result<Zeroizing<String>, BoxError> {
        let header = match &self.id {
            Some(id) => json!({"alg": "ES256", "kid": id, "typ": "JWT"}),
            None => json!({"alg": "ES256", "typ": "JWT"}),
        };
        let mut token = URL_SAFE_NO_PAD.encode(header.to_string());
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), token.as_bytes())
            .map_err(|_| "the token could not be signed: the system gave no random numbers")?;
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Ok(Zeroizing::new(token))
    }
}

impl Credential {
    /// A token with claims, which must be a JSON object, signed by a key: `Authorization: Bearer <token>`.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn signed(key: &Es256Key, claims: &Value) -> Result<Self, BoxError> {
        Self::bearer(&key.sign(claims)?)
    }
}

impl fmt::Debug for Es256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Es256Key").field("id", &self.id).finish_non_exhaustive()
    }
}
