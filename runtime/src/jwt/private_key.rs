//! Reads private keys in the forms in which people and build systems keep them.
//!
//! The PEM parser of `rustls-pki-types` needs the lines of a PEM file, which environment variables often lose, and its
//! errors contain the text of the key if a line end is missing.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::zeroize::Zeroizing;

/// Copies of keys often lose the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A file in base64, stored in a secret store that encodes in base64 once more.
const MOST_LAYERS: u32 = 3;

const BEGIN: &str = "-----BEGIN";
const END: &str = "-----END";
const DASHES: &str = "-----";

/// The labels of private keys that can be read.
const READABLE: [&str; 2] = ["PRIVATE KEY", "EC PRIVATE KEY"];

/// Labels of PEM files that are often mistaken for the key, and the reason why they cannot be used.
const OTHERS: &[(&str, &str)] = &[
    (
        "ENCRYPTED PRIVATE KEY",
        "the private key is encrypted: remove its password with `openssl pkcs8 -in FILE -out FILE`",
    ),
    ("RSA PRIVATE KEY", "this is an RSA key, and not a private key on the curve P-256"),
    ("OPENSSH PRIVATE KEY", "this is a key of SSH, and not a private key in PEM (PKCS #8)"),
    ("PUBLIC KEY", "this is a public key, and not the private key"),
    ("CERTIFICATE", "this is a certificate, and not a private key"),
    ("CERTIFICATE REQUEST", "this is a certificate request, and not a private key"),
];

/// The DER of a private key, in PKCS #8 or SEC1. The error never shows a part of the input.
pub(super) fn der_of(input: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let mut bytes = Zeroizing::new(input.to_vec());
    for layer in 0..=MOST_LAYERS {
        let Some(text) = text_of(&bytes) else { return Ok(bytes) };
        let text = unescaped(&text);
        if text.contains(BEGIN) {
            return pem(&text);
        }
        bytes = decode(&text).filter(|bytes| !bytes.is_empty()).ok_or(match layer {
            0 => "not a private key: neither PEM nor base64",
            _ => "not a private key: the base64 does not contain one",
        })?;
    }
    Err("not a private key: the base64 contains more base64")
}

/// The characters of bytes that are text, in UTF-8 or in the UTF-16 of Windows; `None` for binary data.
fn text_of(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let half = bytes.len() / 2;
    let zeros = |first: usize| bytes.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // PowerShell encodes text in base64 without a byte order mark. All characters of a key are ASCII.
        _ if half > 0 && zeros(1) == half => utf16(bytes, u16::from_le_bytes),
        _ if half > 0 && zeros(0) == half => utf16(bytes, u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).ok().map(|text| Zeroizing::new(text.to_owned())),
    }?;
    // DER always contains control characters.
    let is_text = !text.chars().any(|c| c.is_control() && !c.is_whitespace());
    is_text.then_some(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Zeroizing<String>> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    let units = pairs.iter().map(|pair| unit(*pair));
    // With room for the whole text, so that growing leaves no copy in memory.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for c in char::decode_utf16(units) {
        text.push(c.ok()?);
    }
    Some(text)
}

/// The text without the quotes and escapes of shells, JSON and YAML, at any depth.
///
/// Invariant: neither a PEM label nor base64 contains a backslash or quote, so nothing of a key is lost.
fn unescaped(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\'' | '`' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}' | '\u{feff}' => {}
            '\\' => {
                let after = rest.as_str().trim_start_matches('\\');
                rest = after.chars();
                match rest.next() {
                    Some('n' | 'r' | 't') => out.push('\n'),
                    Some('u') => {
                        let code = after.get(1..5).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                        // An incomplete escape stays, and is an error later.
                        out.push(code.and_then(char::from_u32).unwrap_or('\\'));
                        rest = after.get(5..).unwrap_or_default().chars();
                    }
                    // Quotes, slashes and line ends, which a backslash leaves unchanged.
                    _ => rest = after.chars(),
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// The DER of the first private key among the blocks of a PEM file.
fn pem(text: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let mut problem = "not a private key in PEM (PKCS #8): there is no BEGIN PRIVATE KEY line";
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let Some((label, after)) = after.split_once(DASHES) else { break };
        let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
        let is = |name: &&str| name.chars().filter(|c| *c != ' ').eq(label.chars().filter(|c| *c != ' '));
        rest = after;
        if READABLE.iter().any(is) {
            let (body, _) =
                after.split_once(END).ok_or("the private key is cut off: its END line is missing")?;
            return decode(body).ok_or("the private key is damaged: its PEM is not valid base64");
        }
        if let Some((_, why)) = OTHERS.iter().find(|(name, _)| is(name)) {
            problem = why;
        }
    }
    Err(problem)
}

/// The bytes of base64 in either alphabet.
fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    plain.extend(text.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '-' => '+',
        '_' => '/',
        c => c,
    }));
    BASE64.decode(plain.as_bytes()).ok().map(Zeroizing::new)
}
