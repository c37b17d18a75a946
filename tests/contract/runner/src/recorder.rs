//! Sends the requests of a client to the judge instead of the API, and keeps requests and responses.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use storewright_runtime as rt;
use storewright_runtime::Transport;

/// As much of a body as is looked at.
const LIMIT: usize = 64 * 1024 * 1024;

/// A transport over the default one.
#[derive(Debug)]
pub struct Recorder {
    inner: rt::Reqwest,
    /// The scheme and authority of the judge, whose paths have no base path.
    judge: String,
    state: std::sync::Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The path of the address that the operation's path is below.
    base: String,
    headers: Vec<(String, String)>,
    answer: Option<Answer>,
    /// The response to the requests after the first.
    next: Option<Answer>,
    exchange: Option<Exchange>,
}

/// A response that is given without asking a server.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The media type.
    pub media: String,
    /// The body.
    pub body: String,
    /// True if the body is hexadecimal.
    pub digits: bool,
    /// Further headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
}

impl Answer {
    fn into_bytes(self) -> Bytes {
        if !self.digits {
            return Bytes::from(self.body);
        }
        let pairs = self.body.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
        pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
    }
}

/// A request and its response. Invalid UTF-8 in bodies is replaced.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The base of the URL as sent: scheme and authority.
    pub origin: String,
    /// Path and query as sent.
    pub target: String,
    /// Headers as sent, without those of the connection.
    pub headers: Vec<(String, String)>,
    /// The body as sent.
    pub body: Option<String>,
    /// The digits of the response's bytes, where they are not UTF-8.
    pub bytes: Option<String>,
    /// The status of the response.
    pub status: u16,
    /// The media type of the response.
    pub media: Option<String>,
    /// The judge's violations of request and response, in its own format.
    pub violations: Option<String>,
    /// The body of the response.
    pub answer: String,
}

fn origin(uri: &http::Uri) -> String {
    format!("{}://{}", uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", |a| a.as_str()))
}

fn set(headers: &mut HeaderMap, more: Vec<(String, String)>) {
    for (name, value) in more {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

impl Recorder {
    /// A recorder in front of the judge at a URL.
    ///
    /// # Errors
    /// If there is no transport.
    pub fn new(judge: &str) -> Result<Self, rt::TransportError> {
        let judge = judge.trim_end_matches('/').to_owned();
        Ok(Self { inner: rt::Reqwest::new()?, judge, state: std::sync::Arc::default() })
    }

    /// The same path and query at the judge.
    fn redirect(&self, request: &mut http::Request<Bytes>, base: &str) {
        let target = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let target = target.strip_prefix(base).unwrap_or(target);
        if let Ok(uri) = format!("{}{target}", self.judge).parse() {
            *request.uri_mut() = uri;
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the path below which the next requests are, their headers, and the responses to the first and to the others if
    /// they are not the server's.
    pub fn expect(
        &self,
        base: String,
        headers: Vec<(String, String)>,
        answer: Option<Answer>,
        next: Option<Answer>,
    ) {
        *self.state() = State { base, headers, answer, next, exchange: None };
    }

    /// The last request and response.
    pub fn take(&self) -> Option<Exchange> {
        self.state().exchange.take()
    }
}

impl Transport for Recorder {
    fn send(
        &self,
        mut request: http::Request<Bytes>,
    ) -> rt::BoxFuture<'static, Result<http::Response<rt::Body>, rt::TransportError>> {
        let headers = request.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let body = request.body();
        let mut exchange = Exchange {
            method: request.method().to_string(),
            origin: origin(request.uri()),
            target: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            headers: headers.collect(),
            body: (!body.is_empty()).then(|| String::from_utf8_lossy(body).into_owned()),
            ..Exchange::default()
        };
        let (base, more, scripted) = {
            let mut state = self.state();
            let answer = state.answer.clone();
            if let Some(next) = state.next.take() {
                state.answer = Some(next);
            }
            (state.base.clone(), state.headers.clone(), answer)
        };
        set(request.headers_mut(), more);
        self.redirect(&mut request, &base);
        let sent = scripted.is_none().then(|| self.inner.send(request));
        let state = std::sync::Arc::clone(&self.state);
        Box::pin(async move {
            let (parts, body) = match (sent, scripted) {
                (Some(sent), _) => {
                    let (parts, mut body) = sent.await?.into_parts();
                    (parts, body.collect(LIMIT).await?.0)
                }
                (None, answer) => {
                    let mut answer = answer.unwrap_or(Answer { status: 200, ..Answer::default() });
                    let mut response = http::Response::new(());
                    *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or_default();
                    if let Ok(media) = HeaderValue::try_from(std::mem::take(&mut answer.media)) {
                        response.headers_mut().insert(http::header::CONTENT_TYPE, media);
                    }
                    set(response.headers_mut(), std::mem::take(&mut answer.headers));
                    (response.into_parts().0, answer.into_bytes())
                }
            };
            exchange.status = parts.status.as_u16();
            exchange.media = text(&parts.headers, "content-type");
            exchange.violations = text(&parts.headers, "sl-violations");
            exchange.bytes = std::str::from_utf8(&body).is_err().then(|| crate::outcome::digits(&body));
            exchange.answer = String::from_utf8_lossy(&body).into_owned();
            state.lock().unwrap_or_else(PoisonError::into_inner).exchange = Some(exchange);
            Ok(http::Response::from_parts(parts, rt::Body::from(body)))
        })
    }
}
