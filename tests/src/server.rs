//! An HTTP server on loopback that gives scripted responses and records requests.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpSocket};

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

    /// Asserts that there is no body, and no header that announces one.
    pub fn assert_no_body(&self) {
        assert!(self.body.is_empty(), "{:?}", self.body);
        for name in ["content-type", "transfer-encoding"] {
            assert_eq!(self.header(name), None, "{name}");
        }
    }
}

/// One response to give.
#[derive(Debug, Clone)]
pub struct Answer {
    response: Response<Bytes>,
    fault: Fault,
}

/// The failure of a response.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    /// The connection ends without a response.
    NoAnswer,
    /// The connection ends after this number of bytes of the body.
    CutAfter(usize),
    /// The response begins after a while.
    Delay(Duration),
    /// The body comes byte by byte, with a wait after each.
    Drip(Duration),
}

impl From<Response<Bytes>> for Answer {
    fn from(response: Response<Bytes>) -> Self {
        Answer { response, fault: Fault::None }
    }
}

impl Answer {
    /// A response with a body of a media type.
    pub fn new(status: u16, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response.headers_mut().insert("content-type", HeaderValue::from_static(media_type));
        response.into()
    }

    /// A JSON response.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// A response without a body.
    pub fn empty(status: u16) -> Self {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response.into()
    }

    /// No response: the connection is closed after the request was read.
    pub fn none() -> Self {
        Answer { response: Response::default(), fault: Fault::NoAnswer }
    }

    /// The same response, but the connection is closed after this number of bytes of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.fault = Fault::CutAfter(bytes);
        self
    }

    /// The same response after a while.
    #[must_use]
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.fault = Fault::Delay(delay);
        self
    }

    /// The same response, byte by byte.
    #[must_use]
    pub fn dripping(mut self, wait: Duration) -> Self {
        self.fault = Fault::Drip(wait);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.response.headers_mut().insert(name, value.parse().unwrap());
        self
    }
}

/// The body of a response that is being sent.
struct Sending {
    left: Bytes,
    announced: u64,
    fault: Fault,
    wait: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Body for Sending {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(context));
            self.wait = None;
        }
        let piece = match self.fault {
            Fault::CutAfter(0) => return Poll::Ready(Some(Err(io::Error::other("cut")))),
            Fault::CutAfter(bytes) => {
                self.fault = Fault::CutAfter(0);
                // The sent bytes leave before the connection ends: they are written while this waits.
                self.wait = Some(Box::pin(tokio::time::sleep(Duration::from_millis(2))));
                bytes.min(self.left.len())
            }
            Fault::Drip(wait) => {
                self.wait = Some(Box::pin(tokio::time::sleep(wait)));
                self.left.len().min(1)
            }
            _ => self.left.len(),
        };
        if piece == 0 {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && !matches!(self.fault, Fault::CutAfter(_))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}

type Handler = dyn Fn(usize, &Seen) -> Answer + Send + Sync;

/// An address at which nothing listens, and which nobody else gets while this lives.
#[derive(Debug)]
pub struct Nowhere {
    url: String,
    _bound: TcpSocket,
}

impl Nowhere {
    /// Takes an address.
    pub fn new() -> Nowhere {
        let bound = TcpSocket::new_v4().unwrap();
        bound.bind(([127, 0, 0, 1], 0).into()).unwrap();
        Nowhere { url: format!("http://{}", bound.local_addr().unwrap()), _bound: bound }
    }

    /// The address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Default for Nowhere {
    fn default() -> Self {
        Self::new()
    }
}

/// A server; it ends with the runtime of the test that started it.
#[derive(Clone)]
pub struct Server {
    url: String,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    handler: Option<Arc<Handler>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    count: Arc<AtomicUsize>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Server {
    /// Starts a server that gives the responses in turn, one to each request; a further request fails with 599.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Server {
        Self::serve(answers.into_iter().collect(), None).await
    }

    /// Starts a server that makes each response from the request and its number; the first is 1.
    pub async fn with(answer: impl Fn(usize, &Seen) -> Answer + Send + Sync + 'static) -> Server {
        Self::serve(VecDeque::new(), Some(Arc::new(answer))).await
    }

    async fn serve(answers: VecDeque<Answer>, handler: Option<Arc<Handler>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server {
            url: format!("http://{}", listener.local_addr().unwrap()),
            answers: Arc::new(Mutex::new(answers)),
            handler,
            seen: Arc::default(),
            count: Arc::default(),
        };
        let shared = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                let service = service_fn(move |request| {
                    let shared = shared.clone();
                    async move { shared.answer(request).await }
                });
                let connection = hyper::server::conn::http1::Builder::new();
                // That a client hangs up is none of the server's business.
                tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
            }
        });
        server
    }

    async fn answer(&self, request: hyper::Request<Incoming>) -> io::Result<Response<Sending>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let line = format!("{} {}", parts.method, parts.uri);
        let seen = Seen { line, headers: parts.headers, body };
        let number = {
            let mut all = self.seen.lock().unwrap();
            all.push(seen.clone());
            self.count.fetch_add(1, Ordering::Relaxed) + 1
        };
        let answer = match &self.handler {
            Some(handler) => handler(number, &seen),
            None => self.answers.lock().unwrap().pop_front().unwrap_or_else(|| Answer::empty(599)),
        };
        match answer.fault {
            Fault::NoAnswer => return Err(io::Error::other("no answer")),
            Fault::Delay(delay) => tokio::time::sleep(delay).await,
            _ => {}
        }
        Ok(answer.response.map(|left| Sending {
            announced: left.len() as u64,
            left,
            fault: answer.fault,
            wait: None,
        }))
    }

    /// The address of the server, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Adds a response, for one that depends on the address of the server.
    pub fn push(&self, answer: Answer) {
        self.answers.lock().unwrap().push_back(answer);
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        self.seen.lock().unwrap().clear();
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
