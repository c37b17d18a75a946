//! Asserts that keys, tokens, signed URLs, passwords and personal data appear in no output.
//!
//! It is a test of its own file, and so a process of its own: the logger is set once per process.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(deprecated, reason = "the screenshot of a set has a secret that others lack")]

use std::fmt::{Debug, Display};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app_center_client::models::{
    ApiTokensCreateRequest, ReleaseUploadBeginRequest, SymbolUploadBeginRequest, SymbolUploadSymbolType,
};
use app_center_client::{Client as AppCenter, Credentials};
use app_store_connect_client::models::{
    AppScreenshotCreate, AppScreenshotCreateRequest, BetaAppReviewDetailUpdateRequest, WebhookCreate,
    WebhookCreateRequest,
};
use app_store_connect_client::runtime::{
    Bytes, ClientBuilder, Digests, Limits, Method, Part, Reqwest, RetryPolicy, Transfer, Value,
};
use app_store_connect_client::{Client, IssuerId, KeyId, TeamKey, WebhookEvent};
use app47_client::{AccessToken, Client as App47};
use base64::Engine;
use p256::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::json;
use storewright_tests::{Answer, Seen, Server};

/// Secrets are made of these, so that a piece of one is found too.
const SECRETS: &[&str] = &[
    "pr0xy-s3cret",
    "pr0xy-p4ss",
    "b4sic-p4ss",
    "acc3ss-t0ken",
    "api-t0ken",
    "new-t0ken",
    "s1gnature",
    "upl0ad-t0ken",
    "w3bhook-s3cret",
    "dem0-p4ss",
    "c00kie",
    "base-p4ss",
    "someone@example.com",
    "someone%40example",
];

fn pem() -> String {
    let secret = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    secret.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

fn team() -> TeamKey {
    let issuer = IssuerId::new("57246542-96fe-1a63-e053-0824d011072a");
    TeamKey::from_pem(pem(), KeyId::new("2X9R4HXF34"), issuer).unwrap()
}

fn token_of(seen: &Seen) -> String {
    seen.header("authorization").unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

/// Everything that is logged, spans and their fields included.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that a program could print.
#[derive(Default)]
struct Shown(String);

impl Shown {
    fn debug(&mut self, value: &dyn Debug) {
        self.0 += &format!("{value:?}\n{value:#?}\n");
    }

    fn result<T: Debug, E: std::error::Error + Display>(&mut self, result: &Result<T, E>) {
        match result {
            Ok(value) => self.debug(value),
            Err(error) => self.error(error),
        }
    }

    fn error<E: std::error::Error + Display>(&mut self, error: &E) {
        self.debug(error);
        self.0 += &format!("{error}\n");
        let mut source = error.source();
        while let Some(inner) = source {
            self.0 += &format!("{inner} {inner:?}\n");
            source = inner.source();
        }
    }
}

fn at_once() -> RetryPolicy {
    RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO).attempts(2)
}

fn settings<A: app_store_connect_client::runtime::Api>(
    builder: ClientBuilder<A>,
    server: &Server,
    shown: &mut Shown,
) -> ClientBuilder<A> {
    let builder = builder.base_url(server.url()).header("x-proxy-key", "pr0xy-s3cret").retry(at_once());
    shown.debug(&builder);
    builder.limits(Limits::NONE)
}

fn url(server: &Server, path: &str) -> String {
    format!("{}{path}?X-Amz-Signature=s1gnature", server.url())
}

/// Responses that fail in every way there is, with secrets in them.
fn failures(server: &Server) -> Vec<Answer> {
    let secret = json!({"url": url(server, "/x"), "token": "upl0ad-t0ken", "api_token": "new-t0ken",
                        "attributes": {"uploadOperations": [{"url": url(server, "/x")}]}});
    vec![
        Answer::json(403, &secret).header("set-cookie", "session=c00kie"),
        Answer::json(200, &json!({"data": 5, "secret": secret})),
        Answer::json(200, &json!([secret])),
        Answer::new(200, "application/json", r#"{"data": {"url": "http://x/?s1gnature"#),
        Answer::empty(302).header("location", &url(server, "/elsewhere")),
        Answer::none(),
        Answer::none(),
        Answer::json(200, &secret).cut_after(9),
        Answer::json(200, &secret).cut_after(9),
    ]
}

async fn app_store_connect(shown: &mut Shown) -> Vec<String> {
    let server = Server::start([
        Answer::json(401, &json!({})),
        Answer::json(503, &json!({})),
        Answer::json(200, &json!({"data": {"type": "apps", "id": "1"}})),
    ])
    .await;
    let key = team();
    shown.debug(&key);
    let client = settings(Client::builder(key), &server, shown).build().unwrap();
    shown.debug(&client);
    shown.debug(&client.apps());
    client.apps().get("1").send().await.unwrap();
    failures(&server).into_iter().for_each(|answer| server.push(answer));
    for _ in 0..7 {
        let call = client.users().list().filter_username(["someone@example.com"]);
        shown.debug(&call);
        shown.debug(call.request());
        shown.result(&call.send().await);
    }
    let mut request = client.runtime().raw::<Value>(Method::Get, "/v1/x?email=someone@example.com");
    request.header("authorization", "api-t0ken");
    shown.debug(&request);
    shown.debug(&BetaAppReviewDetailUpdateRequest::new("1").demo_account_password("dem0-p4ss"));
    let hook = WebhookCreateRequest::new(WebhookCreate {
        enabled: true,
        event_types: vec!["BUILD_UPLOAD_STATE_UPDATED".into()],
        name: "hook".into(),
        secret: "w3bhook-s3cret".into(),
        url: "https://example.com/?k=s1gnature".into(),
        app: "1".into(),
    });
    shown.debug(&client.webhooks().create(hook.clone()));
    shown.debug(&hook);
    shown.error(&WebhookEvent::verified("w3bhook-s3cret", "s1gnature", b"x").unwrap_err());
    server
        .seen()
        .iter()
        .flat_map(|seen| token_of(seen).split('.').map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

async fn files(shown: &mut Shown) {
    let storage = Server::start([]).await;
    let part = json!({"method": "PUT", "url": url(&storage, "/part"), "offset": 0, "length": 3, "requestHeaders": []});
    let reserved = Answer::json(
        201,
        &json!({"data": {"type": "appScreenshots", "id": "a", "attributes": {
            "uploadOperations": [part], "assetToken": "upl0ad-t0ken"}}}),
    );
    let api = Server::start([reserved.clone(), reserved]).await;
    let key = team();
    let client = settings(Client::builder(key), &api, shown).build().unwrap();
    let create = || {
        client.app_screenshots().create(AppScreenshotCreateRequest::new(AppScreenshotCreate {
            file_name: "a.png".into(),
            file_size: 3,
            app_screenshot_set: "s".into(),
        }))
    };
    shown.debug(&create().send().await.unwrap());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "abc").unwrap();
    let states = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&states);
    let upload =
        client.upload(create(), file.path()).on_state(move |state| kept.lock().unwrap().push(state.clone()));
    shown.debug(&upload);
    shown.error(&upload.send().await.unwrap_err());
    shown.debug(&*states.lock().unwrap());
    assert!(storage.seen()[0].line.contains("s1gnature"));
    failures(&storage).into_iter().for_each(|answer| storage.push(answer));
    for _ in 0..7 {
        let part = Part::new("PUT", url(&storage, "/part"), 0, 3).header("authorization", "upl0ad-t0ken");
        let mut transfer = Transfer::new(Digests::of_file(file.path()).await.unwrap(), vec![part]);
        shown.debug(&transfer);
        let uploader = client.runtime().uploader();
        shown.debug(&uploader);
        shown.result(&uploader.send(file.path(), &mut transfer).await);
    }
    failures(&storage).into_iter().for_each(|answer| storage.push(answer));
    for _ in 0..7 {
        let download = client.runtime().download(&url(&storage, "/segment"));
        shown.debug(&download);
        shown.result(&download.gunzip().to_writer(&mut Vec::new()).await);
    }
    let gone = "http://127.0.0.1:1/segment?X-Amz-Signature=s1gnature";
    for url in [gone, "http://127.0.0.1:1/ s1gnature", "s1gnature"] {
        shown.error(&client.runtime().download(url).to_writer(&mut Vec::new()).await.unwrap_err());
    }
}

async fn app_center(shown: &mut Shown) {
    let token = json!({"id": "t", "api_token": "new-t0ken", "created_at": "2020-01-01T00:00:00Z"});
    let api = Server::start([Answer::json(201, &token)]).await;
    let credentials = Credentials::token("api-t0ken").with_basic("someone@example.com", "b4sic-p4ss");
    shown.debug(&credentials);
    let client = settings(AppCenter::builder(credentials), &api, shown).build().unwrap();
    let tokens = client.user_api_tokens();
    shown.debug(&tokens.create(ApiTokensCreateRequest::default()).send().await.unwrap());
    failures(&api).into_iter().for_each(|answer| api.push(answer));
    for _ in 0..7 {
        let failed = tokens.create(ApiTokensCreateRequest::default()).with_retry(at_once().writes(true));
        shown.result(&failed.send().await);
    }
    let storage = Server::start([]).await;
    let begun = json!({"id": "u1", "package_asset_id": "p", "upload_domain": storage.url(), "token": "upl0ad-t0ken",
                       "url_encoded_token": "upl0ad-t0ken"});
    let symbols = json!({"symbol_upload_id": "s1", "upload_url": url(&storage, "/blob"),
                         "expiration_date": "2026-11-24T00:00:00Z"});
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "abc").unwrap();
    api.push(Answer::json(201, &begun));
    api.push(Answer::json(201, &begun));
    api.push(Answer::json(200, &symbols));
    api.push(Answer::empty(200));
    storage.push(Answer::json(200, &json!({"error": false, "chunk_size": 2})));
    let begin = || client.releases().create_release_upload(("o", "a"), ReleaseUploadBeginRequest::default());
    let states = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&states);
    let upload = client
        .upload_release(begin(), file.path())
        .on_state(move |state| kept.lock().unwrap().push(state.clone()));
    shown.debug(&upload);
    shown.error(&upload.send().await.unwrap_err());
    shown.debug(&begin().send().await.unwrap());
    shown.debug(&*states.lock().unwrap());
    assert!(!states.lock().unwrap().is_empty());
    let begin = client
        .symbol_uploads()
        .create(("o", "a"), SymbolUploadBeginRequest::new(SymbolUploadSymbolType::Apple));
    shown.error(&client.upload_symbols(begin, file.path()).send().await.unwrap_err());
}

async fn app47(shown: &mut Shown) {
    let server = Server::start(failures(&Server::start([]).await)).await;
    let token = AccessToken::new("acc3ss-t0ken");
    shown.debug(&token);
    let client = settings(App47::builder(token), &server, shown).build().unwrap();
    for _ in 0..7 {
        shown.result(&client.apps().show("1").send().await);
    }
    assert_eq!(server.seen()[0].header("access-token"), Some("acc3ss-t0ken"));
}

async fn proxies(shown: &mut Shown) {
    let server = Server::start([Answer::empty(407), Answer::none(), Answer::none()]).await;
    for at in [server.url().trim_start_matches("http://"), "127.0.0.1:1"] {
        let proxy = format!("http://someone%40example.com:pr0xy-p4ss@{at}");
        for base in ["http://api.example.invalid", "https://api.example.invalid"] {
            let transport = Reqwest::with(|settings| {
                settings.proxy(app_store_connect_client::runtime::reqwest::Proxy::all(&proxy).unwrap())
            })
            .unwrap();
            shown.debug(&transport);
            let builder =
                App47::builder(AccessToken::new("acc3ss-t0ken")).base_url(base).transport(transport);
            shown.debug(&builder);
            let client = builder.retry(RetryPolicy::none()).build().unwrap();
            shown.debug(&client);
            shown.error(&client.apps().show("1").send().await.unwrap_err());
        }
    }
    let sent = server.seen()[0].header("proxy-authorization").unwrap().to_owned();
    let sent = base64::engine::general_purpose::STANDARD.decode(sent.trim_start_matches("Basic ")).unwrap();
    assert_eq!(Bytes::from(sent), "someone@example.com:pr0xy-p4ss");
    for url in
        ["https://someone:base-p4ss@example.com", "https://someone:base-p4ss@exa mple.com", "base-p4ss"]
    {
        let builder = App47::builder(AccessToken::new("acc3ss-t0ken")).base_url(url);
        shown.error(&builder.build().unwrap_err());
    }
    let builder =
        App47::builder(AccessToken::new("x")).base_url("https://someone:base-p4ss@example.com?x=base-p4ss");
    shown.debug(&builder);
}

#[tokio::test]
async fn no_secret_is_in_any_debug_log_or_error() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let mut shown = Shown::default();
    let mut secrets: Vec<String> =
        pem().lines().filter(|line| !line.starts_with('-')).map(str::to_owned).collect();
    secrets.extend(app_store_connect(&mut shown).await);
    files(&mut shown).await;
    app_center(&mut shown).await;
    app47(&mut shown).await;
    proxies(&mut shown).await;
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    secrets.push(base64("someone@example.com:b4sic-p4ss"));
    secrets.push(base64("someone@example.com:pr0xy-p4ss"));
    secrets.extend(SECRETS.iter().map(|secret| (*secret).to_owned()));

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    // The log contains one: it names the action.
    for part in [r#"path="/v1/users""#, "status=503", "attempt=2", r#"method="PUT""#] {
        assert!(logged.contains(part), "{part} is not in\n{logged}");
    }
    let mut leaks = Vec::new();
    for (what, text) in [("shown", &shown.0), ("logged", &logged)] {
        for secret in &secrets {
            let line = text.lines().find(|line| line.contains(secret.as_str()));
            leaks.extend(line.map(|line| format!("{secret} is {what}: {line}")));
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
    assert!(secrets.len() > 30 && shown.0.len() > 10_000);
}
