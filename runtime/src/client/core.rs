//! Sends a request and retries it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use tracing::Instrument;

use super::base::{Base, Origin};
use crate::call::Answer;
use crate::clock::{Clock, within};
use crate::codec::{DecodeError, Mismatch};
use crate::credentials::{Credential, TokenProvider};
use crate::error::{Cause, Failure};
use crate::limit::{Limiter, RateLimit};
use crate::request::{Method, Operation, Request, Security};
use crate::retry::{RetryPolicy, Savings};
use crate::transport::{Body, BoxFuture, Timeout, Transport, TransportError, TransportErrorKind};

/// The maximum size of an error body that is kept.
pub(crate) const ERROR_BODY_LIMIT: usize = 64 * 1024;
/// The number of mismatches that a client reports in its lifetime, since a server could send any number.
const DIFFERING_LIMIT: usize = 1000;

/// The state that all clones of a client share, without types of any API.
pub(crate) struct Core {
    pub(super) base: Base,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) credentials: Option<Box<dyn TokenProvider>>,
    /// Of operations that name none.
    pub(super) security: Security,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timeout: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) retry: RetryPolicy,
    pub(super) budget: Savings,
    pub(super) limiter: Option<Limiter>,
    pub(super) read_only: bool,
    pub(super) strict: bool,
    /// The mismatches that were reported, by operation and pattern of the path.
    pub(super) differing: Mutex<HashSet<(&'static str, String)>>,
    pub(super) body_limit: usize,
    pub(super) headers: HeaderMap,
    pub(super) default_body: fn(&Operation) -> Option<&'static str>,
    pub(super) request_id_headers: &'static [&'static str],
    pub(super) rate_limit_header: &'static str,
    pub(super) rate_limit: Mutex<Option<RateLimit>>,
}

/// Decides which statuses are expected responses rather than errors.
pub(crate) type Accepts = fn(StatusCode) -> bool;

/// The handling of the body of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It is ignored.
    Nothing,
    /// It is read before the response is returned, as part of the attempt.
    Whole,
    /// The caller reads it.
    Later,
}

/// The facts that all attempts of one call share.
struct Plan<'a> {
    request: &'a Request,
    accepts: Accepts,
    reading: Reading,
    policy: &'a RetryPolicy,
    repeatable: bool,
    /// The time limit for the head of the response, if it has a separate one.
    silence: Option<Duration>,
    timeout: Option<Duration>,
    /// By the client's clock.
    deadline: Option<Duration>,
}

fn late(operation: Operation) -> Failure {
    let late = TransportError::new(TransportErrorKind::Timeout, "the deadline is over");
    Failure::new(Some(operation), Cause::Transport(late), None)
}

impl Core {
    /// Sends a request and returns the response, with an unread body if the caller reads it.
    pub(crate) fn open(
        self: Arc<Self>,
        request: Request,
        accepts: Accepts,
        reading: Reading,
    ) -> BoxFuture<'static, Result<(Answer, Body), Failure>> {
        let (operation, path) = request.place();
        let span = tracing::info_span!(
            "request",
            method = operation.method.as_str(),
            path = path.as_deref().unwrap_or(operation.path),
            status = tracing::field::Empty,
            attempt = tracing::field::Empty,
        );
        let attempts = async move {
            let opened = self.attempts(&request, accepts, reading).await;
            opened.map_err(|failure| failure.at(path))
        };
        Box::pin(attempts.instrument(span))
    }

    /// The only function that sends and retries requests.
    async fn attempts(
        &self,
        request: &Request,
        accepts: Accepts,
        reading: Reading,
    ) -> Result<(Answer, Body), Failure> {
        let operation = request.operation();
        let refused = |problem: String| Failure::new(Some(*operation), Cause::Build(problem), None);
        if let Some(problem) = request.problem() {
            return Err(refused(problem.to_owned()));
        }
        let options = request.options();
        let read_only = options.and_then(|options| options.read_only).unwrap_or(self.read_only);
        if read_only && !operation.method.is_safe() {
            return Err(Failure::new(Some(*operation), Cause::ReadOnly, None));
        }
        let plan = Plan {
            request,
            accepts,
            reading,
            policy: options.and_then(|options| options.retry.as_ref()).unwrap_or(&self.retry),
            repeatable: options.is_some_and(|options| options.repeatable),
            silence: options.and_then(|options| options.silence),
            timeout: options.and_then(|options| options.timeout).unwrap_or(self.timeout),
            deadline: options
                .and_then(|options| options.deadline)
                .unwrap_or(self.deadline)
                .map(|deadline| self.clock.elapsed().saturating_add(deadline)),
        };
        let (mut attempt, mut renewals, mut taken) = (1_u32, 0_u32, 0_u32);
        loop {
            let credential = self.credential(&plan).await?;
            tracing::Span::current().record("attempt", attempt);
            let failure = match self.attempt(&plan, credential.as_ref()).await {
                Ok(answered) => {
                    self.budget.succeeded(taken);
                    return Ok(answered);
                }
                Err(failure) => failure,
            };
            let renewed = self.renews(&failure, credential.as_ref());
            renewals += u32::from(renewed);
            let wait = match renewed {
                true => self.wait_to_renew(&plan, &failure, renewals),
                false => self.wait(&plan, &failure, attempt),
            };
            // A server that refuses a credential, or too many requests, works.
            let counts = !renewed && failure.status() != Some(StatusCode::TOO_MANY_REQUESTS);
            let Some(wait) = wait.filter(|_| !counts || self.budget.take()) else { return Err(failure) };
            tracing::debug!(
                status = failure.status().map(|status| status.as_u16()),
                wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                "the attempt failed and is retried"
            );
            self.clock.sleep(wait).await;
            attempt += u32::from(!renewed);
            taken += u32::from(counts);
        }
    }

    /// Sends a request once.
    async fn attempt(
        &self,
        plan: &Plan<'_>,
        credential: Option<&Credential>,
    ) -> Result<(Answer, Body), Failure> {
        let operation = *plan.request.operation();
        let failed = |cause, answer| Failure::new(Some(operation), cause, answer);
        let mut outgoing =
            self.outgoing(plan.request, credential).map_err(|problem| failed(Cause::Build(problem), None))?;
        let _permit = self.permitted(plan).await?;
        let left = self.left(plan);
        if let Some(timeout) = plan.timeout.into_iter().chain(left).min() {
            if timeout.is_zero() {
                return Err(late(operation));
            }
            outgoing.extensions_mut().insert(Timeout(timeout));
        }
        let sent = self.transport.send(outgoing);
        let response = match plan.silence {
            Some(longest) => within(longest, sent).await.and_then(|sent| sent),
            None => sent.await,
        };
        let response = response.map_err(|error| failed(Cause::Transport(error), None))?;
        tracing::Span::current().record("status", response.status().as_u16());
        let (mut answer, mut body) = self.answer(response, plan.request.is_foreign());
        if !(plan.accepts)(answer.status) {
            // The status is more useful than a later failure of the connection.
            let kept = body.collect(ERROR_BODY_LIMIT);
            let kept = match plan.silence {
                Some(longest) => within(longest, kept).await.and_then(|kept| kept),
                None => kept.await,
            };
            if let Ok((bytes, _)) = kept {
                answer.body = bytes;
            }
            return Err(failed(Cause::Status, Some(answer)));
        }
        if plan.reading != Reading::Whole {
            return Ok((answer, body));
        }
        match body.collect(self.body_limit).await {
            Ok((bytes, complete)) => {
                answer.body = bytes;
                if complete {
                    return Ok((answer, body));
                }
                let message = format!("the body is larger than {} bytes", self.body_limit);
                Err(failed(Cause::Decode(DecodeError::message(message)), Some(answer.cut())))
            }
            Err(error) => Err(failed(Cause::Transport(error), Some(answer))),
        }
    }

    /// Waits until the client's rate limits allow the request. A future that is dropped while it waits takes nothing.
    async fn permitted(&self, plan: &Plan<'_>) -> Result<Option<crate::limit::Permit<'_>>, Failure> {
        let Some(limiter) = self.limiter.as_ref().filter(|_| !plan.request.is_foreign()) else {
            return Ok(None);
        };
        loop {
            let now = self.clock.elapsed();
            let wait = match limiter.permit(now) {
                Ok(permit) => return Ok(Some(permit)),
                Err(wait) => wait,
            };
            if plan.deadline.is_some_and(|deadline| now.saturating_add(wait) >= deadline) {
                return Err(Failure::new(Some(*plan.request.operation()), Cause::Limit(wait), None));
            }
            self.clock.sleep(wait).await;
        }
    }

    /// The delay before the next attempt, if there is one.
    fn wait(&self, plan: &Plan<'_>, failure: &Failure, attempt: u32) -> Option<Duration> {
        // The delay of the client's own rate limit is over already, if the deadline allowed it.
        if failure.is_limit() || !failure.is_retryable(plan.repeatable || plan.policy.retries_writes()) {
            return None;
        }
        let throttled = failure.status() == Some(StatusCode::TOO_MANY_REQUESTS);
        let headers = failure.answer().map(|answer| &answer.headers);
        let wait = plan.policy.wait(attempt, throttled, headers, self.clock.now())?;
        let now = self.clock.elapsed();
        if let Some(limiter) = self.limiter.as_ref().filter(|_| throttled && !plan.request.is_foreign()) {
            limiter.quiet(now, wait);
        }
        self.in_time(plan, wait)
    }

    /// The delay before a retry with a renewed credential, if there is one. The server executed nothing.
    fn wait_to_renew(&self, plan: &Plan<'_>, failure: &Failure, renewal: u32) -> Option<Duration> {
        let headers = failure.answer().map(|answer| &answer.headers)?;
        self.in_time(plan, plan.policy.wait_to_renew(renewal, headers, self.clock.now())?)
    }

    /// The delay, if it ends before the deadline.
    fn in_time(&self, plan: &Plan<'_>, wait: Duration) -> Option<Duration> {
        let end = self.clock.elapsed().saturating_add(wait);
        plan.deadline.is_none_or(|deadline| end < deadline).then_some(wait)
    }

    /// The time that is left until the deadline.
    fn left(&self, plan: &Plan<'_>) -> Option<Duration> {
        plan.deadline.map(|deadline| deadline.saturating_sub(self.clock.elapsed()))
    }

    async fn credential(&self, plan: &Plan<'_>) -> Result<Option<Credential>, Failure> {
        let mut operation = *plan.request.operation();
        if operation.security == Security::Unstated {
            operation.security = self.security;
        }
        let is_needed = !operation.security.is_none() && !plan.request.is_foreign();
        let Some(provider) = self.credentials.as_ref().filter(|_| is_needed) else {
            return Ok(None);
        };
        let asked = provider.credential(&operation);
        let credential = match self.left(plan) {
            Some(left) => within(left, asked).await.map_err(|_| late(*plan.request.operation()))?,
            None => asked.await,
        };
        let operation = Some(*plan.request.operation());
        credential.map_err(|error| Failure::new(operation, Cause::Credentials(error), None))
    }

    /// True if another credential replaces one that was refused. Later calls get it too.
    fn renews(&self, failure: &Failure, refused: Option<&Credential>) -> bool {
        match (&self.credentials, refused, failure.answer()) {
            (Some(provider), Some(refused), Some(answer)) if answer.status == StatusCode::UNAUTHORIZED => {
                provider.invalidate(refused, &answer.headers)
            }
            _ => false,
        }
    }

    /// Checks that a request could be sent, with any body.
    #[cfg(feature = "files")]
    pub(crate) fn check(&self, request: &Request) -> Result<(), String> {
        match request.problem() {
            Some(problem) => Err(problem.to_owned()),
            None => self.outgoing(request, None).map(drop),
        }
    }

    fn outgoing(
        &self,
        request: &Request,
        credential: Option<&Credential>,
    ) -> Result<http::Request<Bytes>, String> {
        let url: Uri = match request.target() {
            Some(target) => target.clone(),
            None => self.url(request).parse().map_err(|error| format!("the URL is invalid: {error}"))?,
        };
        let operation = request.operation();
        let mut headers = HeaderMap::with_capacity(self.headers.len() + request.headers().len() + 4);
        let default_body = match self.belongs(request, &url)? {
            // Invariant: credentials, and headers that may contain some, are sent to the API's own origin only.
            false => {
                if let Some(name) = self.headers.get(USER_AGENT) {
                    headers.insert(USER_AGENT, name.clone());
                }
                None
            }
            true => {
                for (name, value) in &self.headers {
                    headers.insert(name.clone(), value.clone());
                }
                headers.insert(ACCEPT, HeaderValue::from_static(operation.accept));
                (self.default_body)(operation).map(|json| ("application/json", Bytes::from(json)))
            }
        };
        let body = request.content_type().zip(request.body().cloned()).or(default_body);
        let writes = matches!(operation.method, Method::Post | Method::Put | Method::Patch);
        if writes && body.as_ref().is_none_or(|(_, bytes)| bytes.is_empty()) {
            // RFC 9110, section 8.6: without it some servers respond with 411, or wait for a body.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some((content_type, _)) = &body {
            let value = HeaderValue::try_from(*content_type);
            headers
                .insert(CONTENT_TYPE, value.map_err(|_| "the media type of the body is invalid".to_owned())?);
        }
        for (name, value) in credential.into_iter().flat_map(Credential::headers) {
            headers.insert(name.clone(), value.clone());
        }
        for (name, value) in request.headers() {
            headers.insert(name.clone(), value.clone());
        }
        if let Some(credential) = credential {
            add_cookies(&mut headers, credential);
        }
        let url = credential.map_or(Ok(url.clone()), |credential| with_parameters(url, credential))?;
        let mut outgoing = http::Request::new(body.map(|(_, bytes)| bytes).unwrap_or_default());
        *outgoing.method_mut() = operation.method.try_into()?;
        *outgoing.uri_mut() = url;
        *outgoing.headers_mut() = headers;
        Ok(outgoing)
    }

    /// True if a request goes to the API; a request to another host must be marked as external.
    fn belongs(&self, request: &Request, url: &Uri) -> Result<bool, String> {
        let origin = Origin::of(url);
        if !request.is_foreign() {
            let own = origin.as_ref().is_some_and(|origin| self.base.has(request.operation(), origin));
            return own
                .then_some(true)
                .ok_or("the URL of the request has another host than the API's".to_owned());
        }
        match origin {
            None => Err("the URL of the file is not an http or https URL".to_owned()),
            // If the API is worth TLS, so are other hosts.
            Some(origin) if origin.scheme != "https" && self.base.origin.scheme == "https" => {
                Err("the URL of the file is not https".to_owned())
            }
            Some(_) => Ok(false),
        }
    }

    /// The maximum number of bytes in memory.
    pub(crate) fn body_limit(&self) -> usize {
        self.body_limit
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    #[cfg(feature = "files")]
    pub(crate) fn retry(&self) -> &RetryPolicy {
        &self.retry
    }

    #[cfg(feature = "files")]
    pub(crate) fn budget(&self) -> &Savings {
        &self.budget
    }

    #[cfg(feature = "files")]
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// Reports the mismatches of a response that the client has not met before, each once.
    pub(crate) fn differs(&self, operation: Operation, mismatches: &[Mismatch]) {
        for mismatch in mismatches {
            let path = mismatch.pattern();
            let mut differing = self.differing.lock().unwrap_or_else(PoisonError::into_inner);
            if differing.len() == DIFFERING_LIMIT || !differing.insert((operation.id, path.clone())) {
                continue;
            }
            drop(differing);
            tracing::warn!(
                operation = operation.id,
                path,
                expected = mismatch.expected(),
                found = mismatch.found(),
                "the response differs from the document"
            );
        }
    }

    pub(crate) fn rate_limit(&self) -> Option<RateLimit> {
        self.rate_limit.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The URL of a request.
    pub(crate) fn url(&self, request: &Request) -> String {
        if let Some(target) = request.target() {
            return target.to_string();
        }
        let query = request.query();
        // A path may have its own query: `/?Action=List`.
        let mark = match (query.is_empty(), request.path().contains('?')) {
            (true, _) => "",
            (false, true) => "&",
            (false, false) => "?",
        };
        format!("{}{}{mark}{query}", self.base.of(request.operation()), request.path())
    }

    /// A request for a path that no operation has.
    pub(super) fn raw(&self, method: crate::Method, path_and_query: &str) -> Request {
        let mut request = Request::raw(method, path_and_query);
        let leaves =
            |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
        match format!("{}{path_and_query}", self.base.url).parse() {
            // Every URL parser removes such segments, percent-encoded or not: the request would go elsewhere.
            _ if request.path().split(['/', '\\']).any(leaves) => {
                request.fail("the path contains a segment `.` or `..`".to_owned());
            }
            Ok(target) if path_and_query.starts_with('/') => request.set_target(target),
            _ => request
                .fail("the path must start with a slash and contain only characters of a URL".to_owned()),
        }
        request
    }

    /// The URL of a next page, if it has the API's own origin.
    pub(crate) fn own(&self, url: &str) -> Result<Uri, String> {
        let absolute = match url.strip_prefix('/') {
            Some(rest) if !rest.starts_with('/') => {
                let Origin { scheme, host, port } = &self.base.origin;
                format!("{scheme}://{host}:{port}{url}").parse()
            }
            _ => url.parse(),
        };
        let parsed: Uri =
            absolute.map_err(|error| format!("the link to the next page is invalid: {error}"))?;
        match Origin::of(&parsed) {
            Some(origin) if origin == self.base.origin => Ok(parsed),
            Some(Origin { scheme, host, port }) => {
                Err(format!("the link to the next page has another host, {scheme}://{host}:{port}"))
            }
            None => Err("the link to the next page is not an http or https URL".to_owned()),
        }
    }

    fn answer(&self, response: http::Response<Body>, foreign: bool) -> (Answer, Body) {
        let (parts, body) = response.into_parts();
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let request_id = self.request_id_headers.iter().find_map(|name| text(name)).map(str::to_owned);
        let rate_limit = text(self.rate_limit_header).filter(|_| !foreign).map(RateLimit::parse);
        if let Some(told) = &rate_limit {
            if let Some(limiter) = &self.limiter {
                limiter.learn(told, self.clock.elapsed());
            }
            self.rate_limit.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&rate_limit);
        }
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: Bytes::new(),
            request_id,
            rate_limit,
            strict: self.strict,
            mismatches: OnceLock::new(),
        };
        (answer, body)
    }
}

/// Adds the cookies of a credential to those of the request.
fn add_cookies(headers: &mut HeaderMap, credential: &Credential) {
    let own: Vec<String> = credential.cookies().map(|(name, value)| format!("{name}={value}")).collect();
    if own.is_empty() {
        return;
    }
    let others = headers.get(COOKIE).and_then(|others| others.to_str().ok()).unwrap_or_default();
    let is_other = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && credential.cookies().all(|(own, _)| own != name)
    };
    let all: Vec<&str> = others.split("; ").filter(is_other).chain(own.iter().map(String::as_str)).collect();
    // Invariant: a credential's cookies and the request's have only characters of headers.
    if let Ok(mut value) = HeaderValue::try_from(all.join("; ")) {
        value.set_sensitive(true);
        headers.insert(COOKIE, value);
    }
}

/// Adds the query parameters of a credential to a URL; those of the same names are replaced, since a server may repeat
/// them in the URL of the next page.
fn with_parameters(url: Uri, credential: &Credential) -> Result<Uri, String> {
    let own: Vec<String> = credential.parameters().map(|(name, value)| format!("{name}={value}")).collect();
    if own.is_empty() {
        return Ok(url);
    }
    let is_other = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && credential.parameters().all(|(own, _)| own != name)
    };
    let others = url.query().unwrap_or_default().split('&').filter(is_other);
    let query = others.chain(own.iter().map(String::as_str)).collect::<Vec<_>>().join("&");
    let mut parts = url.clone().into_parts();
    parts.path_and_query = format!("{}?{query}", url.path()).parse().ok();
    Uri::from_parts(parts).map_err(|_| "the URL is too long".to_owned())
}
