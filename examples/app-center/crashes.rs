//! Lists crashes of an app, downloads their reports, or starts a continuous export.
//!
//! `cargo run -p storewright-examples --bin app-center-crashes -- ann/caravan download 2024-12-01T00:00:00Z reports`
//!
//! The token is in the environment: `APP_CENTER_API_TOKEN`.

use std::path::PathBuf;
use std::process::ExitCode;

use app_center_client::models::{ExportConfigurationBlobStorageConnectionString, ExportEntity};
use app_center_client::{AppRef, Client};
use clap::{Parser, Subcommand};
use storewright_examples::app_center::Connection;
use storewright_examples::{BoxError, exit_code, or_dash};

/// Lists crashes and errors, downloads their reports, or exports them.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The app, as `owner/app`.
    app: AppRef,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Lists groups of equal errors.
    Groups {
        /// Since when: `2024-12-01T00:00:00Z`.
        since: String,
    },
    /// Lists single errors that a query finds.
    Search {
        /// The query, such as `osVersion:14`.
        query: String,
    },
    /// Lists the groups of crashes of the older interface.
    CrashGroups,
    /// Downloads the report of every error.
    Download {
        /// Since when: `2024-12-01T00:00:00Z`.
        since: String,
        /// The folder that the reports go to.
        folder: PathBuf,
    },
    /// Writes each error into an Azure storage from now on; `AZURE_STORAGE_CONNECTION_STRING` says which.
    Export,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = &args.app;
    match &args.action {
        Action::Groups { since } => {
            // The response links the next page.
            let mut groups = client.errors().group_list(app, since).items();
            while let Some(group) = groups.try_next().await? {
                let message = or_dash(group.exception_message);
                println!(
                    "{}: {} times in {}: {message}",
                    group.error_group_id, group.count, group.app_version
                );
            }
        }
        Action::Search { query } => {
            // The client sends the number of items that it has.
            let mut errors = client.errors().error_search(app).q(query).items();
            while let Some(error) = errors.try_next().await? {
                println!("{}: {}", or_dash(error.error_id), or_dash(error.device_name));
            }
        }
        Action::CrashGroups => {
            // The response contains the token of the next page.
            #[expect(deprecated, reason = "what is older than the newer interface is only here")]
            let mut groups = client.crash_groups().list(app).items();
            while let Some(group) = groups.try_next().await? {
                println!("{}: {} times: {}", group.crash_group_id, group.count, group.crash_reason);
            }
        }
        Action::Download { since, folder } => download(&client, &args.app, since, folder).await?,
        Action::Export => {
            let storage = std::env::var("AZURE_STORAGE_CONNECTION_STRING")
                .map_err(|_| "AZURE_STORAGE_CONNECTION_STRING is not set")?;
            let request = ExportConfigurationBlobStorageConnectionString::new(storage)
                .export_entities([ExportEntity::Crashes, ExportEntity::Errors]);
            let export = client.export_configurations().create(app, request.into()).send().await?;
            println!("the export {} is {}", export.id, export.state);
        }
    }
    Ok(())
}

async fn download(client: &Client, app: &AppRef, since: &str, folder: &PathBuf) -> Result<(), BoxError> {
    std::fs::create_dir_all(folder)?;
    let mut groups = client.errors().group_list(app, since).items();
    while let Some(group) = groups.try_next().await? {
        let mut errors = client.errors().list_for_group(app, &group.error_group_id, since).items();
        while let Some(error) = errors.try_next().await? {
            let Some(id) = error.error_id else { continue };
            // For any id that the server gives an error, its report stays in the folder.
            let file = folder.join(format!("{}.log", id.replace(['/', '\\'], "_")));
            let call = client.errors().error_download(app, &group.error_group_id, &id);
            let done = call.download().to_file(&file).await?;
            println!("{}: {} bytes", file.display(), done.written);
        }
    }
    Ok(())
}
