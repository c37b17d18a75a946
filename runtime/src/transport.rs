//! Sends an HTTP request and returns a response with a streamed body.

use std::fmt::{self, Write as _};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use crate::one_line::{LONGEST, OneLine};

#[cfg(feature = "http-client")]
mod reqwest;

#[cfg(feature = "http-client")]
pub use self::reqwest::Reqwest;

/// A future on the heap, so that it has a name.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An error of any type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Sends requests. Your own tests can use [`Script`](crate::testing::Script).
///
/// A transport sends a request once, follows no redirects, and observes the [`Timeout`] among the request's extensions.
/// Dropping the future cancels the request.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Body>, TransportError>>;
}

/// One transport can serve several clients, and a test can inspect the one that it passed on.
impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Body>, TransportError>> {
        (**self).send(request)
    }
}

/// The time limit of one attempt, body included: an extension of the request that a transport receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout(pub Duration);

/// The reason for which no response, or only a part of one, arrived.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: BoxError,
}

/// The point at which a transport failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: the server did not receive the request.
    Connect,
    /// No connection, because a certificate was refused: the server did not receive the request, and no retry helps.
    Certificate,
    /// The time limit was exceeded.
    Timeout,
    /// Anything else: the server may have received the request.
    Other,
}

impl TransportError {
    /// An error of a transport. The text of the source must contain no secrets and no query.
    pub fn new(kind: TransportErrorKind, source: impl Into<BoxError>) -> Self {
        TransportError { kind, source: source.into() }
    }

    /// The point at which the transport failed.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = OneLine::new(f, LONGEST);
        f.write_str(match self.kind {
            TransportErrorKind::Connect | TransportErrorKind::Certificate => "the connection failed: ",
            TransportErrorKind::Timeout => "the request took too long: ",
            TransportErrorKind::Other => "the request failed: ",
        })?;
        write!(f, "{}", self.source)?;
        // The reason is deep inside, and a log shows only this text.
        let mut inner = self.source.source();
        while let Some(error) = inner {
            write!(f, ": {error}")?;
            inner = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // This error's text contains the source's already.
        self.source.source()
    }
}

/// A response body, as a stream of pieces.
pub struct Body(Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>);

impl Body {
    /// A body of a stream.
    pub fn new(stream: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static) -> Self {
        Body(Box::pin(stream))
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// If the connection fails before the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        std::future::poll_fn(|context| self.0.as_mut().poll_next(context)).await.transpose()
    }

    /// Reads up to a number of bytes; returns true if that was all.
    ///
    /// # Errors
    /// If the connection fails before the end.
    pub async fn collect(&mut self, limit: usize) -> Result<(Bytes, bool), TransportError> {
        // Most responses are one piece, which need not be copied.
        let Some(first) = self.chunk().await? else { return Ok((Bytes::new(), true)) };
        if first.len() > limit {
            return Ok((Bytes::copy_from_slice(first.get(..limit).unwrap_or_default()), false));
        }
        let Some(second) = self.chunk().await? else { return Ok((first, true)) };
        let mut read = BytesMut::from(first);
        let mut next = Some(second);
        while let Some(chunk) = next {
            let room = limit.saturating_sub(read.len());
            if chunk.len() > room {
                read.extend_from_slice(chunk.get(..room).unwrap_or_default());
                return Ok((read.freeze(), false));
            }
            read.extend_from_slice(&chunk);
            next = self.chunk().await?;
        }
        Ok((read.freeze(), true))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Body::new(Once(Some(bytes.into())))
    }
}

/// A stream of one piece.
struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().filter(|bytes| !bytes.is_empty()).map(Ok))
    }
}
