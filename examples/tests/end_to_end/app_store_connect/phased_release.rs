//! `asc-phased-release`: a version with and without a phased release.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::{id, one, run};
use crate::program::program;
use crate::script::{Exchange, Script, call, send};

const OF_VERSION: &str = "GET /v1/appStoreVersions/v1/appStoreVersionPhasedRelease";
const KIND: &str = "appStoreVersionPhasedReleases";

fn phased(state: &str, day: Value) -> Answer {
    one(200, KIND, "p1", json!({"phasedReleaseState": state, "currentDayNumber": day, "startDate": null}))
}

fn none() -> Exchange {
    call(OF_VERSION, Answer::json(200, &json!({"data": null, "links": {"self": "https://example.com"}})))
}

#[tokio::test]
async fn a_version_without_one_gets_one() {
    let api = Script::start([
        none(),
        send(
            "POST /v1/appStoreVersionPhasedReleases",
            json!({"data": {"type": KIND, "attributes": {"phasedReleaseState": "INACTIVE"},
                "relationships": {"appStoreVersion": id("appStoreVersions", "v1")}}}),
            one(201, KIND, "p1", json!({"phasedReleaseState": "INACTIVE"})),
        ),
    ])
    .await;
    let ended = run(program!("asc-phased-release"), &["v1", "create"], &api).await;
    ended.printed(["the phased release p1 is INACTIVE, on day - of 7"]);
}

#[tokio::test]
async fn null_is_no_phased_release() {
    for action in ["show", "pause", "cancel"] {
        let api = Script::start([none()]).await;
        let ended = run(program!("asc-phased-release"), &["v1", action], &api).await;
        ended.failed([], "version v1 has no phased release");
    }
}

#[tokio::test]
async fn each_state_that_a_person_can_set() {
    for (action, state) in [("pause", "PAUSED"), ("resume", "ACTIVE"), ("complete", "COMPLETE")] {
        let api = Script::start([
            call(OF_VERSION, phased("ACTIVE", json!(3))),
            send(
                "PATCH /v1/appStoreVersionPhasedReleases/p1",
                json!({"data": {"type": KIND, "id": "p1", "attributes": {"phasedReleaseState": state}}}),
                phased(state, json!(3)),
            ),
        ])
        .await;
        let ended = run(program!("asc-phased-release"), &["v1", action], &api).await;
        ended.printed([&format!("the phased release p1 is {state}, on day 3 of 7")]);
    }
}

#[tokio::test]
async fn it_is_shown_and_cancelled() {
    let api = Script::start([call(OF_VERSION, phased("ACTIVE", json!(1)))]).await;
    let ended = run(program!("asc-phased-release"), &["v1", "show"], &api).await;
    ended.printed(["the phased release p1 is ACTIVE, on day 1 of 7"]);
    let api = Script::start([
        call(OF_VERSION, phased("ACTIVE", json!(1))),
        call("DELETE /v1/appStoreVersionPhasedReleases/p1", Answer::empty(204)),
    ])
    .await;
    let ended = run(program!("asc-phased-release"), &["v1", "cancel"], &api).await;
    ended.printed(["the phased release p1 is cancelled"]);
}
