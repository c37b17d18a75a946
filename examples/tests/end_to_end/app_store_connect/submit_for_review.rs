//! `asc-submit-for-review`: from a version to its release, and missing items that Apple reports.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::{APPS, apps, id, list, one, run};
use crate::program::{Ended, program};
use crate::script::{Exchange, Script, call, send};

const VERSIONS: &str = "GET /v1/apps/a1/appStoreVersions?filter[versionString]=1.2&filter[platform]=IOS";
const BUILDS: &str = "GET /v1/builds?filter[app]=a1&filter[version]=57&filter[preReleaseVersion.version]=1.2";
const OPEN: &str =
    "GET /v1/reviewSubmissions?filter[app]=a1&filter[state]=READY_FOR_REVIEW&filter[platform]=IOS";
const DETAIL: &str = "GET /v1/appStoreVersions/v1/appStoreReviewDetail";

async fn submit(more: &[&str], api: &Script) -> Ended {
    let args = [
        "com.example.app",
        "1.2",
        "57",
        "--first-name",
        "Ada",
        "--last-name",
        "Lovelace",
        "--phone",
        "+44 20 7946 0000",
        "--email",
        "ada@example.com",
        "--poll-seconds",
        "0",
    ];
    run(program!("asc-submit-for-review"), &[&args, more].concat(), api).await
}

fn contact(id: Option<&str>) -> Value {
    let mut data = json!({"type": "appStoreReviewDetails", "attributes": {
        "contactFirstName": "Ada", "contactLastName": "Lovelace", "contactPhone": "+44 20 7946 0000",
        "contactEmail": "ada@example.com", "notes": ""}});
    match id {
        Some(id) => data["id"] = json!(id),
        None => data["relationships"] = json!({"appStoreVersion": super::id("appStoreVersions", "v1")}),
    }
    json!({"data": data})
}

fn build() -> [Exchange; 2] {
    [
        call(BUILDS, list("builds", [("b1", json!({"version": "57"}))])),
        send("PATCH /v1/appStoreVersions/v1/relationships/build", id("builds", "b1"), Answer::empty(204)),
    ]
}

fn item(answer: Answer) -> Exchange {
    send(
        "POST /v1/reviewSubmissionItems",
        json!({"data": {"type": "reviewSubmissionItems", "relationships": {
            "reviewSubmission": id("reviewSubmissions", "s1"), "appStoreVersion": id("appStoreVersions", "v1")}}}),
        answer,
    )
}

/// The calls until a version that is new is submitted.
fn submitted() -> Vec<Exchange> {
    let mut calls = vec![
        call(APPS, apps()),
        call(VERSIONS, list("appStoreVersions", [])),
        send(
            "POST /v1/appStoreVersions",
            json!({"data": {"type": "appStoreVersions",
                "attributes": {"platform": "IOS", "releaseType": "MANUAL", "versionString": "1.2"},
                "relationships": {"app": id("apps", "a1")}}}),
            one(201, "appStoreVersions", "v1", json!({"versionString": "1.2"})),
        ),
    ];
    calls.extend(build());
    calls.extend([
        call(DETAIL, Answer::json(200, &json!({"data": null, "links": {"self": "https://example.com"}}))),
        send(
            "POST /v1/appStoreReviewDetails",
            contact(None),
            one(201, "appStoreReviewDetails", "d1", json!({})),
        ),
        call(OPEN, list("reviewSubmissions", [])),
        send(
            "POST /v1/reviewSubmissions",
            json!({"data": {"type": "reviewSubmissions", "attributes": {"platform": "IOS"},
                "relationships": {"app": id("apps", "a1")}}}),
            one(201, "reviewSubmissions", "s1", json!({"state": "READY_FOR_REVIEW"})),
        ),
        item(one(201, "reviewSubmissionItems", "i1", json!({"state": "READY_FOR_REVIEW"}))),
        send(
            "PATCH /v1/reviewSubmissions/s1",
            json!({"data": {"type": "reviewSubmissions", "id": "s1", "attributes": {"submitted": true}}}),
            one(200, "reviewSubmissions", "s1", json!({"state": "WAITING_FOR_REVIEW"})),
        ),
    ]);
    calls
}

fn state(state: &str) -> Exchange {
    call("GET /v1/reviewSubmissions/s1", one(200, "reviewSubmissions", "s1", json!({"state": state})))
}

#[tokio::test]
async fn a_version_from_its_build_to_its_release() {
    let mut calls = submitted();
    calls.extend(
        ["WAITING_FOR_REVIEW", "IN_REVIEW", "A_STATE_THAT_APPLE_ADDS", "COMPLETING", "COMPLETE"].map(state),
    );
    calls.push(send(
        "POST /v1/appStoreVersionReleaseRequests",
        json!({"data": {"type": "appStoreVersionReleaseRequests", "relationships": {
            "appStoreVersion": id("appStoreVersions", "v1")}}}),
        one(201, "appStoreVersionReleaseRequests", "r1", json!({})),
    ));
    let api = Script::start(calls).await;
    submit(&["--release"], &api).await.printed([
        "the version v1 has the build b1",
        "the version is submitted",
        "the review is WAITING_FOR_REVIEW",
        "the review is IN_REVIEW",
        "the review is A_STATE_THAT_APPLE_ADDS",
        "the review is COMPLETING",
        "the review is COMPLETE",
        "the version is released",
    ]);
}

#[tokio::test]
async fn what_a_version_lacks_is_all_told() {
    let mut calls = vec![
        call(APPS, apps()),
        call(VERSIONS, list("appStoreVersions", [("v1", json!({"versionString": "1.2"}))])),
    ];
    calls.extend(build());
    let lacks = json!({"errors": [{
        "id": "e1", "status": "409", "code": "STATE_ERROR.ENTITY_STATE_INVALID",
        "title": "The version cannot be reviewed", "detail": "appStoreVersions v1 is not in a valid state.",
        "meta": {"associatedErrors": {
            "/v1/appStoreVersionLocalizations/l1": [
                {"status": "409", "code": "ENTITY_ERROR.ATTRIBUTE.REQUIRED", "title": "Missing",
                 "detail": "There is no description."},
            ],
            "/v1/appStoreVersions/v1": [
                {"status": "409", "code": "ENTITY_ERROR.RELATIONSHIP.REQUIRED", "title": "There is no price."},
            ],
        }},
    }]});
    calls.extend([
        call(DETAIL, one(200, "appStoreReviewDetails", "d1", json!({}))),
        send(
            "PATCH /v1/appStoreReviewDetails/d1",
            contact(Some("d1")),
            one(200, "appStoreReviewDetails", "d1", json!({})),
        ),
        call(OPEN, list("reviewSubmissions", [("s1", json!({"state": "READY_FOR_REVIEW"}))])),
        item(Answer::json(409, &lacks)),
    ]);
    let api = Script::start(calls).await;
    submit(&[], &api).await.failed(
        ["the version v1 has the build b1"],
        "POST /v1/reviewSubmissionItems: 409 Conflict: STATE_ERROR.ENTITY_STATE_INVALID: appStoreVersions v1 is not in a \
         valid state.; /v1/appStoreVersionLocalizations/l1: ENTITY_ERROR.ATTRIBUTE.REQUIRED: There is no description.; \
         /v1/appStoreVersions/v1: ENTITY_ERROR.RELATIONSHIP.REQUIRED: There is no price.",
    );
}

#[tokio::test]
async fn a_version_that_is_not_approved_is_not_released() {
    let mut calls = submitted();
    calls.extend(["IN_REVIEW", "UNRESOLVED_ISSUES"].map(state));
    let api = Script::start(calls).await;
    submit(&["--release"], &api).await.failed(
        [
            "the version v1 has the build b1",
            "the version is submitted",
            "the review is IN_REVIEW",
            "the review is UNRESOLVED_ISSUES",
        ],
        "the version is not approved",
    );
}

#[tokio::test]
async fn a_build_that_is_not_there_ends_it() {
    let api = Script::start([
        call(APPS, apps()),
        call(VERSIONS, list("appStoreVersions", [("v1", json!({"versionString": "1.2"}))])),
        call(BUILDS, list("builds", [])),
    ])
    .await;
    submit(&[], &api).await.failed([], "there is no build 57 of the version 1.2");
}
