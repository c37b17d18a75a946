//! A client over a custom transport: no network, no `reqwest`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use storewright_runtime::{
    Answer, Api, Body, BoxFuture, Bytes, Check, Client, DecodeError, ErrorKind, Method, NoFault, Operation,
    Payload, Request, RetryPolicy, Style, Timeout, Transport, TransportError, TransportErrorKind, Value,
    http,
};

#[derive(Debug)]
struct Store;

impl Api for Store {
    type Fault = NoFault;
    type Client = Client<Store>;
    const NAME: &'static str = "Store";
    const BASE_URL: &'static str = "https://api.example.com/api";
}

const GET: Operation = Operation::new(Method::Get, "get", "/v1/{a}/x/{b}");
const POST: Operation = Operation::new(Method::Post, "post", "/v1/items");

/// Responds from a list; keeps the requests.
#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Result<http::Response<Body>, TransportError>>>,
    asked: Mutex<Vec<http::Request<Bytes>>>,
}

impl Transport for Script {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Body>, TransportError>> {
        self.asked.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop_front().unwrap();
        Box::pin(std::future::ready(answer))
    }
}

fn script(
    answers: impl IntoIterator<Item = Result<http::Response<Body>, TransportError>>,
) -> (Arc<Script>, Client<Store>) {
    let script =
        Arc::new(Script { answers: Mutex::new(answers.into_iter().collect()), ..Default::default() });
    let client = Client::<Store>::builder().transport(Arc::clone(&script)).timeout(Duration::from_secs(7));
    let client = client.retry(RetryPolicy::none());
    (script, client.build().unwrap())
}

fn ok(body: &'static str) -> Result<http::Response<Body>, TransportError> {
    Ok(http::Response::new(Body::from(body)))
}

/// Runs a future that never has to wait.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a scripted answer is there at once"),
    }
}

#[test]
fn a_script_answers_and_sees_the_request() {
    let (script, client) = script([ok("[1]")]);
    assert_eq!(now(client.call::<Vec<i64>>(GET, &["1", "2"]).send()).unwrap(), [1]);
    let asked = script.asked.lock().unwrap();
    assert_eq!(asked[0].uri(), "https://api.example.com/api/v1/1/x/2");
    assert_eq!(asked[0].extensions().get::<Timeout>(), Some(&Timeout(Duration::from_secs(7))));
    assert!(asked[0].headers().get("authorization").is_none());
    assert!(asked[0].body().is_empty() && asked[0].headers().get("content-type").is_none());
}

#[test]
fn a_call_can_be_kept_and_sent_again() {
    let (script, client) = script([ok("1"), ok("2")]);
    let mut call = client.call::<Value>(POST, &[]);
    call.bytes("text/csv", "a,b");
    assert_eq!(now(call.clone().send()).unwrap(), 1);
    assert_eq!(now(call.send()).unwrap(), 2);
    for asked in script.asked.lock().unwrap().iter() {
        assert_eq!(
            (asked.body().as_ref(), &asked.headers()["content-type"]),
            (&b"a,b"[..], &"text/csv".parse().unwrap())
        );
    }
    drop(client.call::<Value>(POST, &[]).send());
    assert_eq!(script.asked.lock().unwrap().len(), 2);
}

#[test]
fn what_may_be_sent_again_depends_on_the_method() {
    use TransportErrorKind::{Connect, Other, Timeout};
    for (operation, kind, retryable) in [
        (GET, Other, true),
        (GET, Timeout, true),
        (POST, Connect, true),
        (POST, Timeout, false),
        (POST, Other, false),
    ] {
        let (_, client) = script([Err(TransportError::new(kind, "gone"))]);
        let error = now(client.call::<Value>(operation, &["1", "2"]).send()).unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Transport, retryable), "{error}");
        assert_eq!(error.transport_error().unwrap().kind(), kind);
    }
    for (operation, status, retryable) in [
        (GET, 503, true),
        (GET, 429, true),
        (POST, 429, true),
        (POST, 503, false),
        (GET, 404, false),
        (GET, 501, false),
    ] {
        let mut answer = ok("x").unwrap();
        *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
        let (_, client) = script([Ok(answer)]);
        let error = now(client.call::<Value>(operation, &["1", "2"]).send()).unwrap_err();
        assert_eq!(error.is_retryable(), retryable, "{error}");
    }
}

#[test]
fn every_style_of_list_has_its_separator() {
    for (style, query) in [
        (Style::Commas, "a%5Bb%5D=x,y%2Cz,%7C"),
        (Style::Pipes, "a%5Bb%5D=x|y%2Cz|%7C"),
        (Style::Spaces, "a%5Bb%5D=x%20y%2Cz%20%7C"),
        (Style::Tabs, "a%5Bb%5D=x%09y%2Cz%09%7C"),
        (Style::Repeated, "a%5Bb%5D=x&a%5Bb%5D=y%2Cz&a%5Bb%5D=%7C"),
    ] {
        let mut request = Request::new(POST, &[]);
        request.list("a[b]", style, ["old"]);
        request.list("a[b]", style, ["x", "y,z", "|"]);
        assert_eq!(request.query(), query);
        request.list("a[b]", style, [""; 0]);
        assert_eq!(request.query(), "");
        // One value that is empty is a value: without the filter, everything would match.
        request.list("a[b]", style, [""]);
        assert_eq!(request.query(), "a%5Bb%5D=");
    }
    let mut request = Request::new(POST, &[]);
    request.parameter_named("new[x]", "é");
    assert_eq!(
        (request.query().as_str(), request.parameter("new[x]")),
        ("new%5Bx%5D=%C3%A9", Some("%C3%A9"))
    );
}

#[test]
fn each_value_stays_one_segment() {
    for (value, segment) in [
        ("a/b", "a%2Fb"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        ("a?b#c", "a%3Fb%23c"),
        ("{b}", "%7Bb%7D"),
        ("a\\b\n", "a%5Cb%0A"),
        ("eyJ4Ijox=", "eyJ4Ijox%3D"),
    ] {
        let request = Request::new(GET, &[value, "2"]);
        assert_eq!((request.path(), request.problem()), (format!("/v1/{segment}/x/2").as_str(), None));
    }
    assert_eq!(Request::new(GET, &["1"]).problem(), Some("`b` is missing"));
    assert_eq!(Request::new(GET, &["1", ".."]).problem(), Some("`b` is `..`"));
}

#[test]
fn a_script_can_be_read_without_reqwest() {
    let (_, client) = script([ok("a,b\n1,2\n"), ok("{\"x\":1}")]);
    assert_eq!(now(client.call::<String>(GET, &["1", "2"]).send()).unwrap(), "a,b\n1,2\n");
    let mut body = now(client.call::<()>(GET, &["1", "2"]).stream()).unwrap().into_body();
    assert_eq!(now(body.chunk()).unwrap().unwrap(), "{\"x\":1}");
    assert_eq!(now(body.chunk()).unwrap(), None);
}

#[test]
fn a_body_stands_inside_of_members() {
    let (_, client) = script([]);
    let mut call = client.call::<()>(POST, &[]);
    for (members, text) in [
        (&[][..], "[1,2]"),
        (&["app"], r#"{"app":[1,2]}"#),
        (&["a", "\"", "c"], r#"{"a":{"\"":{"c":[1,2]}}}"#),
    ] {
        call.json_in(members, &vec![1_i64, 2]);
        assert_eq!(call.request().body().unwrap(), text);
        assert_eq!(call.request().content_type(), Some("application/json"));
    }
}

struct Rule(Option<&'static str>);

impl Check for Rule {
    fn problem(&self) -> Option<String> {
        self.0.map(str::to_owned)
    }
}

#[test]
fn what_a_check_finds_is_the_error_of_the_send() {
    let (script, client) = script([ok("")]);
    let mut call = client.call::<()>(POST, &[]);
    call.check(&Rule(None));
    now(call.clone().send()).unwrap();
    call.check(&Rule(Some("no name")));
    call.check(&Rule(Some("another problem")));
    assert_eq!(call.request().problem(), Some("no name"));
    let error = now(call.send()).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Build, "POST /v1/items: no name"));
    assert_eq!(script.asked.lock().unwrap().len(), 1);
}

/// A text that says whether it is a refusal.
#[derive(Debug)]
struct Word(String);

impl Payload for Word {
    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        String::decode(answer).map(Word)
    }

    fn refuses(&self) -> bool {
        self.0 == "no"
    }
}

#[test]
fn an_answer_can_refuse_whatever_its_status() {
    let (_, client) = script([ok("yes"), ok("no")]);
    let call = client.call::<Word>(POST, &[]);
    assert_eq!(now(call.clone().send()).unwrap().0, "yes");
    let error = now(call.send()).unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Status, 200));
    assert_eq!(error.body().unwrap(), "no");
}

#[test]
fn waiting_needs_no_executor_of_any_kind() {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut busy = ok("x").unwrap();
    *busy.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
    let (script, client) = script([Ok(busy), ok("1")]);
    let policy = RetryPolicy::default().backoff(Duration::from_millis(5), Duration::from_millis(5));
    let mut sent = client.call::<Value>(GET, &["1", "2"]).with_retry(policy).send();
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let answer = loop {
        match sent.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(answer) => break answer.unwrap(),
            Poll::Pending => std::thread::park(),
        }
    };
    assert_eq!((answer, script.asked.lock().unwrap().len()), (Value::from(1), 2));
}
