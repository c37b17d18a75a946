//! Verifies the signatures of webhook bodies.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The signature does not match this body and secret: its sender does not know the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadSignature;

impl fmt::Display for BadSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature is not one of this body with this secret")
    }
}

impl std::error::Error for BadSignature {}

/// Checks an HMAC-SHA256 in hexadecimal digits of any case, over the unchanged bytes of the body. It takes constant time.
///
/// # Errors
/// If the signature is wrong or missing, or the secret is empty.
pub fn verify_hmac_sha256(secret: &[u8], body: &[u8], signature: &str) -> Result<(), BadSignature> {
    // A missing secret would be one that everybody knows.
    let signature = unhex(signature.trim()).filter(|_| !secret.is_empty()).ok_or(BadSignature)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| BadSignature)?;
    mac.update(body);
    mac.verify_slice(&signature).map_err(|_| BadSignature)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}
