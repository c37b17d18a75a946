// {{ mark }}; edits are lost.
//! A call: its optional parameters, the options of this one call, and the ways to send it.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use storewright_runtime as rt;

use crate::Api;

/// A call that is ready to be sent and answers with `T`; nothing is sent before [`send`](Self::send).
///
/// Every operation returns one, under the alias that has the name of its method, such as `operations::…::List`. The page of
/// the alias lists the operation's optional parameters.
#[must_use = "a call does nothing until it is sent"]
pub struct Call<T, O>(pub(crate) rt::Call<Api, T>, PhantomData<fn() -> O>);

impl<T, O> Clone for Call<T, O> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<T, O> fmt::Debug for Call<T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<T, O> From<Call<T, O>> for rt::Call<Api, T> {
    fn from(call: Call<T, O>) -> Self {
        call.0
    }
}

impl<T, O> Call<T, O> {
    #[allow(dead_code)] // with no area enabled
    pub(crate) fn new(client: &rt::Client<Api>, operation: rt::Operation, path: &[&str]) -> Self {
        Self(client.call(operation, path), PhantomData)
    }

    #[allow(dead_code)] // of APIs with styled path parameters alone
    pub(crate) fn at(client: &rt::Client<Api>, operation: rt::Operation, path: &[rt::Segment]) -> Self {
        Self(client.call_at(operation, path), PhantomData)
    }

    fn with<U>(self, change: impl FnOnce(rt::Call<Api, T>) -> rt::Call<Api, U>) -> Call<U, O> {
        Call(change(self.0), PhantomData)
    }

    /// Adds a header.
    pub fn with_header(self, name: &str, value: &str) -> Self {
        self.with(|call| call.with_header(name, value))
    }

    /// Adds a query parameter that this crate does not know.
    pub fn with_parameter(self, name: impl Into<String>, value: &str) -> Self {
        self.with(|call| call.with_parameter(name, value))
    }

    /// Retries this call by another policy than the client's.
    pub fn with_retry(self, policy: rt::RetryPolicy) -> Self {
        self.with(|call| call.with_retry(policy))
    }

    /// Retries this call as if its method were `GET`: sending it twice does no harm.
    pub fn repeatable(self) -> Self {
        self.with(rt::Call::repeatable)
    }

    /// Sets the time limit of one attempt, body included; `None` removes it.
    pub fn with_timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.with(|call| call.with_timeout(timeout))
    }

    /// Sets the time limit of all attempts and delays together; `None` removes it.
    pub fn with_deadline(self, deadline: impl Into<Option<Duration>>) -> Self {
        self.with(|call| call.with_deadline(deadline))
    }

    /// Overrides whether the client is read-only: a read-only call is refused unless its method is safe.
    pub fn with_read_only(self, read_only: bool) -> Self {
        self.with(|call| call.with_read_only(read_only))
    }

    /// Keeps the status, headers and [mismatches](rt::Response::mismatches) of the response.
    pub fn full(self) -> Call<rt::Response<T>, O> {
        self.with(rt::Call::full)
    }

    /// Reads the response as another type.
    pub fn answering<U>(self) -> Call<U, O> {
        self.with(rt::Call::answering)
    }

    /// The present request.
    pub fn request(&self) -> &rt::Request {
        self.0.request()
    }

    /// Sends the request and returns the response as soon as its headers have arrived; the body is a stream.
    ///
    /// # Errors
    /// As [`send`](Self::send), except for errors of the body.
    pub async fn stream(self) -> Result<rt::http::Response<rt::Body>, crate::Error> {
        self.0.stream().await
    }

    /// Downloads the response as a file, without holding it in memory.
    #[cfg(feature = "files")]
    pub fn download(self) -> rt::Download<Api> {
        self.0.download()
    }

    /// Converts the call into one without its operation's parameters, to look at its request or to store calls of several
    /// operations.
    pub fn into_call(self) -> rt::Call<Api, T> {
        self.0
    }
}

impl<T: rt::Payload, O> Call<T, O> {
    /// Sends the request and reads the response.
    pub fn send(self) -> rt::Sent<T, <Api as rt::Api>::Fault> {
        self.0.send()
    }
}

impl<P: rt::Payload + rt::Paged, O> Call<P, O> {
    /// All pages from this one on, each fetched on demand.
    pub fn pages(self) -> rt::Pages<Api, P> {
        self.0.pages()
    }

    /// The items of all pages from this one on. [`Items::page`](rt::Items::page) has the rest of an item's page, such
    /// as included resources.
    pub fn items(self) -> rt::Items<Api, P> {
        self.0.items()
    }
}

impl<T, O: rt::HasLimit> Call<T, O> {
    /// `limit`: the page size; the operation documents the largest one.
    pub fn limit(mut self, value: i64) -> Self {
        self.0.number("limit", value);
        self
    }
}
