//! JSON Web Tokens: a private key and claims go in; a token that is signed with ES256 comes out.
//!
//! The signature is made by `aws-lc-rs`, which `rustls` uses too; the rest of a token is two pieces of JSON in base64.

use std::fmt;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::zeroize::Zeroizing;
use serde_json::{Value, json};

use crate::credentials::Credential;
use crate::transport::BoxError;

/// What is taken for a key in the form PKCS #8, by its first line, and what there is to do about it.
const OTHER_PEM: &[(&str, &str)] = &[
    ("-----BEGIN EC PRIVATE KEY-----", "it has the form SEC1, which `openssl pkcs8 -topk8 -nocrypt` changes"),
    ("-----BEGIN ENCRYPTED PRIVATE KEY-----", "it is encrypted, and `openssl pkcs8` takes the password away"),
    ("-----BEGIN PUBLIC KEY-----", "it is a public key"),
    ("-----BEGIN CERTIFICATE-----", "it is a certificate"),
];

/// A private key on the curve P-256, with its id. It shows in no `Debug`, log or error, and is wiped when it is dropped.
pub struct Es256Key {
    id: String,
    pair: EcdsaKeyPair,
}

impl Es256Key {
    /// A key in PEM (PKCS #8), the form of `.p8` files.
    ///
    /// # Errors
    /// When the text holds no such key.
    pub fn from_pem(id: impl Into<String>, pem: &str) -> Result<Self, BoxError> {
        let body = pem.split_once("-----BEGIN PRIVATE KEY-----");
        let body = body.and_then(|(_, rest)| rest.split_once("-----END PRIVATE KEY-----"));
        let (body, _) = body.ok_or_else(|| {
            let other = OTHER_PEM.iter().find(|(line, _)| pem.contains(line));
            let why = other.map_or("there is no line BEGIN PRIVATE KEY, or no END", |(_, why)| why);
            format!("the text is no private key in the form PKCS #8: {why}")
        })?;
        let bytes = decode(body).ok_or("the private key is not encoded in base64")?;
        Self::from_der(id, &bytes)
    }

    /// A key in a file with PEM.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no such key.
    pub fn from_pem_file(id: impl Into<String>, path: &Path) -> Result<Self, BoxError> {
        let pem = std::fs::read_to_string(path)
            .map_err(|error| format!("the private key {} cannot be read: {error}", path.display()))?;
        Self::from_pem(id, &Zeroizing::new(pem))
            .map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// A key in PEM or DER, encoded in base64 once more: the form in which build systems keep files as secrets.
    ///
    /// # Errors
    /// When the text holds no such key.
    pub fn from_base64(id: impl Into<String>, text: &str) -> Result<Self, BoxError> {
        let bytes = decode(text).ok_or("the private key is neither PEM nor encoded in base64")?;
        match std::str::from_utf8(&bytes) {
            Ok(pem) if pem.contains("-----BEGIN") => Self::from_pem(id, pem),
            _ => Self::from_der(id, &bytes),
        }
    }

    /// A key in PEM, or in PEM or DER that was encoded in base64: what a variable of a build system holds. Where its line
    /// ends became `\\n` in two characters, they are line ends all the same.
    ///
    /// # Errors
    /// When the text holds no such key.
    pub fn from_text(id: impl Into<String>, text: &str) -> Result<Self, BoxError> {
        match text.contains("-----BEGIN") {
            true => Self::from_pem(id, &Zeroizing::new(text.replace("\\n", "\n"))),
            false => Self::from_base64(id, text),
        }
    }

    /// A key in DER (PKCS #8).
    ///
    /// # Errors
    /// When the bytes are no such key, or the id is empty.
    pub fn from_der(id: impl Into<String>, der: &[u8]) -> Result<Self, BoxError> {
        let id = id.into().trim().to_owned();
        if id.is_empty() {
            return Err("the key id is empty".into());
        }
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der)
            .map_err(|_| "the private key is none on the curve P-256 in the form of PKCS #8")?;
        Ok(Es256Key { id, pair })
    }

    /// The id of the key.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Signs claims, which are a JSON object.
    fn sign(&self, claims: &Value) -> Result<Zeroizing<String>, BoxError> {
        let header = json!({"alg": "ES256", "kid": self.id, "typ": "JWT"});
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
    /// A token of claims, which are a JSON object, signed by a key: `Authorization: Bearer <token>`.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn signed(key: &Es256Key, claims: &Value) -> Result<Self, BoxError> {
        Self::bearer(&key.sign(claims)?)
    }
}

/// The bytes that base64 stands for. Why it is none is not said: that would show a part of a key.
fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text: Zeroizing<String> = Zeroizing::new(text.split_whitespace().collect());
    STANDARD.decode(text.as_bytes()).ok().map(Zeroizing::new)
}

impl fmt::Debug for Es256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Es256Key").field("id", &self.id).finish_non_exhaustive()
    }
}
