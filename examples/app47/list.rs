//! Lists the apps that the member may see, by type and text.
//!
//! `cargo run -p storewright-examples --bin app47-list -- --type private`
//!
//! The token of a member is in the environment: `APP47_ACCESS_TOKEN`.

use std::process::ExitCode;

use clap::Parser;
use storewright_examples::app47::Connection;
use storewright_examples::{BoxError, exit_code, or_dash};

/// Lists apps, a hundred with each call.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// private, public, web or b2b.
    #[arg(long = "type", value_name = "TYPE")]
    app_type: Option<String>,
    /// Only apps that this text finds.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let mut list = client.apps().list();
    if let Some(app_type) = args.app_type {
        list = list.app_type(app_type.into());
    }
    if let Some(text) = args.search {
        list = list.search_term(text);
    }
    let mut apps = list.items();
    let mut count = 0;
    while let Some(app) = apps.try_next().await? {
        println!("{}: {}, {}", app.id, or_dash(app.name), or_dash(app.app_type));
        count += 1;
    }
    println!("{count} apps");
    Ok(())
}
