//! Tests `asc-metadata`: a page that exists, one that does not, and texts that are removed.

use serde_json::json;

use super::{APPS, apps, id, list, one, run};
use crate::program::program;
use crate::script::{Exchange, Script, call, send};

const OF_VERSION: &str = "appStoreVersionLocalizations";
const OF_APP: &str = "appInfoLocalizations";

fn begin() -> Vec<Exchange> {
    vec![
        call(APPS, apps()),
        call(
            "GET /v1/apps/a1/appStoreVersions?filter[versionString]=1.2",
            list("appStoreVersions", [("v1", json!({"versionString": "1.2"}))]),
        ),
        call(
            "GET /v1/appStoreVersions/v1/appStoreVersionLocalizations",
            list(OF_VERSION, [("l1", json!({"locale": "en-US"})), ("l2", json!({"locale": "de-DE"}))]),
        ),
    ]
}

fn infos(states: [&str; 2]) -> Exchange {
    let [first, second] = states;
    call(
        "GET /v1/apps/a1/appInfos",
        list("appInfos", [("i1", json!({"state": first})), ("i2", json!({"state": second}))]),
    )
}

#[tokio::test]
async fn what_is_given_is_changed_and_nothing_else() {
    let mut calls = begin();
    calls.extend([
        send(
            "PATCH /v1/appStoreVersionLocalizations/l2",
            json!({"data": {"type": OF_VERSION, "id": "l2", "attributes": {"keywords": "karte,weg", "whatsNew": "Eine Karte"}}}),
            one(200, OF_VERSION, "l2", json!({})),
        ),
        infos(["READY_FOR_DISTRIBUTION", "PREPARE_FOR_SUBMISSION"]),
        call(
            "GET /v1/appInfos/i2/appInfoLocalizations?filter[locale]=de-DE",
            list(OF_APP, [("p1", json!({"locale": "de-DE", "name": "Wege"}))]),
        ),
        send(
            "PATCH /v1/appInfoLocalizations/p1",
            json!({"data": {"type": OF_APP, "id": "p1", "attributes": {"name": "Wege und Karten", "subtitle": null}}}),
            one(200, OF_APP, "p1", json!({})),
        ),
    ]);
    let api = Script::start(calls).await;
    let args = [
        "com.example.app",
        "1.2",
        "--locale",
        "de-DE",
        "--whats-new",
        "Eine Karte",
        "--keywords",
        "karte,weg",
        "--name",
        "Wege und Karten",
        "--subtitle",
        "",
    ];
    run(program!("asc-metadata"), &args, &api)
        .await
        .printed(["the version's page in de-DE is changed", "the app's page in de-DE is changed"]);
}

#[tokio::test]
async fn a_language_that_the_version_lacks_is_added() {
    let mut calls = begin();
    calls.push(send(
        "POST /v1/appStoreVersionLocalizations",
        json!({"data": {"type": OF_VERSION,
            "attributes": {"description": "Des cartes", "locale": "fr-FR", "supportUrl": "https://example.com/aide"},
            "relationships": {"appStoreVersion": id("appStoreVersions", "v1")}}}),
        one(201, OF_VERSION, "l3", json!({})),
    ));
    let api = Script::start(calls).await;
    let args = [
        "com.example.app",
        "1.2",
        "--locale",
        "fr-FR",
        "--description",
        "Des cartes",
        "--support-url",
        "https://example.com/aide",
    ];
    run(program!("asc-metadata"), &args, &api).await.printed(["the version has a page in fr-FR"]);
}

#[tokio::test]
async fn a_name_that_cannot_be_changed_now_is_told() {
    let api =
        Script::start([call(APPS, apps()), infos(["READY_FOR_DISTRIBUTION", "REPLACED_WITH_NEW_INFO"])])
            .await;
    let ended = run(program!("asc-metadata"), &["com.example.app", "1.2", "--name", "Ways"], &api).await;
    ended.failed([], "the app's name can only be changed with a new version");
}
