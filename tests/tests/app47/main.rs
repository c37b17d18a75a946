//! The App47 client over real HTTP: every operation, as sent and as decoded.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod checksum;
mod failures;
mod operations;
mod paging;

use app47_client::runtime::RetryPolicy;
use app47_client::{AccessToken, Client};
use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

/// A token that no response and no text of the client may show.
const TOKEN: &str = "544fa14538d6b81f6b00003d-s3cret";

/// A client whose address has a path, as the vendor's own has.
fn client_of(server: &Server) -> Client {
    let builder = Client::builder(AccessToken::new(TOKEN)).base_url(format!("{}/api/v2", server.url()));
    builder.retry(RetryPolicy::none()).build().unwrap()
}

/// A server with responses, and a client of it.
async fn serve(answers: impl IntoIterator<Item = Answer>) -> (Server, Client) {
    let server = Server::start(answers).await;
    let client = client_of(&server);
    (server, client)
}

/// A private app as the vendor shows it.
fn private_app() -> Value {
    json!({
        "id": "544fa14538d6b81f6b00003d", "created": "2014-10-28T13:59:34Z", "modified": "2015-08-03T15:43:35Z",
        "name": "ABC", "icon_url": "https://s3.example.com/original.png?1414504775", "description": "",
        "type": "Private", "vendor": "", "all_users": false, "featured": true, "rating": 0.0, "group_ids": [],
        "user_ids": ["554ca979256f5365c600000d", "54737b75256f530420000006"], "test_user_ids": [], "tag_ids": [],
        "notify_users_on_build_activation": true, "short_description": "",
    })
}

/// A response that contains `app`.
fn app_answer(app: &Value) -> Answer {
    Answer::json(200, &json!({"results": {"app": app, "success": true}, "md5": "stale"}))
}
