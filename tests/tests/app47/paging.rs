//! Pages through lists of a hundred apps with `skip`.

use app47_client::models::AppType;
use app47_client::runtime::ErrorKind;
use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use crate::{TOKEN, client_of, serve};

/// A page of the apps `from..to`.
fn page(from: usize, to: usize, total: usize) -> Answer {
    let list: Vec<Value> = (from..to).map(|n| json!({"id": n.to_string(), "type": "Private"})).collect();
    let count = list.len();
    let results = json!({"skip": from, "total": total, "count": count, "list": list, "success": true});
    Answer::json(200, &json!({"results": results, "md5": "stale"}))
}

fn lines(server: &Server) -> Vec<String> {
    server.seen().into_iter().map(|seen| seen.line).collect()
}

#[tokio::test]
async fn items_of_250_apps() {
    let (server, client) = serve([page(0, 100, 250), page(100, 200, 250), page(200, 250, 250)]).await;
    let mut items = client.apps().list().app_type(AppType::Private).items();
    assert!(server.seen().is_empty());
    let mut ids = Vec::new();
    while let Some(app) = items.try_next().await.unwrap() {
        ids.push(app.id);
        assert_eq!(server.seen().len(), ids.len().div_ceil(100));
    }
    let all: Vec<String> = (0..250).map(|n: u32| n.to_string()).collect();
    assert_eq!(ids, all);
    let base = "GET /api/v2/apps?type=private";
    assert_eq!(lines(&server), [base.to_owned(), format!("{base}&skip=100"), format!("{base}&skip=200")]);
    for seen in server.seen() {
        assert_eq!(seen.header("access-token"), Some(TOKEN));
    }
}

#[tokio::test]
async fn pages_from_a_place_on() {
    let (server, client) = serve([page(50, 150, 160), page(150, 160, 160)]).await;
    let mut pages = client.apps().list().skip(50).pages();
    let mut counts = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        counts.push(page.count.unwrap());
    }
    assert_eq!(counts, [100, 10]);
    assert_eq!(lines(&server), ["GET /api/v2/apps?skip=50", "GET /api/v2/apps?skip=150"]);
}

#[tokio::test]
async fn a_total_that_is_a_multiple_of_a_page_asks_for_no_empty_page() {
    let (server, client) = serve([page(0, 100, 100)]).await;
    let mut pages = client.apps().list().pages();
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_none());
    server.one();
}

#[tokio::test]
async fn an_empty_page_ends_a_list_whose_total_counts_more() {
    let (server, client) = serve([page(0, 100, 900), page(100, 130, 900), page(130, 130, 900)]).await;
    let mut items = client.apps().list().items();
    let mut count = 0;
    while items.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 130);
    assert_eq!(lines(&server)[2], "GET /api/v2/apps?skip=130");
}

#[tokio::test]
async fn a_list_alone_is_enough() {
    let bare = |ids: &[&str]| {
        let list: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        Answer::json(200, &json!({"results": {"list": list, "success": true}}))
    };
    let (server, client) = serve([bare(&["1", "2"]), bare(&["3"]), bare(&[])]).await;
    let mut items = client.apps().list().items();
    let mut ids = Vec::new();
    while let Some(app) = items.try_next().await.unwrap() {
        ids.push(app.id);
    }
    assert_eq!(ids, ["1", "2", "3"]);
    assert_eq!(lines(&server), ["GET /api/v2/apps", "GET /api/v2/apps?skip=2", "GET /api/v2/apps?skip=3"]);
}

#[tokio::test]
async fn a_server_that_does_not_skip_ends_in_an_error_and_not_in_a_loop() {
    let (server, client) = serve([page(0, 100, 250), page(0, 100, 250)]).await;
    let mut pages = client.apps().list().pages();
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_some());
    assert_eq!(pages.try_next().await.unwrap_err().kind(), ErrorKind::Paging);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn numbers_that_make_no_sense_end_the_list() {
    for (skip, count) in [(i64::MAX, 100), (0, -100)] {
        let results = json!({"skip": skip, "total": i64::MAX, "count": count, "list": [{"id": "1"}]});
        let (server, client) = serve([Answer::json(200, &json!({"results": results}))]).await;
        let mut items = client.apps().list().items();
        assert!(items.try_next().await.unwrap().is_some());
        assert!(items.try_next().await.unwrap().is_none());
        server.one();
    }
}

#[tokio::test]
async fn an_error_in_the_middle_ends_the_items() {
    let server = Server::start([page(0, 100, 250), Answer::empty(403)]).await;
    let mut items = client_of(&server).apps().list().items();
    for _ in 0..100 {
        assert!(items.try_next().await.unwrap().is_some());
    }
    assert_eq!(items.try_next().await.unwrap_err().status().unwrap(), 403);
    assert!(items.try_next().await.unwrap().is_none());
}
