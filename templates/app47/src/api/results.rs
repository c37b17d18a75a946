// {{ mark }}; edits are lost.
//! Reads the `results` of a response and, on request, checks its md5 hash.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use md5::{Digest, Md5};
use storewright_runtime as rt;

use crate::models::{App, AppList, Message};
use rt::codec::{DecodeError, Object, Put, Slot};
use rt::serde_json::{self, value::RawValue};

/// A response, used like the `T` in its `results`.
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

/// A type that can be in `results`.
pub trait InResults: Object + Default + Send + 'static {
    /// The members without which `results` says nothing: one, or none.
    const MEMBERS: &'static [&'static str];
    /// True if the value is that member, and not an object that has it.
    const IS_MEMBER: bool = false;
}

impl InResults for App {
    const MEMBERS: &'static [&'static str] = &["app"];
    const IS_MEMBER: bool = true;
}

impl InResults for AppList {
    const MEMBERS: &'static [&'static str] = &["list"];
}

impl InResults for Message {
    const MEMBERS: &'static [&'static str] = &[];
}

/// `{"results": …}`
#[derive(Default)]
struct Envelope<T> {
    results: Content<T>,
}

/// The value of `results`.
#[derive(Default)]
struct Content<T> {
    value: T,
    success: Option<bool>,
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

    fn vital(&self) -> bool {
        true
    }
}

impl<T: InResults> Object for Content<T> {
    fn field(&mut self, key: &str) -> Option<&mut dyn Slot> {
        if key == "success" {
            return Some(&mut self.success);
        }
        match (T::IS_MEMBER, T::MEMBERS.contains(&key)) {
            (true, true) => Some(&mut self.value),
            (true, false) => None,
            (false, _) => self.value.field(key),
        }
    }

    /// A failure has a message in place of the member.
    fn required(&self) -> &'static [&'static str] {
        if self.success == Some(false) { &[] } else { T::MEMBERS }
    }

    fn vital(&self) -> bool {
        true
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
        let Content { value, success } = answer.json::<Envelope<T>>()?.results;
        Ok(Self { value, body: answer.body().clone(), refused: success == Some(false) })
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
        // `total` may count apps that the filters omit, so an empty page is the end as well.
        let more = count > 0 && self.total.is_none_or(|total| skip < total);
        more.then(|| rt::Next::Query(vec![("skip", skip.to_string())]))
    }

    fn take_items(&mut self) -> Vec<App> {
        std::mem::take(&mut self.value.list)
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
    /// The body has no `results`, or is not a JSON object.
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
