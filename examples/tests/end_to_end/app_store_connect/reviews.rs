//! Tests `asc-reviews`: reviews page by page, a response, and a deleted response.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::{APPS, apps, id, one, resource, run};
use crate::program::program;
use crate::script::{Script, call, send};

const REVIEWS: &str = "/v1/apps/a1/customerReviews?sort=-createdDate&exists[publishedResponse]=false";

fn page(reviews: &[(&str, Value)], next: Option<&str>) -> Answer {
    let data: Vec<Value> =
        reviews.iter().map(|(id, attributes)| resource("customerReviews", id, attributes.clone())).collect();
    Answer::json(200, &json!({"data": data, "links": {"self": "https://example.com", "next": next}}))
}

fn review(rating: i64, title: &str) -> Value {
    json!({"rating": rating, "title": title, "body": "Well.", "reviewerNickname": "ada", "territory": "CHE"})
}

#[tokio::test]
async fn reviews_are_listed_and_no_page_more_than_needed() {
    let next = format!("{REVIEWS}&cursor=n2");
    let first = || {
        call(
            format!("GET {REVIEWS}"),
            page(&[("r1", review(5, "One")), ("r2", review(1, "Two"))], Some(&next)),
        )
    };
    let second = || call(format!("GET {next}"), page(&[("r3", json!({"rating": 3}))], None));
    let lines = [
        "5 of 5 by ada (r1)",
        "  One: Well.",
        "1 of 5 by ada (r2)",
        "  Two: Well.",
        "3 of 5 by - (r3)",
        "  -: -",
    ];
    let api = Script::start([call(APPS, apps()), first(), second()]).await;
    run(program!("asc-reviews"), &["list", "com.example.app"], &api).await.printed(lines);
    let api = Script::start([call(APPS, apps()), first()]).await;
    let ended = run(program!("asc-reviews"), &["list", "com.example.app", "--count", "2"], &api).await;
    ended.printed(["5 of 5 by ada (r1)", "  One: Well.", "1 of 5 by ada (r2)", "  Two: Well."]);
}

#[tokio::test]
async fn a_review_is_answered_and_the_answer_taken_back() {
    let api = Script::start([send(
        "POST /v1/customerReviewResponses",
        json!({"data": {"type": "customerReviewResponses", "attributes": {"responseBody": "Thank you!"},
            "relationships": {"review": id("customerReviews", "r1")}}}),
        one(201, "customerReviewResponses", "w1", json!({"state": "PENDING_PUBLISH"})),
    )])
    .await;
    let ended = run(program!("asc-reviews"), &["answer", "r1", "Thank you!"], &api).await;
    ended.printed(["the answer w1 is PENDING_PUBLISH"]);
    let api = Script::start([call("DELETE /v1/customerReviewResponses/w1", Answer::empty(204))]).await;
    let ended = run(program!("asc-reviews"), &["delete", "w1"], &api).await;
    ended.printed(["the answer w1 is taken back"]);
}
