//! `app-center-test-run`: files of which the service has one, and tests that are asked after until they end.

use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use super::run_beside;
use crate::program::program;
use crate::script::{Exchange, Script, call, send};

const RUNS: &str = "/v0.1/apps/ann/caravan/test_runs";

/// SHA-256 of `app` and of `tests`.
const APP: &str = "a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333";
const TESTS: &str = "59830ebc3a4184110566bf1a290d08473dfdcbd492ce498b14cd1a5e2fa2e441";

fn known(kind: &str, status: u16) -> Value {
    json!({"fileType": kind, "checksum": "c", "uploadStatus": {"statusCode": status}})
}

fn state(exit_code: Value, message: &[&str]) -> Exchange {
    call(
        format!("GET {RUNS}/t1/state"),
        Answer::json(200, &json!({"exit_code": exit_code, "wait_time": 0, "message": message})),
    )
}

/// The calls up to the start of the tests.
fn calls(storage: &Server) -> Vec<Exchange> {
    let at = |location: String| Answer::empty(201).header("location", &location);
    vec![
        send(format!("POST {RUNS}"), json!({}), at(format!("https://api.example.com{RUNS}/t1"))),
        send(
            format!("POST {RUNS}/t1/hashes/batch"),
            json!([{"fileType": "app-file", "checksum": APP, "relativePath": "caravan.apk"},
                {"fileType": "test-file", "checksum": TESTS, "relativePath": "tests.dll"}]),
            Answer::json(200, &json!([known("app-file", 200), known("test-file", 412)])),
        ),
        send(format!("POST {RUNS}/t1/files"), json!({}), at(format!("{}/f?sig=s1gned", storage.url()))),
        send(
            format!("POST {RUNS}/t1/start"),
            json!({"test_framework": "uitest", "device_selection": "d1", "test_series": "main"}),
            Answer::json(200, &json!({"accepted_devices": ["p1", "p2"], "rejected_devices": []})),
        ),
        state(Value::Null, &["Running on 2 devices"]),
    ]
}

#[tokio::test]
async fn tests_that_pass_and_tests_that_fail() {
    for code in [0, 1] {
        let storage = Server::with(|_, _| Answer::empty(204)).await;
        let api = Script::start(calls(&storage).into_iter().chain([state(json!(code), &["Done"])])).await;
        let folder = tempfile::tempdir().unwrap();
        let files = [("caravan.apk", "app"), ("tests.dll", "tests")].map(|(name, content)| {
            std::fs::write(folder.path().join(name), content).unwrap();
            folder.path().join(name).to_str().unwrap().to_owned()
        });
        let [app, tests] = &files;
        let args =
            ["ann/caravan", app, tests, "--devices", "d1", "--framework", "uitest", "--series", "main"];
        let ended = run_beside(program!("app-center-test-run"), &args, &api, &[&storage]).await;
        let uploaded = format!("{tests} is uploaded");
        let said = ["the test run is t1", &uploaded, "it runs on 2 devices", "Running on 2 devices", "Done"];
        match code {
            0 => ended.printed(said),
            _ => ended.failed(said, "the tests ended with 1"),
        }
        let sent = storage.one();
        assert_eq!(sent.line, "POST /f?sig=s1gned");
        let body = String::from_utf8_lossy(&sent.body);
        for part in ["name=\"relative_path\"\r\n\r\ntests.dll", "name=\"file_type\"\r\n\r\ntest-file"] {
            assert!(body.contains(part), "{body}");
        }
        assert!(
            body.contains("name=\"file\"; filename=\"tests.dll\"") && body.contains("\r\n\r\ntests\r\n"),
            "{body}"
        );
    }
}
