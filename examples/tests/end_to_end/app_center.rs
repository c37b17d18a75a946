//! Tests examples of App Center against a scripted server.

mod build_app;
mod code_push;
mod crashes;
mod distribute;
mod personal_data;
mod releases;
mod symbols;
mod test_run;

use serde_json::{Value, json};
use storewright_tests::{Answer, Seen, Server};

use crate::program::{Ended, Program, program};
use crate::script::Script;

const TOKEN: &str = "f1x3d-t0k3n";

/// Runs an example to its end, and asserts that it made the calls of the script, each with the token.
async fn run(program: Program, args: &[&str], api: &Script) -> Ended {
    run_beside(program, args, api, &[]).await
}

/// The same with other servers than App Center's, which must get no token.
async fn run_beside(program: Program, args: &[&str], api: &Script, others: &[&Server]) -> Ended {
    let servers: Vec<&Server> = std::iter::once(&api.server).chain(others.iter().copied()).collect();
    let program = program.env("APP_CENTER_API_TOKEN", TOKEN).args(["--base-url", api.server.url()]);
    let ended = program.args(args).run(&servers).await;
    println!("{ended:?}");
    api.finished();
    for seen in api.server.seen() {
        assert_eq!(seen.header("x-api-token"), Some(TOKEN), "{}", seen.line);
    }
    for seen in others.iter().flat_map(|server| server.seen()) {
        assert!(!format!("{seen:?}").contains(TOKEN), "{}", seen.line);
    }
    ended
}

/// A server that takes a file in blocks of ten bytes, and says at the end that it has it.
async fn storage(size: usize) -> Server {
    Server::with(move |_, seen| {
        Answer::json(
            200,
            &if seen.line.contains("/upload/set_metadata/") {
                let blocks: Vec<usize> = (1..=size.div_ceil(10)).collect();
                json!({"error": false, "chunk_size": 10, "resume_restart": false, "chunk_list": blocks})
            } else if seen.line.contains("/upload/finished/") {
                json!({"error": false, "state": "Done"})
            } else {
                json!({"error": false})
            },
        )
    })
    .await
}

/// The data that a storage received, its blocks in order.
fn stored(storage: &Server) -> Vec<u8> {
    let number = |seen: &Seen| -> Option<usize> {
        seen.line.split_once("block_number=")?.1.split('&').next()?.parse().ok()
    };
    let mut blocks: Vec<(usize, Seen)> =
        storage.seen().into_iter().filter_map(|seen| Some((number(&seen)?, seen))).collect();
    blocks.sort_by_key(|(number, _)| *number);
    blocks.into_iter().flat_map(|(_, seen)| seen.body.to_vec()).collect()
}

/// A release as App Center sends it.
fn release(id: i64, version: &str, more: (&str, Value)) -> Value {
    json!({"id": id, "short_version": version, "version": "7", "uploaded_at": "2024-12-01T10:00:00.000Z",
        "enabled": true, "app_name": "caravan", "app_display_name": "Caravan", "app_icon_url": "",
        more.0: more.1})
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let api = Script::start([]).await;
    let args = ["--base-url", api.server.url()];
    for program in [
        program!("app-center-releases").without("APP_CENTER_API_TOKEN"),
        program!("app-center-releases").env("APP_CENTER_API_TOKEN", ""),
    ] {
        program.args(args).run(&[&api.server]).await.failed([], "APP_CENTER_API_TOKEN is not set");
    }
    api.finished();
}

#[tokio::test]
async fn an_app_has_an_owner() {
    let ended = program!("app-center-releases").args(["caravan"]).run(&[]).await;
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("an app is named as `owner/app`"), "{}", ended.err);
}
