//! Starts, pauses, resumes or completes the phased release of a version.
//!
//! `cargo run -p storewright-examples --bin asc-phased-release -- 6446048195 pause`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::process::ExitCode;

use app_store_connect_client::models::{
    AppStoreVersionPhasedRelease, AppStoreVersionPhasedReleaseCreateRequest,
    AppStoreVersionPhasedReleaseUpdateRequest, PhasedReleaseState,
};
use clap::{Parser, ValueEnum};
use storewright_examples::app_store_connect::Connection;
use storewright_examples::{BoxError, exit_code, or_dash};

/// Shows, begins, pauses, resumes, completes or cancels the phased release of a version.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The id of the version.
    version: String,
    /// The action.
    action: Action,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Action {
    Show,
    /// Before the version is released.
    Create,
    Pause,
    Resume,
    /// To all users at once.
    Complete,
    Cancel,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let phased_releases = client.app_store_version_phased_releases();
    // A version without a phased release is not an error: the response's `data` is null.
    let found =
        client.app_store_versions().get_app_store_version_phased_release(&args.version).send().await?;
    let Some(phased) = found.data else {
        if args.action != Action::Create {
            return Err(format!("version {} has no phased release", args.version).into());
        }
        let request = AppStoreVersionPhasedReleaseCreateRequest::new(&args.version)
            .phased_release_state(PhasedReleaseState::Inactive);
        show(&phased_releases.create(request).send().await?.data);
        return Ok(());
    };
    let state = match args.action {
        Action::Show | Action::Create => {
            show(&phased);
            return Ok(());
        }
        Action::Cancel => {
            phased_releases.delete(&phased.id).send().await?;
            println!("the phased release {} is cancelled", phased.id);
            return Ok(());
        }
        Action::Pause => PhasedReleaseState::Paused,
        Action::Resume => PhasedReleaseState::Active,
        Action::Complete => PhasedReleaseState::Complete,
    };
    let request = AppStoreVersionPhasedReleaseUpdateRequest::new(&phased.id).phased_release_state(state);
    show(&phased_releases.update(request).send().await?.data);
    Ok(())
}

fn show(phased: &AppStoreVersionPhasedRelease) {
    let AppStoreVersionPhasedRelease { id, attributes, .. } = phased;
    let (state, day) =
        (or_dash(attributes.phased_release_state.as_ref()), or_dash(attributes.current_day_number));
    println!("the phased release {id} is {state}, on day {day} of 7");
}
