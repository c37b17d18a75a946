//! `asc-in-app-purchase`: requests that make resources along with themselves.

use serde_json::json;
use storewright_tests::Answer;

use super::{APPS, apps, id, one, resource, run};
use crate::program::program;
use crate::script::{Script, call, send};

#[tokio::test]
async fn an_in_app_purchase() {
    let api = Script::start([
        call(APPS, apps()),
        send(
            "POST /v2/inAppPurchases",
            json!({"data": {"type": "inAppPurchases",
                "attributes": {"inAppPurchaseType": "CONSUMABLE", "name": "Coins", "productId": "com.example.coins"},
                "relationships": {"app": id("apps", "a1")}}}),
            one(201, "inAppPurchases", "i1", json!({"state": "MISSING_METADATA"})),
        ),
    ])
    .await;
    let args = ["com.example.app", "add", "com.example.coins", "Coins", "CONSUMABLE"];
    run(program!("asc-in-app-purchase"), &args, &api)
        .await
        .printed(["the in-app purchase i1 is MISSING_METADATA"]);
}

const POINTS: &str = "/v1/apps/a1/appPricePoints?filter[territory]=USA&limit=200";

fn point(id: &str, price: &str, next: Option<&str>) -> Answer {
    let point = resource("appPricePoints", id, json!({"customerPrice": price, "proceeds": "1"}));
    Answer::json(200, &json!({"data": [point], "links": {"self": "https://example.com", "next": next}}))
}

#[tokio::test]
async fn a_price_is_made_with_its_schedule() {
    let next = format!("{POINTS}&cursor=n2");
    let api = Script::start([
        call(APPS, apps()),
        call(format!("GET {POINTS}"), point("eyJzIjoiMSJ9", "3.99", Some(&next))),
        call(format!("GET {next}"), point("eyJzIjoiMiJ9", "4.99", None)),
        send(
            "POST /v1/appPriceSchedules",
            json!({
                "data": {"type": "appPriceSchedules", "relationships": {
                    "app": id("apps", "a1"), "baseTerritory": id("territories", "USA"),
                    "manualPrices": {"data": [{"type": "appPrices", "id": "${price}"}]}}},
                "included": [{"type": "appPrices", "id": "${price}", "relationships": {
                    "appPricePoint": id("appPricePoints", "eyJzIjoiMiJ9")}}],
            }),
            one(201, "appPriceSchedules", "s1", json!({})),
        ),
    ])
    .await;
    let ended =
        run(program!("asc-in-app-purchase"), &["com.example.app", "price", "USA", "4.99"], &api).await;
    ended.printed(["the schedule of prices is s1"]);
}

#[tokio::test]
async fn a_price_that_apple_does_not_have_is_told() {
    let api =
        Script::start([call(APPS, apps()), call(format!("GET {POINTS}"), point("p", "4.99", None))]).await;
    let ended =
        run(program!("asc-in-app-purchase"), &["com.example.app", "price", "USA", "4.98"], &api).await;
    ended.failed([], "no app costs 4.98 in USA");
}

#[tokio::test]
async fn where_an_app_is_sold() {
    let made = |territory: &str| {
        json!({"type": "territoryAvailabilities", "id": format!("${{{territory}}}"),
            "attributes": {"available": true},
            "relationships": {"territory": id("territories", territory)}})
    };
    let api = Script::start([
        call(APPS, apps()),
        send(
            "POST /v2/appAvailabilities",
            json!({
                "data": {"type": "appAvailabilities", "attributes": {"availableInNewTerritories": false},
                    "relationships": {"app": id("apps", "a1"), "territoryAvailabilities": {"data": [
                        {"type": "territoryAvailabilities", "id": "${USA}"},
                        {"type": "territoryAvailabilities", "id": "${CHE}"}]}}},
                "included": [made("USA"), made("CHE")],
            }),
            one(201, "appAvailabilities", "v1", json!({"availableInNewTerritories": false})),
        ),
    ])
    .await;
    let ended =
        run(program!("asc-in-app-purchase"), &["com.example.app", "sell-in", "USA", "CHE"], &api).await;
    ended.printed(["the app is sold in USA, CHE: v1"]);
    // Without a list nothing is requested: the arguments are invalid.
    let api = Script::start([]).await;
    let ended = run(program!("asc-in-app-purchase"), &["com.example.app", "sell-in"], &api).await;
    assert_eq!((ended.code, ended.out.as_str()), (2, ""));
}
