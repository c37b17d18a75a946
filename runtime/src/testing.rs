//! For tests of programs that use a client: answers go in; the requests that the program made come out.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};

/// A transport that answers from a script, without a network. Clones share the script.
///
/// ```
/// use storewright_runtime::testing::{Reply, Script};
/// # use storewright_runtime::{Api, Client, Method, NoFault, Value};
/// # #[derive(Debug)] struct Store;
/// # impl Api for Store {
/// #     type Fault = NoFault;
/// #     type Client = Client<Store>;
/// #     const NAME: &'static str = "Store";
/// #     const BASE_URL: &'static str = "https://api.example.com";
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let script = Script::new([Reply::page([serde_json::json!({"type": "apps", "id": "1"})], None)]);
/// let client: Client<Store> = Client::<Store>::builder().transport(script.clone()).build()?;
/// let page: Value = client.raw(Method::Get, "/v1/apps").send().await?;
/// assert_eq!(page["data"][0]["id"], "1");
/// assert_eq!(script.requests()[0].target, "/v1/apps");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    replies: VecDeque<Reply>,
    requests: Vec<Sent>,
}

/// One request as it would have been sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sent {
    /// The method.
    pub method: Method,
    /// Path and query, percent-encoded.
    pub target: String,
    /// The headers, credentials included.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Sent {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// One answer of a script.
#[derive(Debug, Clone)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Result<Bytes, TransportErrorKind>,
}

impl Reply {
    /// An answer with a body. A status that is none is taken as 500.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Reply { status, headers: HeaderMap::new(), body: Ok(body.into()) }
    }

    /// An answer of JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, body.to_string()).header("content-type", "application/json")
    }

    /// A page of a list in JSON:API, and the URL of the next one.
    pub fn page(resources: impl IntoIterator<Item = Value>, next: Option<&str>) -> Self {
        let data: Vec<Value> = resources.into_iter().collect();
        Self::json(200, &json!({"data": data, "links": {"self": "", "next": next}}))
    }

    /// One resource in JSON:API.
    pub fn resource(resource: &Value) -> Self {
        Self::json(200, &json!({"data": resource}))
    }

    /// An error in JSON:API.
    pub fn error(status: u16, code: &str, detail: &str) -> Self {
        let error = json!({"status": status.to_string(), "code": code, "title": detail, "detail": detail});
        Self::json(status, &json!({"errors": [error]}))
    }

    /// No answer: the transport fails.
    pub fn failure(kind: TransportErrorKind) -> Self {
        Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: Err(kind) }
    }

    /// With a header more; one that HTTP does not allow is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl Script {
    /// A script of answers, given in turn. One request more fails.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Script::default();
        script.state().replies.extend(replies);
        script
    }

    /// Adds an answer.
    pub fn push(&self, reply: Reply) {
        self.state().replies.push_back(reply);
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Sent> {
        self.state().requests.clone()
    }

    /// How many answers are left.
    pub fn left(&self) -> usize {
        self.state().replies.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
        let (parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let mut state = self.state();
        state.requests.push(Sent { method: parts.method, target, headers: parts.headers, body });
        let Some(reply) = state.replies.pop_front() else {
            return Err(TransportError::new(TransportErrorKind::Other, "the script has no more answers"));
        };
        let body = reply.body.map_err(|kind| TransportError::new(kind, "as the script says"))?;
        let mut response = http::Response::new(Body::from(body));
        (*response.status_mut(), *response.headers_mut()) = (reply.status, reply.headers);
        Ok(response)
    }
}

impl Transport for Script {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Body>, TransportError>> {
        Box::pin(std::future::ready(self.answer(request)))
    }
}

// Requests hold credentials.
impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("left", &self.left()).finish_non_exhaustive()
    }
}
