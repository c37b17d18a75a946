//! Prints the prices of all territories that Apple considers equal to the price of one.
//!
//! `cargo run -p storewright-examples --bin asc-price-equalisation -- com.example.app com.example.coins USA 4.99`
//! `cargo run -p storewright-examples --bin asc-price-equalisation -- com.example.app com.example.pro USA 9.99 --plan MONTHLY`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::process::ExitCode;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    InAppPurchasePricePointInclude, SubscriptionPricePoint, SubscriptionPricePointInclude, Territory,
};
use clap::Parser;
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code, or_dash};

/// Prints the price of a product in each territory: equal to its price in one, after tax and exchange rates.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The bundle id of the app.
    app: String,
    /// The product id of an in-app purchase or subscription.
    product: String,
    /// The territory with the known price, such as `USA`.
    territory: String,
    /// The price there, such as `4.99`.
    price: String,
    /// Prints the adjusted prices of a plan of the subscription, such as `MONTHLY`.
    #[arg(long)]
    plan: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = app(&client, &args.app).await?.id;
    let purchases = client.apps().list_in_app_purchases_v2(&app).filter_product_id([&args.product]);
    if let Some(purchase) = purchases.send().await?.data.into_iter().next() {
        return match args.plan {
            None => in_app_purchase(&client, &purchase.id, &args).await,
            Some(_) => Err("an in-app purchase has no plans".into()),
        };
    }
    let mut groups = client.apps().list_subscription_groups(&app).items();
    while let Some(group) = groups.try_next().await? {
        let subscriptions = client.subscription_groups().list_subscriptions(group.id);
        let found = subscriptions.filter_product_id([&args.product]).send().await?.data;
        if let Some(subscription) = found.into_iter().next() {
            return self::subscription(&client, &subscription.id, &args).await;
        }
    }
    Err(format!("the app has no product {}", args.product).into())
}

async fn in_app_purchase(client: &Client, purchase: &str, args: &Args) -> Result<(), BoxError> {
    let points = client.in_app_purchases_v2().list_price_points(purchase);
    let mut points = points.filter_territory([&args.territory]).limit(8000).items();
    let base = loop {
        match points.try_next().await? {
            Some(point) if point.attributes.customer_price.as_ref() == Some(&args.price) => break point.id,
            Some(_) => {}
            None => return Err(no_such_price(args)),
        }
    };
    let equal = client.in_app_purchase_price_points().list_equalizations(base);
    let mut pages = equal.include([InAppPurchasePricePointInclude::TERRITORY]).limit(200).pages();
    while let Some(page) = pages.try_next().await? {
        for point in &page.data {
            // The territory is included with the currency; the price point has its id alone.
            let territory = point.relationships.territory.data.value();
            let territory = territory.and_then(|id| page.find_included::<Territory>(id));
            row(territory, &point.attributes.customer_price, &point.attributes.proceeds);
        }
    }
    Ok(())
}

async fn subscription(client: &Client, subscription: &str, args: &Args) -> Result<(), BoxError> {
    let points = client.subscriptions().list_price_points(subscription);
    let mut points = points.filter_territory([&args.territory]).limit(8000).items();
    let base = loop {
        match points.try_next().await? {
            Some(point) if point.attributes.customer_price.as_ref() == Some(&args.price) => break point.id,
            Some(_) => {}
            None => return Err(no_such_price(args)),
        }
    };
    let include = [SubscriptionPricePointInclude::TERRITORY];
    let print = |point: &SubscriptionPricePoint, territory: Option<&Territory>| {
        row(territory, &point.attributes.customer_price, &point.attributes.proceeds);
    };
    let of = client.subscription_price_points();
    let mut pages = match &args.plan {
        Some(plan) => of.list_adjusted_equalizations(base, [plan]).include(include).limit(200).pages(),
        None => of.list_equalizations(base).include(include).limit(200).pages(),
    };
    while let Some(page) = pages.try_next().await? {
        for point in &page.data {
            let territory = point.relationships.territory.data.value();
            print(point, territory.and_then(|id| page.find_included::<Territory>(id)));
        }
    }
    Ok(())
}

fn row(territory: Option<&Territory>, price: &Option<String>, proceeds: &Option<String>) {
    let name = or_dash(territory.map(|territory| &territory.id));
    let currency = or_dash(territory.and_then(|territory| territory.attributes.currency.as_ref()));
    println!("{name:3}  {currency:3}  {:>10}  {:>10}", or_dash(price.as_ref()), or_dash(proceeds.as_ref()));
}

fn no_such_price(args: &Args) -> BoxError {
    format!("the product has no price {} in {}", args.price, args.territory).into()
}
