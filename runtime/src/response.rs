//! Keeps the status, headers and mismatches of a response next to its value.

use std::ops::Deref;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::call::{Answer, Payload};
use crate::codec::{DecodeError, Mismatch};
use crate::limit::RateLimit;
use crate::page::{Next, Paged};
use crate::request::Request;

/// A response with its status, headers and mismatches; it derefs to its `T`.
///
/// [`Call::full`](crate::Call::full) requests it. A `Response` of a page is a page too, so `full().pages()` loses nothing.
#[derive(Debug, Clone)]
pub struct Response<T> {
    value: T,
    answer: Answer,
}

impl<T> Response<T> {
    /// The value only.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.answer.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.answer.headers
    }

    /// The unchanged body, e.g. to read a value that is among the [`mismatches`](Self::mismatches); empty if `T` does
    /// not read it.
    pub fn body(&self) -> &Bytes {
        &self.answer.body
    }

    /// The id that the server gave the request, for its support.
    pub fn request_id(&self) -> Option<&str> {
        self.answer.request_id.as_deref()
    }

    /// The server-reported rate limit.
    pub fn rate_limit(&self) -> Option<&RateLimit> {
        self.answer.rate_limit.as_ref()
    }

    /// The values that differ from the documented types, the first 100 of them, and the required members that are missing
    /// or `null`. An optional member of these is absent, a required one has its default, and a list or map has no such item
    /// or entry.
    pub fn mismatches(&self) -> &[Mismatch] {
        self.answer.mismatches()
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Payload> Payload for Response<T> {
    const READS: bool = T::READS;

    fn accepts(status: StatusCode) -> bool {
        T::accepts(status)
    }

    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        let value = T::decode(answer)?;
        Ok(Response { value, answer: answer.clone() })
    }

    fn refuses(&self) -> bool {
        self.value.refuses()
    }
}

impl<T: Paged> Paged for Response<T> {
    type Item = T::Item;

    fn next(&self, sent: &Request) -> Option<Next> {
        self.value.next(sent)
    }

    fn take_items(&mut self) -> Vec<T::Item> {
        self.value.take_items()
    }
}
