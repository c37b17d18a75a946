//! `asc-feedback`: crashes with and without a log, screenshots in files, and a screenshot whose URL expired.

use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use super::{APPS, apps, list, one, run_beside};
use crate::program::{Ended, program};
use crate::script::{Exchange, Script, call};

const CRASHES: &str = "GET /v1/apps/a1/betaFeedbackCrashSubmissions?sort=-createdDate";
const SCREENSHOTS: &str = "GET /v1/apps/a1/betaFeedbackScreenshotSubmissions?sort=-createdDate";

async fn feedback(folder: &tempfile::TempDir, api: &Script, storage: &Server) -> Ended {
    let path = folder.path().display().to_string();
    let args = ["com.example.app", "--folder", &path];
    let mut ended = run_beside(program!("asc-feedback"), &args, api, &[storage]).await;
    ended.out = ended.out.replace(&format!("{path}{}", std::path::MAIN_SEPARATOR), "");
    ended
}

fn screenshots(storage: &Server) -> Exchange {
    let url = |name: &str| {
        json!({"url": format!("{}/{name}?signature=s1gned", storage.url()), "width": 1, "height": 2,
        "expirationDate": "2026-11-30T00:00:00Z"})
    };
    let feedback = json!({"deviceModel": "iPhone17,2", "osVersion": "26.1", "comment": "It is cut off.",
        "screenshots": [url("one.png"), url("two")]});
    call(SCREENSHOTS, list("betaFeedbackScreenshotSubmissions", [("f1", feedback)]))
}

#[tokio::test]
async fn crash_logs_and_screenshots_are_written() {
    let storage = Server::with(|_, seen| {
        Answer::new(200, "image/png", if seen.line.contains("one.png") { "first" } else { "second" })
    })
    .await;
    let crashes = [
        ("c1", json!({"deviceModel": "iPhone17,2", "osVersion": "26.1", "comment": "When I tapped."})),
        ("c2", json!({"deviceModel": "iPad14,1", "comment": null})),
    ];
    let api = Script::start([
        call(APPS, apps()),
        call(CRASHES, list("betaFeedbackCrashSubmissions", crashes)),
        call(
            "GET /v1/betaFeedbackCrashSubmissions/c1/crashLog",
            one(200, "betaCrashLogs", "c1", json!({"logText": "Incident 1\nThread 0"})),
        ),
        call(
            "GET /v1/betaFeedbackCrashSubmissions/c2/crashLog",
            Answer::json(200, &json!({"data": Value::Null, "links": {"self": "https://example.com"}})),
        ),
        screenshots(&storage),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let ended = feedback(&folder, &api, &storage).await;
    ended.printed([
        "crash c1 on iPhone17,2 26.1",
        "  When I tapped.",
        "  c1.crash",
        "crash c2 on iPad14,1 -",
        "  -",
        "  without a log",
        "feedback f1 on iPhone17,2 26.1",
        "  It is cut off.",
        "  f1-1.png has 5 bytes",
        "  f1-2.jpg has 6 bytes",
    ]);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("c1.crash"), "Incident 1\nThread 0");
    assert_eq!((read("f1-1.png"), read("f1-2.jpg")), ("first".to_owned(), "second".to_owned()));
}

#[tokio::test]
async fn a_screenshot_that_expired_ends_it_and_shows_no_secret() {
    let storage = Server::with(|_, _| Answer::empty(403)).await;
    let api = Script::start([
        call(APPS, apps()),
        call(CRASHES, list("betaFeedbackCrashSubmissions", [])),
        screenshots(&storage),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let ended = feedback(&folder, &api, &storage).await;
    assert_eq!((ended.code, ended.out.lines().count()), (1, 2), "{ended:?}");
    assert!(ended.err.contains("403 Forbidden") && !ended.err.contains("s1gned"), "{}", ended.err);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
