//! `asc-screenshots`: pictures into a set that there is, videos into a new one, and a picture that Apple refuses.

use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use super::{APPS, apps, id, list, one, reserved, run_beside, sent, storage, stored};
use crate::program::{Ended, program};
use crate::script::{Exchange, Script, call, send};

const SETS: &str =
    "GET /v1/appStoreVersionLocalizations/l1/appScreenshotSets?filter[screenshotDisplayType]=APP_IPHONE_67";
const SHOTS: &str = "appScreenshots";
const PREVIEWS: &str = "appPreviews";

/// Runs the example in a folder with files of these contents, which are called `1` and so on.
async fn upload(args: [&str; 2], contents: &[&str], api: &Script, storage: &Server) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let [kind, device] = args;
    let mut args: Vec<String> =
        [kind, "com.example.app", "1.2", device, "--poll-seconds", "0"].map(str::to_owned).into();
    for (number, content) in contents.iter().enumerate() {
        let file = folder.path().join((number + 1).to_string());
        std::fs::write(&file, content).unwrap();
        args.push(file.display().to_string());
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut ended = run_beside(program!("asc-screenshots"), &args, api, &[storage]).await;
    let shown = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
    ended.out = ended.out.replace(&shown, "");
    ended
}

fn begin() -> Vec<Exchange> {
    vec![
        call(APPS, apps()),
        call(
            "GET /v1/apps/a1/appStoreVersions?filter[versionString]=1.2",
            list("appStoreVersions", [("v1", json!({"versionString": "1.2"}))]),
        ),
        call(
            "GET /v1/appStoreVersions/v1/appStoreVersionLocalizations",
            list("appStoreVersionLocalizations", [("l1", json!({"locale": "en-US"}))]),
        ),
    ]
}

struct File<'a> {
    kind: &'a str,
    name: &'a str,
    size: usize,
    md5: &'a str,
    asset: &'a str,
}

/// The reservation of a file, and the message that it is sent.
fn file(file: &File<'_>, set: Value, storage: &Server) -> [Exchange; 2] {
    let File { kind, name, size, md5, asset } = *file;
    [
        send(
            format!("POST /v1/{kind}"),
            json!({"data": {"type": kind, "attributes": {"fileName": name, "fileSize": size}, "relationships": set}}),
            reserved(kind, asset, storage, size),
        ),
        send(
            format!("PATCH /v1/{kind}/{asset}"),
            json!({"data": {"type": kind, "id": asset, "attributes": {"uploaded": true, "sourceFileChecksum": md5}}}),
            sent(kind, asset, "UPLOAD_COMPLETE"),
        ),
    ]
}

fn shot(name: &str, size: usize, md5: &str, asset: &str, storage: &Server) -> [Exchange; 2] {
    let set = json!({"appScreenshotSet": id("appScreenshotSets", "s1")});
    file(&File { kind: SHOTS, name, size, md5, asset }, set, storage)
}

fn set() -> [Exchange; 2] {
    [
        call(SETS, list("appScreenshotSets", [("s1", json!({"screenshotDisplayType": "APP_IPHONE_67"}))])),
        call(
            "GET /v1/appScreenshotSets/s1/relationships/appScreenshots",
            Answer::json(
                200,
                &json!({"data": [{"type": SHOTS, "id": "old"}], "links": {"self": "https://example.com"}}),
            ),
        ),
    ]
}

#[tokio::test]
async fn screenshots_come_behind_those_that_there_are() {
    let storage = storage().await;
    let mut calls = begin();
    calls.extend(set());
    calls.extend(shot("1", 5, "8b04d5e3775d298e78455efc5ca404d5", "n1", &storage));
    calls.push(call("GET /v1/appScreenshots/n1", sent(SHOTS, "n1", "COMPLETE")));
    calls.extend(shot("2", 6, "a9f0e61a137d86aa9db53465e0801612", "n2", &storage));
    calls.extend(
        ["UPLOAD_COMPLETE", "COMPLETE"]
            .map(|state| call("GET /v1/appScreenshots/n2", sent(SHOTS, "n2", state))),
    );
    calls.push(send(
        "PATCH /v1/appScreenshotSets/s1/relationships/appScreenshots",
        json!({"data": [{"type": SHOTS, "id": "old"}, {"type": SHOTS, "id": "n1"}, {"type": SHOTS, "id": "n2"}]}),
        Answer::empty(204),
    ));
    let api = Script::start(calls).await;
    let ended = upload(["screenshots", "APP_IPHONE_67"], &["first", "second"], &api, &storage).await;
    ended.printed(["the set is s1", "1 is n1", "2 is n2", "they are shown in the order old, n1, n2"]);
    assert_eq!((stored(&storage, "n1"), stored(&storage, "n2")), (b"first".to_vec(), b"second".to_vec()));
}

#[tokio::test]
async fn previews_into_a_set_that_is_made() {
    let storage = storage().await;
    let processed = |state: &str| {
        let states =
            json!({"assetDeliveryState": {"state": "COMPLETE"}, "videoDeliveryState": {"state": state}});
        call("GET /v1/appPreviews/n1", one(200, PREVIEWS, "n1", states))
    };
    let mut calls = begin();
    calls.extend([
        call(
            "GET /v1/appStoreVersionLocalizations/l1/appPreviewSets?filter[previewType]=IPHONE_67",
            list("appPreviewSets", []),
        ),
        send(
            "POST /v1/appPreviewSets",
            json!({"data": {"type": "appPreviewSets", "attributes": {"previewType": "IPHONE_67"},
                "relationships": {"appStoreVersionLocalization": id("appStoreVersionLocalizations", "l1")}}}),
            one(201, "appPreviewSets", "s2", json!({})),
        ),
        call("GET /v1/appPreviewSets/s2/relationships/appPreviews", list(PREVIEWS, [])),
    ]);
    let set = json!({"appPreviewSet": id("appPreviewSets", "s2")});
    let preview =
        File { kind: PREVIEWS, name: "1", size: 5, md5: "421b47ffd946ca083b65cd668c6b17e6", asset: "n1" };
    calls.extend(file(&preview, set, &storage));
    calls.extend(["PROCESSING", "PROCESSING", "COMPLETE"].map(processed));
    calls.push(send(
        "PATCH /v1/appPreviewSets/s2/relationships/appPreviews",
        json!({"data": [{"type": PREVIEWS, "id": "n1"}]}),
        Answer::empty(204),
    ));
    let api = Script::start(calls).await;
    let ended = upload(["previews", "IPHONE_67"], &["video"], &api, &storage).await;
    ended.printed(["the set is s2", "1 is n1", "they are shown in the order n1"]);
    assert_eq!(stored(&storage, "n1"), b"video");
}

#[tokio::test]
async fn a_picture_that_apple_refuses_ends_it() {
    let storage = storage().await;
    let mut calls = begin();
    calls.extend(set());
    calls.extend(shot("1", 5, "8b04d5e3775d298e78455efc5ca404d5", "n1", &storage));
    let failed = json!({"assetDeliveryState": {"state": "FAILED", "errors": [
        {"code": "IMAGE_INCORRECT_DIMENSIONS", "description": "It is 1 by 1."}]}});
    calls.push(call("GET /v1/appScreenshots/n1", one(200, SHOTS, "n1", failed)));
    let api = Script::start(calls).await;
    let ended = upload(["screenshots", "APP_IPHONE_67"], &["first", "second"], &api, &storage).await;
    ended.failed(
        ["the set is s1"],
        "Apple refused /v1/appScreenshots/n1: IMAGE_INCORRECT_DIMENSIONS: It is 1 by 1.",
    );
}

#[tokio::test]
async fn a_part_that_the_storage_refuses_ends_it_and_shows_no_secret() {
    let storage = Server::with(|_, _| Answer::empty(403)).await;
    let mut calls = begin();
    calls.extend(set());
    let [reservation, _] = shot("1", 5, "", "n1", &storage);
    calls.push(reservation);
    let api = Script::start(calls).await;
    let ended = upload(["screenshots", "APP_IPHONE_67"], &["first"], &api, &storage).await;
    assert_eq!((ended.code, ended.out.as_str()), (1, "the set is s1\n"));
    assert!(ended.err.contains("403 Forbidden") && !ended.err.contains("s1gned"), "{}", ended.err);
}
