//! Calls scripts without an executor, on the same thread.

use futures_core::Stream;
use storewright_runtime::{Columns, Digests, Page, Part, Transfer, Wait, WaitEach, object};
use storewright_tests::{Answer, Server};

use crate::{GET, builder, call, ok};

struct Item {
    id: String,
}
object! { Item { id: "id" } }

#[test]
fn a_script_calls_and_reads_all_pages() {
    let server = Server::start([
        ok(),
        Answer::new(
            200,
            "application/json",
            r#"{"data":[{"id":"1"},{"id":"2"}],"links":{"next":"/v1/items?c=2"}}"#,
        ),
        Answer::new(200, "application/json", r#"{"data":[{"id":"3"}],"links":{}}"#),
    ])
    .wait();
    let client = builder(&server).build().unwrap();
    assert_eq!(call(&client, GET).send().wait().unwrap(), serde_json::json!({"ok": true}));
    let items = client.call::<Page<Item>>(GET, &[]).items();
    assert_eq!(items.size_hint(), (0, None));
    let ids: Result<Vec<String>, _> = items.wait_each().map(|item| item.map(|item| item.id)).collect();
    assert_eq!(ids.unwrap(), ["1", "2", "3"]);
}

#[test]
fn a_script_sends_and_fetches_files() {
    let report = "Id\tName\n1\tone\n";
    let file = |text: &'static str| Answer::new(200, "text/plain", text);
    let server = Server::start([file(report), file(report), Answer::empty(200)]).wait();
    let client = builder(&server).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.tsv");
    call(&client, GET).download().to_file(&path).wait().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), report);
    let mut rows = call(&client, GET).download().rows(Columns::Tabs).wait().unwrap();
    assert_eq!(rows.try_next().wait().unwrap().unwrap().get("Name"), Some("one"));
    assert_eq!(rows.try_next().wait().unwrap(), None);
    let part = Part::new("PUT", format!("{}/part", server.url()), 0, report.len() as u64);
    let digests = Digests::of_file(&path).wait().unwrap();
    client.uploader().send(&path, &mut Transfer::new(digests, vec![part])).wait().unwrap();
    assert_eq!(server.seen()[2].body, report.as_bytes());
}
