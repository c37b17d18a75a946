//! Exports the personal data that App Center keeps about you.
//!
//! `cargo run -p storewright-examples --bin app-center-personal-data`
//!
//! The token is in the environment: `APP_CENTER_API_TOKEN`.

use std::process::ExitCode;
use std::time::Duration;

use app_center_client::models::OperationStatus;
use clap::Parser;
use storewright_examples::app_center::Connection;
use storewright_examples::{BoxError, exit_code};
use tokio::time::sleep;

/// Requests an export of your data and waits for it.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The delay between two requests for the status.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    poll_seconds: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let rights = client.data_subject_rights();
    let token = rights.export_request().send().await?.token;
    loop {
        let export = rights.export_status_request(&token).send().await?;
        println!("the export is {}", export.status);
        match export.status {
            OperationStatus::Completed => {
                println!("{}", export.sas_url.ok_or("the export has no address")?);
                return Ok(());
            }
            OperationStatus::Failed => return Err(export.message.into()),
            _ => sleep(Duration::from_secs(args.poll_seconds)).await,
        }
    }
}
