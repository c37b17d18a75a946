//! Paths that no operation has, and clients that only read.

use storewright_runtime::{Client, Digests, ErrorKind, Method, Operation, Part, Transfer, Value};
use storewright_tests::Server;

use crate::{GET, Store, TOKEN, builder, call, fails, ok, quick};

#[tokio::test]
async fn a_raw_path_has_the_same_credentials_retries_and_errors() {
    let server = Server::start([fails(500), ok(), fails(404), fails(599)]).await;
    let (client, _) = quick(&server);
    let mut news = client.raw::<Value>(Method::Get, "/v9/news/a%2Fb?filter[x]=1,2&b");
    news.header("x-one", "1");
    assert_eq!(news.send().await.unwrap(), serde_json::json!({"ok": true}));
    let error = client.raw::<Value>(Method::Delete, "/v9/news").send().await.unwrap_err();
    assert_eq!(error.to_string(), "DELETE /v9/news: 404 Not Found");
    let secret = client.raw::<Value>(Method::Get, "/v9/news?email=x").send().await.unwrap_err();
    assert_eq!(secret.to_string(), "GET /v9/news: 599 <unknown status code>");
    let seen = server.seen();
    assert_eq!(seen[0].line, "GET /v9/news/a%2Fb?filter[x]=1,2&b");
    for seen in &seen {
        assert_eq!(seen.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    }
    assert_eq!((seen[1].header("x-one"), seen[2].line.as_str()), (Some("1"), "DELETE /v9/news"));
}

#[tokio::test]
async fn a_raw_path_leads_to_no_other_host() {
    let server = Server::start([]).await;
    let (client, _) = quick(&server);
    for path in ["", "v1", "@evil.example.com/", ".evil.example.com/", "/a b", "https://evil.example.com"] {
        let error = client.raw::<Value>(Method::Get, path).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Build, "{path}");
    }
    // A URL parser would remove these, and the segments before them.
    for path in ["/v1/apps/../users", "/v1/%2e%2E/users", "/v1/.%2e?x=1", "/v1/.", "/v1/a\\..\\b"] {
        let error = client.raw::<Value>(Method::Get, path).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Build, "{path}");
    }
    assert!(server.seen().is_empty());
    let next = Server::start([ok(), ok()]).await;
    let (client, _) = quick(&next);
    client.raw::<Value>(Method::Get, "//evil.example.com/x").send().await.unwrap();
    assert_eq!(next.one().line, "GET //evil.example.com/x");
    client.raw::<Value>(Method::Get, "/v1/..a/.../b.?x=/../y").send().await.unwrap();
    assert_eq!(next.seen()[1].line, "GET /v1/..a/.../b.?x=/../y");
}

#[tokio::test]
async fn a_client_that_only_reads_refuses_the_rest() {
    let server = Server::with(|_, _| ok()).await;
    let client: Client<Store> = builder(&server).read_only(true).build().unwrap();
    for method in [Method::Post, Method::Put, Method::Patch, Method::Delete] {
        for call in
            [call(&client, Operation::new(method, "write", "/v1/items")), client.raw(method, "/v1/items")]
        {
            let error = call.send().await.unwrap_err();
            assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::ReadOnly, false));
            assert!(error.to_string().ends_with(": the client only reads"), "{error}");
        }
    }
    assert!(server.seen().is_empty());
    // Sending a part to another host is a write too; reading it is not.
    let part = Part::new("PUT", format!("{}/part", server.url()), 0, 1);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "x").unwrap();
    let mut transfer = Transfer::new(Digests::of_file(file.path()).await.unwrap(), vec![part]);
    let sent = client.uploader().send(file.path(), &mut transfer).await;
    assert_eq!(sent.unwrap_err().kind(), ErrorKind::ReadOnly);
    assert!(server.seen().is_empty());
    client.download(&format!("{}/file", server.url())).to_writer(&mut Vec::new()).await.unwrap();
    call(&client, GET).send().await.unwrap();
    let head = Operation::new(Method::Head, "head", "/v1/items");
    assert!(client.call::<bool>(head, &[]).send().await.unwrap());
}
