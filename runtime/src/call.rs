//! Represents a call: a client, a request and the type of the response.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::api::Api;
use crate::client::{Client, ERROR_BODY_LIMIT, Reading};
use crate::codec::{DecodeError, Fields, Mismatch, Object, Put, Slot, Typed, View, read};
use crate::error::{ApiError, Cause, Error, Failure};
use crate::form::File;
use crate::limit::RateLimit;
use crate::one_line::one_line;
use crate::page::{Items, Paged, Pages};
use crate::request::{Operation, Place, Request};
use crate::response::Response;
use crate::retry::RetryPolicy;
use crate::style::Style;
use crate::transport::Body;

/// A call that was sent: a future that borrows nothing. Dropping it cancels the call.
pub type Sent<T, F> = Pin<Box<dyn Future<Output = Result<T, Error<F>>> + Send + 'static>>;

/// A response of the server. Its `Debug` shows neither headers nor body, which may contain secrets.
#[derive(Default, Clone)]
pub struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) request_id: Option<String>,
    pub(crate) rate_limit: Option<RateLimit>,
    /// Makes a mismatch of the body an error.
    pub(crate) strict: bool,
    /// The mismatches of the body, once it was decoded.
    pub(crate) mismatches: OnceLock<Vec<Mismatch>>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("length", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body; empty if the response type does not read it.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Names the encoding of a body that the server encoded although the request did not allow it.
    fn encoded(&self) -> Option<DecodeError> {
        let encoding = self.headers.get(CONTENT_ENCODING)?;
        let encoding = one_line(&String::from_utf8_lossy(encoding.as_bytes()), 64);
        let is_encoded = !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity");
        is_encoded.then(|| {
            let text = "the client did not ask for";
            DecodeError::message(format!("the body has the `content-encoding` `{encoding}`, which {text}"))
        })
    }

    /// Decodes the body from JSON. Mismatches are those of the response, or an error if the client decodes strictly.
    ///
    /// # Errors
    /// If the body is empty, is not JSON, or does not fit.
    pub fn json<T: Slot + Default>(&self) -> Result<T, DecodeError> {
        if self.body.is_empty() {
            return Err(DecodeError::message("the body is empty".to_owned()));
        }
        let (value, mismatches) =
            read(&self.body, self.strict).map_err(|error| self.encoded().unwrap_or(error))?;
        if !mismatches.is_empty() {
            // A payload that decodes the body twice finds the same both times.
            let _ = self.mismatches.set(mismatches);
        }
        Ok(value)
    }

    /// The values that differ from the documented types, as far as the body was decoded with [`json`](Self::json).
    pub(crate) fn mismatches(&self) -> &[Mismatch] {
        self.mismatches.get().map_or(&[], Vec::as_slice)
    }

    /// Keeps as much of the body as an error keeps.
    pub(crate) fn cut(mut self) -> Self {
        // A copy, so that the whole body is freed.
        self.body = Bytes::copy_from_slice(self.body.get(..ERROR_BODY_LIMIT).unwrap_or(&self.body));
        self
    }
}

/// The type of an operation's response.
///
/// - A model, `Vec`, map or JSON value is read from JSON; other JSON needs [`Json`] around it.
/// - `()` ignores the body.
/// - `Option` is `None` if the body is empty.
/// - `Bytes` is the unchanged body, `String` the body as text.
/// - `bool` is the response to HEAD: 404 is `false`.
pub trait Payload: Sized + Send + 'static {
    /// True if the body is read.
    const READS: bool = true;

    /// True if the status is an expected response; any other status is an error.
    fn accepts(status: StatusCode) -> bool {
        status.is_success()
    }

    /// Reads the response.
    ///
    /// # Errors
    /// If the response does not match the operation's description.
    fn decode(answer: &Answer) -> Result<Self, DecodeError>;

    /// True if a response with a success status reports in its body that the call failed. The call then fails as for an
    /// error status, with the API's error body.
    fn refuses(&self) -> bool {
        false
    }
}

/// A request with a rule that its fields alone do not express. A generated crate implements it by hand.
pub trait Check {
    /// The reason for which the server would refuse the request, if any.
    fn problem(&self) -> Option<String>;
}

/// A JSON response whose type is not an object or array, such as a quoted string or a union.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Json<T>(pub T);

impl<T: Object + Default + Send + 'static> Payload for T {
    #[inline]
    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        answer.json()
    }
}

/// The media type of a response, without its parameters.
fn essence(answer: &Answer) -> &str {
    let media_type = answer.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim()
}

fn is_json(answer: &Answer) -> bool {
    essence(answer).eq_ignore_ascii_case("application/json")
}

/// True if the letters `null` are a text.
fn is_text(answer: &Answer) -> bool {
    essence(answer).eq_ignore_ascii_case("text/plain")
}

macro_rules! json_payloads {
    ($(<$param:ident> $type:ty),*) => {$(
        impl<$param: Slot + Default + Send + 'static> Payload for $type {
            #[inline]
            fn decode(answer: &Answer) -> Result<Self, DecodeError> {
                answer.json()
            }
        }
    )*};
}
json_payloads! { <T> Vec<T>, <T> std::collections::BTreeMap<String, T> }

impl<T: Slot + Default + Send + 'static> Payload for Json<T> {
    #[inline]
    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        answer.json().map(Json)
    }
}

/// A response that has a body for some statuses, and none for others, such as 204; or one that may be `null`.
impl<T: Payload> Payload for Option<T> {
    fn accepts(status: StatusCode) -> bool {
        T::accepts(status)
    }

    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        let is_null = answer.body.trim_ascii() == b"null" && !is_text(answer);
        if answer.body.is_empty() || is_null { Ok(None) } else { T::decode(answer).map(Some) }
    }
}

impl<T: 'static> Payload for Typed<T> {
    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        answer.json()
    }
}

impl Payload for Value {
    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        answer.json()
    }
}

impl Payload for () {
    const READS: bool = false;

    fn decode(_: &Answer) -> Result<Self, DecodeError> {
        Ok(())
    }
}

impl Payload for bool {
    const READS: bool = false;

    fn accepts(status: StatusCode) -> bool {
        status.is_success() || status == StatusCode::NOT_FOUND
    }

    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        Ok(answer.status.is_success())
    }
}

impl Payload for Bytes {
    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        Ok(answer.body.clone())
    }
}

impl Payload for String {
    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        // An operation that declares any media type may send its text as JSON.
        if is_json(answer) && answer.body.first() == Some(&b'"') {
            return answer.json();
        }
        match std::str::from_utf8(&answer.body) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(answer
                .encoded()
                .unwrap_or_else(|| DecodeError::message(format!("the body is no UTF-8 text: {error}")))),
        }
    }
}

/// The header `Location` of a response, for operations that name the created resource or the next request nowhere else:
/// `call.answering::<Location>()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location(pub String);

impl Payload for Location {
    const READS: bool = false;

    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        let value = answer.headers.get(http::header::LOCATION).and_then(|value| value.to_str().ok());
        let value = value.ok_or_else(|| DecodeError::message("the answer has no `Location`".to_owned()))?;
        Ok(Location(value.to_owned()))
    }
}

/// A body inside of other members: `{"app": …}`.
struct Inside<'a> {
    members: &'a [&'a str],
    body: &'a dyn Put,
}

impl Put for Inside<'_> {
    fn view(&self) -> View<'_> {
        View::Object(self)
    }
}

impl Fields for Inside<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        match self.members {
            [] => {}
            [last] => put(last, self.body.view()),
            [outer, members @ ..] => put(outer, Inside { members, body: self.body }.view()),
        }
    }
}

/// A call of one operation with a response of type `T`: it can be built, kept, cloned and sent later.
#[must_use = "a call does nothing until it is sent"]
pub struct Call<A, T> {
    client: Client<A>,
    request: Request,
    answer: PhantomData<fn() -> T>,
}

impl<A, T> Clone for Call<A, T> {
    fn clone(&self) -> Self {
        Call { client: self.client.clone(), request: self.request.clone(), answer: PhantomData }
    }
}

impl<A, T> fmt::Debug for Call<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.request, f)
    }
}

impl<A, T> Call<A, T> {
    /// A call of a request.
    #[inline]
    pub fn new(client: Client<A>, request: Request) -> Self {
        Call { client, request, answer: PhantomData }
    }

    pub(crate) fn into_parts(self) -> (Client<A>, Request) {
        (self.client, self.request)
    }

    /// The same call, with its response read as another type.
    pub fn answering<U>(self) -> Call<A, U> {
        Call { client: self.client, request: self.request, answer: PhantomData }
    }

    /// The same call, whose response includes its status, headers and [mismatches](Response::mismatches).
    pub fn full(self) -> Call<A, Response<T>> {
        self.answering()
    }

    /// The request that this call sends.
    #[inline]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The operation.
    #[inline]
    pub fn operation(&self) -> &Operation {
        self.request.operation()
    }

    /// Sets a query parameter to a list with commas between the values.
    #[inline]
    pub fn list<V: AsRef<str>>(&mut self, key: &'static str, values: impl IntoIterator<Item = V>) {
        self.request.list(key, Style::Commas, values);
    }

    /// Sets a query parameter to a list in a style.
    #[inline]
    pub fn list_in<V: AsRef<str>>(
        &mut self,
        key: &'static str,
        style: Style,
        values: impl IntoIterator<Item = V>,
    ) {
        self.request.list(key, style, values);
    }

    /// Sets a query parameter that restricts the response to some values; an empty list is an error of the call.
    #[inline]
    pub fn filter<V: AsRef<str>>(&mut self, key: &'static str, values: impl IntoIterator<Item = V>) {
        self.request.filter(key, Style::Commas, values);
    }

    /// Sets a query parameter that restricts the response to some values, in a style.
    #[inline]
    pub fn filter_in<V: AsRef<str>>(
        &mut self,
        key: &'static str,
        style: Style,
        values: impl IntoIterator<Item = V>,
    ) {
        self.request.filter(key, style, values);
    }

    /// Makes the call an error if a query parameter has no value, such as after an empty list.
    pub fn require(&mut self, key: &str) {
        self.request.require(key);
    }

    /// Sets a query parameter to a value of any shape.
    pub fn value(&mut self, key: &str, style: Style, value: &dyn Put) {
        self.request.value(key, style, value);
    }

    /// Sets a header to a value of any shape.
    pub fn header_value(&mut self, name: &str, style: Style, value: &dyn Put) {
        self.request.header_value(name, style, value);
    }

    /// Sets a cookie.
    pub fn cookie(&mut self, name: &str, style: Style, value: &dyn Put) {
        self.request.cookie(name, style, value);
    }

    /// Sets a query parameter to a string.
    #[inline]
    pub fn text(&mut self, key: &'static str, value: &str) {
        self.request.text(key, value);
    }

    /// Sets a query parameter to an integer.
    #[inline]
    pub fn number(&mut self, key: &'static str, value: i64) {
        self.request.number(key, value);
    }

    /// Sets a query parameter to an integer without a sign.
    #[inline]
    pub fn unsigned(&mut self, key: &'static str, value: u64) {
        self.request.unsigned(key, value);
    }

    /// Sets a query parameter to a decimal number.
    #[inline]
    pub fn decimal(&mut self, key: &'static str, value: f64) {
        self.request.decimal(key, value);
    }

    /// Sets a query parameter to `true` or `false`.
    #[inline]
    pub fn flag(&mut self, key: &'static str, value: bool) {
        self.request.flag(key, value);
    }

    /// Sets a header.
    #[inline]
    pub fn header(&mut self, name: &str, value: &str) {
        self.request.header(name, value);
    }

    /// The same call with another header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.header(name, value);
        self
    }

    /// The same call with another query parameter, e.g. one that the vendor added after this crate was generated.
    pub fn with_parameter(mut self, name: impl Into<String>, value: &str) -> Self {
        self.request.parameter_named(name, value);
        self
    }

    /// The same call, retried by this policy instead of the client's.
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.request.retry(policy);
        self
    }

    /// The same call, marked as idempotent: any method is retried after the failures after which a `GET` is.
    pub fn repeatable(mut self) -> Self {
        self.request.repeatable();
        self
    }

    /// The same call with another time limit for one attempt, body included; `None` waits for ever.
    pub fn with_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.request.timeout(timeout);
        self
    }

    /// The same call with another time limit for all attempts and delays together; `None` is no limit.
    pub fn with_deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.request.deadline(deadline);
        self
    }

    /// The same call, which may or may not send data regardless of the client's [`read_only`](crate::ClientBuilder::read_only).
    pub fn with_read_only(mut self, read_only: bool) -> Self {
        self.request.read_only(read_only);
        self
    }

    /// Requests another media type than the operation's.
    #[inline]
    pub fn accept(&mut self, media_type: &str) {
        self.request.header("accept", media_type);
    }

    /// Sets the body to JSON.
    #[inline]
    pub fn json(&mut self, body: &dyn Put) {
        self.request.json(body);
    }

    /// Sets the body to JSON that is wrapped in other members, outermost first.
    pub fn json_in(&mut self, members: &[&str], body: &dyn Put) {
        match members {
            [] => self.request.json(body),
            _ => self.request.json(&Inside { members, body }),
        }
    }

    /// Checks the body before it is sent: a problem makes sending fail.
    pub fn check(&mut self, body: &dyn Check) {
        if let Some(problem) = body.problem() {
            self.request.fail(problem);
        }
    }

    /// Sets the body to bytes of a media type.
    #[inline]
    pub fn bytes(&mut self, content_type: &'static str, body: impl Into<Bytes>) {
        self.request.bytes(content_type, body);
    }

    /// Adds a field to a form that is the body.
    #[inline]
    pub fn field(&mut self, name: &str, value: &str) {
        self.request.field(name, value);
    }

    /// Adds a string to a multipart form that is the body.
    #[inline]
    pub fn part(&mut self, name: &str, value: &str) {
        self.request.part(name, value);
    }

    /// Adds a value of any shape to a form that is the body.
    pub fn field_value(&mut self, name: &str, style: Style, value: &dyn Put) {
        self.request.field_value(name, style, value);
    }

    /// Adds a value of any shape to a multipart form that is the body.
    pub fn part_value(&mut self, name: &str, style: Style, value: &dyn Put) {
        self.request.part_value(name, style, value);
    }

    /// Adds a string of another media type to a multipart form that is the body.
    pub fn part_as(&mut self, name: &str, media_type: &str, value: &str) {
        self.request.part_as(name, media_type, value);
    }

    /// Adds a file to a multipart form that is the body.
    #[inline]
    pub fn file(&mut self, name: &str, file: impl Into<File>) {
        self.request.file(name, &file.into());
    }
}

impl<A: Api, T: Payload> Call<A, T> {
    /// Sends the request and reads the response.
    #[inline]
    pub fn send(self) -> Sent<T, A::Fault> {
        fetch(&self.client, self.request)
    }
}

impl<A: Api, T> Call<A, T> {
    /// Sends the request and returns the response as soon as its headers arrive, with the body unread. The timeouts
    /// apply to reading the body too.
    ///
    /// # Errors
    /// As [`send`](Self::send), except errors of the body.
    pub async fn stream(self) -> Result<http::Response<Body>, ApiError<A>> {
        let opened =
            self.client.core().clone().open(self.request, |status| status.is_success(), Reading::Later);
        let (answer, body) = opened.await?;
        let mut response = http::Response::new(body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}

impl<A: Api, P: Payload + Paged> Call<A, P> {
    /// All pages from this one on, each fetched on demand.
    #[inline]
    pub fn pages(self) -> Pages<A, P> {
        Pages::new(self.client, self.request)
    }

    /// The items of all pages from this one on.
    #[inline]
    pub fn items(self) -> Items<A, P> {
        Items::new(self.pages())
    }
}

/// Sends a request and reads the response: the part that is compiled again for every response type.
pub(crate) fn fetch<A: Api, T: Payload>(client: &Client<A>, request: Request) -> Sent<T, A::Fault> {
    let place = request.place();
    let reading = if T::READS { Reading::Whole } else { Reading::Nothing };
    let core = client.core().clone();
    let opened = core.clone().open(request, T::accepts, reading);
    Box::pin(async move {
        let (answer, _) = opened.await?;
        match T::decode(&answer) {
            Ok(value) if value.refuses() => Err(unusable(place, Cause::Status, answer).into()),
            Ok(value) => {
                core.differs(place.0, answer.mismatches());
                Ok(value)
            }
            Err(error) => Err(unusable(place, Cause::Decode(error), answer).into()),
        }
    })
}

fn unusable((operation, path): Place, cause: Cause, answer: Answer) -> Failure {
    Failure::new(Some(operation), cause, Some(answer.cut())).at(path)
}

/// Names operations: `NAME: Type = Method "operationId" "/path/{id}"`, the method being `Other("COPY")` if it has no name in
/// [`Method`](crate::Method), with `=> "media/type"` if the response is not
/// `application/json`, `by [["scheme" ["scope"], …], …]` if it requires other credentials than the rest, `by []` if it
/// requires none, `at "https://…"` if it is on another server, `pages "items" [Token { … }]` if its pages follow each other by a
/// [rule](crate::PageRule), and `with limit` if `limit` sets its page size.
///
/// Each becomes a private constant of the module, and a type in its module `op` that distinguishes calls.
///
/// ```
/// # use storewright_runtime::Security;
/// storewright_runtime::operations! {
///     LIST: List = Get "apps_list" "/v1/apps" with limit,
///     DOWNLOAD: Download = Get "prices_list" "/v1/apps/{id}/prices" => "text/csv",
///     TOKENS: Tokens = Get "tokens_list" "/v1/tokens" by [["Basic"], ["oauth" ["read"], "key"]],
///     STATUS: Status = Get "status" "/v1/status" by [],
///     UPLOAD: Upload = Post "upload" "/v1/files" at "https://files.example.com",
///     EVENTS: Events = Get "events" "/v1/events" pages "events" [Token { member: "next", parameter: "after" }],
/// }
/// assert_eq!(LIST.path, "/v1/apps");
/// assert_eq!(DOWNLOAD.accept, "text/csv");
/// assert!(matches!(TOKENS.security, Security::OneOf([[basic], [_, _]]) if basic.scheme == "Basic"));
/// assert!(STATUS.security.is_none());
/// assert_eq!(UPLOAD.server, "https://files.example.com");
/// assert_eq!(EVENTS.paging.unwrap().items, "events");
/// ```
#[macro_export]
macro_rules! operations {
    ($(
        $name:ident: $kind:ident = $method:ident $(($custom:literal))? $id:literal $path:literal $(=> $accept:literal)? $(by $security:tt)? $(at $server:literal)? $(pages $items:literal [$($step:tt)*])? $(with $limited:ident)?,
    )*) => {
        $(
            // Operations of disabled areas are named, too.
            #[allow(dead_code)]
            const $name: $crate::Operation =
                $crate::Operation::new($crate::Method::$method$(($custom))?, $id, $path)
                    $(.accept($accept))?$(.security($crate::security!($security)))?$(.server($server))?
                    $(.paging($items, $crate::PageStep::$($step)*))?;
        )*
        #[doc(hidden)]
        pub mod op {
            $(
                pub enum $kind {}
                $($crate::operations! { @$limited $kind })?
            )*
        }
    };
    (@limit $kind:ident) => {
        impl $crate::HasLimit for $kind {}
    };
}

/// Security requirements: alternatives of combinations of schemes, each with its scopes.
///
/// ```
/// use storewright_runtime::{Security, security};
/// const EITHER: Security = security!([["oauth" ["read", "write"], "key"], ["basic"], []]);
/// assert!(matches!(EITHER, Security::OneOf([[oauth, _], [_], []]) if oauth.scopes == ["read", "write"]));
/// ```
#[macro_export]
macro_rules! security {
    ([$([$($scheme:literal $([$($scope:literal),* $(,)?])?),* $(,)?]),* $(,)?]) => {
        $crate::Security::OneOf(&[$(&[$(
            $crate::Requirement { scheme: $scheme, scopes: &[$($($scope),*)?] }
        ),*]),*])
    };
}
