//! `asc-users`: people of a team, and people who are invited.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::{list, one, resource, run};
use crate::program::program;
use crate::script::{Script, call, send};

const ADA: &str = "GET /v1/users?filter[username]=ada@example.com";

fn ada(roles: Value) -> Answer {
    list("users", [("u1", json!({"username": "ada@example.com", "roles": roles}))])
}

#[tokio::test]
async fn everybody_is_listed_with_roles_that_apple_added() {
    const USERS: &str = "/v1/users?sort=username&limit=200";
    let page = |id: &str, attributes: Value, next: Option<&str>| {
        let data = [resource("users", id, attributes)];
        Answer::json(200, &json!({"data": data, "links": {"self": "https://example.com", "next": next}}))
    };
    let next = format!("{USERS}&cursor=n2");
    let api = Script::start([
        call(
            format!("GET {USERS}"),
            page("u1", json!({"username": "ada@example.com", "roles": ["ADMIN", "A_NEW_ROLE"]}), Some(&next)),
        ),
        call(
            format!("GET {next}"),
            page("u2", json!({"username": "grace@example.com", "roles": null}), None),
        ),
        call(
            "GET /v1/userInvitations",
            list("userInvitations", [("i1", json!({"email": "alan@example.com", "roles": ["DEVELOPER"]}))]),
        ),
    ])
    .await;
    run(program!("asc-users"), &["list"], &api).await.printed([
        "ada@example.com: ADMIN, A_NEW_ROLE",
        "grace@example.com: ",
        "alan@example.com (invited): DEVELOPER",
    ]);
}

#[tokio::test]
async fn a_person_is_invited_and_not_any_more() {
    let api = Script::start([send(
        "POST /v1/userInvitations",
        json!({"data": {"type": "userInvitations", "attributes": {"allAppsVisible": true, "email": "ada@example.com",
            "firstName": "Ada", "lastName": "Lovelace", "roles": ["DEVELOPER", "MARKETING"]}}}),
        one(201, "userInvitations", "i1", json!({"expirationDate": "2026-11-26T10:00:00Z"})),
    )])
    .await;
    let args = ["invite", "ada@example.com", "Ada", "Lovelace", "DEVELOPER", "MARKETING"];
    run(program!("asc-users"), &args, &api)
        .await
        .printed(["ada@example.com is invited until 2026-11-26T10:00:00Z"]);

    const INVITED: &str = "GET /v1/userInvitations?filter[email]=ada@example.com";
    let api = Script::start([
        call(INVITED, list("userInvitations", [("i1", json!({"email": "ada@example.com"}))])),
        call("DELETE /v1/userInvitations/i1", Answer::empty(204)),
    ])
    .await;
    let ended = run(program!("asc-users"), &["uninvite", "ada@example.com"], &api).await;
    ended.printed(["ada@example.com is not invited any more"]);
    let api = Script::start([call(INVITED, list("userInvitations", []))]).await;
    let ended = run(program!("asc-users"), &["uninvite", "ada@example.com"], &api).await;
    ended.failed([], "ada@example.com is not invited");
}

#[tokio::test]
async fn a_person_gets_other_roles_and_is_removed() {
    let api = Script::start([
        call(ADA, ada(json!(["DEVELOPER"]))),
        send(
            "PATCH /v1/users/u1",
            json!({"data": {"type": "users", "id": "u1", "attributes": {"roles": ["ADMIN", "FINANCE"]}}}),
            one(200, "users", "u1", json!({"roles": ["ADMIN", "FINANCE"]})),
        ),
    ])
    .await;
    let args = ["set-roles", "ada@example.com", "ADMIN", "FINANCE"];
    run(program!("asc-users"), &args, &api).await.printed(["ada@example.com has the roles ADMIN, FINANCE"]);

    let api =
        Script::start([call(ADA, ada(json!([]))), call("DELETE /v1/users/u1", Answer::empty(204))]).await;
    let ended = run(program!("asc-users"), &["remove", "ada@example.com"], &api).await;
    ended.printed(["ada@example.com is removed"]);
}

#[tokio::test]
async fn what_a_key_may_not_do_is_told() {
    let forbidden = json!({"errors": [{"status": "403", "code": "FORBIDDEN_ERROR", "title": "This request is forbidden",
        "detail": "The API key in use does not allow this request"}]});
    let api = Script::start([
        call(ADA, ada(json!([]))),
        call("DELETE /v1/users/u1", Answer::json(403, &forbidden)),
    ])
    .await;
    let ended = run(program!("asc-users"), &["remove", "ada@example.com"], &api).await;
    ended.failed(
        [],
        "DELETE /v1/users/{id}: 403 Forbidden: FORBIDDEN_ERROR: The API key in use does not allow this request",
    );
}
