//! Represents one request as a plain value: operation, path parameters, query, headers and body.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::codec::{Put, to_vec};
use crate::form::{File, Form};
use crate::page::{PageRule, PageStep};
use crate::retry::RetryPolicy;
use crate::style::{self, Segment, Style};

/// All characters but RFC 3986's unreserved ones: any value stays one segment, or one value.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The method of an operation; unlike `http::Method` it can be used in constant expressions and patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each is its own name
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    /// A safe request with a body.
    Query,
    /// A method of another name, such as `COPY`; the client assumes that each request with it changes something.
    Other(&'static str),
}

impl Method {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
            Method::Query => "QUERY",
            Method::Other(name) => name,
        }
    }

    /// True if sending it changes nothing (RFC 9110, section 9.2.1).
    pub const fn is_safe(self) -> bool {
        matches!(self, Method::Get | Method::Head | Method::Options | Method::Query)
    }

    /// The method with a name in any case.
    pub fn from_name(name: &str) -> Option<Method> {
        const ALL: [Method; 8] = [
            Method::Get,
            Method::Head,
            Method::Post,
            Method::Put,
            Method::Patch,
            Method::Delete,
            Method::Options,
            Method::Query,
        ];
        ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name))
    }

    /// True if sending it twice has the effect of sending it once (RFC 9110, section 9.2.2).
    pub const fn is_idempotent(self) -> bool {
        !matches!(self, Method::Post | Method::Patch | Method::Other(_))
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<Method> for http::Method {
    type Error = String;

    fn try_from(method: Method) -> Result<Self, String> {
        let name = method.as_str();
        http::Method::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is not a method of HTTP"))
    }
}

/// The credentials that an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// Of an operation: those of the API, [`Api::SECURITY`](crate::Api::SECURITY). Of the API: any that the client has.
    #[default]
    Unstated,
    /// One of these combinations. An empty combination, or none at all, is a request without credentials.
    OneOf(&'static [&'static [Requirement]]),
}

impl Security {
    /// True if no credentials are sent.
    pub const fn is_none(self) -> bool {
        matches!(self, Security::OneOf([] | [[]]))
    }
}

/// A required security scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// The document's name of the scheme.
    pub scheme: &'static str,
    /// The scopes that the token must have.
    pub scopes: &'static [&'static str],
}

/// The facts of one operation in the vendor's document.
///
/// ```
/// use storewright_runtime::{Method, Operation};
/// const LIST: Operation = Operation::new(Method::Get, "apps_getCollection", "/v1/apps");
/// const REPORT: Operation = Operation::new(Method::Get, "report", "/v1/report").accept("text/csv");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The vendor's id.
    pub id: &'static str,
    /// The path template, such as `/v1/apps/{id}/builds`.
    pub path: &'static str,
    /// The requested media type.
    pub accept: &'static str,
    /// The credentials that it accepts.
    pub security: Security,
    /// The base URL if it differs from the API's, or a path on the API's host; else empty.
    pub server: &'static str,
    /// The paging rule, if the response does not state the next page in a standard way.
    pub paging: Option<PageRule>,
}

impl Operation {
    /// An operation with a JSON response that needs credentials.
    pub const fn new(method: Method, id: &'static str, path: &'static str) -> Self {
        Operation {
            method,
            id,
            path,
            accept: "application/json",
            security: Security::Unstated,
            server: "",
            paging: None,
        }
    }

    /// Sets the requested media type.
    #[must_use]
    pub const fn accept(mut self, media_type: &'static str) -> Self {
        self.accept = media_type;
        self
    }

    /// Sets the credentials that it accepts.
    #[must_use]
    pub const fn security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// Sets another server than the API's. A client with its own base URL ignores it.
    #[must_use]
    pub const fn server(mut self, url: &'static str) -> Self {
        self.server = url;
        self
    }

    /// Sets the paging rule.
    #[must_use]
    pub const fn paging(mut self, items: &'static str, step: PageStep) -> Self {
        self.paging = Some(PageRule { items, step });
        self
    }
}

/// The path of operations whose path the caller chooses.
const RAW: &str = "/{path}";

/// The name of a request in errors: its operation, and its path if the operation's path is unknown.
pub(crate) type Place = (Operation, Option<String>);

/// One request, which can be inspected, kept, cloned and sent later.
///
/// Setting a query parameter or header again replaces it. A value that cannot be sent, such as an empty id, is
/// remembered and makes sending fail.
#[derive(Clone)]
pub struct Request {
    operation: Operation,
    path: String,
    query: Vec<(Cow<'static, str>, String)>,
    /// A whole query or URL that replaces path and query: a page that the server named.
    target: Option<http::Uri>,
    headers: HeaderMap,
    body: Option<Body>,
    problem: Option<String>,
    /// True for a host other than the API's: nothing of the client is sent along.
    foreign: bool,
    options: Option<Box<Options>>,
}

/// The options of one request that differ from the client's.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) timeout: Option<Option<Duration>>,
    pub(crate) deadline: Option<Option<Duration>>,
    /// The time limit for the head of the response.
    pub(crate) silence: Option<Duration>,
    pub(crate) repeatable: bool,
    pub(crate) read_only: Option<bool>,
}

#[derive(Clone)]
struct Body {
    content_type: Cow<'static, str>,
    bytes: Bytes,
    /// The fields that the bytes were made of, so that another field can be added.
    form: Option<Form>,
}

impl fmt::Debug for Request {
    // Query and headers may contain personal data and secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation.id)
            .field("method", &self.operation.method)
            .field("path", &self.path)
            .field("query", &self.query.iter().map(|(key, _)| key).collect::<Vec<_>>())
            .field("body", &self.body.as_ref().map(|body| body.bytes.len()))
            .finish_non_exhaustive()
    }
}

impl Request {
    /// A request; the values fill the operation's path parameters in order, each as one segment.
    pub fn new(operation: Operation, holes: &[&str]) -> Self {
        let segments: Vec<Segment> = holes.iter().map(|value| Segment::text(value)).collect();
        Self::at(operation, &segments)
    }

    /// The same with path parameters in a style.
    pub fn at(operation: Operation, segments: &[Segment]) -> Self {
        let (path, problem) = match fill(operation.path, segments) {
            Ok(path) => (path, None),
            Err(problem) => (operation.path.to_owned(), Some(problem)),
        };
        Request {
            operation,
            path,
            query: Vec::new(),
            target: None,
            headers: HeaderMap::new(),
            body: None,
            problem,
            foreign: false,
            options: None,
        }
    }

    /// A request for a path without an operation, which is sent unchanged.
    pub(crate) fn raw(method: Method, path_and_query: &str) -> Self {
        let mut request = Request::new(Operation::new(method, "raw", RAW), &["raw"]);
        request.path = path_and_query.split('?').next().unwrap_or_default().to_owned();
        request
    }

    /// A request to a host other than the API's: credentials and headers of the client are not sent.
    #[cfg(feature = "files")]
    pub(crate) fn foreign(operation: Operation, url: &str) -> Self {
        let mut request = Request::new(operation, &[]);
        request.foreign = true;
        // The path only names the operation: its parameters stay unfilled.
        request.problem = None;
        match url.parse() {
            Ok(url) => request.target = Some(url),
            // The text of a presigned URL is a secret.
            Err(_) => request.fail("the URL of the file is invalid".to_owned()),
        }
        request
    }

    pub(crate) fn is_foreign(&self) -> bool {
        self.foreign
    }

    pub(crate) fn options(&self) -> Option<&Options> {
        self.options.as_deref()
    }

    /// Retries this request by this policy instead of the client's.
    pub fn retry(&mut self, policy: RetryPolicy) {
        self.options.get_or_insert_default().retry = Some(policy);
    }

    /// The time limit of one attempt of this request, body included; `None` waits for ever.
    pub fn timeout(&mut self, timeout: impl Into<Option<Duration>>) {
        self.options.get_or_insert_default().timeout = Some(timeout.into());
    }

    /// The same, unless the request has a time limit already.
    pub(crate) fn timeout_unless_set(&mut self, timeout: Option<Duration>) {
        self.options.get_or_insert_default().timeout.get_or_insert(timeout);
    }

    /// The time limit of this request with all attempts and delays; `None` is no limit.
    pub fn deadline(&mut self, deadline: impl Into<Option<Duration>>) {
        self.options.get_or_insert_default().deadline = Some(deadline.into());
    }

    /// Marks this request as idempotent: any method is retried after the failures after which a `GET` is.
    pub fn repeatable(&mut self) {
        self.options.get_or_insert_default().repeatable = true;
    }

    /// Sets read-only mode for this request, regardless of the client's.
    pub fn read_only(&mut self, read_only: bool) {
        self.options.get_or_insert_default().read_only = Some(read_only);
    }

    #[cfg(feature = "files")]
    pub(crate) fn silence(&mut self, longest: Duration) {
        self.options.get_or_insert_default().silence = Some(longest);
    }

    /// The operation.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The method.
    pub fn method(&self) -> Method {
        self.operation.method
    }

    /// The path, percent-encoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query, percent-encoded; empty if there is none.
    pub fn query(&self) -> String {
        let mut query = String::new();
        for (key, value) in &self.query {
            if !query.is_empty() {
                query.push('&');
            }
            // A value without a name is the whole query.
            if !key.is_empty() {
                query.extend(utf8_percent_encode(key, RESERVED));
                query.push('=');
            }
            query.push_str(value);
        }
        query
    }

    /// The value of a query parameter, percent-encoded; the first if it is repeated.
    pub fn parameter(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The headers that were set, without those of the client.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref().map(|body| &body.bytes)
    }

    /// The media type of the body.
    pub fn content_type(&self) -> Option<&str> {
        self.body.as_ref().map(|body| body.content_type.as_ref())
    }

    /// The reason for which the request cannot be sent, if any.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    pub(crate) fn place(&self) -> Place {
        let raw = self.operation.path == RAW;
        (self.operation, raw.then(|| self.path.clone()))
    }

    /// The URL of a page that the server named, which replaces path and query.
    pub(crate) fn target(&self) -> Option<&http::Uri> {
        self.target.as_ref()
    }

    /// Replaces path and query.
    pub(crate) fn set_target(&mut self, target: http::Uri) {
        self.target = Some(target);
    }

    /// Sets a query parameter to a list; an empty one removes the parameter. See also [`filter`](Self::filter).
    pub fn list<V: AsRef<str>>(
        &mut self,
        key: &'static str,
        style: Style,
        values: impl IntoIterator<Item = V>,
    ) {
        self.remove(key);
        for (index, value) in values.into_iter().enumerate() {
            self.add(key, style, index, value.as_ref());
        }
    }

    /// Sets a query parameter that restricts the response to some values.
    ///
    /// Unlike with [`list`](Self::list), a list without values is an error of the call until the parameter is set
    /// again: without the parameter the server would send everything. The separator of values, such as a comma, within
    /// a value is sent percent-encoded and logged as a warning: a server that decodes before it splits reads two
    /// values.
    pub fn filter<V: AsRef<str>>(
        &mut self,
        key: &'static str,
        style: Style,
        values: impl IntoIterator<Item = V>,
    ) {
        self.remove(key);
        for (index, value) in values.into_iter().enumerate() {
            let value = value.as_ref();
            if style.splits(value) {
                self.warn_of_separator(key);
            }
            self.add(key, style, index, value);
        }
        self.require_filter(key);
    }

    #[cold]
    fn warn_of_separator(&self, key: &str) {
        tracing::warn!(
            operation = self.operation.id,
            parameter = key,
            "a value contains the separator of the list, such as a comma; the server may split it"
        );
    }

    /// Makes a filter without values the problem of this request, or removes that problem.
    fn require_filter(&mut self, key: &str) {
        let is_empty = self.parameter(key).is_none();
        if !is_empty && self.problem.is_none() {
            return;
        }
        let problem = needs_a_value(key);
        match is_empty {
            true => self.fail(problem),
            false if self.problem.as_ref() == Some(&problem) => self.problem = None,
            false => {}
        }
    }

    fn add(&mut self, key: &'static str, style: Style, index: usize, value: &str) {
        match self.query.last_mut() {
            // The parameter was removed before the first value: the last one is this list.
            Some((_, joined)) if index > 0 && style != Style::Repeated => {
                joined.push_str(style.separator());
                joined.extend(utf8_percent_encode(value, RESERVED));
            }
            _ => self.query.push((Cow::Borrowed(key), encode(value))),
        }
    }

    /// Sets a query parameter to a value of any shape; null and an empty list remove the parameter.
    pub fn value(&mut self, key: &str, style: Style, value: &dyn Put) {
        let value = style::json(value);
        let pairs = style::query(key, style, &value);
        // Members that become separate pairs replace earlier ones; others go with the key.
        match (style, &value) {
            (Style::Repeated, serde_json::Value::Object(members)) => {
                self.query.retain(|(name, _)| !members.contains_key(name.as_ref()));
            }
            (Style::Deep, _) => self.query.retain(|(name, _)| {
                !name.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
            }),
            (Style::Whole, _) => self.remove(""),
            _ => self.remove(key),
        }
        self.query.extend(pairs.into_iter().map(|(key, value)| (Cow::Owned(key), value)));
    }

    /// Sets a query parameter to a string.
    pub fn text(&mut self, key: &'static str, value: &str) {
        self.set(Cow::Borrowed(key), encode(value));
    }

    /// Sets a query parameter to an integer.
    pub fn number(&mut self, key: &'static str, value: i64) {
        self.set(Cow::Borrowed(key), value.to_string());
    }

    /// Sets a query parameter to an integer without a sign.
    pub fn unsigned(&mut self, key: &'static str, value: u64) {
        self.set(Cow::Borrowed(key), value.to_string());
    }

    /// Sets a query parameter to a decimal number.
    pub fn decimal(&mut self, key: &'static str, value: f64) {
        self.set(Cow::Borrowed(key), encode(&value.to_string()));
    }

    /// Sets a query parameter to `true` or `false`.
    pub fn flag(&mut self, key: &'static str, value: bool) {
        self.set(Cow::Borrowed(key), value.to_string());
    }

    /// Sets a query parameter that the client does not know.
    pub fn parameter_named(&mut self, key: impl Into<String>, value: &str) {
        self.set(Cow::Owned(key.into()), encode(value));
    }

    fn remove(&mut self, key: &str) {
        self.query.retain(|(name, _)| name != key);
    }

    fn set(&mut self, key: Cow<'static, str>, value: String) {
        match self.query.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.query.push((key, value)),
        }
    }

    /// Sets a header.
    pub fn header(&mut self, name: &str, value: &str) {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => drop(self.headers.insert(name, value)),
            _ => self.fail(format!("the header `{name}` has a name or value that HTTP does not allow")),
        }
    }

    /// Sets a header to a value of any shape; null and an empty list set none.
    pub fn header_value(&mut self, name: &str, style: Style, value: &dyn Put) {
        if let Some(line) = style::line(style, &style::json(value)) {
            self.header(name, &line);
        }
    }

    /// Sets a cookie, percent-encoded; null and an empty list set none.
    pub fn cookie(&mut self, name: &str, style: Style, value: &dyn Put) {
        let key = encode(name);
        let set = style::query(&key, style, &style::json(value));
        let old =
            self.headers.get(http::header::COOKIE).and_then(|old| old.to_str().ok()).unwrap_or_default();
        let others = old.split("; ").filter(|pair| {
            !pair.is_empty() && !set.iter().any(|(name, _)| pair.split('=').next() == Some(name.as_str()))
        });
        let pairs: Vec<String> = others
            .map(str::to_owned)
            .chain(set.iter().map(|(name, value)| format!("{name}={}", value.replace(',', "%2C"))))
            .collect();
        if !pairs.is_empty() {
            self.header("cookie", &pairs.join("; "));
        }
    }

    /// Sets the body to JSON.
    pub fn json(&mut self, body: &dyn Put) {
        self.bytes("application/json", to_vec(body));
    }

    /// Sets the body.
    pub fn bytes(&mut self, content_type: &'static str, body: impl Into<Bytes>) {
        self.body = Some(Body { content_type: content_type.into(), bytes: body.into(), form: None });
    }

    /// Adds a field to the body, which is a form of the media type `application/x-www-form-urlencoded`.
    pub fn field(&mut self, name: &str, value: &str) {
        self.form(Form::encoded, |form| form.text(name, value));
    }

    /// Adds a string to the body, which is a form of the media type `multipart/form-data`.
    pub fn part(&mut self, name: &str, value: &str) {
        self.form(Form::multipart, |form| form.text(name, value));
    }

    /// Adds a value of any shape to the body, which is a form of the media type `application/x-www-form-urlencoded`.
    pub fn field_value(&mut self, name: &str, style: Style, value: &dyn Put) {
        for (name, value) in style::fields(name, style, &style::json(value)) {
            self.field(&name, &value);
        }
    }

    /// Adds a value of any shape to the body, which is a form of the media type `multipart/form-data`. In the style
    /// [`Style::Json`] it is a part of the media type `application/json`.
    pub fn part_value(&mut self, name: &str, style: Style, value: &dyn Put) {
        if style == Style::Json {
            let json = to_vec(value);
            return self.form(Form::multipart, |form| form.typed(name, "application/json", &json));
        }
        for (name, value) in style::fields(name, style, &style::json(value)) {
            self.part(&name, &value);
        }
    }

    /// Adds a string of another media type to the body, which is a form of the media type `multipart/form-data`.
    pub fn part_as(&mut self, name: &str, media_type: &str, value: &str) {
        self.form(Form::multipart, |form| form.typed(name, media_type, value.as_bytes()));
    }

    /// Adds a file to the body, which is a form of the media type `multipart/form-data`.
    pub fn file(&mut self, name: &str, file: &File) {
        self.form(Form::multipart, |form| form.file(name, file));
    }

    fn form(&mut self, new: fn() -> Form, add: impl FnOnce(&mut Form)) {
        let mut form = self.body.take().and_then(|body| body.form).unwrap_or_else(new);
        add(&mut form);
        self.body =
            Some(Body { content_type: form.media_type().into(), bytes: form.body(), form: Some(form) });
    }

    /// Makes a query parameter without a value the problem of this request: an empty list removes its parameter.
    pub fn require(&mut self, key: &str) {
        if self.parameter(key).is_none() {
            self.fail(needs_a_value(key));
        }
    }

    /// Records the first problem.
    pub(crate) fn fail(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }
}

fn needs_a_value(key: &str) -> String {
    format!("`{key}` needs at least one value")
}

fn encode(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

fn fill(template: &str, segments: &[Segment]) -> Result<String, String> {
    let mut path = String::with_capacity(template.len() + 32);
    let mut values = segments.iter();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        path.push_str(before);
        rest = after;
        let value = values.next().ok_or_else(|| format!("`{name}` is missing"))?;
        path.push_str(checked(name, value.as_str())?);
    }
    path.push_str(rest);
    Ok(path)
}

/// A segment of a path that reaches the server.
fn checked<'a>(name: &str, segment: &'a str) -> Result<&'a str, String> {
    match segment {
        "" => Err(format!("`{name}` is empty")),
        // Every URL parser removes such a segment, percent-encoded or not: the request would go elsewhere.
        "." | ".." => Err(format!("`{name}` is `{segment}`")),
        segment => Ok(segment),
    }
}

/// The path of a resource in a collection: the id is percent-encoded as one segment.
///
/// ```
/// assert_eq!(storewright_runtime::resource_path("/v1/apps", "a/../b").as_deref(), Ok("/v1/apps/a%2F..%2Fb"));
/// assert!(storewright_runtime::resource_path("/v1/apps", "..").is_err());
/// ```
///
/// # Errors
/// If the id is empty, `.` or `..`.
pub fn resource_path(collection: &str, id: &str) -> Result<String, String> {
    Ok(format!("{collection}/{}", encode(checked("id", id)?)))
}
