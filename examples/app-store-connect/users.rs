//! Lists, invites and removes the members of a team.
//!
//! `cargo run -p storewright-examples --bin asc-users -- invite ada@example.com Ada Lovelace DEVELOPER MARKETING`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::process::ExitCode;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    User, UserInvitationCreate, UserInvitationCreateRequest, UserRole, UserSort, UserUpdateRequest,
};
use clap::{Parser, Subcommand};
use storewright_examples::app_store_connect::Connection;
use storewright_examples::{BoxError, exit_code, or_dash};

/// Lists, invites, changes and removes the people of a team.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Prints everybody, and who is invited.
    List,
    Invite {
        email: String,
        first_name: String,
        last_name: String,
        /// Such as `DEVELOPER`.
        #[arg(required = true)]
        roles: Vec<UserRole>,
    },
    /// Takes an invitation back.
    Uninvite {
        email: String,
    },
    /// Gives a person these roles in place of others.
    SetRoles {
        email: String,
        #[arg(required = true)]
        roles: Vec<UserRole>,
    },
    Remove {
        email: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    match args.action {
        Action::List => list(&client).await,
        Action::Invite { email, first_name, last_name, roles } => {
            let request = UserInvitationCreateRequest::new(UserInvitationCreate {
                email: email.clone(),
                first_name,
                last_name,
                roles,
            })
            .all_apps_visible(true);
            let invitation = client.user_invitations().create(request).send().await?.data;
            println!("{email} is invited until {}", or_dash(invitation.attributes.expiration_date));
            Ok(())
        }
        Action::Uninvite { email } => {
            let found = client.user_invitations().list().filter_email([&email]).send().await?.data;
            let invitation = found.into_iter().next().ok_or_else(|| format!("{email} is not invited"))?;
            client.user_invitations().delete(invitation.id).send().await?;
            println!("{email} is not invited any more");
            Ok(())
        }
        Action::SetRoles { email, roles } => {
            let request = UserUpdateRequest::new(user(&client, &email).await?.id).roles(roles);
            let user = client.users().update(request).send().await?.data;
            println!("{email} has the roles {}", names(user.attributes.roles));
            Ok(())
        }
        Action::Remove { email } => {
            client.users().delete(user(&client, &email).await?.id).send().await?;
            println!("{email} is removed");
            Ok(())
        }
    }
}

async fn list(client: &Client) -> Result<(), BoxError> {
    let mut users = client.users().list().sort([UserSort::USERNAME]).limit(200).items();
    while let Some(user) = users.try_next().await? {
        println!("{}: {}", or_dash(user.attributes.username), names(user.attributes.roles));
    }
    let mut invitations = client.user_invitations().list().items();
    while let Some(invitation) = invitations.try_next().await? {
        println!(
            "{} (invited): {}",
            or_dash(invitation.attributes.email),
            names(invitation.attributes.roles)
        );
    }
    Ok(())
}

async fn user(client: &Client, email: &str) -> Result<User, BoxError> {
    let found = client.users().list().filter_username([email]).send().await?.data.into_iter().next();
    found.ok_or_else(|| format!("{email} is not of the team").into())
}

/// A role that Apple adds later is one too.
fn names(roles: Option<Vec<UserRole>>) -> String {
    let names: Vec<String> = roles.into_iter().flatten().map(|role| role.to_string()).collect();
    names.join(", ")
}
