//! The client: sends requests to a base URL with credentials over a transport.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, HeaderValue};

use self::base::Base;
use crate::api::Api;
use crate::call::Call;
use crate::clock::{Clock, SystemClock};
use crate::codec::without_query;
use crate::credentials::{Connection, TokenProvider};
use crate::error::{Cause, Error, Failure};
use crate::limit::{Limiter, Limits, RateLimit};
use crate::request::{Method, Operation, Request};
use crate::retry::{RetryBudget, RetryPolicy, Savings};
use crate::style::Segment;
use crate::transport::Transport;

mod base;
mod core;

pub(crate) use self::core::{Core, ERROR_BODY_LIMIT, Reading};

const DEFAULT_BODY_LIMIT: usize = 256 * 1024 * 1024;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// A client of one API. Clones are cheap and share connections, credentials and the known rate limit.
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
    /// Starts to build a client.
    pub fn builder() -> ClientBuilder<A> {
        ClientBuilder {
            base_url: A::BASE_URL.to_owned(),
            credentials: None,
            transport: None,
            clock: None,
            timeout: Some(DEFAULT_TIMEOUT),
            deadline: None,
            retry: RetryPolicy::default(),
            budget: RetryBudget::default(),
            limits: A::LIMITS,
            read_only: false,
            strict: false,
            body_limit: DEFAULT_BODY_LIMIT,
            headers: HeaderMap::new(),
            problem: None,
            api: PhantomData,
        }
    }

    /// A call of an operation; the values fill its path parameters in order.
    #[inline]
    pub fn call<T>(&self, operation: Operation, holes: &[&str]) -> Call<A, T> {
        Call::new(self.clone(), Request::new(operation, holes))
    }

    /// A call of an operation whose path parameters have styles.
    pub fn call_at<T>(&self, operation: Operation, segments: &[Segment]) -> Call<A, T> {
        Call::new(self.clone(), Request::at(operation, segments))
    }

    /// A call of a path that this crate does not know, with the client's credentials, retries and errors. The path is
    /// sent unchanged, with its percent-encoding and query. A segment `.` or `..` is an error of the call.
    /// [`resource_path`](crate::resource_path) encodes ids for it.
    ///
    /// ```
    /// # use storewright_runtime::{Api, Client, Method, NoFault, Value};
    /// # #[derive(Debug)] struct Store;
    /// # impl Api for Store {
    /// #     type Fault = NoFault;
    /// #     type Client = Client<Store>;
    /// #     const NAME: &'static str = "Store";
    /// #     const BASE_URL: &'static str = "https://api.example.com";
    /// # }
    /// # async fn run(client: Client<Store>) -> Result<(), storewright_runtime::ApiError<Store>> {
    /// let news: Value = client.raw(Method::Get, "/v9/news?limit=2").send().await?;
    /// # Ok(()) }
    /// ```
    pub fn raw<T>(&self, method: Method, path_and_query: &str) -> Call<A, T> {
        Call::new(self.clone(), self.core.raw(method, path_and_query))
    }

    /// A call of a host other than the API's, such as a file storage with presigned URLs. The client sends neither its
    /// credentials nor its own headers, and applies no rate limits. Only the method and the name of `operation` are
    /// used; errors show the name.
    ///
    /// If the API's address is `https`, the URL must be so too. The URL may be a secret: no error shows it.
    #[cfg(feature = "files")]
    pub fn foreign<T>(&self, operation: Operation, url: &str) -> Call<A, T> {
        Call::new(self.clone(), Request::foreign(operation, url))
    }

    /// The rate limit that the latest response reported.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.core.rate_limit()
    }

    /// The client's clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.core.clock()
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }
}

/// Builds a [`Client`].
pub struct ClientBuilder<A> {
    base_url: String,
    credentials: Option<Box<dyn TokenProvider>>,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    timeout: Option<Duration>,
    deadline: Option<Duration>,
    retry: RetryPolicy,
    budget: RetryBudget,
    limits: Limits,
    read_only: bool,
    strict: bool,
    body_limit: usize,
    headers: HeaderMap,
    problem: Option<String>,
    api: PhantomData<fn() -> A>,
}

impl<A> fmt::Debug for ClientBuilder<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("base_url", &without_query(&self.base_url))
            .finish_non_exhaustive()
    }
}

impl<A: Api> ClientBuilder<A> {
    /// The source of the client's credentials. Without one, the client sends none.
    #[must_use]
    pub fn credentials(mut self, provider: impl TokenProvider) -> Self {
        self.credentials = Some(Box::new(provider));
        self
    }

    /// Sets another address of the API. Credentials are sent there.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The transport that sends the requests; by default [`Reqwest`](crate::Reqwest).
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// The time limit of one attempt, body included; by default a minute. `None` waits for ever.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// The time limit of a call with all its attempts and delays; by default none.
    #[must_use]
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// The retry policy of calls that do not have their own.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The number of retries that all calls of the client and its clones share.
    #[must_use]
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// The rate limits of the client and its clones; by default the vendor's known limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Refuses every method that may change something, before anything is sent: all but GET, HEAD and OPTIONS.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// Makes a response an error if a value has another type than documented, or a required member is missing or `null`;
    /// by default the response lists them as its [mismatches](crate::Response::mismatches). For tests against the document.
    #[must_use]
    pub fn strict_decoding(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Sets another clock than the system's, for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// The maximum size of a response in memory, in bytes; a larger one is an error. By default 256 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// The name in the client's `User-Agent` header.
    #[must_use]
    pub fn user_agent(self, name: &str) -> Self {
        self.header(USER_AGENT.as_str(), name)
    }

    /// Adds a header to every request.
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
    /// If the address or a header is invalid, or the transport cannot be set up.
    pub fn build(self) -> Result<A::Client, Error<A::Fault>> {
        self.core().map_err(|problem| Failure::new(None, Cause::Build(problem), None).into())
    }

    fn core(mut self) -> Result<A::Client, String> {
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        let declared = self.base_url == A::BASE_URL;
        let base = Base { declared, ..Base::parse(&self.base_url)? };
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
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        if let Some(credentials) = &self.credentials {
            credentials.attach(&Connection {
                transport: Arc::clone(&transport),
                clock: Arc::clone(&clock),
                base_url: base.url.as_str().into(),
                user_agent: self.headers.get(USER_AGENT).cloned(),
            });
        }
        let core = Core {
            base,
            transport,
            credentials: self.credentials,
            security: A::SECURITY,
            clock,
            timeout: self.timeout,
            deadline: self.deadline,
            retry: self.retry,
            budget: Savings::new(self.budget),
            limiter: (self.limits != Limits::NONE).then(|| Limiter::new(self.limits)),
            read_only: self.read_only,
            strict: self.strict,
            differing: Mutex::new(HashSet::new()),
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

#[cfg(feature = "http-client")]
fn default_transport() -> Result<Arc<dyn Transport>, String> {
    crate::transport::Reqwest::new()
        .map(|transport| -> Arc<dyn Transport> { Arc::new(transport) })
        .map_err(|error| error.to_string())
}

#[cfg(not(feature = "http-client"))]
fn default_transport() -> Result<Arc<dyn Transport>, String> {
    Err("no transport: set one, or enable the feature `reqwest`".to_owned())
}
