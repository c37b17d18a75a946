//! The client: an address, credentials and a transport go in; requests go out through it, one at a time.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use tracing::Instrument;

use crate::api::Api;
use crate::call::{Answer, Call};
use crate::credentials::{Credential, TokenProvider};
use crate::error::{Cause, Error, Failure};
use crate::limit::RateLimit;
use crate::request::{Operation, Request};
use crate::transport::{Body, BoxError, BoxFuture, Timeout, Transport};

/// How much of a body that is an error is kept.
pub(crate) const ERROR_BODY_LIMIT: usize = 64 * 1024;
const DEFAULT_BODY_LIMIT: usize = 256 * 1024 * 1024;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// A client of one API. Clones are cheap and share connections, credentials and what is known of the rate limit.
pub struct Client<A> {
    core: Arc<Core>,
    api: PhantomData<fn() -> A>,
}

impl<A> Clone for Client<A> {
    fn clone(&self) -> Self {
        Client { core: Arc::clone(&self.core), api: PhantomData }
    }
}

impl<A> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.core.base.url).finish_non_exhaustive()
    }
}

impl<A: Api> Client<A> {
    /// Begins a client.
    pub fn builder() -> ClientBuilder<A> {
        ClientBuilder {
            base_url: A::BASE_URL.to_owned(),
            credentials: None,
            transport: None,
            timeout: Some(DEFAULT_TIMEOUT),
            body_limit: DEFAULT_BODY_LIMIT,
            headers: HeaderMap::new(),
            problem: None,
            api: PhantomData,
        }
    }

    /// A call of an operation; the values fill the holes of its path in order.
    #[inline]
    pub fn call<T>(&self, operation: Operation, holes: &[&str]) -> Call<A, T> {
        Call::new(self.clone(), Request::new(operation, holes))
    }

    /// What the latest answer said about the rate limit.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.core.rate_limit.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }
}

/// Puts a [`Client`] together.
pub struct ClientBuilder<A> {
    base_url: String,
    credentials: Option<Box<dyn TokenProvider>>,
    transport: Option<Box<dyn Transport>>,
    timeout: Option<Duration>,
    body_limit: usize,
    headers: HeaderMap,
    problem: Option<String>,
    api: PhantomData<fn() -> A>,
}

impl<A> fmt::Debug for ClientBuilder<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl<A: Api> ClientBuilder<A> {
    /// Where the client gets its credentials. Without, it sends none.
    #[must_use]
    pub fn credentials(mut self, provider: impl TokenProvider) -> Self {
        self.credentials = Some(Box::new(provider));
        self
    }

    /// Another address of the API. Credentials are sent there.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// What sends the requests; by default [`Reqwest`](crate::Reqwest).
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// How long one attempt may take, body included; by default a minute. `None` waits for ever.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// How many bytes of an answer are held in memory before it is an error; by default 256 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// What the client calls itself.
    #[must_use]
    pub fn user_agent(self, name: &str) -> Self {
        self.header(USER_AGENT.as_str(), name)
    }

    /// A header that goes with every request.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => drop(self.headers.insert(name, value)),
            _ => {
                self.problem.get_or_insert_with(|| {
                    format!("the header `{name}` has a name or value that HTTP does not allow")
                });
            }
        }
        self
    }

    /// The client.
    ///
    /// # Errors
    /// When the address or a header is not one, or no transport can be had.
    pub fn build(self) -> Result<A::Client, Error<A::Fault>> {
        self.core().map_err(|problem| Failure::new(None, Cause::Build(problem), None).into())
    }

    fn core(mut self) -> Result<A::Client, String> {
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        let base = Base::parse(&self.base_url)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport()?,
        };
        if !self.headers.contains_key(USER_AGENT) {
            let name = format!("storewright/{} ({})", env!("CARGO_PKG_VERSION"), A::NAME);
            if let Ok(name) = HeaderValue::try_from(name) {
                self.headers.insert(USER_AGENT, name);
            }
        }
        let core = Core {
            base,
            transport,
            credentials: self.credentials,
            timeout: self.timeout,
            body_limit: self.body_limit,
            headers: self.headers,
            default_body: A::default_body,
            request_id_headers: A::REQUEST_ID_HEADERS,
            rate_limit_header: A::RATE_LIMIT_HEADER,
            rate_limit: Mutex::new(None),
        };
        Ok(Client { core: Arc::new(core), api: PhantomData }.into())
    }
}

#[cfg(feature = "reqwest")]
fn default_transport() -> Result<Box<dyn Transport>, String> {
    crate::transport::Reqwest::new()
        .map(|transport| -> Box<dyn Transport> { Box::new(transport) })
        .map_err(|error| error.to_string())
}

#[cfg(not(feature = "reqwest"))]
fn default_transport() -> Result<Box<dyn Transport>, String> {
    Err("there is no transport: give one, or turn the feature `reqwest` on".to_owned())
}

/// The address of an API.
#[derive(Debug)]
pub(crate) struct Base {
    /// Without a slash at the end.
    url: String,
    origin: Origin,
}

/// Scheme, host and port: whom credentials are for.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    fn of(url: &Uri) -> Option<Origin> {
        let scheme = url.scheme_str()?.to_ascii_lowercase();
        let authority = url.authority()?;
        let port = match (authority.port_u16(), scheme.as_str()) {
            (Some(port), "http" | "https") => port,
            (None, "https") => 443,
            (None, "http") => 80,
            _ => return None,
        };
        // A name before the host makes a URL look like it leads elsewhere, and would be sent as credentials.
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return None;
        }
        Some(Origin { scheme, host: authority.host().to_ascii_lowercase(), port })
    }
}

impl Base {
    fn parse(url: &str) -> Result<Base, String> {
        let parsed: Uri = url.parse().map_err(|error| format!("`{url}` is no base URL: {error}"))?;
        let origin = Origin::of(&parsed).filter(|_| parsed.query().is_none()).ok_or_else(|| {
            "the base URL needs http or https, a host, and neither user nor query".to_owned()
        })?;
        Ok(Base { url: url.trim_end_matches('/').to_owned(), origin })
    }
}

/// All that a client shares; knows no types of any API.
pub(crate) struct Core {
    base: Base,
    transport: Box<dyn Transport>,
    credentials: Option<Box<dyn TokenProvider>>,
    timeout: Option<Duration>,
    body_limit: usize,
    headers: HeaderMap,
    default_body: fn(&Operation) -> Option<&'static str>,
    request_id_headers: &'static [&'static str],
    rate_limit_header: &'static str,
    rate_limit: Mutex<Option<RateLimit>>,
}

/// Which statuses are answers rather than errors.
pub(crate) type Accepts = fn(StatusCode) -> bool;

impl Core {
    /// Sends a request and reads the whole answer, unless its body does not matter.
    pub(crate) fn fetch(
        self: Arc<Self>,
        request: Request,
        accepts: Accepts,
        reads: bool,
    ) -> BoxFuture<'static, Result<Answer, Failure>> {
        Box::pin(async move {
            let operation = *request.operation();
            let (mut answer, mut body) = Arc::clone(&self).open(request, accepts).await?;
            if !reads {
                return Ok(answer);
            }
            let failed = |cause, answer| Failure::new(Some(operation), cause, Some(answer));
            match body.collect(self.body_limit).await {
                Ok((bytes, complete)) => {
                    answer.body = bytes;
                    if complete {
                        return Ok(answer);
                    }
                    let message = format!("the body is larger than {} bytes", self.body_limit);
                    Err(failed(Cause::Decode(crate::codec::DecodeError::message(message)), answer.cut()))
                }
                Err(error) => Err(failed(Cause::Transport(error), answer)),
            }
        })
    }

    /// Sends a request and gives the answer as soon as its headers are there.
    pub(crate) fn open(
        self: Arc<Self>,
        request: Request,
        accepts: Accepts,
    ) -> BoxFuture<'static, Result<(Answer, Body), Failure>> {
        let span = tracing::info_span!(
            "request",
            method = request.method().as_str(),
            path = request.operation().path,
            status = tracing::field::Empty,
            attempt = tracing::field::Empty,
        );
        Box::pin(async move { self.attempts(&request, accepts).await }.instrument(span))
    }

    /// The one place where a request is sent, and sent again.
    ///
    /// A refused credential is renewed once. Retries by policy (429, connection errors, 5xx) belong into this loop.
    async fn attempts(&self, request: &Request, accepts: Accepts) -> Result<(Answer, Body), Failure> {
        let operation = request.operation();
        let failed = |cause, answer| Failure::new(Some(*operation), cause, answer);
        if let Some(problem) = request.problem() {
            return Err(failed(Cause::Build(problem.to_owned()), None));
        }
        let mut attempt = 1_u32;
        loop {
            let credential =
                self.credential(operation).await.map_err(|error| failed(Cause::Credentials(error), None))?;
            let outgoing = self
                .outgoing(request, credential.as_ref())
                .map_err(|problem| failed(Cause::Build(problem), None))?;
            let span = tracing::Span::current();
            span.record("attempt", attempt);
            let response =
                self.transport.send(outgoing).await.map_err(|error| failed(Cause::Transport(error), None))?;
            span.record("status", response.status().as_u16());
            let (answer, mut body) = self.answer(response);
            if accepts(answer.status) {
                return Ok((answer, body));
            }
            if answer.status == StatusCode::UNAUTHORIZED && attempt == 1 && self.renew(credential.as_ref()) {
                attempt += 1;
                continue;
            }
            let mut answer = answer;
            // The status says more than a connection that fails after it.
            if let Ok((bytes, _)) = body.collect(ERROR_BODY_LIMIT).await {
                answer.body = bytes;
            }
            return Err(failed(Cause::Status, Some(answer)));
        }
    }

    async fn credential(&self, operation: &Operation) -> Result<Option<Credential>, BoxError> {
        match &self.credentials {
            Some(provider) if operation.authenticated => provider.credential(operation).await,
            _ => Ok(None),
        }
    }

    fn renew(&self, refused: Option<&Credential>) -> bool {
        match (&self.credentials, refused) {
            (Some(provider), Some(refused)) => provider.invalidate(refused),
            _ => false,
        }
    }

    fn outgoing(
        &self,
        request: &Request,
        credential: Option<&Credential>,
    ) -> Result<http::Request<Bytes>, String> {
        let url: Uri = match request.target() {
            Some(target) => target.clone(),
            None => self.url(request).parse().map_err(|error| format!("the URL is no URL: {error}"))?,
        };
        // Invariant: credentials go to the API's own origin only.
        if Origin::of(&url).as_ref() != Some(&self.base.origin) {
            return Err("the request leads to another host than the API's".to_owned());
        }
        let operation = request.operation();
        let mut headers = self.headers.clone();
        headers.insert(ACCEPT, HeaderValue::from_static(operation.accept));
        let default_body =
            || (self.default_body)(operation).map(|json| ("application/json", Bytes::from(json)));
        let body = request.content_type().zip(request.body().cloned()).or_else(default_body);
        if let Some((content_type, _)) = &body {
            let value = HeaderValue::try_from(*content_type);
            headers.insert(CONTENT_TYPE, value.map_err(|_| "the media type of the body is none".to_owned())?);
        }
        if let Some(credential) = credential {
            headers.insert(credential.name().clone(), credential.value().clone());
        }
        for (name, value) in request.headers() {
            headers.insert(name.clone(), value.clone());
        }
        let mut outgoing = http::Request::new(body.map(|(_, bytes)| bytes).unwrap_or_default());
        *outgoing.method_mut() = operation.method.into();
        *outgoing.uri_mut() = url;
        *outgoing.headers_mut() = headers;
        if let Some(timeout) = self.timeout {
            outgoing.extensions_mut().insert(Timeout(timeout));
        }
        Ok(outgoing)
    }

    /// Where a request goes.
    pub(crate) fn url(&self, request: &Request) -> String {
        if let Some(target) = request.target() {
            return target.to_string();
        }
        let query = request.query();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{}{mark}{query}", self.base.url, request.path())
    }

    /// The URL of a next page, if it leads to the API's own origin.
    pub(crate) fn own(&self, url: &str) -> Result<Uri, String> {
        let absolute = match url.strip_prefix('/') {
            Some(rest) if !rest.starts_with('/') => {
                let Origin { scheme, host, port } = &self.base.origin;
                format!("{scheme}://{host}:{port}{url}").parse()
            }
            _ => url.parse(),
        };
        let parsed: Uri =
            absolute.map_err(|error| format!("the link to the next page is no URL: {error}"))?;
        match Origin::of(&parsed) {
            Some(origin) if origin == self.base.origin => Ok(parsed),
            Some(Origin { scheme, host, port }) => {
                Err(format!("the link to the next page leads to another host, {scheme}://{host}:{port}"))
            }
            None => Err("the link to the next page is no http or https URL".to_owned()),
        }
    }

    fn answer(&self, response: http::Response<Body>) -> (Answer, Body) {
        let (parts, body) = response.into_parts();
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let request_id = self.request_id_headers.iter().find_map(|name| text(name)).map(str::to_owned);
        let rate_limit = text(self.rate_limit_header).map(RateLimit::parse);
        if rate_limit.is_some() {
            self.rate_limit.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&rate_limit);
        }
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: Bytes::new(),
            request_id,
            rate_limit,
        };
        (answer, body)
    }
}
