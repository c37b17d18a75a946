//! Errors: the failure and the server's reason, in one type that is generic over the API's error body.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::api::{Api, Fault};
use crate::call::Answer;
use crate::codec::{DecodeError, Slot, read};
use crate::limit::RateLimit;
use crate::one_line::{LONGEST, OneLine, one_line};
use crate::request::{Method, Operation};
use crate::transport::{BoxError, TransportError, TransportErrorKind};

/// The error of every call to an API.
pub type ApiError<A> = Error<<A as Api>::Fault>;

/// The error of a call. `F` is the API's error body.
///
/// Its text names the method, the path template, the status and the server's message, in one line of at most 8,192
/// characters without control characters; it contains no query, no credentials and no values of a document. Its `Debug`
/// shows no more than that. The response's headers and body may contain secrets, so they are shown only on request, by
/// [`Error::headers`], [`Error::body`] or [`Error::excerpt`].
#[derive(Clone)]
pub struct Error<F> {
    failure: Failure,
    fault: Option<Box<F>>,
}

/// The kind of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request or client cannot be built from the given values; nothing was sent.
    Build,
    /// No credentials are available; nothing was sent.
    Credentials,
    /// No response arrived, or only a part of one.
    Transport,
    /// The server responded with an error status, or with a success status and a body that reports a failure.
    Status,
    /// The response does not match the API's description.
    Decode,
    /// The next page cannot be followed.
    Paging,
    /// The client is read-only, and the method may change something; nothing was sent.
    ReadOnly,
    /// The client's own rate limit would allow the request only after its deadline; nothing was sent.
    Limit,
    /// A file has unexpected content, or cannot be read or written.
    File,
    /// The server received the files but rejected them.
    Rejected,
}

/// An error before the API's error body was read from it: the same type for all APIs.
#[derive(Debug, Clone)]
pub(crate) struct Failure(Arc<Details>);

#[derive(Debug, Default)]
pub(crate) struct Details {
    pub(crate) operation: Option<Operation>,
    /// The path, if the operation's path is unknown.
    pub(crate) path: Option<String>,
    pub(crate) cause: Cause,
    /// The response, if one arrived.
    pub(crate) answer: Option<Answer>,
}

#[derive(Debug, Default)]
pub(crate) enum Cause {
    Build(String),
    Credentials(BoxError),
    Transport(TransportError),
    #[default]
    Status,
    Decode(DecodeError),
    Paging(String),
    ReadOnly,
    Limit(Duration),
    #[cfg(feature = "files")]
    File(BoxError),
    #[cfg(feature = "files")]
    Rejected(String),
}

impl Failure {
    pub(crate) fn new(operation: Option<Operation>, cause: Cause, answer: Option<Answer>) -> Self {
        Failure(Arc::new(Details { operation, path: None, cause, answer }))
    }

    /// With the path that an error shows in place of the operation's.
    pub(crate) fn at(mut self, path: Option<String>) -> Self {
        if let Some(details) = Arc::get_mut(&mut self.0).filter(|_| path.is_some()) {
            details.path = path;
        }
        self
    }

    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.0.answer.as_ref()
    }

    /// The status of a response that failed for its status.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        matches!(self.0.cause, Cause::Status).then(|| self.answer().map(|answer| answer.status))?
    }

    fn is_redirect(&self) -> bool {
        let leads_elsewhere = |answer: &Answer| {
            answer.status.is_redirection() && answer.headers.contains_key(http::header::LOCATION)
        };
        matches!(self.0.cause, Cause::Status) && self.answer().is_some_and(leads_elsewhere)
    }

    pub(crate) fn is_limit(&self) -> bool {
        matches!(self.0.cause, Cause::Limit(_))
    }

    #[cfg(feature = "files")]
    pub(crate) fn is_transport(&self) -> bool {
        matches!(self.0.cause, Cause::Transport(_))
    }

    /// True if the same request may succeed later without taking effect twice; `writes` allows it to take effect twice.
    pub(crate) fn is_retryable(&self, writes: bool) -> bool {
        let method = self.0.operation.as_ref().map(|operation| operation.method);
        let repeatable = writes || method.is_some_and(Method::is_idempotent);
        match &self.0.cause {
            Cause::Status => match self.status().map_or(0, |status| status.as_u16()) {
                429 => true,
                408 | 500 | 502 | 503 | 504 => repeatable,
                _ => false,
            },
            Cause::Transport(error) => match error.kind() {
                TransportErrorKind::Connect => true,
                TransportErrorKind::Certificate => false,
                TransportErrorKind::Timeout | TransportErrorKind::Other => repeatable,
            },
            Cause::Limit(_) => true,
            _ => false,
        }
    }
}

impl<F: Fault> From<Failure> for Error<F> {
    fn from(failure: Failure) -> Self {
        let body = match (&failure.0.cause, &failure.0.answer) {
            (Cause::Status, Some(answer)) => answer.body.as_ref(),
            _ => &[],
        };
        let fault = crate::codec::any(body).and_then(|body| F::read(&body)).map(Box::new);
        Error { failure, fault }
    }
}

#[cfg(feature = "files")]
impl<F: Fault> Error<F> {
    /// The error of a server that received the request and rejected it, with the server's reason: one line of at most
    /// 8,192 characters.
    pub fn rejected(reason: impl Into<String>) -> Self {
        Failure::new(None, Cause::Rejected(one_line(&reason.into(), LONGEST)), None).into()
    }

    /// The error of a file that has unexpected content, or cannot be read.
    pub fn file(problem: impl Into<BoxError>) -> Self {
        Failure::new(None, Cause::File(problem.into()), None).into()
    }
}

impl<F> Error<F> {
    fn answer(&self) -> Option<&Answer> {
        self.failure.0.answer.as_ref()
    }

    /// The kind of an error.
    pub fn kind(&self) -> ErrorKind {
        match self.failure.0.cause {
            Cause::Build(_) => ErrorKind::Build,
            Cause::Credentials(_) => ErrorKind::Credentials,
            Cause::Transport(_) => ErrorKind::Transport,
            Cause::Status => ErrorKind::Status,
            Cause::Decode(_) => ErrorKind::Decode,
            Cause::Paging(_) => ErrorKind::Paging,
            Cause::ReadOnly => ErrorKind::ReadOnly,
            Cause::Limit(_) => ErrorKind::Limit,
            #[cfg(feature = "files")]
            Cause::File(_) => ErrorKind::File,
            #[cfg(feature = "files")]
            Cause::Rejected(_) => ErrorKind::Rejected,
        }
    }

    /// The operation that was called; `None` if a client could not be built.
    pub fn operation(&self) -> Option<&Operation> {
        self.failure.0.operation.as_ref()
    }

    /// The status of the response, if one arrived.
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(|answer| answer.status)
    }

    /// The API's error body, if the response could be read as one.
    pub fn fault(&self) -> Option<&F> {
        self.fault.as_deref()
    }

    /// The error body as the type that the operation documents for the [status](Self::status), such as
    /// `error.body_as::<models::Problem>()`. Members that do not fit are absent.
    ///
    /// # Errors
    /// If no response arrived, or its body is not JSON of that kind.
    pub fn body_as<T: Slot + Default>(&self) -> Result<T, DecodeError> {
        let Some(body) = self.body() else {
            return Err(DecodeError::message("the call failed without a response".to_owned()));
        };
        read(body, false).map(|(value, _)| value)
    }

    /// The headers of the response, if one arrived.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.answer().map(|answer| &answer.headers)
    }

    /// The beginning of the response's body, unchanged: at most 64 KiB. It may contain personal data.
    pub fn body(&self) -> Option<&Bytes> {
        self.answer().map(|answer| &answer.body)
    }

    /// The beginning of the response's body as one line of text, at most 300 characters, for a log. It may contain
    /// personal data.
    pub fn excerpt(&self) -> Option<String> {
        let body = self.body()?;
        let text = String::from_utf8_lossy(body.get(..2048).unwrap_or(body));
        Some(one_line(&text, 300))
    }

    /// The id that the server gave the request, for its support.
    pub fn request_id(&self) -> Option<&str> {
        self.answer()?.request_id.as_deref()
    }

    /// The rate limit that the response reported.
    pub fn rate_limit(&self) -> Option<&RateLimit> {
        self.answer()?.rate_limit.as_ref()
    }

    /// The location and reason of a decoding failure.
    pub fn decode_error(&self) -> Option<&DecodeError> {
        match &self.failure.0.cause {
            Cause::Decode(error) => Some(error),
            _ => None,
        }
    }

    /// The error of the transport, if it failed.
    pub fn transport_error(&self) -> Option<&TransportError> {
        match &self.failure.0.cause {
            Cause::Transport(error) => Some(error),
            _ => None,
        }
    }

    /// True if the same call may succeed later without taking effect twice: 429 and failed connections for every
    /// method, other transport errors and 408, 500, 502, 503, 504 for idempotent methods. A refused certificate is
    /// never retried.
    pub fn is_retryable(&self) -> bool {
        self.failure.is_retryable(false)
    }
}

impl<F: Fault> fmt::Display for Error<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A server could otherwise write lines into a log, or control a terminal.
        let mut f = OneLine::new(f, LONGEST);
        if let Some(operation) = self.operation() {
            let path = self.failure.0.path.as_deref().unwrap_or(operation.path);
            write!(f, "{} {path}: ", operation.method)?;
        }
        match &self.failure.0.cause {
            Cause::Build(problem) => f.write_str(problem),
            Cause::Credentials(error) => write!(f, "no credentials: {error}"),
            Cause::Transport(error) => write!(f, "{error}"),
            Cause::Status => {
                if let Some(status) = self.status() {
                    write!(f, "{status}")?;
                }
                match self.fault().and_then(F::message) {
                    Some(message) => write!(f, ": {message}"),
                    // The target may be a secret.
                    None if self.failure.is_redirect() => f.write_str(
                        ": redirects are not followed, for credentials would go along; `headers()` says where to",
                    ),
                    None => Ok(()),
                }
            }
            Cause::Decode(error) => write!(f, "the response cannot be read: {error}"),
            Cause::Paging(problem) => f.write_str(problem),
            Cause::ReadOnly => f.write_str("the client only reads"),
            Cause::Limit(wait) => {
                write!(
                    f,
                    "the client's own limit lets no request through for {} s",
                    wait.as_secs_f64().ceil()
                )
            }
            #[cfg(feature = "files")]
            Cause::File(error) => write!(f, "{error}"),
            #[cfg(feature = "files")]
            Cause::Rejected(problem) => f.write_str(problem),
        }
    }
}

impl<F: Fault> fmt::Debug for Error<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("text", &self.to_string())
            .field("operation", &self.operation().map(|operation| operation.id))
            .field("status", &self.status().map(|status| status.as_u16()))
            .field("request_id", &self.request_id())
            .finish_non_exhaustive()
    }
}

impl<F: Fault> std::error::Error for Error<F> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.failure.0.cause {
            Cause::Credentials(error) => error.source(),
            Cause::Transport(error) => error.source(),
            #[cfg(feature = "files")]
            Cause::File(error) => error.source(),
            _ => None,
        }
    }
}
