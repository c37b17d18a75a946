//! Scripts without an executor: calls go in, answers come out on the same thread.

use futures_core::Stream;
use storewright_runtime::{Page, Wait, WaitEach, object};
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
