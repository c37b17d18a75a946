//! `app-center-symbols`: symbols that are committed, and such that cannot be sent.

use std::io::Write;

use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use super::run_beside;
use crate::program::program;
use crate::script::{Exchange, Script, send};

const UPLOADS: &str = "/v0.1/apps/ann/caravan/symbol_uploads";

/// The calls of an upload to a storage, which ends as `status`.
fn calls(file: &str, storage: &Server, status: &str) -> [Exchange; 2] {
    let url = format!("{}/symbols?sig=s1gned", storage.url());
    let begun =
        json!({"symbol_upload_id": "s1", "upload_url": url, "expiration_date": "2030-01-01T00:00:00Z"});
    [
        send(
            format!("POST {UPLOADS}"),
            json!({"symbol_type": "AndroidProguard", "file_name": file, "version": "1.3", "build": "7"}),
            Answer::json(200, &begun),
        ),
        send(format!("PATCH {UPLOADS}/s1"), json!({"status": status}), upload(status)),
    ]
}

fn upload(status: &str) -> Answer {
    Answer::json(
        200,
        &json!({"symbol_upload_id": "s1", "app_id": "a", "symbol_type": "AndroidProguard", "status": status,
            "user": Value::Null}),
    )
}

fn file() -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".txt").tempfile().unwrap();
    file.write_all(b"a.b -> c").unwrap();
    file
}

#[tokio::test]
async fn what_is_sent_is_committed_and_what_is_not_is_aborted() {
    for (answer, status) in [(201, "committed"), (403, "aborted")] {
        let storage = Server::with(move |_, _| Answer::empty(answer)).await;
        let file = file();
        let name = file.path().file_name().unwrap().to_str().unwrap();
        let api = Script::start(calls(name, &storage, status)).await;
        let args = ["ann/caravan", file.path().to_str().unwrap(), "--kind", "AndroidProguard"];
        let args = [&args[..], &["--version", "1.3", "--build", "7"]].concat();
        let ended = run_beside(program!("app-center-symbols"), &args, &api, &[&storage]).await;
        match status {
            "committed" => ended.printed(["the upload s1 is committed"]),
            _ => {
                assert_eq!((ended.code, ended.out.as_str()), (1, ""));
                assert!(ended.err.contains("403") && !ended.err.contains("s1gned"), "{}", ended.err);
            }
        }
        let put = storage.one();
        assert_eq!((put.line.as_str(), &*put.body), ("PUT /symbols?sig=s1gned", &b"a.b -> c"[..]));
        assert_eq!(put.header("x-ms-blob-type"), Some("BlockBlob"));
    }
}
