//! Creates in-app purchases and sets prices, localizations and availability.
//!
//! `cargo run -p storewright-examples --bin asc-in-app-purchase -- com.example.app add com.example.coins Coins CONSUMABLE`
//! `cargo run -p storewright-examples --bin asc-in-app-purchase -- com.example.app price USA 4.99`
//! `cargo run -p storewright-examples --bin asc-in-app-purchase -- com.example.app sell-in USA CHE`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::process::ExitCode;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    AppAvailabilityV2Create, AppAvailabilityV2CreateRequest, AppPriceScheduleCreate,
    AppPriceScheduleCreateRequest, AppPriceV2InlineCreate, InAppPurchaseType, InAppPurchaseV2Create,
    InAppPurchaseV2CreateRequest, TerritoryAvailabilityInlineCreate,
};
use clap::{Parser, Subcommand};
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code, or_dash};

/// Adds an in-app purchase, sets the price of an app, or says in which territories it is sold.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The bundle id of the app.
    app: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Adds an in-app purchase.
    Add {
        /// The identifier under which the app requests it.
        product: String,
        name: String,
        /// `CONSUMABLE`, `NON_CONSUMABLE` or `NON_RENEWING_SUBSCRIPTION`.
        kind: InAppPurchaseType,
    },
    /// Sets the price of the app; those of other territories follow it.
    Price {
        /// The territory, such as `USA`.
        territory: String,
        /// The price for customers there, such as `4.99`.
        price: String,
    },
    /// Sells the app in these territories, and in no others.
    SellIn {
        #[arg(required = true)]
        territories: Vec<String>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = app(&client, &args.app).await?.id;
    match args.action {
        Action::Add { product, name, kind } => {
            let request = InAppPurchaseV2CreateRequest::new(InAppPurchaseV2Create {
                in_app_purchase_type: kind,
                name,
                product_id: product,
                app: app.clone(),
            });
            let purchase = client.in_app_purchases_v2().create(request).send().await?.data;
            println!("the in-app purchase {} is {}", purchase.id, or_dash(purchase.attributes.state));
            Ok(())
        }
        Action::Price { territory, price } => set_price(&client, &app, &territory, &price).await,
        Action::SellIn { territories } => sell_in(&client, &app, &territories).await,
    }
}

async fn set_price(client: &Client, app: &str, territory: &str, price: &str) -> Result<(), BoxError> {
    let mut points =
        client.apps().list_app_price_points(app).filter_territory([territory]).limit(200).items();
    let point = loop {
        match points.try_next().await? {
            Some(point) if point.attributes.customer_price.as_deref() == Some(price) => break point,
            Some(_) => {}
            None => return Err(format!("no app costs {price} in {territory}").into()),
        }
    };
    // The schedule names a price that the same request makes, by an id of its own making.
    const PRICE: &str = "${price}";
    let price = AppPriceV2InlineCreate::new().id(PRICE).app_price_point(point.id);
    let request = AppPriceScheduleCreateRequest::new(AppPriceScheduleCreate {
        app: app.into(),
        base_territory: territory.into(),
        manual_prices: vec![PRICE.into()],
    })
    .included([price]);
    let schedule = client.app_price_schedules().create(request).send().await?.data;
    println!("the schedule of prices is {}", schedule.id);
    Ok(())
}

async fn sell_in(client: &Client, app: &str, territories: &[String]) -> Result<(), BoxError> {
    let ids: Vec<String> = territories.iter().map(|territory| format!("${{{territory}}}")).collect();
    let made = ids.iter().zip(territories).map(|(id, territory)| {
        TerritoryAvailabilityInlineCreate::new().id(id).territory(territory).available(true)
    });
    let request = AppAvailabilityV2CreateRequest::new(AppAvailabilityV2Create {
        available_in_new_territories: false,
        app: app.into(),
        territory_availabilities: ids.clone(),
    })
    .included(made);
    let availability = client.app_availabilities_v2().create(request).send().await?.data;
    println!("the app is sold in {}: {}", territories.join(", "), availability.id);
    Ok(())
}
