//! The transport over the `reqwest` client.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;

use super::{Body, BoxFuture, Timeout, Transport, TransportError, TransportErrorKind};

/// Sends requests with `reqwest`, which uses the TLS library that the crate's features select. Redirects are not
/// followed, since credentials would be sent along. Bodies keep their `content-encoding`, regardless of `reqwest`'s
/// features.
#[derive(Clone)]
pub struct Reqwest(reqwest::Client);

// The settings of a client may contain the password of a proxy.
impl fmt::Debug for Reqwest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reqwest").finish_non_exhaustive()
    }
}

impl Reqwest {
    /// A transport with default settings.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new() -> Result<Self, TransportError> {
        Self::with(|builder| builder)
    }

    /// A transport with your settings, such as a proxy, certificates or a connection timeout. By default, the proxies
    /// of the environment are used. Redirects and the unpacking of bodies stay off.
    ///
    /// # Errors
    /// If the settings are invalid.
    pub fn with(
        settings: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, TransportError> {
        let builder = settings(reqwest::Client::builder());
        // Any crate of a build may enable the features that unpack bodies. Reports and logs are gzip files whose
        // checksums count the packed bytes, so nothing is unpacked.
        let builder = builder.no_gzip().no_brotli().no_deflate().no_zstd();
        builder.redirect(reqwest::redirect::Policy::none()).build().map(Reqwest).map_err(failed)
    }

    /// A transport over your own client. The client must not follow redirects, nor unpack bodies: build it with
    /// `no_gzip`, `no_brotli`, `no_deflate` and `no_zstd`, which exist regardless of `reqwest`'s features.
    pub fn over(client: reqwest::Client) -> Self {
        Reqwest(client)
    }
}

impl Transport for Reqwest {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Body>, TransportError>> {
        let client = self.0.clone();
        Box::pin(async move {
            let timeout = request.extensions().get::<Timeout>().copied();
            let mut request = reqwest::Request::try_from(request).map_err(failed)?;
            if let Some(Timeout(timeout)) = timeout {
                *request.timeout_mut() = Some(timeout);
            }
            let response = client.execute(request).await.map_err(failed)?;
            let response: http::Response<reqwest::Body> = response.into();
            Ok(response.map(|body| Body::new(Pieces(body))))
        })
    }
}

// The URL of reqwest's errors contains the query.
fn failed(error: reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_connect() && is_about_a_certificate(&error) {
        TransportErrorKind::Certificate
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else {
        TransportErrorKind::Other
    };
    TransportError::new(kind, error.without_url())
}

/// TLS libraries have no common error type, but all name the certificate. An error in another language is retried,
/// which does no harm.
fn is_about_a_certificate(error: &reqwest::Error) -> bool {
    let mut inner = error.source();
    while let Some(error) = inner {
        if error.to_string().to_ascii_lowercase().contains("certificate") {
            return true;
        }
        inner = error.source();
    }
    false
}

/// The data of a body, without its trailers.
struct Pieces(reqwest::Body);

impl Stream for Pieces {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::task::ready!(Pin::new(&mut self.0).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(failed(error)))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }
}
