//! The App Center client over real HTTP: one operation of every shape, as sent and as decoded.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod bodies;
mod deviations;
mod failures;
mod paging;
mod security;
mod uploads;
mod values;

use app_center_client::runtime::RetryPolicy;
use app_center_client::{Client, Credentials};
use storewright_tests::{Answer, Server};

/// A token that no response and no text of the client may show.
const TOKEN: &str = "0123456789abcdef-s3cret";

fn client_of(server: &Server) -> Client {
    let credentials = Credentials::token(TOKEN).with_basic("ann@example.com", "pass:word");
    Client::builder(credentials).base_url(server.url()).retry(RetryPolicy::none()).build().unwrap()
}

/// A server with responses, and a client of it.
async fn serve(answers: impl IntoIterator<Item = Answer>) -> (Server, Client) {
    let server = Server::start(answers).await;
    let client = client_of(&server);
    (server, client)
}
