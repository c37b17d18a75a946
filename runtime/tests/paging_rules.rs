//! Finds the next page by the rule of an operation, in models and in any JSON.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use storewright_runtime::{Method, Next, Operation, PageStep, Request};

fn next(items: &'static str, step: PageStep, sent: &[(&'static str, &str)], page: &Value) -> Option<String> {
    let operation = Operation::new(Method::Get, "list", "/list").paging(items, step);
    let mut request = Request::new(operation, &[]);
    for (name, value) in sent {
        request.text(name, value);
    }
    match Next::of(page, &request)? {
        Next::Url(url) => Some(url),
        Next::Query(query) => Some(format!("{}={}", query[0].0, query[0].1)),
        Next::Link => Some("link".to_owned()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn tokens_are_text_or_numbers_at_any_depth() {
    let token = PageStep::Token { member: "meta.next", parameter: "after" };
    assert_eq!(next("data", token, &[], &json!({"meta": {"next": "a b"}})).unwrap(), "after=a b");
    assert_eq!(next("data", token, &[], &json!({"meta": {"next": 17}})).unwrap(), "after=17");
    for page in
        [json!({"meta": {"next": null}}), json!({"meta": {"next": ""}}), json!({"meta": []}), json!([])]
    {
        assert_eq!(next("data", token, &[], &page), None, "{page}");
    }
    let dotted = PageStep::Url { member: "@odata.nextLink" };
    assert_eq!(next("value", dotted, &[], &json!({"@odata.nextLink": "/x"})).unwrap(), "/x");
}

#[test]
fn page_numbers_end_at_the_last_page() {
    let page = |first, pages, more| PageStep::Page { parameter: "page", first, pages, more };
    let some = json!({"data": [1], "pages": 3, "more": true});
    assert_eq!(next("data", page(1, None, None), &[], &some).unwrap(), "page=2");
    assert_eq!(next("data", page(1, Some("pages"), None), &[("page", "2")], &some).unwrap(), "page=3");
    assert_eq!(next("data", page(1, Some("pages"), None), &[("page", "3")], &some), None);
    assert_eq!(next("data", page(0, Some("pages"), None), &[("page", "1")], &some).unwrap(), "page=2");
    assert_eq!(next("data", page(0, Some("pages"), None), &[("page", "2")], &some), None);
    assert_eq!(next("data", page(1, None, Some("more")), &[], &some).unwrap(), "page=2");
    assert_eq!(next("data", page(1, None, Some("more")), &[], &json!({"data": [1], "more": false})), None);
    assert_eq!(next("data", page(1, None, None), &[], &json!({"data": []})), None);
    assert_eq!(
        next("data", page(1, Some("pages"), None), &[("page", "9223372036854775807")], &json!({"data": [1]}))
            .unwrap(),
        "page=9223372036854775807"
    );
}

#[test]
fn the_last_item_is_where_the_next_page_begins() {
    let last = PageStep::Last { member: "id", parameter: "after", more: Some("has_more") };
    let page = json!({"data": [{"id": "a"}, {"id": "b"}], "has_more": true});
    assert_eq!(next("data", last, &[], &page).unwrap(), "after=b");
    assert_eq!(next("data", last, &[], &json!({"data": [{"id": "a"}], "has_more": false})), None);
    assert_eq!(next("data", last, &[], &json!({"data": [{"id": "a"}, {}]})), None);
    assert_eq!(next("data", last, &[], &json!({"data": []})), None);
    assert_eq!(next("", last, &[], &json!([{"id": "z"}])).unwrap(), "after=z");
}

#[test]
fn an_operation_without_a_rule_has_one_page() {
    let request = Request::new(Operation::new(Method::Get, "list", "/list"), &[]);
    assert_eq!(Next::of(&json!({"next": "/x"}), &request), None);
}
