//! A call whose only option is how many a page has goes in; it is set, and the pages come out.

use std::fmt;

use crate::api::Api;
use crate::call::{Call, Payload, Sent};
use crate::page::{Items, Paged, Pages};
use crate::response::Response;

/// A call of which nothing is optional but `limit`: how many a page has. One type serves all operations of this kind,
/// of which an API of the JSON:API style has hundreds.
pub struct Limited<A, P>(Call<A, P>);

impl<A: Api, P: Payload + Paged> Limited<A, P> {
    /// The call as it stands, without a limit of its own.
    #[inline]
    pub fn new(call: Call<A, P>) -> Self {
        Self(call)
    }

    /// How many a page has; the operation says how many it may have.
    #[inline]
    pub fn limit(mut self, value: i64) -> Self {
        self.0.number("limit", value);
        self
    }

    /// The call as it stands, to look at its request or to add what the operation does not declare.
    #[inline]
    pub fn into_call(self) -> Call<A, P> {
        self.0
    }

    /// The same call, whose response comes with its status, headers and mismatches.
    #[inline]
    pub fn full(self) -> Call<A, Response<P>> {
        self.0.full()
    }

    /// Sends the request and reads the answer.
    #[inline]
    pub fn send(self) -> Sent<P, A::Fault> {
        self.0.send()
    }

    /// All pages from this one on, each fetched when it is asked for.
    #[inline]
    pub fn pages(self) -> Pages<A, P> {
        self.0.pages()
    }

    /// The items of all pages from this one on.
    #[inline]
    pub fn items(self) -> Items<A, P> {
        self.0.items()
    }
}

impl<A, P> Clone for Limited<A, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A, P> fmt::Debug for Limited<A, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
