//! Follows links to next pages.

use app_store_connect_client::models::AppSort;
use app_store_connect_client::runtime::ErrorKind;
use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use crate::{TOKEN, client_of, serve};

/// The links that the server gives, byte by byte: the content of Apple's cursors, and more.
const SECOND: &str =
    "/v1/apps?cursor=Ag.AP%2bcF1x%2Fz_-~Q==:!*(),;@$&limit=2&sort=-name&filter[name]=a%2Cb,c&x";
const THIRD: &str = "/v1/apps?limit=2&cursor=%7B%22offset%22%3A%224%22%7D&&sort=-name";

fn page(ids: &[&str], next: Option<String>) -> Answer {
    let data: Vec<Value> = ids.iter().map(|id| json!({"type": "apps", "id": id})).collect();
    let meta = json!({"paging": {"total": 5, "limit": 2}});
    Answer::json(200, &json!({"data": data, "links": {"self": "s", "next": next}, "meta": meta}))
}

async fn three_pages() -> Server {
    let server = Server::start([]).await;
    server.push(page(&["1", "2"], Some(format!("{}{SECOND}", server.url()))));
    server.push(page(&["3", "4"], Some(format!("{}{THIRD}", server.url()))));
    server.push(page(&["5"], None));
    server
}

fn assert_three_requests(server: &Server) {
    let seen = server.seen();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line.as_str()).collect();
    let (second, third) = (format!("GET {SECOND}"), format!("GET {THIRD}"));
    assert_eq!(lines, ["GET /v1/apps?sort=-name&limit=2", &second, &third]);
    for seen in &seen {
        assert_eq!(seen.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
        assert_eq!(seen.header("accept"), Some("application/json"));
        assert_eq!(seen.header("x-trace"), Some("7"));
        seen.assert_no_body();
    }
}

#[tokio::test]
async fn items_of_three_pages() {
    let server = three_pages().await;
    let list =
        client_of(&server).apps().list().sort([AppSort::NAME.desc()]).limit(2).with_header("x-trace", "7");
    let mut items = list.items();
    // Nothing is requested before it is needed.
    assert!(server.seen().is_empty());
    let mut ids = Vec::new();
    while let Some(app) = items.try_next().await.unwrap() {
        ids.push(app.id);
        assert_eq!(server.seen().len(), ids.len().div_ceil(2));
    }
    assert_eq!(ids, ["1", "2", "3", "4", "5"]);
    assert!(items.try_next().await.unwrap().is_none());
    assert_three_requests(&server);
}

#[tokio::test]
async fn three_pages_one_by_one() {
    let server = three_pages().await;
    let list =
        client_of(&server).apps().list().sort([AppSort::NAME.desc()]).limit(2).with_header("x-trace", "7");
    let mut pages = list.pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        assert_eq!(page.meta.unwrap().paging.total, Some(5));
        sizes.push(page.data.len());
    }
    assert_eq!(sizes, [2, 2, 1]);
    assert_three_requests(&server);
}

#[tokio::test]
async fn one_page_is_one_request() {
    let server = three_pages().await;
    let page = client_of(&server).apps().list().send().await.unwrap();
    assert_eq!(page.links.next, Some(format!("{}{SECOND}", server.url())));
    server.one();
}

#[tokio::test]
async fn a_page_on_another_host_is_not_asked_for() {
    let elsewhere = Server::start([page(&["9"], None)]).await;
    let host = elsewhere.url().trim_start_matches("http://").to_owned();
    for next in [format!("{}/v1/apps?cursor=1", elsewhere.url()), format!("//{host}/v1/apps?cursor=1")] {
        let (server, client) = serve([page(&["1"], Some(next))]).await;
        let mut items = client.apps().list().items();
        // The items of the first page are not lost.
        assert_eq!(items.try_next().await.unwrap().unwrap().id, "1");
        let error = items.try_next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Paging);
        assert!(!error.to_string().contains("cursor"), "{error}");
        assert!(items.try_next().await.unwrap().is_none());
        server.one();
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_page_that_leads_to_itself_ends() {
    let server = Server::start([]).await;
    server.push(page(&["1"], Some(format!("{}{SECOND}", server.url()))));
    server.push(page(&["2"], Some(format!("{}{SECOND}", server.url()))));
    let mut pages = client_of(&server).apps().list().pages();
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_some());
    assert_eq!(pages.try_next().await.unwrap_err().kind(), ErrorKind::Paging);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn an_empty_link_to_the_next_page_is_none() {
    let server = Server::start([page(&["1"], Some(String::new()))]).await;
    let mut pages = client_of(&server).apps().list().pages();
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn an_error_in_the_middle_ends_the_pages() {
    let server = Server::start([]).await;
    server.push(page(&["1"], Some(format!("{}{SECOND}", server.url()))));
    server.push(Answer::empty(403));
    let mut items = client_of(&server).apps().list().items();
    assert_eq!(items.try_next().await.unwrap().unwrap().id, "1");
    assert_eq!(items.try_next().await.unwrap_err().status().unwrap(), 403);
    assert!(items.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn linkages_have_pages() {
    let server = Server::start([]).await;
    let next = "/v1/betaGroups/g/relationships/betaTesters?cursor=2";
    let linkages = |id: &str, next: Option<String>| {
        Answer::json(200, &json!({"data": [{"type": "betaTesters", "id": id}], "links": {"next": next}}))
    };
    server.push(linkages("1", Some(format!("{}{next}", server.url()))));
    server.push(linkages("2", None));
    let mut items = client_of(&server).beta_groups().list_beta_tester_linkages("g").items();
    assert_eq!(items.try_next().await.unwrap().unwrap().id, "1");
    assert_eq!(items.try_next().await.unwrap().unwrap().id, "2");
    assert!(items.try_next().await.unwrap().is_none());
    assert_eq!(server.seen()[1].line, format!("GET {next}"));
}
