//! `asc-price-equalisation`: equal prices of an in-app purchase, adjusted ones of a subscription, and no such price.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::{APPS, apps, id, list, run};
use crate::program::program;
use crate::script::{Exchange, Script, call};

const PURCHASES: &str = "inAppPurchasePricePoints";
const SUBSCRIPTIONS: &str = "subscriptionPricePoints";

/// The search for a product among in-app purchases.
fn purchases(product: &str, found: Answer) -> Exchange {
    call(format!("GET /v1/apps/a1/inAppPurchasesV2?filter[productId]={product}"), found)
}

/// The search for a product among the subscriptions of two groups.
fn subscription() -> [Exchange; 4] {
    let groups = list("subscriptionGroups", [("g1", json!({})), ("g2", json!({}))]);
    let search = |group: &str| {
        format!("GET /v1/subscriptionGroups/{group}/subscriptions?filter[productId]=com.example.pro")
    };
    [
        purchases("com.example.pro", list("inAppPurchases", [])),
        call("GET /v1/apps/a1/subscriptionGroups", groups),
        call(search("g1"), list("subscriptions", [])),
        call(search("g2"), list("subscriptions", [("s1", json!({"productId": "com.example.pro"}))])),
    ]
}

fn points(kind: &str) -> Answer {
    list(kind, [("usa-0", json!({"customerPrice": "3.99"})), ("usa-1", json!({"customerPrice": "4.99"}))])
}

/// A page of price points, with their territories; and the link to the next page.
fn page(kind: &str, rows: &[(&str, &str, &str, &str)], next: Option<&str>) -> Answer {
    let data: Vec<Value> = rows
        .iter()
        .map(|(territory, _, price, proceeds)| {
            json!({"type": kind, "id": format!("p-{territory}"),
                "attributes": {"customerPrice": price, "proceeds": proceeds},
                "relationships": {"territory": id("territories", territory)}})
        })
        .collect();
    let included: Vec<Value> = rows
        .iter()
        .map(|(territory, currency, ..)| {
            json!({"type": "territories", "id": territory, "attributes": {"currency": currency}})
        })
        .collect();
    Answer::json(
        200,
        &json!({"data": data, "included": included, "links": {"self": "https://example.com", "next": next}}),
    )
}

#[tokio::test]
async fn equal_prices_of_an_in_app_purchase_page_by_page() {
    let equal = format!("/v1/{PURCHASES}/usa-1/equalizations?include=territory&limit=200");
    let next = format!("{equal}&cursor=n2");
    let api = Script::start([
        call(APPS, apps()),
        purchases(
            "com.example.coins",
            list("inAppPurchases", [("i1", json!({"productId": "com.example.coins"}))]),
        ),
        call("GET /v2/inAppPurchases/i1/pricePoints?filter[territory]=USA&limit=8000", points(PURCHASES)),
        call(
            format!("GET {equal}"),
            page(PURCHASES, &[("CHE", "CHF", "5.00", "3.24"), ("JPN", "JPY", "800", "509")], Some(&next)),
        ),
        call(format!("GET {next}"), page(PURCHASES, &[("DEU", "EUR", "5.99", "3.52")], None)),
    ])
    .await;
    let args = ["com.example.app", "com.example.coins", "USA", "4.99"];
    run(program!("asc-price-equalisation"), &args, &api).await.printed([
        "CHE  CHF        5.00        3.24",
        "JPN  JPY         800         509",
        "DEU  EUR        5.99        3.52",
    ]);
}

#[tokio::test]
async fn adjusted_prices_of_a_subscription_name_the_plan() {
    let mut calls = vec![call(APPS, apps())];
    calls.extend(subscription());
    calls.push(call(
        "GET /v1/subscriptions/s1/pricePoints?filter[territory]=USA&limit=8000",
        points(SUBSCRIPTIONS),
    ));
    calls.push(call(
        format!(
            "GET /v1/{SUBSCRIPTIONS}/usa-1/adjustedEqualizations?filter[planType]=MONTHLY&include=territory&limit=200"
        ),
        page(SUBSCRIPTIONS, &[("GBR", "GBP", "4.99", "2.91")], None),
    ));
    let api = Script::start(calls).await;
    let args = ["com.example.app", "com.example.pro", "USA", "4.99", "--plan", "MONTHLY"];
    run(program!("asc-price-equalisation"), &args, &api).await.printed(["GBR  GBP        4.99        2.91"]);
}

#[tokio::test]
async fn a_price_that_is_not_for_sale_ends_it() {
    let mut calls = vec![call(APPS, apps())];
    calls.extend(subscription());
    calls.push(call(
        "GET /v1/subscriptions/s1/pricePoints?filter[territory]=USA&limit=8000",
        points(SUBSCRIPTIONS),
    ));
    let api = Script::start(calls).await;
    let args = ["com.example.app", "com.example.pro", "USA", "5.00"];
    let ended = run(program!("asc-price-equalisation"), &args, &api).await;
    ended.failed([], "the product has no price 5.00 in USA");
}

#[tokio::test]
async fn a_product_that_the_app_lacks_ends_it() {
    let api = Script::start([
        call(APPS, apps()),
        purchases("com.example.none", list("inAppPurchases", [])),
        call("GET /v1/apps/a1/subscriptionGroups", list("subscriptionGroups", [])),
    ])
    .await;
    let args = ["com.example.app", "com.example.none", "USA", "4.99"];
    let ended = run(program!("asc-price-equalisation"), &args, &api).await;
    ended.failed([], "the app has no product com.example.none");
}
