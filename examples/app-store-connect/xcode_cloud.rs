//! Starts an Xcode Cloud build and downloads its issues, tests and artifacts.
//!
//! `cargo run -p storewright-examples --bin asc-xcode-cloud -- com.example.app "Release" artifacts/`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    CiBuildAction, CiBuildRunAttributes, CiBuildRunCreateRequest, CiCompletionStatus, CiExecutionProgress,
    CiTestStatus,
};
use clap::Parser;
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code, or_dash};
use tokio::time::sleep;

/// Starts a build, waits for its end, prints its issues, and downloads its artifacts.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The bundle id of the app.
    app: String,
    /// The name of the workflow.
    workflow: String,
    /// The folder for the artifacts.
    folder: PathBuf,
    /// The delay between two requests for the status.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    poll_seconds: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = app(&client, &args.app).await?.id;
    let workflow = workflow(&client, &app, &args.workflow).await?;

    let request = CiBuildRunCreateRequest::new().workflow(workflow);
    let run = client.ci_build_runs().create(request).send().await?.data;
    println!("the build {} is {}", or_dash(run.attributes.number), run.id);
    let done = wait(&client, &run.id, Duration::from_secs(args.poll_seconds)).await?;

    let mut actions = client.ci_build_runs().list_actions(&run.id).items();
    while let Some(action) = actions.try_next().await? {
        let status = or_dash(action.attributes.completion_status.as_ref());
        println!("{} is {status}", or_dash(action.attributes.name.as_ref()));
        show_problems(&client, &action).await?;
        download_artifacts(&client, &action, &args.folder).await?;
    }
    match done.completion_status {
        Some(CiCompletionStatus::Succeeded) => Ok(()),
        status => Err(format!("the build is {}", or_dash(status)).into()),
    }
}

/// The id of a workflow.
async fn workflow(client: &Client, app: &str, name: &str) -> Result<String, BoxError> {
    let products = client.ci_products().list().filter_app([app]).send().await?.data;
    let product = products.into_iter().next().ok_or("Xcode Cloud does not know the app")?;
    let mut workflows = client.ci_products().list_workflows(product.id).items();
    while let Some(workflow) = workflows.try_next().await? {
        if workflow.attributes.name.as_deref() == Some(name) {
            return Ok(workflow.id);
        }
    }
    Err(format!("there is no workflow {name}").into())
}

/// A build takes longer than a token lives: the client makes a new one for the first request that needs it.
async fn wait(client: &Client, run: &str, pause: Duration) -> Result<CiBuildRunAttributes, BoxError> {
    loop {
        let run = client.ci_build_runs().get(run).send().await?.data.attributes;
        println!("the build is {}", or_dash(run.execution_progress.as_ref()));
        if run.execution_progress == Some(CiExecutionProgress::Complete) {
            return Ok(run);
        }
        sleep(pause).await;
    }
}

async fn show_problems(client: &Client, action: &CiBuildAction) -> Result<(), BoxError> {
    let mut issues = client.ci_build_actions().list_issues(&action.id).items();
    while let Some(issue) = issues.try_next().await? {
        let place = issue
            .attributes
            .file_source
            .and_then(|place| Some(format!("{}:{}", place.path?, place.line_number?)));
        println!(
            "  {} {}: {}",
            or_dash(issue.attributes.issue_type),
            or_dash(place),
            or_dash(issue.attributes.message)
        );
    }
    let mut results = client.ci_build_actions().list_test_results(&action.id).items();
    while let Some(result) = results.try_next().await? {
        let test = result.attributes;
        if matches!(test.status, Some(CiTestStatus::Failure | CiTestStatus::Mixed)) {
            println!("  {} {}: {}", or_dash(test.status), or_dash(test.name), or_dash(test.message));
        }
    }
    Ok(())
}

async fn download_artifacts(client: &Client, action: &CiBuildAction, folder: &Path) -> Result<(), BoxError> {
    let mut artifacts = client.ci_build_actions().list_artifacts(&action.id).items();
    while let Some(artifact) = artifacts.try_next().await? {
        // URLs are valid for a while only, so each is requested when it is needed.
        let artifact = client.ci_artifacts().get(artifact.id).send().await?.data;
        let Some(url) = artifact.attributes.download_url else { continue };
        // A file name of the server must not choose the path.
        let name = artifact.attributes.file_name.unwrap_or_default();
        let name = Path::new(&name).file_name().ok_or("an artifact has no name")?;
        let file = folder.join(name);
        let written = client.runtime().download(&url).to_file(&file).await?;
        println!("  {} has {} bytes", file.display(), written.written);
    }
    Ok(())
}
