//! Lists apps, releases and the latest release of a distribution group.
//!
//! `cargo run -p storewright-examples --bin app-center-releases -- ann/caravan --group Testers --download caravan.apk`
//!
//! The token is in the environment: `APP_CENTER_API_TOKEN`.

use std::path::PathBuf;
use std::process::ExitCode;

use app_center_client::AppRef;
use clap::Parser;
use storewright_examples::app_center::Connection;
use storewright_examples::{BoxError, exit_code};

/// Lists your apps, or the releases of one; or says where the latest release for a group is.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The app, as `owner/app`.
    app: Option<AppRef>,
    /// The group of testers whose latest release is wanted.
    #[arg(long, requires = "app")]
    group: Option<String>,
    /// The file for the latest release.
    #[arg(long, value_name = "FILE", requires = "group")]
    download: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let Some(app) = &args.app else {
        for app in client.apps().list().send().await? {
            println!("{}/{}: {} for {}", app.owner.name, app.name, app.display_name, app.os);
        }
        return Ok(());
    };
    let Some(group) = &args.group else {
        for release in client.releases().list(app).send().await? {
            let at = release.uploaded_at;
            println!("{}: {} ({}) of {at}", release.id, release.short_version, release.version);
        }
        return Ok(());
    };
    let call = client.releases().get_latest_by_distribution_group(app, group, "latest");
    let latest = call.send().await?;
    println!("the latest release for {group} is {}: {}", latest.id, latest.short_version);
    let url = latest.download_url.ok_or("the release cannot be downloaded")?;
    match &args.download {
        None => println!("{url}"),
        // The file is elsewhere, and gets no token.
        Some(file) => {
            let done = client.runtime().download(&url).to_file(file).await?;
            println!("{} has its {} bytes", file.display(), done.written);
        }
    }
    Ok(())
}
