//! A kit for testing programs that use a client: scripted responses, recorded requests, a clock.
//!
//! A program that takes its client as a parameter can be tested without a network: its test builds a client with a
//! [`Script`] as its transport and a [`TestClock`], whose waits end at once.
//!
//! ```
//! use std::time::Duration;
//! use storewright_runtime::testing::{Reply, Script, TestClock};
//! # use storewright_runtime::{Api, ApiError, Client, Method, NoFault, TransportErrorKind, Value};
//! # #[derive(Debug)] struct Store;
//! # impl Api for Store {
//! #     type Fault = NoFault;
//! #     type Client = Client<Store>;
//! #     const NAME: &'static str = "Store";
//! #     const BASE_URL: &'static str = "https://api.example.com";
//! # }
//!
//! // The code under test.
//! async fn first_id(client: &Client<Store>) -> Result<String, ApiError<Store>> {
//!     let page: Value = client.raw(Method::Get, "/v1/apps").send().await?;
//!     Ok(page["data"][0]["id"].as_str().unwrap_or_default().to_owned())
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! // The test.
//! let script = Script::new([
//!     Reply::error(429, "RATE_LIMIT_EXCEEDED", "Slow down.").header("retry-after", "60"),
//!     Reply::failure(TransportErrorKind::Other),
//!     Reply::page([serde_json::json!({"type": "apps", "id": "1"})], None),
//! ]);
//! let clock = TestClock::at(1_795_428_000);
//! let client = Client::<Store>::builder().transport(script.clone()).clock(clock.clone()).build()?;
//! assert_eq!(first_id(&client).await?, "1");
//! assert_eq!(script.requests().len(), 3);
//! assert_eq!(script.requests()[0].target, "/v1/apps");
//! assert_eq!(clock.waits()[0], Duration::from_secs(60));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

mod clock;

pub use self::clock::TestClock;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};

/// A transport that responds from a script, without a network. Clones share the script.
///
/// Replies are used in the order in which requests arrive, whatever their content; a test inspects the requests
/// afterwards. A request without a reply fails with a message.
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<ScriptState>>);

#[derive(Default)]
struct ScriptState {
    replies: VecDeque<Reply>,
    requests: Vec<Sent>,
}

/// One request as it would have been sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sent {
    /// The method.
    pub method: Method,
    /// The whole URL, possibly of another host, such as that of an upload.
    pub url: String,
    /// Path and query, percent-encoded.
    pub target: String,
    /// The headers, credentials included.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Sent {
    /// The body as JSON; null if it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// One reply of a script.
#[derive(Debug, Clone)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    end: End,
}

/// The end of a response.
#[derive(Debug, Clone, Copy)]
enum End {
    Whole,
    /// The transport failed before the response began.
    Failed(TransportErrorKind),
    /// The connection ends in the middle of the body.
    Cut,
    /// The response never begins.
    Never,
}

impl Reply {
    /// A reply with a body. An invalid status becomes 500.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Reply { status, headers: HeaderMap::new(), body: body.into(), end: End::Whole }
    }

    /// A JSON reply.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, body.to_string()).header("content-type", "application/json")
    }

    /// A JSON:API page of a list, with the URL of the next one.
    pub fn page(resources: impl IntoIterator<Item = Value>, next: Option<&str>) -> Self {
        let data: Vec<Value> = resources.into_iter().collect();
        Self::json(200, &json!({"data": data, "links": {"self": "", "next": next}}))
    }

    /// A JSON:API document with one resource.
    pub fn resource(resource: &Value) -> Self {
        Self::json(200, &json!({"data": resource}))
    }

    /// A JSON:API error.
    pub fn error(status: u16, code: &str, detail: &str) -> Self {
        let error = json!({"status": status.to_string(), "code": code, "title": detail, "detail": detail});
        Self::json(status, &json!({"errors": [error]}))
    }

    /// A failure of the transport instead of a response.
    pub fn failure(kind: TransportErrorKind) -> Self {
        Reply { end: End::Failed(kind), ..Self::new(200, "") }
    }

    /// A reply that never arrives: for tests of cancelled calls. For a timeout of the client use
    /// `Reply::failure(TransportErrorKind::Timeout)`, which fails at once.
    pub fn never() -> Self {
        Reply { end: End::Never, ..Self::new(200, "") }
    }

    /// Ends the connection after this number of bytes of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.body.truncate(bytes);
        self.end = End::Cut;
        self
    }

    /// Adds a header; one that HTTP does not allow is ignored.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl Script {
    /// A script of replies, used in turn. A further request fails.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Script::default();
        script.state().replies.extend(replies);
        script
    }

    /// Adds a reply.
    pub fn push(&self, reply: Reply) {
        self.state().replies.push_back(reply);
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Sent> {
        self.state().requests.clone()
    }

    /// The number of unused replies.
    pub fn left(&self) -> usize {
        self.state().replies.len()
    }

    fn state(&self) -> MutexGuard<'_, ScriptState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` is a reply that never arrives.
    fn answer(&self, request: http::Request<Bytes>) -> Option<Result<http::Response<Body>, TransportError>> {
        let (parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let url = parts.uri.to_string();
        let mut state = self.state();
        state.requests.push(Sent { method: parts.method, url, target, headers: parts.headers, body });
        let Some(reply) = state.replies.pop_front() else {
            let none = TransportError::new(TransportErrorKind::Other, "the script has no more replies");
            return Some(Err(none));
        };
        let body = match reply.end {
            End::Never => return None,
            End::Failed(kind) => return Some(Err(TransportError::new(kind, "as the script says"))),
            End::Whole => Body::from(reply.body),
            End::Cut => Body::new(Broken(Some(reply.body))),
        };
        let mut response = http::Response::new(body);
        (*response.status_mut(), *response.headers_mut()) = (reply.status, reply.headers);
        Some(Ok(response))
    }
}

/// A piece of a body, and then the end of the connection.
struct Broken(Option<Bytes>);

impl Stream for Broken {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let lost = || Err(TransportError::new(TransportErrorKind::Other, "the script cuts the body here"));
        Poll::Ready(Some(self.0.take().map_or_else(lost, Ok)))
    }
}

impl Transport for Script {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Body>, TransportError>> {
        match self.answer(request) {
            Some(answer) => Box::pin(std::future::ready(answer)),
            None => Box::pin(std::future::pending()),
        }
    }
}

// Requests contain credentials.
impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("left", &self.left()).finish_non_exhaustive()
    }
}
