//! Tests uploads of assets: the requests to the API and to the storage, and the results.

#![allow(deprecated, reason = "screenshots are the assets with most members")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app_store_connect_client::models::{
    AppPreviewCreate, AppPreviewCreateRequest, AppScreenshotCreate, AppScreenshotCreateRequest,
    BuildUploadFileCreate, BuildUploadFileCreateRequest, BuildUploadFileCreateRequestAssetType,
    BuildUploadFileCreateRequestUti, BuildUploadResponse,
};
use app_store_connect_client::runtime::{ErrorKind, Method, RetryPolicy, StaticToken};
use app_store_connect_client::{Client, UploadState};
use serde_json::{Value, json};
use storewright_tests::{Answer, Server, TestClock, polled};

use crate::TOKEN;
use crate::operations::stored;

const CONTENT: &[u8] = b"\x89PNG a picture of an app";
const MD5: &str = "d7d066c17e0897da2aa63c3f69337b26";
const SHA256: &str = "7f525c2f75236c7a6eea7cee6bef28cb53d8bc20e6f06ec8357b608ca95761d3";

fn file() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), CONTENT).unwrap();
    file
}

fn client(api: &Server, clock: &TestClock) -> Client {
    let builder = Client::builder(StaticToken::bearer(TOKEN)).base_url(api.url()).clock(clock.clone());
    builder.header("x-own", "1").build().unwrap()
}

/// A reserved asset, in two parts.
fn reserved(kind: &str, storage: &Server) -> Answer {
    let part = |offset: usize, length: usize| {
        json!({
            "method": "PUT", "url": format!("{}/{kind}/{offset}?signature=s1gned", storage.url()),
            "offset": offset, "length": length, "partNumber": 1, "expiration": "2026-11-23T11:00:00Z",
            "requestHeaders": [{"name": "Content-Type", "value": "image/png"}, {"name": "x-amz", "value": "v"}],
        })
    };
    Answer::json(
        201,
        &json!({"data": {"type": kind, "id": "a1", "attributes": {
            "uploadOperations": [part(0, 10), part(10, CONTENT.len() - 10)],
            "assetDeliveryState": {"state": "AWAITING_UPLOAD", "errors": null},
        }}}),
    )
}

fn asset(kind: &str, state: &Value) -> Answer {
    Answer::json(
        200,
        &json!({"data": {"type": kind, "id": "a1", "attributes": {
            "fileName": "a.png", "uploadOperations": null, "assetDeliveryState": state}}}),
    )
}

fn create() -> AppScreenshotCreateRequest {
    AppScreenshotCreateRequest::new(AppScreenshotCreate {
        file_name: "a.png".into(),
        file_size: i64::try_from(CONTENT.len()).unwrap(),
        app_screenshot_set: "set".into(),
    })
}

#[tokio::test]
async fn a_screenshot_from_reservation_to_completion() {
    const KIND: &str = "appScreenshots";
    let storage = Server::with(|_, _| Answer::empty(200)).await;
    let uploaded = json!({"state": "UPLOAD_COMPLETE"});
    let complete = json!({"state": "COMPLETE", "errors": []});
    let api = Server::start([
        reserved(KIND, &storage),
        // Committing twice does no harm.
        Answer::empty(500),
        asset(KIND, &uploaded),
        asset(KIND, &uploaded),
        asset(KIND, &Value::Null),
        asset(KIND, &complete),
    ])
    .await;
    let clock = TestClock::at(0);
    let client = client(&api, &clock);
    let states = Arc::new(Mutex::new(Vec::<UploadState>::new()));
    let kept = Arc::clone(&states);
    let done = client
        .upload(client.app_screenshots().create(create()), file().path())
        .on_state(move |state| kept.lock().unwrap().push(state.clone()))
        .send()
        .await
        .unwrap();
    assert_eq!((done.data.id.as_str(), done.data.attributes.file_name.as_deref()), ("a1", Some("a.png")));

    let seen = api.seen();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line.as_str()).collect();
    const ONE: &str = "GET /v1/appScreenshots/a1";
    const COMMIT: &str = "PATCH /v1/appScreenshots/a1";
    assert_eq!(lines, ["POST /v1/appScreenshots", COMMIT, COMMIT, ONE, ONE, ONE]);
    let commit = json!({"data": {"type": KIND, "id": "a1", "attributes": {
        "uploaded": true, "sourceFileChecksum": MD5}}});
    assert_eq!((seen[1].json(), seen[2].json()), (commit.clone(), commit));
    assert!(clock.waits().iter().filter(|wait| **wait == Duration::from_secs(5)).count() == 2);

    let mut parts = storage.seen();
    parts.sort_by(|a, b| a.line.cmp(&b.line));
    assert_eq!(parts.iter().flat_map(|part| part.body.to_vec()).collect::<Vec<u8>>(), CONTENT);
    for (part, offset) in parts.iter().zip([0, 10]) {
        assert_eq!(part.line, format!("PUT /appScreenshots/{offset}?signature=s1gned"));
        assert_eq!((part.header("authorization"), part.header("x-own")), (None, None));
        assert_eq!((part.header("content-type"), part.header("x-amz")), (Some("image/png"), Some("v")));
        assert!(!format!("{part:?}").contains(TOKEN));
    }
    let states = states.lock().unwrap();
    let done = |state: &UploadState| state.transfer.parts.iter().filter(|part| part.done).count();
    assert_eq!(states.iter().map(done).collect::<Vec<_>>(), [0, 1, 2, 2]);
    assert_eq!(states.iter().map(|state| state.committed).collect::<Vec<_>>(), [false, false, false, true]);
}

#[tokio::test]
async fn an_upload_goes_on_in_another_process() {
    const KIND: &str = "appScreenshots";
    let storage =
        Server::with(|_, seen| Answer::empty(if seen.line.contains("/10") { 403 } else { 200 })).await;
    let api = Server::start([reserved(KIND, &storage)]).await;
    let clock = TestClock::at(0);
    let saved = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&saved);
    let first = client(&api, &clock);
    let file = file();
    let error = first
        .upload(first.app_screenshots().create(create()), file.path())
        .parts(|uploader| uploader.parallel(1).retry(RetryPolicy::none()))
        .on_state(move |state| *kept.lock().unwrap() = serde_json::to_string(state).unwrap())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 403);
    assert!(!format!("{error} {error:?}").contains("s1gned"));

    let text = saved.lock().unwrap().clone();
    let other = Server::with(|_, _| Answer::empty(200)).await;
    let state: UploadState = serde_json::from_str(&text.replace(storage.url(), other.url())).unwrap();
    let complete = || asset(KIND, &json!({"state": "COMPLETE"}));
    let api = Server::start([complete(), complete(), complete()]).await;
    let second = client(&api, &clock);
    let upload = || second.upload(second.app_screenshots().create(create()), file.path());
    let last = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&last);
    let keep = move |state: &UploadState| *kept.lock().unwrap() = Some(state.clone());
    upload().resume(state.clone()).on_state(keep).send().await.unwrap();
    assert_eq!(other.one().line, "PUT /appScreenshots/10?signature=s1gned");
    assert_eq!(api.seen()[0].line, "PATCH /v1/appScreenshots/a1");
    // A committed upload is only waited for.
    let committed = last.lock().unwrap().clone().unwrap();
    upload().resume(committed).send().await.unwrap();
    assert_eq!((api.seen().len(), api.seen()[2].line.as_str()), (3, "GET /v1/appScreenshots/a1"));
    std::fs::write(file.path(), "another picture").unwrap();
    let error = upload().resume(state).send().await.unwrap_err();
    assert!(error.kind() == ErrorKind::File && error.to_string().contains("was changed"), "{error}");
}

#[tokio::test]
async fn a_video_is_ready_when_it_is_processed() {
    const KIND: &str = "appPreviews";
    let storage = Server::with(|_, _| Answer::empty(200)).await;
    let video = |state: &Value| {
        let states = json!({"assetDeliveryState": {"state": "COMPLETE"}, "videoDeliveryState": state});
        Answer::json(200, &json!({"data": {"type": KIND, "id": "a1", "attributes": states}}))
    };
    let processing = || video(&json!({"state": "PROCESSING"}));
    let failed = video(&json!({"state": "FAILED", "errors": [{"code": "A", "description": "Too long."}]}));
    let api = Server::start([
        reserved(KIND, &storage),
        processing(),
        processing(),
        video(&json!({"state": "COMPLETE"})),
        reserved(KIND, &storage),
        processing(),
        failed,
    ])
    .await;
    let client = client(&api, &TestClock::at(0));
    let file = file();
    let create = || {
        AppPreviewCreateRequest::new(AppPreviewCreate {
            file_name: "a.mov".into(),
            file_size: i64::try_from(CONTENT.len()).unwrap(),
            app_preview_set: "set".into(),
        })
    };
    let upload = || client.upload(client.app_previews().create(create()), file.path());
    upload().send().await.unwrap();
    let error = upload().send().await.unwrap_err();
    assert_eq!(error.to_string(), "Apple refused /v1/appPreviews/a1: A: Too long.");
    assert_eq!(api.seen().len(), 7);
}

#[tokio::test]
async fn a_refused_file_says_why() {
    const KIND: &str = "appScreenshots";
    let storage = Server::with(|_, _| Answer::empty(200)).await;
    let failed = json!({"state": "FAILED", "errors": [
        {"code": "IMAGE_INCORRECT_DIMENSIONS", "description": "The dimensions are wrong."}, {"code": "B"}]});
    let waiting = json!({"state": "UPLOAD_COMPLETE"});
    let api = Server::start([
        reserved(KIND, &storage),
        asset(KIND, &waiting),
        asset(KIND, &failed),
        reserved(KIND, &storage),
        asset(KIND, &waiting),
        asset(KIND, &waiting),
        asset(KIND, &waiting),
    ])
    .await;
    let client = client(&api, &TestClock::at(0));
    let file = file();
    let upload = || client.upload(client.app_screenshots().create(create()), file.path());
    let error = upload().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(
        error.to_string(),
        "Apple refused /v1/appScreenshots/a1: IMAGE_INCORRECT_DIMENSIONS: The dimensions are wrong.; B"
    );
    let error = upload().poll(Duration::from_secs(10), Duration::from_secs(15)).send().await.unwrap_err();
    assert_eq!(error.to_string(), "/v1/appScreenshots/a1 is still in the state UPLOAD_COMPLETE");
    assert_eq!(api.seen().len(), 7);
}

#[tokio::test]
async fn the_file_of_a_build_and_the_build() {
    const KIND: &str = "buildUploadFiles";
    let storage = Server::with(|_, _| Answer::empty(200)).await;
    let complete = || asset(KIND, &json!({"state": "COMPLETE"}));
    let api = Server::start([reserved(KIND, &storage), complete(), complete()]).await;
    let client = client(&api, &TestClock::at(0));
    let request = BuildUploadFileCreateRequest::new(BuildUploadFileCreate {
        asset_type: BuildUploadFileCreateRequestAssetType::Asset,
        file_name: "App.ipa".into(),
        file_size: i64::try_from(CONTENT.len()).unwrap(),
        uti: BuildUploadFileCreateRequestUti::ComAppleIpa,
        build_upload: "b1".into(),
    });
    client.upload(client.build_upload_files().create(request), file().path()).send().await.unwrap();
    assert_eq!(
        api.seen()[1].json(),
        json!({"data": {"type": KIND, "id": "a1", "attributes": {"uploaded": true,
            "sourceFileChecksums": {"file": {"hash": SHA256, "algorithm": "SHA_256"}}}}})
    );

    let build = |state: &str, errors: Value| {
        Answer::json(
            200,
            &json!({"data": {"type": "buildUploads", "id": "b1", "attributes": {
                "cfBundleVersion": "7", "state": {"state": state, "errors": errors}}}}),
        )
    };
    let api = Server::start([
        build("PROCESSING", json!([])),
        build("COMPLETE", Value::Null),
        build("FAILED", json!([{"code": "90683", "description": "Missing purpose string."}])),
    ])
    .await;
    let client = self::client(&api, &TestClock::at(0));
    let done: BuildUploadResponse = client.wait_until_processed("/v1/buildUploads/b1").await.unwrap();
    assert_eq!(done.data.attributes.cf_bundle_version.as_deref(), Some("7"));
    let error = client.wait_until_processed::<BuildUploadResponse>("/v1/buildUploads/b1").await.unwrap_err();
    assert_eq!(error.to_string(), "Apple refused /v1/buildUploads/b1: 90683: Missing purpose string.");
}

#[tokio::test]
async fn a_reservation_without_a_place_to_send_to_is_an_error() {
    let api = Server::start([asset("appScreenshots", &Value::Null)]).await;
    let client = client(&api, &TestClock::at(0));
    let file = file();
    let upload = client.upload(client.app_screenshots().create(create()), file.path());
    let error = upload.send().await.unwrap_err();
    assert_eq!(error.to_string(), "/v1/appScreenshots did not say where the file goes");
}

/// The collections whose resources can be updated, and the attributes that the updates take.
fn updates() -> BTreeMap<String, BTreeSet<String>> {
    let file = |name: &str| -> serde_yaml::Value {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("specs/app-store-connect/api");
        serde_yaml::from_str(&std::fs::read_to_string(path.join(name)).unwrap()).unwrap()
    };
    let structs = file("structs.yaml");
    let mut out = BTreeMap::new();
    for (_, operation) in stored() {
        if operation["method"].as_str() != Some("PATCH") {
            continue;
        }
        let Some(body) = operation["body"]["content"]["application/json"].as_str() else { continue };
        let attributes = format!("{}.data.attributes", body.trim_start_matches('$'));
        let attributes = structs[attributes.as_str()]["fields"].as_mapping();
        let names = attributes.into_iter().flatten().filter_map(|(name, _)| name.as_str()).map(str::to_owned);
        out.insert(operation["path"].as_str().unwrap().replace("/{id}", ""), names.collect());
    }
    out
}

#[tokio::test]
async fn every_kind_of_asset_is_committed_as_its_update_is_declared() {
    let updates = updates();
    let kinds: Vec<_> = updates.iter().filter(|(_, names)| names.contains("uploaded")).collect();
    assert_eq!(kinds.len(), 27, "{kinds:?}");
    for (path, names) in kinds {
        let storage = Server::with(|_, _| Answer::empty(200)).await;
        let kind = path.rsplit('/').next().unwrap();
        let complete = || asset(kind, &json!({"state": "COMPLETE"}));
        let api = Server::start([reserved(kind, &storage), complete(), complete()]).await;
        let client = client(&api, &TestClock::at(0));
        let reserve = client.runtime().raw::<Value>(Method::Post, path);
        client.upload(reserve, file().path()).send().await.unwrap();
        let commit = &api.seen()[1];
        assert_eq!(commit.line, format!("PATCH {path}/a1"));
        let sent: BTreeSet<String> =
            commit.json()["data"]["attributes"].as_object().unwrap().keys().cloned().collect();
        let mut expected = BTreeSet::from(["uploaded".to_owned()]);
        // The newer form where both are there.
        let checksum =
            ["sourceFileChecksums", "sourceFileChecksum"].into_iter().find(|name| names.contains(*name));
        expected.extend(checksum.map(str::to_owned));
        assert_eq!(sent, expected, "{path}");
    }
}

#[tokio::test]
async fn an_upload_dropped_anywhere_goes_on_with_one_reservation() {
    const KIND: &str = "appScreenshots";
    let storage = Server::with(|_, _| Answer::empty(200)).await;
    let file = file();
    let mut times = 0;
    loop {
        let reservation = reserved(KIND, &storage);
        let api = Server::with(move |_, seen| match seen.line.split(' ').next().unwrap() {
            "POST" => reservation.clone(),
            _ => asset(KIND, &json!({"state": "COMPLETE"})),
        })
        .await;
        let client = client(&api, &TestClock::at(0));
        let saved = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&saved);
        let upload = || client.upload(client.app_screenshots().create(create()), file.path());
        let keep = move |state: &UploadState| *kept.lock().unwrap() = Some(state.clone());
        if polled(upload().on_state(keep).send(), times).await.is_some() {
            break;
        }
        let state = saved.lock().unwrap().clone();
        if let Some(state) = state {
            let committed = state.committed;
            let done: Vec<String> =
                state.transfer.parts.iter().filter(|part| part.done).map(|part| part.url.clone()).collect();
            storage.forget();
            api.forget();
            upload().resume(state).send().await.unwrap();
            let lines: Vec<String> = api.seen().into_iter().map(|seen| seen.line).collect();
            assert!(!lines.iter().any(|line| line.starts_with("POST")), "{lines:?}");
            assert_eq!(lines.iter().any(|line| line.starts_with("PATCH")), !committed, "{lines:?}");
            let sent = storage.seen();
            assert!(
                sent.iter().all(|seen| !done.iter().any(|url| url.ends_with(&seen.line[4..]))),
                "{sent:?}"
            );
        }
        times += 1;
    }
    assert!(times > 5, "{times}");
}

/// A reservation of an asset with an id and parts, each as offset and length.
fn reservation(id: &str, parts: &Value) -> Answer {
    let attributes = json!({"uploadOperations": parts});
    Answer::json(201, &json!({"data": {"type": "appScreenshots", "id": id, "attributes": attributes}}))
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_not_committed() {
    for request in [1, 2] {
        let file = file();
        let path = file.path().to_owned();
        let storage = Server::with(move |number, _| {
            if number == request {
                let mut other = CONTENT.to_vec();
                other[3] = 0;
                std::fs::write(&path, other).unwrap();
            }
            Answer::empty(200)
        })
        .await;
        let api = Server::start([reserved("appScreenshots", &storage)]).await;
        let client = client(&api, &TestClock::at(0));
        let upload = client.upload(client.app_screenshots().create(create()), file.path());
        let error = upload.parts(|parts| parts.parallel(1)).send().await.unwrap_err();
        assert!(error.kind() == ErrorKind::File && error.to_string().contains("was changed"), "{error}");
        assert_eq!((api.seen().len(), storage.seen().len()), (1, 2));
    }
}

#[tokio::test]
async fn parts_that_are_not_the_file_are_neither_sent_nor_committed() {
    let size = CONTENT.len();
    let storage = Server::with(|_, _| Answer::empty(200)).await;
    let part = |offset: Value, length: Value| json!({"method": "PUT", "url": format!("{}/p", storage.url()), "offset": offset, "length": length});
    for (parts, kind, problem) in [
        (json!([]), ErrorKind::Rejected, "did not say where"),
        (json!([part(json!(0), json!(10)), part(json!(9), json!(size - 9))]), ErrorKind::File, "overlap"),
        (json!([part(json!(0), json!(size)), part(json!(0), json!(size))]), ErrorKind::File, "overlap"),
        (json!([part(json!(0), json!(10)), part(json!(11), json!(size - 11))]), ErrorKind::File, "no part"),
        (json!([part(json!(0), json!(size + 1))]), ErrorKind::File, "beyond"),
        (json!([part(json!(u64::MAX), json!(u64::MAX))]), ErrorKind::File, "a part of"),
        (json!([part(json!(0), json!(size)), part(json!(3), json!(0))]), ErrorKind::File, "without bytes"),
        (json!([part(json!(-1), json!(size))]), ErrorKind::Rejected, "cannot be read"),
        (json!([part(json!(0), json!(-1))]), ErrorKind::Rejected, "cannot be read"),
        (json!([part(json!("0"), json!(size))]), ErrorKind::Rejected, "cannot be read"),
        (json!([part(json!(0), json!(2.5))]), ErrorKind::Rejected, "cannot be read"),
        (json!([part(json!(0), json!(1e300))]), ErrorKind::Rejected, "cannot be read"),
        (json!([{"method": "PUT", "url": "http:/p", "offset": 0, "length": size}]), ErrorKind::Build, "URL"),
    ] {
        let api = Server::start([reservation("a1", &parts)]).await;
        let client = client(&api, &TestClock::at(0));
        let file = file();
        let upload = client.upload(client.app_screenshots().create(create()), file.path());
        let error = upload.send().await.unwrap_err();
        assert!(error.kind() == kind && error.to_string().contains(problem), "{parts} {error}");
        assert_eq!((api.seen().len(), storage.seen().len()), (1, 0), "{parts}");
    }
}

#[tokio::test]
async fn ids_of_servers_and_saved_states_stay_in_their_collection() {
    let storage = Server::with(|_, _| Answer::empty(200)).await;
    let whole = json!([{"method": "PUT", "url": storage.url(), "offset": 0, "length": CONTENT.len()}]);
    let file = file();
    let saved = Arc::new(Mutex::new(None));
    for (id, path) in [
        ("a/../../users/1", Some("a%2F..%2F..%2Fusers%2F1")),
        ("a?b=1#c", Some("a%3Fb%3D1%23c")),
        ("a b%2e\u{1b}[31m", Some("a%20b%252e%1B%5B31m")),
        ("", None),
        (".", None),
        ("..", None),
    ] {
        let complete = || asset("appScreenshots", &json!({"state": "COMPLETE"}));
        let api = Server::start([reservation(id, &whole), complete(), complete()]).await;
        let client = client(&api, &TestClock::at(0));
        let upload = || client.upload(client.app_screenshots().create(create()), file.path());
        let kept = Arc::clone(&saved);
        let keep = move |state: &UploadState| *kept.lock().unwrap() = Some(state.clone());
        let sent = upload().on_state(keep).send().await;
        let lines: Vec<String> = api.seen().into_iter().skip(1).map(|seen| seen.line).collect();
        match path {
            Some(path) => {
                sent.unwrap();
                let path = format!("/v1/appScreenshots/{path}");
                assert_eq!(lines, [format!("PATCH {path}"), format!("GET {path}")]);
            }
            None => {
                let error = sent.unwrap_err();
                assert!(
                    error.kind() == ErrorKind::Rejected && error.to_string().contains("`id` is"),
                    "{error}"
                );
                assert!(lines.is_empty(), "{lines:?}");
            }
        }
        // The same from a file.
        let mut state: UploadState = saved.lock().unwrap().clone().unwrap();
        (state.id, state.committed) = (id.to_owned(), true);
        let api = Server::start([complete()]).await;
        let client = self::client(&api, &TestClock::at(0));
        let upload = || client.upload(client.app_screenshots().create(create()), file.path());
        let resumed = upload().resume(state.clone()).send().await;
        let lines: Vec<String> = api.seen().into_iter().map(|seen| seen.line).collect();
        let expected = path.map(|path| format!("GET /v1/appScreenshots/{path}"));
        assert_eq!((lines, resumed.is_ok()), (expected.into_iter().collect(), path.is_some()));
        state.collection = "/v1/users".to_owned();
        let error = upload().resume(state).send().await.unwrap_err();
        assert!(error.kind() == ErrorKind::File && error.to_string().contains("another kind"), "{error}");
    }
}
