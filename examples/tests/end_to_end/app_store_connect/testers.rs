//! `asc-testers`: a new group, a new tester, and one whom Apple knows.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::{APPS, apps, id, list, one, run};
use crate::program::program;
use crate::script::{Script, call, send};

const GROUPS: &str = "GET /v1/betaGroups?filter[app]=a1&filter[name]=Friends of us";

fn invitation(tester: &str) -> Value {
    json!({"data": {"type": "betaTesterInvitations", "relationships": {
        "app": id("apps", "a1"), "betaTester": id("betaTesters", tester)}}})
}

#[tokio::test]
async fn a_group_is_made_and_its_testers_are_invited() {
    let api = Script::start([
        call(APPS, apps()),
        call(GROUPS, list("betaGroups", [])),
        send(
            "POST /v1/betaGroups",
            json!({"data": {"type": "betaGroups", "attributes": {"name": "Friends of us"},
                "relationships": {"app": id("apps", "a1")}}}),
            one(201, "betaGroups", "g1", json!({"name": "Friends of us"})),
        ),
        call("GET /v1/betaTesters?filter[email]=ada@example.com", list("betaTesters", [])),
        send(
            "POST /v1/betaTesters",
            json!({"data": {"type": "betaTesters", "attributes": {"email": "ada@example.com"},
                "relationships": {"betaGroups": {"data": [{"type": "betaGroups", "id": "g1"}]}}}}),
            one(201, "betaTesters", "t1", json!({"email": "ada@example.com"})),
        ),
        call(
            "GET /v1/betaTesters?filter[email]=grace+beta@example.com",
            list("betaTesters", [("t2", json!({"email": "grace+beta@example.com"}))]),
        ),
        send(
            "POST /v1/betaGroups/g1/relationships/betaTesters",
            json!({"data": [{"type": "betaTesters", "id": "t2"}]}),
            Answer::empty(204),
        ),
        send(
            "POST /v1/betaTesterInvitations",
            invitation("t1"),
            one(201, "betaTesterInvitations", "i1", json!({})),
        ),
        send(
            "POST /v1/betaTesterInvitations",
            invitation("t2"),
            one(201, "betaTesterInvitations", "i2", json!({})),
        ),
    ])
    .await;
    let args = ["com.example.app", "Friends of us", "ada@example.com", "grace+beta@example.com"];
    run(program!("asc-testers"), &args, &api).await.printed([
        "the group Friends of us is g1",
        "ada@example.com is the tester t1",
        "grace+beta@example.com is the tester t2",
        "ada@example.com is invited",
        "grace+beta@example.com is invited",
    ]);
}

#[tokio::test]
async fn an_app_that_is_not_the_teams_ends_it() {
    let api = Script::start([call(APPS, list("apps", []))]).await;
    let args = ["com.example.app", "Friends", "ada@example.com"];
    let ended = run(program!("asc-testers"), &args, &api).await;
    ended.failed([], "there is no app with the bundle id com.example.app");
}
