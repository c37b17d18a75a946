//! Uploads debug symbols and prints the state of the upload.
//!
//! `cargo run -p storewright-examples --bin app-center-symbols -- ann/caravan Caravan.dSYM.zip --kind Apple`
//!
//! The token is in the environment: `APP_CENTER_API_TOKEN`.

use std::path::PathBuf;
use std::process::ExitCode;

use app_center_client::AppRef;
use app_center_client::models::SymbolUploadBeginRequest;
use clap::Parser;
use storewright_examples::app_center::Connection;
use storewright_examples::{BoxError, exit_code};

/// Uploads symbols, so that crashes name functions and lines.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The app, as `owner/app`.
    app: AppRef,
    /// The file.
    file: PathBuf,
    /// Apple, JavaScript, Breakpad, AndroidProguard or UWP.
    #[arg(long)]
    kind: String,
    /// The version of the app, which mappings of Android need.
    #[arg(long, requires = "build")]
    version: Option<String>,
    /// The build of that version.
    #[arg(long, requires = "version")]
    build: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let mut request = SymbolUploadBeginRequest::new(args.kind.as_str());
    if let Some(name) = args.file.file_name().and_then(|name| name.to_str()) {
        request = request.file_name(name);
    }
    if let (Some(version), Some(build)) = (args.version, args.build) {
        request = request.version(version).build(build);
    }
    let begin = client.symbol_uploads().create(&args.app, request);
    // A failed upload is aborted, so that no partial file stays on the server.
    let upload = client.upload_symbols(begin, &args.file).send().await?;
    println!("the upload {} is {}", upload.symbol_upload_id, upload.status);
    Ok(())
}
