//! Credentials by security scheme, and OAuth 2.0 client credentials, over HTTP on loopback.
#![cfg(feature = "http-client")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::server::{Seen, Server, reply};
use storewright_runtime::http::HeaderName;
use storewright_runtime::{
    Api, Call, Client, ClientBuilder, ClientCredentials, ErrorKind, Method, NoFault, Operation,
    SchemeCredentials, Security, StaticToken, Value, operations, security,
};

#[derive(Debug)]
struct Store;

impl Api for Store {
    type Fault = NoFault;
    type Client = Client<Store>;
    const NAME: &'static str = "Store";
    const BASE_URL: &'static str = "https://api.example.com";
    const SECURITY: Security = security!([["key"], ["user", "session"]]);
}

operations! {
    SHARED: Shared = Get "shared" "/shared",
    COMBINED: Combined = Get "combined" "/combined?sort=name" by [["user", "session", "query"]],
    OPTIONAL: Optional = Get "optional" "/optional" by [[], ["other"]],
    PUBLIC: Public = Get "public" "/public" by [],
    READ: Read = Get "read" "/read" by [["oauth" ["read"]]],
    WRITE: Write = Post "write" "/write" by [["oauth" ["read", "write"]]],
}

fn client(
    server: &Server,
    change: impl FnOnce(ClientBuilder<Store>) -> ClientBuilder<Store>,
) -> Client<Store> {
    change(Client::<Store>::builder().base_url(&server.url)).build().unwrap()
}

fn call(client: &Client<Store>, operation: Operation) -> Call<Store, Value> {
    client.call(operation, &[])
}

async fn ok() -> Server {
    Server::start(|_, _| reply("200 OK", "", "{}")).await
}

fn all() -> SchemeCredentials {
    SchemeCredentials::new()
        .with("key", StaticToken::header(HeaderName::from_static("x-key"), "k3y"))
        .with("user", StaticToken::basic("me", "s3cret"))
        .with("session", StaticToken::cookie("sid", "s3ssion"))
        .with("query", StaticToken::query("api key", "a&b"))
}

#[tokio::test]
async fn an_operation_gets_the_credentials_that_it_requires() {
    let server = ok().await;
    let client = client(&server, |builder| builder.credentials(all()));
    let mut combined = call(&client, COMBINED);
    combined.header("cookie", "theme=dark; sid=old");
    combined.send().await.unwrap();
    call(&client, SHARED).send().await.unwrap();
    call(&client, OPTIONAL).send().await.unwrap();
    call(&client, PUBLIC).send().await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].line, "GET /combined?sort=name&api%20key=a%26b HTTP/1.1");
    assert_eq!(seen[0].header("authorization"), Some("Basic bWU6czNjcmV0"));
    assert_eq!(seen[0].header("cookie"), Some("theme=dark; sid=s3ssion"));
    assert_eq!(seen[0].header("x-key"), None);
    assert_eq!((seen[1].header("x-key"), seen[1].header("authorization")), (Some("k3y"), None));
    for seen in &seen[2..] {
        let sent = ["x-key", "authorization", "cookie"].map(|name| seen.header(name));
        assert_eq!(sent, [None; 3], "{}", seen.line);
    }
}

#[tokio::test]
async fn the_first_alternative_whose_credentials_are_given_is_sent() {
    let server = ok().await;
    let credentials = SchemeCredentials::new()
        .with("user", StaticToken::basic("me", "s3cret"))
        .with("session", StaticToken::cookie("sid", "s3ssion"));
    let client = client(&server, |builder| builder.credentials(credentials));
    call(&client, SHARED).send().await.unwrap();
    assert_eq!(server.seen()[0].header("cookie"), Some("sid=s3ssion"));
    let error = call(&client, READ).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(error.to_string(), "GET /read: no credentials: the operation needs `oauth`");
    let nothing = client_without(&server);
    let error = call(&nothing, SHARED).send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /shared: no credentials: the operation needs `key`, or `user` and `session`"
    );
    assert_eq!(server.seen().len(), 1);
}

fn client_without(server: &Server) -> Client<Store> {
    client(server, |builder| builder.credentials(SchemeCredentials::new()))
}

#[tokio::test]
async fn a_query_credential_is_sent_once_with_the_url_of_a_next_page() {
    let server = ok().await;
    let client = client(&server, |builder| {
        builder.credentials(SchemeCredentials::new().with("key", StaticToken::query("key", "new")))
    });
    client.raw::<Value>(Method::Get, "/shared?key=old&page=2").send().await.unwrap();
    assert_eq!(server.seen()[0].line, "GET /shared?page=2&key=new HTTP/1.1");
}

/// A token endpoint and an API that accepts the latest token for the scopes of the path.
async fn oauth(lifetime: &'static str) -> (Server, Arc<AtomicUsize>) {
    let issued = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&issued);
    let server = Server::start(move |_, seen| match seen.line.as_str() {
        "POST /token HTTP/1.1" => {
            // Long enough for other calls to arrive.
            std::thread::sleep(Duration::from_millis(50));
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            reply(
                "200 OK",
                "content-type: application/json\r\n",
                format!(r#"{{"access_token":"t{number}","token_type":"bearer"{lifetime}}}"#),
            )
        }
        _ => reply("200 OK", "", "{}"),
    })
    .await;
    (server, issued)
}

fn tokens(server: &Server) -> ClientCredentials {
    ClientCredentials::new(format!("{}/token", server.url), "id:1", "p w")
}

fn requests_of_tokens(server: &Server) -> Vec<Seen> {
    server.seen().into_iter().filter(|seen| seen.line.starts_with("POST /token")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_calls_share_one_request_of_a_token() {
    let (server, issued) = oauth(r#","expires_in":3600"#).await;
    let client = client(&server, |builder| {
        builder.credentials(SchemeCredentials::new().with_client("oauth", tokens(&server)))
    });
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(call(&client, READ).send())).collect();
    // A call that is given up stops none of the others.
    calls[0].abort();
    for (index, call) in calls.into_iter().enumerate() {
        match call.await {
            Ok(answer) => drop(answer.unwrap()),
            Err(error) => assert!(error.is_cancelled() && index == 0),
        }
    }
    assert_eq!(issued.load(Ordering::SeqCst), 1);
    let request = &requests_of_tokens(&server)[0];
    assert_eq!(request.body, "grant_type=client_credentials&scope=read");
    // `id%3A1:p%20w`
    assert_eq!(request.header("authorization"), Some("Basic aWQlM0ExOnAlMjB3"));
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let last = server.seen().pop().unwrap();
    assert_eq!(last.header("authorization"), Some("Bearer t1"));
    // Other scopes are another token.
    call(&client, WRITE).send().await.unwrap();
    assert_eq!(requests_of_tokens(&server)[1].body, "grant_type=client_credentials&scope=read%20write");
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end_and_after_a_refusal() {
    use storewright_runtime::{Clock, SystemClock};
    /// A clock that jumps.
    struct Jumping(SystemClock, Arc<AtomicUsize>);
    impl Clock for Jumping {
        fn now(&self) -> std::time::SystemTime {
            self.0.now()
        }
        fn elapsed(&self) -> Duration {
            let seconds = self.1.load(Ordering::SeqCst);
            Duration::from_secs(u64::try_from(seconds).unwrap())
        }
        fn sleep(&self, duration: Duration) -> storewright_runtime::BoxFuture<'static, ()> {
            self.0.sleep(duration)
        }
    }
    let (server, issued) = oauth(r#","expires_in":"600""#).await;
    let time = Arc::new(AtomicUsize::new(0));
    let clock = Jumping(SystemClock::new(), Arc::clone(&time));
    let client = client(&server, |builder| builder.clock(clock).credentials(tokens(&server).scopes(["all"])));
    for (second, tokens) in [(0, 1), (539, 1), (540, 2), (1079, 2), (1080, 3)] {
        time.store(second, Ordering::SeqCst);
        call(&client, READ).send().await.unwrap();
        assert_eq!(issued.load(Ordering::SeqCst), tokens, "{second}");
    }
    assert!(requests_of_tokens(&server)[0].body.ends_with("&scope=all"));

    let refusing = Server::start(|number, seen| match (number, seen.line.starts_with("POST /token")) {
        (_, true) => reply("200 OK", "", format!(r#"{{"access_token":"t{number}"}}"#)),
        (2, false) => reply("401 Unauthorized", "", ""),
        _ => reply("200 OK", "", "{}"),
    })
    .await;
    let schemes = SchemeCredentials::new().with_client("oauth", tokens(&refusing));
    let client = self::client(&refusing, |builder| builder.credentials(schemes));
    call(&client, READ).send().await.unwrap();
    let sent: Vec<_> =
        refusing.seen().iter().map(|seen| seen.header("authorization").map(str::to_owned)).collect();
    assert_eq!(sent[1].as_deref(), Some("Bearer t1"));
    assert_eq!(sent[3].as_deref(), Some("Bearer t3"));
}

#[tokio::test]
async fn a_refused_client_is_an_error_with_the_reason_and_without_the_secret() {
    for (body, shown) in [
        (
            r#"{"error":"invalid_client","error_description":"unknown\nclient"}"#,
            "GET /read: no credentials: the token endpoint responded 401 Unauthorized: invalid_client: unknown client",
        ),
        (
            r#"{"error":"p4ssw0rd is wrong"}"#,
            "GET /read: no credentials: the token endpoint refused the client",
        ),
        ("<html>", "GET /read: no credentials: the token endpoint responded 401 Unauthorized"),
    ] {
        let server = Server::start(move |_, _| reply("401 Unauthorized", "", body)).await;
        let oauth = ClientCredentials::new("/token", "me", "p4ssw0rd").in_body().parameter("audience", "a b");
        let client = client(&server, |builder| {
            builder.credentials(SchemeCredentials::new().with_client("oauth", oauth))
        });
        let error = call(&client, READ).send().await.unwrap_err();
        assert_eq!(error.to_string(), shown);
        assert!(!format!("{error:?} {client:?}").contains("p4ssw0rd"));
        assert_eq!(
            server.seen()[0].body,
            "grant_type=client_credentials&scope=read&audience=a%20b&client_id=me&client_secret=p4ssw0rd"
        );
        // A failure is not kept.
        drop(call(&client, READ).send().await.unwrap_err());
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn tokens_are_not_requested_without_tls_where_the_api_has_it() {
    let oauth = ClientCredentials::new("http://127.0.0.1:1/token", "me", "p4ssw0rd");
    let client = Client::<Store>::builder().credentials(oauth).build().unwrap();
    let error = call(&client, READ).send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /read: no credentials: the token URL is not https, although the API's is"
    );
}

#[test]
fn secrets_of_schemes_do_not_show() {
    let oauth = ClientCredentials::new("https://e.example/token?key=k3y", "me", "p4ssw0rd");
    let shown = format!("{:?} {oauth:?} {:?}", all(), StaticToken::query("key", "k3y"));
    for secret in ["k3y", "s3cret", "s3ssion", "p4ssw0rd", "a&b"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
