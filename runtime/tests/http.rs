//! Calls a real HTTP server on loopback: requests, responses and errors.
#![cfg(feature = "http-client")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use storewright_runtime::http::{HeaderMap, HeaderName, StatusCode};
use storewright_runtime::{
    Api, ApiError, BoxError, BoxFuture, Bytes, Call, Client, Credential, ErrorKind, Fault, Items, Json,
    Method, Next, Operation, Page, Paged, Pages, Request, RetryPolicy, Security, StaticToken, Style,
    TokenProvider, Value, object,
};

use crate::support::server::{Seen, Server, reply};

struct Item {
    id: String,
    name: Option<String>,
}
object! { Item { id: "id", name: "name" } vital ["id"] }

struct Problems {
    errors: Vec<Problem>,
}
object! { Problems { errors: "errors" } }

struct Problem {
    detail: String,
}
object! { Problem { detail: "detail" } }

impl Fault for Problems {
    fn read(body: &Value) -> Option<Self> {
        serde_json::from_value(body.clone()).ok().filter(|problems: &Self| !problems.errors.is_empty())
    }

    fn message(&self) -> Option<String> {
        self.errors.first().map(|problem| problem.detail.clone())
    }
}

#[derive(Debug)]
struct Store;

impl Api for Store {
    type Fault = Problems;
    type Client = Client<Store>;
    const NAME: &'static str = "Store";
    const BASE_URL: &'static str = "https://api.example.com";

    fn default_body(operation: &Operation) -> Option<&'static str> {
        matches!(operation.method, Method::Put).then_some("{}")
    }
}

/// `GET /v1/items`
type List = Call<Store, Page<Item>>;

const LIST: Operation = Operation::new(Method::Get, "items_list", "/v1/items");
const READ: Operation = Operation::new(Method::Get, "items_read", "/v1/items/{id}");

fn client_of(server: &Server) -> Client<Store> {
    Client::<Store>::builder()
        .base_url(&server.url)
        .credentials(StaticToken::bearer("s3cret"))
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

fn read_item(client: &Client<Store>) -> Call<Store, Item> {
    client.call(READ, &["1"])
}

async fn answered(status: &'static str, body: &'static [u8]) -> Result<Item, ApiError<Store>> {
    let server = Server::start(move |_, _| reply(status, "", body)).await;
    read_item(&client_of(&server)).send().await
}

#[tokio::test]
async fn a_request_carries_what_was_set() {
    let server = Server::start(|_, _| reply("201 Created", "", r#"{"id":"1"}"#)).await;
    let client = Client::<Store>::builder()
        .base_url(format!("{}/api/", server.url))
        .credentials(StaticToken::header(HeaderName::from_static("x-api-token"), "s3cret"))
        .user_agent("tests/1")
        .header("x-all", "a")
        .build()
        .unwrap();
    let operation =
        const { Operation::new(Method::Post, "items_create", "/v1/lists/{id}/items").accept("a/b") };
    let mut call: Call<Store, Item> = client.call(operation, &["a/b c%2F?ü"]);
    call.list("fields[items]", ["name", "a,b", "ü"]);
    call.list_in("pipes", Style::Pipes, ["a", "b|c"]);
    call.list_in("each", Style::Repeated, ["a", "b"]);
    call.list("none", [""; 0]);
    call.text("text", "a&b=c +#");
    call.number("limit", 5);
    call.number("limit", 6);
    call.flag("exists[x]", true);
    call.decimal("decimal", 0.5);
    call.header("x-one", "1");
    call.json(&Item { id: "7".into(), name: None });
    assert_eq!(call.request().path(), "/v1/lists/a%2Fb%20c%252F%3F%C3%BC/items");
    assert_eq!(call.send().await.unwrap(), Item { id: "1".into(), name: None });

    let seen = &server.seen()[0];
    assert_eq!(
        seen.line,
        "POST /api/v1/lists/a%2Fb%20c%252F%3F%C3%BC/items?fields%5Bitems%5D=name,a%2Cb,%C3%BC&pipes=a|b%7Cc\
         &each=a&each=b&text=a%26b%3Dc%20%2B%23&limit=6&exists%5Bx%5D=true&decimal=0.5 HTTP/1.1"
    );
    for (name, value) in [
        ("accept", "a/b"),
        ("content-type", "application/json"),
        ("x-api-token", "s3cret"),
        ("user-agent", "tests/1"),
        ("x-all", "a"),
        ("x-one", "1"),
    ] {
        assert_eq!(seen.header(name), Some(value), "{name}");
    }
    assert_eq!(seen.body, r#"{"id":"7"}"#);
}

#[tokio::test]
async fn bodies_and_credentials_follow_the_operation() {
    let server = Server::start(|_, _| reply("204 No Content", "", "")).await;
    let client = client_of(&server);
    client.call::<()>(Operation::new(Method::Put, "put", "/put"), &[]).send().await.unwrap();
    client
        .call::<()>(Operation::new(Method::Delete, "delete", "/delete").security(Security::OneOf(&[])), &[])
        .send()
        .await
        .unwrap();
    let seen = server.seen();
    assert_eq!((seen[0].body.as_str(), seen[0].header("content-type")), ("{}", Some("application/json")));
    assert_eq!(seen[0].header("authorization"), Some("Bearer s3cret"));
    assert!(seen[0].header("user-agent").unwrap().starts_with("storewright/"));
    assert_eq!((seen[1].body.as_str(), seen[1].header("authorization")), ("", None));
}

#[tokio::test]
async fn a_body_may_be_null_or_absent() {
    let json = "content-type: application/json\r\n";
    let bodies = [("204 No Content", "", ""), ("200 OK", json, " null\n"), ("200 OK", json, r#"{"id":"1"}"#)];
    for (status, headers, body) in bodies {
        let server = Server::start(move |_, _| reply(status, headers, body)).await;
        let item = client_of(&server).call::<Option<Item>>(READ, &["1"]).send().await.unwrap();
        assert_eq!(item.is_some(), body.contains("id"), "{body}");
    }
    let text = "content-type: text/plain\r\n";
    let server = Server::start(move |_, _| reply("200 OK", text, "null")).await;
    let text = client_of(&server).call::<Option<String>>(READ, &["1"]).send().await.unwrap();
    assert_eq!(text.as_deref(), Some("null"));
}

#[tokio::test]
async fn values_that_would_leave_the_path_are_not_sent() {
    let server = Server::start(|_, _| reply("200 OK", "", r#"{"id":"1"}"#)).await;
    let client = client_of(&server);
    for hole in ["", ".", ".."] {
        let error = client.call::<Item>(READ, &[hole]).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Build);
        assert!(error.to_string().starts_with("GET /v1/items/{id}: `id` is "), "{error}");
    }
    assert_eq!(client.call::<Item>(READ, &[]).send().await.unwrap_err().kind(), ErrorKind::Build);
    let mut call = read_item(&client);
    call.header("bad name", "x");
    assert_eq!(call.send().await.unwrap_err().kind(), ErrorKind::Build);
    assert!(server.seen().is_empty());
    client.call::<Item>(READ, &["../.."]).send().await.unwrap();
    assert_eq!(server.seen()[0].line, "GET /v1/items/..%2F.. HTTP/1.1");
    for url in ["", "api.example.com", "ftp://x", "https://", "https://user@x", "https://x?y", "http://["] {
        assert_eq!(
            Client::<Store>::builder().base_url(url).build().unwrap_err().kind(),
            ErrorKind::Build,
            "{url}"
        );
    }
    assert!(Client::<Store>::builder().header("x", "a\nb").build().is_err());
}

#[tokio::test]
async fn each_payload_reads_its_own() {
    let server = Server::start(|_, seen| match seen.line.split(' ').nth(1).unwrap() {
        "/json" => reply("200 OK", "", "\"x\""),
        "/list" => reply("200 OK", "", "[1,2]"),
        "/missing" => reply("404 Not Found", "", ""),
        _ => reply("200 OK", "", b"a\tb\xff"),
    })
    .await;
    let client = client_of(&server);
    let get = |path| Operation::new(Method::Get, "get", path);
    let head = |path| Operation::new(Method::Head, "head", path);
    assert_eq!(client.call::<Json<String>>(get("/json"), &[]).send().await.unwrap().0, "x");
    assert_eq!(client.call::<Vec<i64>>(get("/list"), &[]).send().await.unwrap(), [1, 2]);
    assert_eq!(client.call::<Value>(get("/list"), &[]).send().await.unwrap(), serde_json::json!([1, 2]));
    assert_eq!(client.call::<Bytes>(get("/text"), &[]).send().await.unwrap(), b"a\tb\xff"[..]);
    assert_eq!(client.call::<String>(get("/json"), &[]).send().await.unwrap(), "\"x\"");
    assert_eq!(client.call::<String>(get("/text"), &[]).send().await.unwrap_err().kind(), ErrorKind::Decode);
    client.call::<()>(get("/text"), &[]).send().await.unwrap();
    assert!(client.call::<bool>(head("/json"), &[]).send().await.unwrap());
    assert!(!client.call::<bool>(head("/missing"), &[]).send().await.unwrap());
    let mut body = client.call::<()>(get("/list"), &[]).stream().await.unwrap().into_body();
    assert_eq!(body.collect(3).await.unwrap(), (Bytes::from_static(b"[1,"), false));
}

#[tokio::test]
async fn errors_hold_what_the_server_said() {
    let server = Server::start(|_, _| {
        let headers = "X-Request-Id: r-1\r\nX-Rate-Limit: user-hour-lim:3600;user-hour-rem:0, new:x\r\n";
        reply("409 Conflict", headers, r#"{"errors":[{"detail":"The name is taken."}]}"#)
    })
    .await;
    let client = client_of(&server);
    let mut call = read_item(&client);
    call.text("filter[email]", "someone@example.com");
    let error = call.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status);
    assert_eq!(error.status(), Some(StatusCode::CONFLICT));
    assert_eq!(error.to_string(), "GET /v1/items/{id}: 409 Conflict: The name is taken.");
    assert_eq!(error.fault().unwrap().errors.len(), 1);
    assert_eq!(error.request_id(), Some("r-1"));
    assert_eq!(error.operation().unwrap().id, "items_read");
    assert!(error.headers().unwrap().contains_key("x-rate-limit"));
    assert!(error.body().unwrap().starts_with(b"{\"errors\""));
    assert!(!error.is_retryable());
    let limit = error.rate_limit().unwrap();
    assert_eq!((limit.limit(), limit.remaining(), limit.get("new")), (Some(3600), Some(0), Some("x")));
    assert_eq!(client.rate_limit().as_ref(), Some(limit));
    let debug = format!("{error:?}");
    assert!(!debug.contains("someone") && !debug.contains("s3cret"), "{debug}");
}

#[tokio::test]
async fn the_text_of_an_error_is_one_bounded_line() {
    let hostile = "a\\u001b[31m\\u009b\\r\\nforged\\u202e".repeat(1_000);
    let body = format!(r#"{{"errors":[{{"detail":"{hostile}"}}]}}"#);
    let server = Server::start(move |_, _| reply("409 Conflict", "", &body)).await;
    let text = read_item(&client_of(&server)).send().await.unwrap_err().to_string();
    let expected = "GET /v1/items/{id}: 409 Conflict: a [31m forged a [31m forged a";
    assert!(text.starts_with(expected) && text.ends_with('…'), "{text}");
    assert_eq!(text.chars().count(), 8_192);
    assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'));
}

#[tokio::test]
async fn bodies_that_are_not_json_are_errors() {
    for (status, body) in [
        ("502 Bad Gateway", &b"<html>Could not process this request</html>"[..]),
        ("404 Not Found", b""),
        ("500 Internal Server Error", b"{\"statusCode\":\"ERROR\"}"),
        ("500 Internal Server Error", b"{\"errors\":[{\"detail\":"),
        ("500 Internal Server Error", b"\xff\xfe"),
        ("302 Found", b""),
    ] {
        let error = answered(status, body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!((error.fault(), error.body().unwrap().as_ref()), (None, body));
        assert_eq!(error.to_string(), format!("GET /v1/items/{{id}}: {status}"));
    }
    for body in [&b""[..], b"<html></html>", b"{\"id\":\"1", b"{\"id\":\"\xff\"}", b"[]", b"{}", b"null"] {
        let error = answered("200 OK", body).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(StatusCode::OK)));
        assert_eq!(error.body().unwrap().as_ref(), body);
    }
    let error = answered("200 OK", br#"{"name":"1","id":5}"#).await.unwrap_err();
    assert_eq!(error.decode_error().unwrap().path, "id");
    assert_eq!(
        error.to_string(),
        "GET /v1/items/{id}: the response cannot be read: invalid type: expected a string, found an integer \
         (line 1 column 18) at id"
    );
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = Server::start(|_, _| reply("200 OK", "", r#"{"id":"1"}"#)).await;
    let headers = format!("location: {}/v1\r\n", other.url);
    let server = Server::start(move |_, _| reply("307 Temporary Redirect", &headers, "")).await;
    let error = read_item(&client_of(&server)).send().await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::TEMPORARY_REDIRECT));
    assert!(error.headers().unwrap().contains_key("location"));
    let text = error.to_string();
    assert!(text.contains("307 Temporary Redirect: redirects are not followed"), "{text}");
    assert!(!text.contains(&other.url), "{text}");
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn bodies_are_bounded() {
    let server = Server::start(|number, _| {
        let status = if number == 1 { "200 OK" } else { "400 Bad Request" };
        reply(status, "", vec![b' '; 200_000])
    })
    .await;
    let client: Client<Store> = Client::<Store>::builder()
        .base_url(&server.url)
        .retry(RetryPolicy::none())
        .body_limit(100_000)
        .build()
        .unwrap();
    let error = read_item(&client).send().await.unwrap_err();
    assert_eq!((error.kind(), error.body().unwrap().len()), (ErrorKind::Decode, 64 * 1024));
    let error = read_item(&client).send().await.unwrap_err();
    assert_eq!((error.kind(), error.body().unwrap().len()), (ErrorKind::Status, 64 * 1024));
}

#[tokio::test]
async fn broken_connections_are_transport_errors() {
    let cut = |_: usize, _: &Seen| b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"id\":".to_vec();
    let server = Server::start(cut).await;
    let mut call = read_item(&client_of(&server));
    call.text("secret", "hidden");
    let error = call.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.is_retryable());

    // It does not listen, and nobody else gets its port.
    let bound = tokio::net::TcpSocket::new_v4().unwrap();
    bound.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}", bound.local_addr().unwrap());
    let client: Client<Store> =
        Client::<Store>::builder().base_url(url).retry(RetryPolicy::none()).build().unwrap();
    let mut call = read_item(&client);
    call.text("secret", "hidden");
    let error = call.send().await.unwrap_err();
    assert!(error.to_string().starts_with("GET /v1/items/{id}: the connection failed"), "{error}");
    let (text, debug) = (error.to_string(), format!("{error:?}"));
    assert!(!text.contains("hidden") && !debug.contains("hidden"), "{text} {debug}");
}

#[tokio::test]
async fn a_silent_server_times_out_and_a_dropped_call_hangs_up() {
    let server = Server::start(|_, _| Vec::new()).await;
    let client: Client<Store> = Client::<Store>::builder()
        .base_url(&server.url)
        .retry(RetryPolicy::none())
        .timeout(Duration::from_millis(100))
        .build()
        .unwrap();
    let error = read_item(&client).send().await.unwrap_err();
    assert!(error.to_string().contains("took too long"), "{error}");

    let sent = read_item(&client_of(&server)).send();
    assert!(tokio::time::timeout(Duration::from_millis(100), sent).await.is_err());
}

/// A provider that counts its tokens.
struct Renewing {
    asked: AtomicUsize,
    renews: bool,
}

impl TokenProvider for Renewing {
    fn credential<'a>(&'a self, _: &'a Operation) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Credential::bearer(&format!("token-{number}")).map(Some) })
    }

    fn invalidate(&self, refused: &Credential, _: &HeaderMap) -> bool {
        assert!(refused.headers().next().unwrap().1.to_str().unwrap().starts_with("Bearer token-"));
        self.renews
    }
}

#[tokio::test]
async fn a_refused_credential_is_renewed_twice() {
    for (renews, accepted, requests) in [(true, 1, 2), (true, 2, 3), (true, 9, 3), (false, 1, 1)] {
        let token = format!("Bearer token-{accepted}");
        let server = Server::start(move |_, seen| match seen.header("authorization") == Some(&token) {
            true => reply("200 OK", "", r#"{"id":"1"}"#),
            false => reply("401 Unauthorized", "", "{}"),
        })
        .await;
        let provider = Arc::new(Renewing { asked: AtomicUsize::new(0), renews });
        let client: Client<Store> = Client::<Store>::builder()
            .base_url(&server.url)
            .credentials(Arc::clone(&provider))
            .retry(RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO))
            .build()
            .unwrap();
        let result = read_item(&client).send().await;
        assert_eq!(result.is_ok(), renews && accepted < 9);
        assert_eq!((server.seen().len(), provider.asked.load(Ordering::SeqCst)), (requests, requests));
    }
}

struct NoKey;

impl TokenProvider for NoKey {
    fn credential<'a>(&'a self, _: &'a Operation) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        Box::pin(async { Err("the key file is gone".into()) })
    }
}

#[tokio::test]
async fn a_call_without_credentials_is_not_sent() {
    let server = Server::start(|_, _| reply("200 OK", "", "{}")).await;
    let client: Client<Store> =
        Client::<Store>::builder().base_url(&server.url).credentials(NoKey).build().unwrap();
    let error = read_item(&client).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(error.to_string(), "GET /v1/items/{id}: no credentials: the key file is gone");
    let client: Client<Store> = Client::<Store>::builder()
        .base_url(&server.url)
        .credentials(StaticToken::bearer("s3cret\n"))
        .build()
        .unwrap();
    let error = read_item(&client).send().await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    assert!(server.seen().is_empty());
}

fn list(client: &Client<Store>) -> List {
    let mut call = client.call(LIST, &[]);
    call.number("limit", 2);
    call.header("x-one", "1");
    call
}

fn page(host: &str, ids: &[usize], next: Option<&str>) -> Vec<u8> {
    let data: Vec<_> = ids.iter().map(|id| serde_json::json!({"id": id.to_string()})).collect();
    let next = next.map(|path| format!("{host}{path}"));
    reply("200 OK", "", serde_json::json!({"data": data, "links": {"next": next}}).to_string())
}

#[tokio::test]
async fn pages_follow_the_next_link_as_it_is() {
    let server = Server::start(|number, seen| {
        let host = format!("http://{}", seen.header("host").unwrap());
        match number {
            1 => page(&host, &[1, 2], Some("/v1/items?cursor=a%2Cb&x[y]=1")),
            2 => page("", &[], Some("/v1/items?cursor=c")),
            _ => page(&host, &[3], None),
        }
    })
    .await;
    let mut items = list(&client_of(&server)).items();
    let mut ids = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        ids.push(item.id);
    }
    assert_eq!(ids, ["1", "2", "3"]);
    assert_eq!(items.try_next().await.unwrap(), None);
    let seen = server.seen();
    assert_eq!(seen[0].line, "GET /v1/items?limit=2 HTTP/1.1");
    assert_eq!(seen[1].line, "GET /v1/items?cursor=a%2Cb&x[y]=1 HTTP/1.1");
    assert_eq!(seen[2].line, "GET /v1/items?cursor=c HTTP/1.1");
    for seen in &seen {
        assert_eq!((seen.header("x-one"), seen.header("authorization")), (Some("1"), Some("Bearer s3cret")));
    }
}

#[tokio::test]
async fn next_links_to_other_hosts_and_in_circles_are_errors() {
    for (next, message) in [
        (
            "https://evil.example.com/v1",
            "the link to the next page has another host, https://evil.example.com:443",
        ),
        ("//evil.example.com/v1", "the link to the next page is not an http or https URL"),
        ("http://127.0.0.1:1/v1", "the link to the next page has another host, http://127.0.0.1:1"),
        ("ftp://x/", "the link to the next page is not an http or https URL"),
        ("/v1/items?limit=2", "the link to the next page refers to an earlier page"),
        ("http:// x", "the link to the next page is invalid: invalid uri character"),
    ] {
        let server = Server::start(move |_, seen| {
            let host = format!("http://{}", seen.header("host").unwrap());
            page(if next.starts_with("/v1") { &host } else { "" }, &[1], Some(next))
        })
        .await;
        let mut pages = list(&client_of(&server)).pages();
        assert_eq!(pages.try_next().await.unwrap().unwrap().data.len(), 1);
        let error = pages.try_next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Paging);
        assert_eq!(error.to_string(), format!("GET /v1/items: {message}"));
        assert_eq!(pages.try_next().await.unwrap(), None);
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_longer_circle_ends_too() {
    let server = Server::start(|number, seen| {
        let host = format!("http://{}", seen.header("host").unwrap());
        page(&host, &[number], Some(if number % 2 == 0 { "/v1/items?c=1" } else { "/v1/items?c=2" }))
    })
    .await;
    let mut items = list(&client_of(&server)).items();
    let mut count = 0;
    let error = loop {
        match items.try_next().await {
            Ok(Some(_)) => count += 1,
            Ok(None) => panic!("the circle has no end"),
            Err(error) => break error,
        }
    };
    assert_eq!((count, error.kind()), (3, ErrorKind::Paging));
}

/// A page whose next is a parameter of the query.
struct Skipping {
    items: Vec<Item>,
}
object! { Skipping { items: "items" } }

impl Paged for Skipping {
    type Item = Item;

    fn next(&self, sent: &Request) -> Option<Next> {
        let skip: usize = sent.parameter("skip").map_or(0, |skip| skip.parse().unwrap());
        (!self.items.is_empty()).then(|| Next::Query(vec![("skip", (skip + self.items.len()).to_string())]))
    }

    fn take_items(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.items)
    }
}

#[tokio::test]
async fn a_next_page_may_be_a_parameter() {
    let server = Server::start(|number, _| {
        reply(
            "200 OK",
            "",
            if number < 3 { r#"{"items":[{"id":"1"},{"id":"2"}]}"# } else { r#"{"items":[]}"# },
        )
    })
    .await;
    let mut items = client_of(&server).call::<Skipping>(LIST, &[]).items();
    let mut count = 0;
    while items.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 4);
    assert_eq!(server.seen()[2].line, "GET /v1/items?skip=4 HTTP/1.1");
}

#[tokio::test]
async fn a_dropped_wait_for_an_item_loses_none() {
    let server = Server::start(|number, seen| {
        let host = format!("http://{}", seen.header("host").unwrap());
        page(&host, &[number], (number < 3).then_some(["/v1/items?c=1", "/v1/items?c=2"][number % 2]))
    })
    .await;
    let mut items = list(&client_of(&server)).items();
    let mut ids = Vec::new();
    loop {
        // Polled once and dropped, again and again.
        tokio::select! {
            biased;
            item = items.try_next() => match item.unwrap() {
                Some(item) => ids.push(item.id),
                None => break,
            },
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(ids, ["1", "2", "3"]);
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn futures_and_streams_borrow_nothing_and_can_move_between_threads() {
    fn moves<T: Send + 'static>(_: T) {}
    fn streams<S: futures_core::Stream + Unpin + Send + 'static>() {}
    streams::<Pages<Store, Page<Item>>>();
    streams::<Items<Store, Page<Item>>>();
    let client: Client<Store> = Client::<Store>::builder().build().unwrap();
    moves(list(&client).send());
    moves(read_item(&client).stream());
    moves(list(&client));
    let mut items = list(&client).items();
    moves(async move { items.try_next().await });
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Client<Store>>();
    shared::<ApiError<Store>>();
    shared::<List>();
}

#[test]
fn secrets_do_not_show() {
    let token = StaticToken::bearer("s3cret");
    let builder = Client::<Store>::builder().credentials(token.clone()).header("x-key", "s3cret");
    let mut call = read_item(&builder.build().unwrap());
    call.header("authorization", "s3cret");
    call.text("filter[email]", "s3cret");
    call.bytes("text/plain", "s3cret");
    let credential = Credential::bearer("s3cret").unwrap();
    let client = Client::<Store>::builder().credentials(token.clone());
    let shown = format!(
        "{call:?} {token:?} {credential:?} {:?} {client:?} {:?}",
        credential.headers().collect::<Vec<_>>(),
        call.request()
    );
    assert!(!shown.contains("s3cret"), "{shown}");
}
