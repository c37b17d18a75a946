//! Creates, shows, updates or deletes one app.
//!
//! `cargo run -p storewright-examples --bin app47-app -- create --type public --google com.evernote`
//!
//! The token of a member is in the environment: `APP47_ACCESS_TOKEN`.

use std::process::ExitCode;

use app47_client::models::{AppCreateRequest, AppUpdateRequest};
use clap::{Parser, Subcommand};
use storewright_examples::app47::Connection;
use storewright_examples::{BoxError, exit_code, or_dash};

/// Creates, shows, changes or deletes an app.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Creates an app.
    Create {
        /// private, public, web or b2b.
        #[arg(long = "type", value_name = "TYPE")]
        app_type: String,
        /// Its name.
        #[arg(long)]
        name: Option<String>,
        /// The id of a public app in Apple's store.
        #[arg(long, value_name = "ID")]
        apple: Option<String>,
        /// The package name of a public app in Google's store.
        #[arg(long, value_name = "PACKAGE")]
        google: Option<String>,
    },
    /// Shows an app.
    Show {
        /// Its id.
        id: String,
    },
    /// Changes the name of an app.
    Rename {
        /// Its id.
        id: String,
        /// The new name.
        name: String,
    },
    /// Deletes an app.
    Delete {
        /// Its id.
        id: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let apps = args.connection.client()?.apps();
    let app = match args.action {
        Action::Create { app_type, name, apple, google } => {
            let mut request = AppCreateRequest::new(app_type);
            if let Some(name) = name {
                request = request.name(name);
            }
            if let Some(id) = apple {
                request = request.apple_external_id(id);
            }
            if let Some(package) = google {
                request = request.google_external_id(package);
            }
            // A public app that is in no store is an error before anything is sent.
            apps.create(request).send().await?
        }
        Action::Show { id } => apps.show(id).send().await?,
        Action::Rename { id, name } => apps.update(id, AppUpdateRequest::new().name(name)).send().await?,
        Action::Delete { id } => {
            let answer = apps.delete(id).send().await?;
            // The server sends a hash along, which nobody looks at unasked.
            answer.verify()?;
            println!("{}", answer.message);
            return Ok(());
        }
    };
    let (name, app_type) = (or_dash(app.name.as_ref()), or_dash(app.app_type.as_ref()));
    println!("{}: {name}, {app_type}, changed {}", app.id, or_dash(app.modified.as_ref()));
    Ok(())
}
