//! Lists customer reviews and responds to them.
//!
//! `cargo run -p storewright-examples --bin asc-reviews -- list com.example.app`
//! `cargo run -p storewright-examples --bin asc-reviews -- answer 00000026-3b5c "Thank you! It is fixed in 1.2."`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::process::ExitCode;

use app_store_connect_client::models::{
    CustomerReviewResponseV1Create, CustomerReviewResponseV1CreateRequest, CustomerReviewSort,
};
use clap::{Parser, Subcommand};
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code, or_dash};

/// Lists reviews that have no response, responds to one, or deletes a response.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Prints reviews without a response, the newest first.
    List {
        /// The bundle id of the app.
        app: String,
        /// The maximum number of reviews.
        #[arg(long, default_value_t = 100)]
        count: usize,
    },
    /// Responds to a review; an existing response is replaced.
    Answer { review: String, text: String },
    /// Deletes a response.
    Delete { answer: String },
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    match args.action {
        Action::List { app: bundle_id, count } => {
            let app = app(&client, &bundle_id).await?.id;
            let reviews =
                client.apps().list_customer_reviews(app).sort([CustomerReviewSort::CREATED_DATE.desc()]);
            // Pages are fetched on demand.
            let mut reviews = reviews.exists_published_response(false).items();
            for _ in 0..count {
                let Some(review) = reviews.try_next().await? else { break };
                let said = review.attributes;
                println!(
                    "{} of 5 by {} ({})",
                    or_dash(said.rating),
                    or_dash(said.reviewer_nickname),
                    review.id
                );
                println!("  {}: {}", or_dash(said.title), or_dash(said.body));
            }
        }
        Action::Answer { review, text } => {
            let request = CustomerReviewResponseV1CreateRequest::new(CustomerReviewResponseV1Create {
                response_body: text,
                review,
            });
            let answer = client.customer_review_responses().create(request).send().await?.data;
            println!("the answer {} is {}", answer.id, or_dash(answer.attributes.state));
        }
        Action::Delete { answer } => {
            client.customer_review_responses().delete(&answer).send().await?;
            println!("the answer {answer} is taken back");
        }
    }
    Ok(())
}
