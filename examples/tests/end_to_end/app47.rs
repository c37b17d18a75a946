//! Tests examples of App47 against a scripted server.

mod app;
mod list;

use serde_json::{Value, json};
use storewright_tests::Answer;

use crate::program::{Ended, Program, program};
use crate::script::Script;

const TOKEN: &str = "f1x3d-t0k3n";

/// Runs an example to its end, and asserts that it made the calls of the script, each with the token.
async fn run(program: Program, args: &[&str], api: &Script) -> Ended {
    let url = format!("{}/api/v2", api.server.url());
    let program = program.env("APP47_ACCESS_TOKEN", TOKEN).args(["--base-url", &url]);
    let ended = program.args(args).run(&[&api.server]).await;
    println!("{ended:?}");
    api.finished();
    for seen in api.server.seen() {
        assert_eq!(seen.header("access-token"), Some(TOKEN), "{}", seen.line);
    }
    ended
}

/// The results of a call.
fn results(results: Value) -> Answer {
    Answer::json(200, &json!({"results": results, "md5": "896d94e5e2f4eb6b6bfa19144c7794e5"}))
}

/// A refusal, as the vendor's page shows it.
fn refused(message: &str) -> Answer {
    Answer::json(422, &json!({"results": {"message": message, "success": false}, "md5": "x"}))
}

/// An app as the server sends it: the type begins with a capital letter.
fn app(id: &str, name: &str, app_type: &str) -> Value {
    json!({"id": id, "name": name, "type": app_type, "modified": "2015-10-19T10:44:22Z", "rating": 0.0,
        "group_ids": [], "featured": true})
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let api = Script::start([]).await;
    let program = program!("app47-list").without("APP47_ACCESS_TOKEN").args(["--base-url", api.server.url()]);
    program.run(&[&api.server]).await.failed([], "APP47_ACCESS_TOKEN is not set");
    api.finished();
}
