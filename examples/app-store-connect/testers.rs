//! Invites testers to a beta group.
//!
//! `cargo run -p storewright-examples --bin asc-testers -- com.example.app "Friends" ada@example.com grace@example.com`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::process::ExitCode;

use app_store_connect_client::models::{
    BetaGroupCreate, BetaGroupCreateRequest, BetaTesterCreateRequest, BetaTesterInvitationCreateRequest,
};
use clap::Parser;
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code};

/// Puts testers into a group, which is made if there is none of the name, and invites them.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The bundle id of the app.
    app: String,
    /// The name of the group.
    group: String,
    /// The addresses of the testers.
    #[arg(required = true)]
    testers: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = app(&client, &args.app).await?.id;

    let groups = client.beta_groups().list().filter_app([&app]).filter_name([&args.group]).send().await?;
    let group = match groups.data.into_iter().next() {
        Some(group) => group.id,
        None => {
            let request =
                BetaGroupCreateRequest::new(BetaGroupCreate { name: args.group.clone(), app: app.clone() });
            client.beta_groups().create(request).send().await?.data.id
        }
    };
    println!("the group {} is {group}", args.group);

    let mut testers = Vec::new();
    let mut known = Vec::new();
    for email in &args.testers {
        let found = client.beta_testers().list().filter_email([email]).send().await?;
        let tester = match found.data.into_iter().next() {
            Some(tester) => {
                known.push(tester.id.clone());
                tester.id
            }
            None => {
                let request = BetaTesterCreateRequest::new(email).beta_groups([&group]);
                client.beta_testers().create(request).send().await?.data.id
            }
        };
        println!("{email} is the tester {tester}");
        testers.push(tester);
    }
    if !known.is_empty() {
        client.beta_groups().add_beta_testers(&group, known).send().await?;
    }

    for (tester, email) in testers.iter().zip(&args.testers) {
        #[expect(deprecated, reason = "Apple names no other way to say who is invited")]
        let request = BetaTesterInvitationCreateRequest::new(&app).beta_tester(tester);
        client.beta_tester_invitations().create(request).send().await?;
        println!("{email} is invited");
    }
    Ok(())
}
