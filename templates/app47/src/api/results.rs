//! An answer's bytes go in; what stands in its `results` comes out, and on request whether its md5 hash is right.
//!
//! {{ mark }}; edits are lost.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use md5::{Digest, Md5};
use storewright_runtime as rt;

use crate::models::{App, AppList, Message};
use rt::codec::{DecodeError, Object, Put, Slot, from_slice};
use rt::serde_json::{self, value::RawValue};

/// What the server answers: it is used as the `T` that stands in its `results`.
///
/// The server sends a hash of `results` along, which [`verify`](Self::verify) compares. Nobody does so unasked.
#[derive(Clone)]
pub struct Results<T> {
    value: T,
    body: rt::Bytes,
    refused: bool,
}

impl<T> Results<T> {
    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The answer's body as it came.
    pub fn body(&self) -> &rt::Bytes {
        &self.body
    }

    /// Compares the md5 hash in the answer with that of the bytes of `results` as they came.
    ///
    /// # Errors
    /// When they differ, or the answer has no hash.
    pub fn verify(&self) -> Result<(), ChecksumError> {
        verify_md5(&self.body)
    }
}

impl<T> Deref for Results<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Results<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Results").field(&self.value).finish()
    }
}

/// What can stand in `results`.
pub trait InResults: Object + Default + Send + 'static {
    /// The member without which `results` says nothing.
    const MEMBER: Option<&'static str>;
    /// Whether the value is that member, or else has it.
    const IS_MEMBER: bool = false;
}

impl InResults for App {
    const MEMBER: Option<&'static str> = Some("app");
    const IS_MEMBER: bool = true;
}

impl InResults for AppList {
    const MEMBER: Option<&'static str> = Some("list");
}

impl InResults for Message {
    const MEMBER: Option<&'static str> = None;
}

/// `{"results": …}`
#[derive(Default)]
struct Envelope<T> {
    results: Content<T>,
}

/// What stands in `results`.
#[derive(Default)]
struct Content<T> {
    value: T,
    success: Option<bool>,
    /// Whether the member that must be there was.
    seen: bool,
}

impl<T: InResults> Object for Envelope<T> {
    fn field(&mut self, key: &str) -> Option<&mut dyn Slot> {
        (key == "results").then_some(&mut self.results as &mut dyn Slot)
    }

    /// It is only read.
    fn names(&self) -> &'static [&'static str] {
        &[]
    }

    fn member(&self, _: &str) -> Option<&dyn Put> {
        None
    }

    fn required(&self) -> &'static [&'static str] {
        &["results"]
    }
}

impl<T: InResults> Object for Content<T> {
    fn field(&mut self, key: &str) -> Option<&mut dyn Slot> {
        if key == "success" {
            return Some(&mut self.success);
        }
        let is_member = T::MEMBER == Some(key);
        self.seen |= is_member;
        match (T::IS_MEMBER, is_member) {
            (true, true) => Some(&mut self.value),
            (true, false) => None,
            (false, _) => self.value.field(key),
        }
    }

    /// It is only read.
    fn names(&self) -> &'static [&'static str] {
        &[]
    }

    fn member(&self, _: &str) -> Option<&dyn Put> {
        None
    }
}

impl<T: InResults> rt::Payload for Results<T> {
    fn decode(answer: &rt::Answer) -> Result<Self, DecodeError> {
        let Content { value, success, seen } = from_slice::<Envelope<T>>(answer.body())?.results;
        let refused = success == Some(false);
        match T::MEMBER {
            Some(member) if !seen && !refused => {
                Err(DecodeError::message(format!("`results` has no `{member}`")))
            }
            _ => Ok(Self { value, body: answer.body().clone(), refused }),
        }
    }

    /// The status of a failure is not 200 by the vendor's word; `success` has the last one.
    fn refuses(&self) -> bool {
        self.refused
    }
}

impl rt::Paged for Results<AppList> {
    type Item = App;

    fn next(&self, sent: &rt::Request) -> Option<rt::Next> {
        let asked = || sent.parameter("skip").and_then(|skip| skip.parse().ok());
        let skipped = self.skip.or_else(asked).unwrap_or(0);
        let count = self.count.unwrap_or(i64::try_from(self.list.len()).ok()?);
        let skip = skipped.checked_add(count)?;
        // `total` may count what the filters leave out, so an empty page is the end as well.
        let more = count > 0 && self.total.is_none_or(|total| skip < total);
        more.then(|| rt::Next::Query(vec![("skip", skip.to_string())]))
    }

    fn into_items(self) -> Vec<App> {
        self.value.list
    }
}

/// Compares the md5 hash in the body of an answer with that of the bytes of its `results`; the body of an
/// [`Error`](crate::Error) has one too.
///
/// # Errors
/// When they differ, the answer has no hash, or the body is no answer at all.
pub fn verify_md5(body: &[u8]) -> Result<(), ChecksumError> {
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_slice(body).map_err(|_| ChecksumError::NoResults)?;
    let results = members.get("results").ok_or(ChecksumError::NoResults)?;
    let stated: Option<String> = match members.get("md5") {
        Some(text) => serde_json::from_str(text.get()).map_err(|_| ChecksumError::NoMd5)?,
        None => None,
    };
    let stated = stated.ok_or(ChecksumError::NoMd5)?;
    let found: String =
        Md5::digest(results.get().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    match stated.eq_ignore_ascii_case(&found) {
        true => Ok(()),
        false => Err(ChecksumError::Mismatch { stated, found }),
    }
}

/// Why an answer cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChecksumError {
    /// The body has no `results`, or is no JSON object.
    NoResults,
    /// The answer has no md5 hash.
    NoMd5,
    /// The hash is not that of `results`.
    #[non_exhaustive]
    Mismatch {
        /// The hash in the answer.
        stated: String,
        /// The hash of `results` as they came.
        found: String,
    },
}

impl fmt::Display for ChecksumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoResults => f.write_str("the answer has no results"),
            Self::NoMd5 => f.write_str("the answer has no md5 hash"),
            Self::Mismatch { stated, found } => {
                write!(f, "the md5 hash of the results is {found}, and the answer says {stated}")
            }
        }
    }
}

impl std::error::Error for ChecksumError {}
