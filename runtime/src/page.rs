//! Paging: turns a list call into a stream of pages or items.

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http::HeaderMap;
use http::header::LINK;

use crate::api::Api;
use crate::call::{Payload, Sent, fetch};
use crate::client::{Client, Core};
use crate::codec::{Put, Slot};
use crate::error::{ApiError, Cause, Failure};
use crate::request::Request;
use crate::response::Response;

mod rule;

pub use rule::{PageRule, PageStep};

/// The location of the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Next {
    /// At a URL, which is followed unchanged, on the API's own host only.
    Url(String),
    /// At the URL in the response's header `Link` with `rel="next"`; none on the last page.
    Link,
    /// At the same path, with these query parameters set.
    Query(Vec<(&'static str, String)>),
}

impl Next {
    /// At the URL in a page; `None` for an empty one.
    pub fn at(url: Option<&str>) -> Option<Next> {
        url.filter(|url| !url.is_empty()).map(|url| Next::Url(url.to_owned()))
    }

    /// With the token in a page; `None` for an empty one.
    pub fn with(parameter: &'static str, token: Option<&str>) -> Option<Next> {
        let token = token.filter(|token| !token.is_empty())?;
        Some(Next::Query(vec![(parameter, token.to_owned())]))
    }

    /// The page after the `count` items of this page, which follow those that the request skipped. There is no page
    /// after one without items, nor if the page reports that there are no `more`, or that `total` is reached.
    pub fn after(
        sent: &Request,
        parameter: &'static str,
        count: usize,
        total: Option<i64>,
        more: Option<bool>,
    ) -> Option<Next> {
        let skipped: i64 = sent.parameter(parameter).and_then(|text| text.parse().ok()).unwrap_or_default();
        let seen = skipped.saturating_add(i64::try_from(count).ok()?);
        let ended = count == 0 || more == Some(false) || total.is_some_and(|total| seen >= total);
        (!ended).then(|| Next::Query(vec![(parameter, seen.to_string())]))
    }
}

/// A response that is one page of a list.
pub trait Paged {
    /// The type of the list's items.
    type Item: Send + 'static;

    /// The location of the next page; `sent` is the request of this page.
    fn next(&self, sent: &Request) -> Option<Next>;

    /// Takes the items out of this page.
    fn take_items(&mut self) -> Vec<Self::Item>;

    /// The items of this page only.
    fn into_items(mut self) -> Vec<Self::Item>
    where
        Self: Sized,
    {
        self.take_items()
    }
}

/// A bare list is a page whose operation has a paging rule, or else the header `Link` (RFC 8288).
impl<T: Slot + Put + Send + 'static> Paged for Vec<T> {
    type Item = T;

    fn next(&self, sent: &Request) -> Option<Next> {
        match sent.operation().paging {
            Some(_) => Next::of(self, sent),
            None => Some(Next::Link),
        }
    }

    fn take_items(&mut self) -> Vec<T> {
        std::mem::take(self)
    }
}

/// An operation whose query parameter `limit` sets the size of a page.
pub trait HasLimit {}

/// All pages of a list, each fetched on demand. A `Stream`, which ends after the first error.
#[must_use = "pages are fetched when they are asked for"]
pub struct Pages<A: Api, P> {
    client: Client<A>,
    visited: HashSet<u64>,
    state: PageState<P, A::Fault>,
}

enum PageState<P, F> {
    /// To be fetched.
    Next(Box<Request>),
    /// On its way.
    Fetching(Box<Request>, Sent<Response<P>, F>),
    /// The link to the next page cannot be followed.
    Failed(Failure),
    Done,
}

impl<A: Api, P> fmt::Debug for Pages<A, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("visited", &self.visited.len()).finish_non_exhaustive()
    }
}

impl<A: Api, P: Payload + Paged> Pages<A, P> {
    pub(crate) fn new(client: Client<A>, request: Request) -> Self {
        let visited = HashSet::from([mark(client.core(), &request)]);
        Pages { client, visited, state: PageState::Next(Box::new(request)) }
    }

    /// The next page; `None` after the last. Dropping the future loses nothing.
    ///
    /// # Errors
    /// If the page cannot be fetched; no pages follow.
    pub async fn try_next(&mut self) -> Result<Option<P>, ApiError<A>> {
        std::future::poll_fn(|context| self.poll_page(context)).await.transpose()
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<P, ApiError<A>>>> {
        loop {
            self.state = match std::mem::replace(&mut self.state, PageState::Done) {
                PageState::Done => return Poll::Ready(None),
                PageState::Failed(failure) => return Poll::Ready(Some(Err(failure.into()))),
                PageState::Next(request) => {
                    let sent = fetch(&self.client, (*request).clone());
                    PageState::Fetching(request, sent)
                }
                PageState::Fetching(request, mut sent) => match sent.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = PageState::Fetching(request, sent);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Ok(page)) => {
                        let next = match page.next(&request) {
                            Some(Next::Link) => next_link(page.headers()).map(Next::Url),
                            next => next,
                        };
                        if let Some(next) = next {
                            self.state = match follow(self.client.core(), *request, next, &mut self.visited) {
                                Ok(request) => PageState::Next(Box::new(request)),
                                Err(failure) => PageState::Failed(failure),
                            };
                        }
                        return Poll::Ready(Some(Ok(page.into_inner())));
                    }
                },
            };
        }
    }
}

/// A hash of eight bytes instead of a URL: a list may have many pages, and a collision is practically impossible.
fn mark(core: &Core, request: &Request) -> u64 {
    let mut hasher = DefaultHasher::new();
    core.url(request).hash(&mut hasher);
    hasher.finish()
}

/// The target of the first link with `rel="next"` (RFC 8288, section 3).
fn next_link(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(links).find_map(|(target, parameters)| {
        let is_next =
            parameters.split(';').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
                let mut kinds = value.trim().trim_matches('"').split_ascii_whitespace();
                name.trim().eq_ignore_ascii_case("rel") && kinds.any(|kind| kind.eq_ignore_ascii_case("next"))
            });
        is_next.then(|| target.trim().to_owned())
    })
}

/// The links of one header: the target of each, and its parameters. A comma may be in a target or in quotes.
fn links(header: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = header;
    std::iter::from_fn(move || {
        let (target, after) = rest.split_once('<')?.1.split_once('>')?;
        let mut in_quotes = false;
        let end = after.find(|c: char| {
            in_quotes ^= c == '"';
            c == ',' && !in_quotes
        });
        let (parameters, next) = after.split_at(end.unwrap_or(after.len()));
        rest = next;
        Some((target, parameters))
    })
}

/// The request for the next page.
fn follow(
    core: &Core,
    mut request: Request,
    next: Next,
    visited: &mut HashSet<u64>,
) -> Result<Request, Failure> {
    let operation = *request.operation();
    let failed = |problem| Failure::new(Some(operation), Cause::Paging(problem), None);
    match next {
        Next::Url(url) => {
            // A query without a path has the same path (RFC 3986, section 5.2).
            let url = match url.strip_prefix('?') {
                Some(query) => {
                    let here = core.url(&request);
                    format!("{}?{query}", here.split('?').next().unwrap_or_default())
                }
                None => url,
            };
            request.set_target(core.own(&url).map_err(failed)?);
        }
        Next::Link => return Err(failed("the page was followed without its headers".to_owned())),
        Next::Query(parameters) => {
            for (key, value) in parameters {
                request.text(key, &value);
            }
        }
    }
    if !visited.insert(mark(core, &request)) {
        return Err(failed("the link to the next page refers to an earlier page".to_owned()));
    }
    Ok(request)
}

impl<A: Api, P: Payload + Paged> Stream for Pages<A, P> {
    type Item = Result<P, ApiError<A>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(context)
    }
}

/// The items of all pages of a list. A `Stream`, which ends after the first error.
#[must_use = "items are fetched when they are asked for"]
pub struct Items<A: Api, P: Paged> {
    pages: Pages<A, P>,
    items: std::vec::IntoIter<P::Item>,
    /// The page without its items.
    page: Option<P>,
}

// The items are moved out, never pinned.
impl<A: Api, P: Paged> Unpin for Items<A, P> {}

impl<A: Api, P: Paged> fmt::Debug for Items<A, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).field("ready", &self.items.len()).finish()
    }
}

impl<A: Api, P: Payload + Paged> Items<A, P> {
    pub(crate) fn new(pages: Pages<A, P>) -> Self {
        Items { pages, items: Vec::new().into_iter(), page: None }
    }

    /// The page of the last item, without the items: included resources, links, the total. `None` before the first item.
    pub fn page(&self) -> Option<&P> {
        self.page.as_ref()
    }

    /// The next item; `None` after the last. Dropping the future loses nothing.
    ///
    /// # Errors
    /// If a page cannot be fetched; no items follow.
    pub async fn try_next(&mut self) -> Result<Option<P::Item>, ApiError<A>> {
        std::future::poll_fn(|context| self.poll_item(context)).await.transpose()
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<P::Item, ApiError<A>>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(mut page)) => {
                    self.items = page.take_items().into_iter();
                    self.page = Some(page);
                }
            }
        }
    }
}

impl<A: Api, P: Payload + Paged> Stream for Items<A, P> {
    type Item = Result<P::Item, ApiError<A>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context)
    }
}
