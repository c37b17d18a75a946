//! An HTTP server on loopback: scripted answers go in, the requests that it received come out.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

/// One request as it was received.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The method and the request target, byte by byte: `GET /v1/apps?limit=2`.
    pub line: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Seen {
    /// The one value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map(|value| value.to_str().unwrap());
        assert!(values.next().is_none(), "the header `{name}` came twice");
        value
    }

    /// The body, which must say that it is JSON.
    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Asserts that there is no body, and nothing that announces one.
    pub fn assert_no_body(&self) {
        assert!(self.body.is_empty(), "{:?}", self.body);
        for name in ["content-type", "transfer-encoding"] {
            assert_eq!(self.header(name), None, "{name}");
        }
    }
}

/// One answer to give.
#[derive(Debug, Clone)]
pub struct Answer(Response<Bytes>);

impl Answer {
    /// An answer with a body of a media type.
    pub fn new(status: u16, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response.headers_mut().insert("content-type", HeaderValue::from_static(media_type));
        Answer(response)
    }

    /// An answer of JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        Answer(response)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.0.headers_mut().insert(name, value.parse().unwrap());
        self
    }
}

/// A server; it ends with the runtime of the test that started it.
#[derive(Debug, Clone)]
pub struct Server {
    url: String,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Starts a server that gives the answers in turn, one to each request; one request more fails with 599.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server {
            url: format!("http://{}", listener.local_addr().unwrap()),
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            seen: Arc::default(),
        };
        let shared = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                let service = service_fn(move |request| {
                    let shared = shared.clone();
                    async move { Ok::<_, Infallible>(shared.answer(request).await) }
                });
                let connection = hyper::server::conn::http1::Builder::new();
                // That a client hangs up is none of the server's business.
                tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
            }
        });
        server
    }

    async fn answer(&self, request: hyper::Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let line = format!("{} {}", parts.method, parts.uri);
        self.seen.lock().unwrap().push(Seen { line, headers: parts.headers, body });
        let answer = self.answers.lock().unwrap().pop_front();
        answer.unwrap_or_else(|| Answer::empty(599)).0.map(Full::new)
    }

    /// Where the server is, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Adds an answer, for one that must know where the server is.
    pub fn push(&self, answer: Answer) {
        self.answers.lock().unwrap().push_back(answer);
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The one request so far.
    pub fn one(&self) -> Seen {
        let seen = self.seen();
        match seen.as_slice() {
            [one] => one.clone(),
            _ => panic!("one request was expected, {} came: {seen:#?}", seen.len()),
        }
    }
}
