//! Paging: a call goes in, a stream of pages or items comes out.

use crate::request::Request;

/// Where the page after this one is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Next {
    /// At a URL, which is followed as it is, on the API's own host only.
    Url(String),
    /// At the same path, with these query parameters set.
    Query(Vec<(&'static str, String)>),
}

/// An answer that is one page of a list.
pub trait Paged {
    /// What the list is of.
    type Item;

    /// Where the page after this one is; the request is the one that this page answers.
    fn next(&self, sent: &Request) -> Option<Next>;

    /// The items of this page.
    fn into_items(self) -> Vec<Self::Item>;
}
