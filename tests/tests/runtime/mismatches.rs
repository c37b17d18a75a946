//! Responses with values of other types than documented: decoded, listed, reported once, or an error.

use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;

use serde_json::{Value, json};
use storewright_runtime::{
    Call, Client, ErrorKind, Json, Method, Operation, Page, Paged, Response, object, resource,
};
use storewright_tests::{Answer, Server};

use crate::{GET, Store, builder};

struct Device {
    name: String,
    count: Option<i64>,
    tags: Option<Vec<String>>,
}
object! { Device { name: "name", count: "count", tags: "tags" } required ["name"] }

struct App {
    id: String,
    attributes: Attributes,
}
resource! { App: "apps" { attributes: "attributes" } }

struct Attributes {
    name: Option<String>,
    sku: Option<String>,
}
object! { Attributes { name: "name", sku: "sku" } }

const OTHER: Operation = Operation::new(Method::Get, "other", "/v1/others");

async fn serve(answers: impl IntoIterator<Item = Answer>) -> (Server, Client<Store>) {
    let server = Server::start(answers).await;
    let client = builder(&server).build().unwrap();
    (server, client)
}

fn listed<T>(response: &Response<T>) -> Vec<String> {
    response.mismatches().iter().map(ToString::to_string).collect()
}

thread_local! {
    /// The warnings of this thread, which runs one test: clients send nothing from other threads.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Logs from now on. One subscriber serves all tests: several that come and go at once lose events.
    fn start() -> Self {
        static STARTED: Once = Once::new();
        STARTED.call_once(|| {
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing::Level::WARN)
                .with_writer(|| Log)
                .with_ansi(false)
                .finish();
            tracing::subscriber::set_global_default(subscriber).unwrap();
        });
        Log
    }

    fn lines(&self) -> Vec<String> {
        let text = LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap());
        text.lines().map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_full_response_lists_its_mismatches() {
    let body = r#"{"name":null,"count":"many","tags":["a",5]}"#;
    let answer = Answer::new(200, "application/json", body).header("x-request-id", "r1");
    let (_server, client) = serve([answer.clone(), answer, Answer::json(200, &json!({"name": "n"}))]).await;
    let call: Call<Store, Device> = client.call(GET, &[]);
    let device = call.clone().send().await.unwrap();
    assert_eq!((device.name.as_str(), device.count, device.tags), ("", None, Some(vec!["a".to_owned()])));

    let device = call.clone().full().send().await.unwrap();
    assert_eq!(
        listed(&device),
        [
            "name: expected a string, found null",
            "count: expected a 64-bit integer, found a string",
            "tags[1]: expected a string, found an integer",
        ]
    );
    assert_eq!((device.count, device.status().as_u16(), device.request_id()), (None, 200, Some("r1")));
    assert_eq!(device.headers()["content-type"], "application/json");
    let count: Value = serde_json::from_slice(device.body()).unwrap();
    assert_eq!(count["count"], "many");
    assert_eq!(device.into_inner().count, None);

    assert_eq!(listed(&call.full().send().await.unwrap()), [""; 0]);
}

#[tokio::test]
async fn lists_maps_and_bodies_that_may_be_empty_list_them_too() {
    let (_server, client) = serve([
        Answer::json(200, &json!([{"name": "a"}, 5])),
        Answer::json(200, &json!({"a": 1, "b": "x"})),
        Answer::json(200, &json!({"name": "a", "count": []})),
        Answer::json(200, &json!({"name": "a", "count": {}})),
        Answer::empty(204),
    ])
    .await;
    let list: Response<Vec<Device>> = client.call(GET, &[]).send().await.unwrap();
    assert_eq!((list.len(), listed(&list)), (1, vec!["[1]: expected an object, found an integer".into()]));
    let map: Response<std::collections::BTreeMap<String, i64>> = client.call(GET, &[]).send().await.unwrap();
    assert_eq!(listed(&map), ["b: expected a 64-bit integer, found a string"]);
    let some: Response<Option<Device>> = client.call(GET, &[]).send().await.unwrap();
    assert_eq!(listed(&some), ["count: expected a 64-bit integer, found an array"]);
    let json: Response<Json<Device>> = client.call(GET, &[]).send().await.unwrap();
    assert_eq!(listed(&json), ["count: expected a 64-bit integer, found an object"]);
    let none: Response<()> = client.call(GET, &[]).send().await.unwrap();
    assert_eq!((none.status().as_u16(), listed(&none).len()), (204, 0));
}

fn page(number: usize, next: Option<String>) -> Answer {
    let apps = json!([
        {"type": "apps", "id": format!("{number}a"), "attributes": {"name": number, "sku": "s3cret-sku"}},
        {"type": "apps", "id": format!("{number}b"), "attributes": {"name": "fine", "sku": ["s3cret-sku"]}},
    ]);
    Answer::json(200, &json!({"data": apps, "links": {"next": next}}))
}

fn pages(server: &Server) -> [Answer; 2] {
    [page(1, Some(format!("{}/v1/items?cursor=2", server.url()))), page(2, None)]
}

#[tokio::test]
async fn pages_keep_their_mismatches_and_are_reported_once() {
    let log = Log::start();
    let server = Server::start([]).await;
    for answer in pages(&server).into_iter().chain(pages(&server)).chain([page(3, None)]) {
        server.push(answer);
    }
    let client = builder(&server).build().unwrap();
    let call: Call<Store, Page<App>> = client.call(GET, &[]);

    let mut full = call.clone().full().pages();
    let mut ids = Vec::new();
    while let Some(page) = full.try_next().await.unwrap() {
        assert_eq!(
            listed(&page),
            [
                "data[0].attributes.name: expected a string, found an integer",
                "data[1].attributes.sku: expected a string, found an array",
            ]
        );
        ids.extend(page.into_items().into_iter().map(|app| app.id));
    }
    assert_eq!(ids, ["1a", "1b", "2a", "2b"]);
    let mut items = call.items();
    while items.try_next().await.unwrap().is_some() {}
    let lines = log.lines();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for (line, path) in lines.iter().zip(["data[].attributes.name", "data[].attributes.sku"]) {
        assert!(line.contains(" WARN ") && line.contains(path) && line.contains("expected"), "{line}");
        assert!(!line.contains("s3cret"), "{line}");
    }

    let other: Call<Store, Page<App>> = client.call(OTHER, &[]);
    other.send().await.unwrap();
    assert_eq!(log.lines().len(), 4, "each operation is reported");
}

#[tokio::test]
async fn a_client_reports_no_more_than_a_thousand_mismatches() {
    let log = Log::start();
    let (_server, client) = serve((0..1010).map(|_| Answer::json(200, &json!({"name": 5})))).await;
    for number in 0..1010 {
        let id: &'static str = format!("operation{number}").leak();
        let operation = Operation::new(Method::Get, id, "/v1/items");
        client.call::<Device>(operation, &[]).send().await.unwrap();
    }
    assert_eq!(log.lines().len(), 1000);
}

#[tokio::test]
async fn strict_decoding_makes_each_mismatch_an_error() {
    let bodies = [
        (json!({"name": "n", "count": "x"}), "count"),
        (json!({"name": "n", "tags": {}}), "tags"),
        (json!({"name": "n", "tags": ["a", 5]}), "tags[1]"),
        (json!({"name": null}), "name"),
        (json!({"count": 5}), ""),
    ];
    let server = Server::start(bodies.iter().map(|(body, _)| Answer::json(200, body))).await;
    let client = builder(&server).strict_decoding(true).build().unwrap();
    for (body, path) in bodies {
        let error = client.call::<Device>(GET, &[]).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert_eq!(error.decode_error().unwrap().path, path, "{body}");
    }
}

#[tokio::test]
async fn another_document_and_broken_json_stay_errors() {
    let bodies = ["[]", "5", "null", r#"{"name":"n","count":[1,}"#, r#"{"name":"n""#, ""];
    let (_server, client) = serve(bodies.map(|body| Answer::new(200, "application/json", body))).await;
    for body in bodies {
        let error = client.call::<Device>(GET, &[]).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
    }
}
