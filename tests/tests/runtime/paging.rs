//! Pages through long lists; links that cannot be followed are errors.

use storewright_runtime::{ErrorKind, Page, object};
use storewright_tests::{Answer, Server};

use crate::{GET, quick};

struct Item {
    id: String,
}
object! { Item { id: "id" } }

/// A page of items, and where the next one is.
fn page(ids: impl Iterator<Item = usize>, next: Option<String>) -> Answer {
    let data: Vec<_> = ids.map(|id| serde_json::json!({"id": id.to_string()})).collect();
    Answer::json(200, &serde_json::json!({"data": data, "links": {"next": next}}))
}

#[tokio::test]
async fn a_chain_that_leads_back_to_its_middle_ends() {
    let server = Server::with(|number, seen| {
        let host = seen.header("host").unwrap();
        let next = if number % 50 == 0 { 20 } else { number };
        page(number..number + 2, Some(format!("http://{host}/v1/items?cursor={next}")))
    })
    .await;
    let (client, _) = quick(&server);
    let mut pages = client.call::<Page<Item>>(GET, &[]).pages();
    for _ in 0..50 {
        assert_eq!(pages.try_next().await.unwrap().unwrap().data.len(), 2);
    }
    assert_eq!(pages.try_next().await.unwrap_err().kind(), ErrorKind::Paging);
    assert_eq!(server.seen().len(), 50);
}

#[tokio::test]
async fn a_page_of_fifty_megabytes() {
    let filler = "x".repeat(1000);
    let data: Vec<_> = (0..50_000).map(|_| serde_json::json!({"id": filler})).collect();
    let body = serde_json::json!({"data": data, "links": {}});
    let server = Server::start([Answer::json(200, &body)]).await;
    assert!(body.to_string().len() > 50_000_000);
    let (client, _) = quick(&server);
    let page = client.call::<Page<Item>>(GET, &[]).send().await.unwrap();
    assert_eq!((page.data.len(), page.data[49_999].id.len()), (50_000, 1000));
}
