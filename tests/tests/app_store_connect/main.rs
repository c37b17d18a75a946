//! The App Store Connect client over real HTTP: one operation of every shape, as sent and as decoded.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod accepted;
mod asset_library;
mod auth;
mod calls;
mod client;
mod failures;
mod filters;
mod finance;
mod lists;
mod media;
mod metrics;
mod mismatches;
mod operations;
mod paging;
mod parameters;
mod reads;
mod relationship_data;
mod relationships;
mod reports;
mod scripted;
mod uploads;
mod webhooks;
mod writes;

use app_store_connect_client::Client;
use app_store_connect_client::runtime::{RetryPolicy, StaticToken};
use storewright_tests::{Answer, Server};

/// A token that no response and no text of the client may show.
const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.s3cret";

fn client_of(server: &Server) -> Client {
    Client::builder(StaticToken::bearer(TOKEN))
        .base_url(server.url())
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

/// A server with responses, and a client of it.
async fn serve(answers: impl IntoIterator<Item = Answer>) -> (Server, Client) {
    let server = Server::start(answers).await;
    let client = client_of(&server);
    (server, client)
}
