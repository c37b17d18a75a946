//! Sends requests through proxies of the settings and of the environment.

use storewright_runtime::reqwest::Proxy;
use storewright_runtime::{Client, ClientBuilder, Digests, Part, Reqwest, Transfer};
use storewright_tests::{Answer, Server};

use crate::{GET, Store, call, ok};

/// An address that leads nowhere but through a proxy.
const API: &str = "http://api.example.invalid";

fn through(proxy: &str) -> ClientBuilder<Store> {
    let transport = Reqwest::with(|settings| settings.proxy(Proxy::all(proxy).unwrap())).unwrap();
    Client::<Store>::builder().base_url(API).transport(transport)
}

#[tokio::test]
async fn calls_uploads_and_downloads_go_through_a_proxy() {
    let proxy = Server::start([ok(), Answer::empty(200), Answer::new(200, "text/plain", "abc")]).await;
    let client = through(proxy.url()).build().unwrap();
    call(&client, GET).send().await.unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "abc").unwrap();
    let parts = vec![Part::new("PUT", "http://storage.example.invalid/part", 0, 3)];
    let mut transfer = Transfer::new(Digests::of_file(file.path()).await.unwrap(), parts);
    client.uploader().send(file.path(), &mut transfer).await.unwrap();
    let mut written = Vec::new();
    client.download("http://storage.example.invalid/file").to_writer(&mut written).await.unwrap();
    assert_eq!(written, b"abc");
    let lines: Vec<String> = proxy.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(
        lines,
        [
            "GET http://api.example.invalid/v1/items",
            "PUT http://storage.example.invalid/part",
            "GET http://storage.example.invalid/file"
        ]
    );
}

#[tokio::test]
async fn a_proxy_gets_its_own_name_and_password() {
    let proxy = Server::start([ok()]).await;
    let url = proxy.url().replace("http://", "http://ann:pass@");
    call(&through(&url).build().unwrap(), GET).send().await.unwrap();
    assert_eq!(proxy.one().header("proxy-authorization"), Some("Basic YW5uOnBhc3M="));
}

/// This test runs itself once more, in a process that has the variable.
#[tokio::test]
async fn a_proxy_may_stand_in_the_environment() {
    const AGAIN: &str = "STOREWRIGHT_TEST_AGAIN";
    if std::env::var_os(AGAIN).is_some() {
        let client = Client::<Store>::builder().base_url(API).build().unwrap();
        call(&client, GET).send().await.unwrap();
        return;
    }
    let proxy = Server::start([ok()]).await;
    let mut again = tokio::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "proxies::a_proxy_may_stand_in_the_environment"]);
    again
        .env(AGAIN, "1")
        .env("HTTP_PROXY", proxy.url())
        .env("http_proxy", proxy.url())
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    let output = again.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(proxy.one().line, "GET http://api.example.invalid/v1/items");
}
