//! Receives Apple's webhook calls and prints a line for each event.
//!
//! `WEBHOOK_SECRET=… cargo run -p storewright-examples --bin asc-webhook-receiver`, behind something that speaks TLS.
//!
//! `asc-webhooks` has Apple call it.

use std::process::ExitCode;

use app_store_connect_client::{SIGNATURE_HEADER, WebhookError, WebhookEvent};
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, extract::State, routing::post};
use clap::Parser;
use storewright_examples::{BoxError, exit_code, or_dash};
use tokio::net::TcpListener;

/// Receives Apple's webhook events at `/webhook`. The secret is in the environment: `WEBHOOK_SECRET`.
#[derive(Parser)]
struct Args {
    /// The address to listen at; the port 0 is any that is free.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
}

/// The body must be taken as bytes: a handler that reads it as JSON first has no bytes left to check.
async fn receive(State(secret): State<String>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get(SIGNATURE_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match WebhookEvent::verified(&secret, signature, &body) {
        Ok(event) => {
            // The same event may come twice, with the same id. Long work belongs into a queue: Apple does not wait.
            let about = event.instance().map(|resource| format!("{} {}", resource.kind, resource.id));
            println!("{} {}: {}", event.id, event.kind, or_dash(about));
            StatusCode::NO_CONTENT
        }
        Err(WebhookError::BadSignature) => StatusCode::UNAUTHORIZED,
        // It is Apple's, and sending it again would not help.
        Err(error) => {
            eprintln!("{error}");
            StatusCode::NO_CONTENT
        }
    }
}

fn app(secret: String) -> Router {
    Router::new().route("/webhook", post(receive)).with_state(secret)
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let secret = std::env::var("WEBHOOK_SECRET").map_err(|_| "WEBHOOK_SECRET is not set")?;
    let listener =
        TcpListener::bind(&args.listen).await.map_err(|error| format!("{}: {error}", args.listen))?;
    println!("listening at http://{}/webhook", listener.local_addr()?);
    axum::serve(listener, app(secret)).await?;
    Ok(())
}
