//! Adds and lists webhooks and prints their deliveries.
//!
//! `WEBHOOK_SECRET=… cargo run -p storewright-examples --bin asc-webhooks -- add com.example.app https://example.com/hook
//! BUILD_UPLOAD_STATE_UPDATED`
//!
//! `asc-webhook-receiver` is the other side. The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and
//! `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::process::ExitCode;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    WebhookCreate, WebhookCreateRequest, WebhookDeliveryCreateRequest, WebhookDeliveryDeliveryStateFilter,
    WebhookEventType, WebhookPingCreateRequest,
};
use clap::{Parser, Subcommand};
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code, or_dash};

/// Adds a webhook, shows the outcome of its deliveries, and has failed ones redelivered.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Adds a webhook, and has Apple call it once. The secret is in the environment: `WEBHOOK_SECRET`.
    Add {
        /// The bundle id of the app.
        app: String,
        url: String,
        /// The events that Apple calls it for, such as `BUILD_UPLOAD_STATE_UPDATED`.
        #[arg(required = true)]
        events: Vec<WebhookEventType>,
    },
    /// Prints the deliveries of a webhook.
    Deliveries { webhook: String },
    /// Has the deliveries that failed made again.
    Redeliver { webhook: String },
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    match args.action {
        Action::Add { app, url, events } => add(&client, &app, &url, events).await,
        Action::Deliveries { webhook } => show(&client, &webhook).await,
        Action::Redeliver { webhook } => redeliver(&client, &webhook).await,
    }
}

async fn add(
    client: &Client,
    bundle_id: &str,
    url: &str,
    events: Vec<WebhookEventType>,
) -> Result<(), BoxError> {
    let secret = std::env::var("WEBHOOK_SECRET").map_err(|_| "WEBHOOK_SECRET is not set")?;
    let app = app(client, bundle_id).await?.id;
    let request = WebhookCreateRequest::new(WebhookCreate {
        enabled: true,
        event_types: events,
        name: "Storewright".into(),
        secret,
        url: url.into(),
        app,
    });
    let webhook = client.webhooks().create(request).send().await?.data.id;
    println!("the webhook is {webhook}");
    let ping = client.webhook_pings().create(WebhookPingCreateRequest::new(&webhook)).send().await?.data;
    println!("Apple calls it: the ping is {}", ping.id);
    Ok(())
}

async fn show(client: &Client, webhook: &str) -> Result<(), BoxError> {
    let mut deliveries = client.webhooks().list_deliveries(webhook).items();
    while let Some(delivery) = deliveries.try_next().await? {
        let sent = delivery.attributes;
        let answer = sent.response.and_then(|response| response.http_status_code);
        println!(
            "{} of {} is {}, with the answer {}, {}",
            delivery.id,
            or_dash(sent.created_date),
            or_dash(sent.delivery_state),
            or_dash(answer),
            or_dash(sent.error_message)
        );
    }
    Ok(())
}

async fn redeliver(client: &Client, webhook: &str) -> Result<(), BoxError> {
    let failed = client.webhooks().list_deliveries(webhook);
    let mut failed = failed.filter_delivery_state([WebhookDeliveryDeliveryStateFilter::Failed]).items();
    while let Some(delivery) = failed.try_next().await? {
        let request = WebhookDeliveryCreateRequest::new(&delivery.id);
        let again = client.webhook_deliveries().create(request).send().await?.data;
        println!("{} is made again as {}", delivery.id, again.id);
    }
    Ok(())
}
