//! Tests uploads: the requests to the API and to the storage, and the results.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use app_center_client::models::{
    CodePushUploadedRelease, CodePushUploadedReleaseRequired, ReleaseUploadBeginRequest,
    SymbolUploadBeginRequest, SymbolUploadStatus, SymbolUploadSymbolType,
};
use app_center_client::operations::releases::CreateReleaseUpload;
use app_center_client::runtime::{ErrorKind, RetryPolicy};
use app_center_client::{Client, Credentials, UploadState};
use serde_json::{Value, json};
use storewright_tests::{Answer, Seen, Server, TestClock, polled};

use crate::TOKEN;

const CONTENT: &[u8] = b"0123456789abcdefghijklmno";
const PATH: &str = "/v0.1/apps/o/a/uploads/releases/u1";

fn file() -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".apk").tempfile().unwrap();
    std::fs::write(file.path(), CONTENT).unwrap();
    file
}

fn client(api: &Server, clock: &TestClock) -> Client {
    let builder = Client::builder(Credentials::token(TOKEN)).base_url(api.url()).clock(clock.clone());
    builder.header("x-own", "1").build().unwrap()
}

fn begin(client: &Client) -> CreateReleaseUpload {
    let request = ReleaseUploadBeginRequest::new().build_version("1.2");
    client.releases().create_release_upload(("o", "a"), request)
}

fn begun(storage: &Server) -> Answer {
    Answer::json(
        201,
        &json!({"id": "u1", "package_asset_id": "as/1", "upload_domain": storage.url(),
            "token": "t0k+n", "url_encoded_token": "t0k%2Bn"}),
    )
}

fn status(state: &str, more: (&str, Value)) -> Answer {
    Answer::json(200, &json!({"id": "u1", "upload_status": state, more.0: more.1}))
}

fn ready() -> Answer {
    status("readyToBePublished", ("release_distinct_id", json!(42)))
}

fn finished() -> Answer {
    status("uploadFinished", ("release_url", Value::Null))
}

fn metadata() -> Answer {
    Answer::json(
        200,
        &json!({"error": false, "chunk_size": 10, "resume_restart": false, "chunk_list": [1, 2, 3],
            "blob_partitions": 1}),
    )
}

/// A storage that accepts all blocks, unless `block` gives another response to one.
async fn storage(block: impl Fn(usize, &Seen) -> Option<Answer> + Send + Sync + 'static) -> Server {
    Server::with(move |number, seen| {
        if seen.line.contains("/upload/set_metadata/") {
            metadata()
        } else if seen.line.contains("/upload/finished/") {
            Answer::json(200, &json!({"error": false, "state": "Done"}))
        } else {
            block(number, seen).unwrap_or_else(|| Answer::json(200, &json!({"error": false})))
        }
    })
    .await
}

fn blocks(storage: &Server) -> Vec<Seen> {
    storage.seen().into_iter().filter(|seen| seen.line.contains("upload_chunk")).collect()
}

fn no_secret_of_the_api(seen: &[Seen]) {
    for seen in seen {
        for name in ["x-api-token", "authorization", "x-own", "cookie"] {
            assert_eq!(seen.header(name), None, "{name}");
        }
        assert!(!format!("{seen:?}").contains(TOKEN));
    }
}

#[tokio::test]
async fn a_release_from_the_beginning_to_its_id() {
    let storage = storage(|_, _| None).await;
    let api =
        Server::start([begun(&storage), Answer::empty(500), finished(), finished(), finished(), ready()])
            .await;
    let clock = TestClock::at(0);
    let client = client(&api, &clock);
    let states = Arc::new(Mutex::new(Vec::<UploadState>::new()));
    let kept = Arc::clone(&states);
    let file = file();
    let upload = client.upload_release(begin(&client), file.path());
    let id = upload.on_state(move |state| kept.lock().unwrap().push(state.clone())).send().await.unwrap();
    assert_eq!(id, 42);

    let seen = api.seen();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line.as_str()).collect();
    let (patch, get) = (format!("PATCH {PATH}"), format!("GET {PATH}"));
    assert_eq!(lines, ["POST /v0.1/apps/o/a/uploads/releases", &patch, &patch, &get, &get, &get]);
    assert_eq!(seen[0].json(), json!({"build_version": "1.2"}));
    assert_eq!(seen[2].json(), json!({"upload_status": "uploadFinished"}));
    assert!(seen.iter().all(|seen| seen.header("x-api-token") == Some(TOKEN)));
    assert_eq!(clock.waits().iter().filter(|wait| **wait == Duration::from_secs(5)).count(), 2);

    let seen = storage.seen();
    no_secret_of_the_api(&seen);
    let name = file.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(
        seen[0].line,
        format!(
            "POST /upload/set_metadata/as%2F1?file_name={name}&file_size=25&\
             content_type=application%2Fvnd.android.package-archive&token=t0k%2Bn"
        )
    );
    assert_eq!(seen[4].line, "POST /upload/finished/as%2F1?token=t0k%2Bn");
    let mut blocks = blocks(&storage);
    blocks.sort_by(|a, b| a.line.cmp(&b.line));
    for (block, number) in blocks.iter().zip(1..) {
        assert_eq!(
            block.line,
            format!("POST /upload/upload_chunk/as%2F1?block_number={number}&token=t0k%2Bn")
        );
    }
    let bodies: Vec<&[u8]> = blocks.iter().map(|block| &*block.body).collect();
    assert_eq!(bodies, CONTENT.chunks(10).collect::<Vec<_>>());

    let states = states.lock().unwrap();
    let done = |state: &UploadState| state.transfer.parts.iter().filter(|part| part.done).count();
    assert_eq!(states.iter().map(done).collect::<Vec<_>>(), [0, 1, 2, 3, 3, 3]);
    let last = states.last().unwrap();
    assert!(last.finished && last.committed);
}

#[tokio::test]
async fn blocks_that_fail_or_are_missing_are_sent_again() {
    let rounds = Arc::new(Mutex::new(0));
    let storage = Server::with(move |number, seen| match number {
        1 => metadata(),
        2 => Answer::empty(500),
        3 => Answer::json(200, &json!({"error": true})),
        4 => Answer::new(200, "text/html", "<html>"),
        _ if seen.line.contains("finished") => {
            let mut round = rounds.lock().unwrap();
            *round += 1;
            match *round {
                1 => Answer::json(200, &json!({"error": true, "state": "x", "missing_chunks": [2]})),
                _ => Answer::json(200, &json!({"error": false, "state": "Done"})),
            }
        }
        _ => Answer::json(200, &json!({"error": false})),
    })
    .await;
    let api = Server::start([begun(&storage), finished(), ready()]).await;
    let client = client(&api, &TestClock::at(0));
    assert_eq!(client.upload_release(begin(&client), file().path()).send().await.unwrap(), 42);
    let blocks = blocks(&storage);
    assert_eq!(blocks.len(), 3 + 3 + 1);
    assert!(blocks[6].line.contains("block_number=2"), "{}", blocks[6].line);
}

#[tokio::test]
async fn the_error_budget_is_shared_and_ends() {
    // One block arrives and adds one: 20 + 1 failures are forgiven, and the next is the error.
    let storage =
        storage(|_, seen| (!seen.line.contains("block_number=1&")).then(|| Answer::empty(503))).await;
    let api = Server::start([begun(&storage)]).await;
    let client = client(&api, &TestClock::at(0));
    let file = file();
    let upload = client.upload_release(begin(&client), file.path()).parts(|parts| parts.parallel(1));
    let error = upload.send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert!(!format!("{error} {error:?}").contains("t0k"));
    assert_eq!(blocks(&storage).len(), 1 + 21 + 1);
    assert_eq!(api.seen().len(), 1);
}

#[tokio::test]
async fn a_release_goes_on_in_another_process() {
    let first = storage(|_, seen| seen.line.contains("block_number=2&").then(|| Answer::empty(403))).await;
    let api = Server::start([begun(&first)]).await;
    let one = client(&api, &TestClock::at(0));
    let saved = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&saved);
    let file = file();
    let upload = one.upload_release(begin(&one), file.path()).parts(|parts| parts.parallel(1));
    let keep = move |state: &UploadState| *kept.lock().unwrap() = serde_json::to_string(state).unwrap();
    let error = upload.on_state(keep).send().await.unwrap_err();
    // No waiting helps against this: it is not tried again.
    assert_eq!((error.status().unwrap().as_u16(), blocks(&first).len()), (403, 2));

    let second = storage(|_, _| None).await;
    let text = saved.lock().unwrap().replace(first.url(), second.url());
    let state: UploadState = serde_json::from_str(&text).unwrap();
    let api = Server::start([finished(), ready()]).await;
    let two = client(&api, &TestClock::at(0));
    let upload = || two.upload_release(begin(&two), file.path());
    assert_eq!(upload().resume(state.clone()).send().await.unwrap(), 42);
    let lines: Vec<String> = api.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(lines, [format!("PATCH {PATH}"), format!("GET {PATH}")]);
    assert_eq!((blocks(&second).len(), second.seen().len()), (2, 3));
    std::fs::write(file.path(), "another app").unwrap();
    let error = upload().resume(state).send().await.unwrap_err();
    assert!(error.kind() == ErrorKind::File && error.to_string().contains("was changed"), "{error}");
}

#[tokio::test]
async fn a_refused_release_says_why() {
    for (answer, text) in [
        (
            status("error", ("error_details", json!("No bundle id."))),
            format!("App Center refused {PATH}: error: No bundle id."),
        ),
        (
            status("malwareDetected", ("error_details", Value::Null)),
            format!("App Center refused {PATH}: malwareDetected: it gave no reason"),
        ),
        (finished(), format!("{PATH} is still in the state uploadFinished")),
    ] {
        let storage = storage(|_, _| None).await;
        let api = Server::start([begun(&storage), finished(), answer]).await;
        let client = client(&api, &TestClock::at(0));
        let file = file();
        let upload = client.upload_release(begin(&client), file.path());
        let error = upload.poll(Duration::from_secs(5), Duration::from_secs(4)).send().await.unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Rejected, text));
    }
}

#[tokio::test]
async fn a_code_push_update_goes_on_and_becomes_a_release() {
    let first = storage(|_, seen| seen.line.contains("block_number=2&").then(|| Answer::empty(403))).await;
    let begun = json!({"id": "as/1", "upload_domain": first.url(), "token": "t0k%2Bn"});
    let api = Server::start([Answer::json(200, &begun)]).await;
    let one = client(&api, &TestClock::at(0));
    let saved = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&saved);
    let file = file();
    let begin = |client: &Client| client.code_push_deployment_uploads().create(("o", "a"), "Staging");
    let upload = one.upload_code_push(begin(&one), file.path()).parts(|parts| parts.parallel(1));
    let keep = move |state: &UploadState| *kept.lock().unwrap() = serde_json::to_string(state).unwrap();
    assert_eq!(upload.on_state(keep).send().await.unwrap_err().status().unwrap(), 403);
    assert_eq!(api.one().line, "POST /v0.1/apps/o/a/deployments/Staging/uploads");
    no_secret_of_the_api(&first.seen());
    let name = file.path().file_name().unwrap().to_str().unwrap();
    assert!(first.seen()[0].line.starts_with(&format!("POST /upload/set_metadata/as%2F1?file_name={name}&")));
    assert!(blocks(&first)[0].line.ends_with("/as%2F1?block_number=1&token=t0k%2Bn"));

    let second = storage(|_, _| None).await;
    let state: UploadState =
        serde_json::from_str(&saved.lock().unwrap().replace(first.url(), second.url())).unwrap();
    let api = Server::start([Answer::json(201, &json!({"label": "v3"}))]).await;
    let two = client(&api, &TestClock::at(0));
    let uploaded = two.upload_code_push(begin(&two), file.path()).resume(state).send().await.unwrap();
    assert_eq!((blocks(&second).len(), second.seen().len()), (2, 3));
    let release = CodePushUploadedRelease::new(CodePushUploadedReleaseRequired {
        release_upload: uploaded,
        target_binary_version: "1.2.0".into(),
    })
    .mandatory(true);
    let releases = two.code_push_deployment_releases();
    let made = releases.create(("o", "a"), "Staging", release).send().await.unwrap();
    assert_eq!(made.label.as_deref(), Some("v3"));
    assert_eq!(
        api.one().json(),
        json!({"release_upload": {"id": "as/1", "upload_domain": second.url(), "token": "t0k%2Bn"},
            "target_binary_version": "1.2.0", "mandatory": true})
    );
}

#[tokio::test]
async fn an_upload_does_not_go_on_as_another_kind() {
    let storage = storage(|_, _| None).await;
    let api = Server::start([begun(&storage), finished(), ready()]).await;
    let client = client(&api, &TestClock::at(0));
    let states = Arc::new(Mutex::new(Vec::<UploadState>::new()));
    let kept = Arc::clone(&states);
    let file = file();
    let upload = client.upload_release(begin(&client), file.path());
    upload.on_state(move |state| kept.lock().unwrap().push(state.clone())).send().await.unwrap();
    let state = states.lock().unwrap().last().unwrap().clone();
    let other = client.code_push_deployment_uploads().create(("o", "a"), "Staging");
    let error = client.upload_code_push(other, file.path()).resume(state).send().await.unwrap_err();
    assert!(error.kind() == ErrorKind::File && error.to_string().contains("another kind"), "{error}");
}

#[tokio::test]
async fn symbols_are_committed_or_aborted() {
    for (sent, told, requests) in [(201, "committed", 1), (403, "aborted", 1)] {
        let blob = Server::with(move |_, _| Answer::empty(sent)).await;
        let api = Server::start([
            Answer::json(
                200,
                &json!({"symbol_upload_id": "s1", "upload_url": format!("{}/c/b?sig=s1gned", blob.url()),
                    "expiration_date": "2026-11-24T00:00:00Z"}),
            ),
            Answer::json(200, &json!({"symbol_upload_id": "s1", "status": told})),
        ])
        .await;
        let client = client(&api, &TestClock::at(0));
        let request = SymbolUploadBeginRequest::new(SymbolUploadSymbolType::Apple);
        let begin = client.symbol_uploads().create(("o", "a"), request);
        let file = file();
        let upload = client.upload_symbols(begin, file.path());
        let result = upload.parts(|parts| parts.retry(RetryPolicy::none())).send().await;
        match result {
            Ok(done) => assert_eq!((sent, done.status), (201, SymbolUploadStatus::Committed)),
            Err(error) => {
                assert_eq!((sent, error.status().unwrap().as_u16()), (403, 403));
                assert!(!format!("{error} {error:?}").contains("s1gned"));
            }
        }
        let seen = blob.seen();
        no_secret_of_the_api(&seen);
        assert_eq!(seen.len(), requests);
        assert_eq!((seen[0].line.as_str(), &*seen[0].body), ("PUT /c/b?sig=s1gned", CONTENT));
        assert_eq!(seen[0].header("x-ms-blob-type"), Some("BlockBlob"));
        let seen = api.seen();
        assert_eq!((seen.len(), seen[1].line.as_str()), (2, "PATCH /v0.1/apps/o/a/symbol_uploads/s1"));
        assert_eq!(seen[1].json(), json!({"status": told}));
    }
}

#[tokio::test]
async fn a_release_dropped_anywhere_goes_on_with_one_upload() {
    let storage = storage(|_, _| None).await;
    let file = file();
    let mut times = 0;
    loop {
        let start = begun(&storage);
        let api = Server::with(move |_, seen| match seen.line.split(' ').next().unwrap() {
            "POST" => start.clone(),
            "PATCH" => finished(),
            _ => ready(),
        })
        .await;
        let client = client(&api, &TestClock::at(0));
        let saved = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&saved);
        let upload = || client.upload_release(begin(&client), file.path());
        let keep = move |state: &UploadState| *kept.lock().unwrap() = Some(state.clone());
        if let Some(sent) = polled(upload().on_state(keep).send(), times).await {
            assert_eq!(sent.unwrap(), 42);
            break;
        }
        let state = saved.lock().unwrap().clone();
        if let Some(state) = state {
            let (finished, committed) = (state.finished, state.committed);
            let left = state.transfer.parts.iter().filter(|part| !part.done).count();
            storage.forget();
            api.forget();
            assert_eq!(upload().resume(state).send().await.unwrap(), 42);
            let lines: Vec<String> = api.seen().into_iter().map(|seen| seen.line).collect();
            assert!(!lines.iter().any(|line| line.starts_with("POST")), "{lines:?}");
            assert_eq!(lines.iter().any(|line| line.starts_with("PATCH")), !committed, "{lines:?}");
            let parts = blocks(&storage).len();
            assert!(
                parts >= left && parts <= left + 3 && (!finished || storage.seen().is_empty()),
                "{parts} {left}"
            );
        }
        times += 1;
    }
    assert!(times > 6, "{times}");
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_not_committed() {
    for block in [1, 3] {
        let file = file();
        let path = file.path().to_owned();
        let storage = storage(move |_, seen| {
            if seen.line.contains(&format!("block_number={block}&")) {
                std::fs::write(&path, [b"9", &CONTENT[1..]].concat()).unwrap();
            }
            None
        })
        .await;
        let api = Server::start([begun(&storage)]).await;
        let client = client(&api, &TestClock::at(0));
        let upload = client.upload_release(begin(&client), file.path());
        let error = upload.parts(|parts| parts.parallel(1)).send().await.unwrap_err();
        assert!(error.kind() == ErrorKind::File && error.to_string().contains("was changed"), "{error}");
        assert_eq!(api.seen().len(), 1);
        assert!(storage.seen().iter().all(|seen| !seen.line.contains("/upload/finished/")));
    }
}

#[tokio::test]
async fn symbols_that_change_while_they_are_sent_are_aborted() {
    let file = file();
    let path = file.path().to_owned();
    let blob = Server::with(move |_, _| {
        std::fs::write(&path, "other symbols").unwrap();
        Answer::empty(201)
    })
    .await;
    let begun = json!({"symbol_upload_id": "s1", "upload_url": format!("{}/c/b", blob.url()),
                       "expiration_date": "2026-11-24T00:00:00Z"});
    let aborted = json!({"symbol_upload_id": "s1", "status": "aborted"});
    let api = Server::start([Answer::json(200, &begun), Answer::json(200, &aborted)]).await;
    let client = client(&api, &TestClock::at(0));
    let begin = client
        .symbol_uploads()
        .create(("o", "a"), SymbolUploadBeginRequest::new(SymbolUploadSymbolType::Apple));
    let error = client.upload_symbols(begin, file.path()).send().await.unwrap_err();
    assert!(error.to_string().contains("was changed"), "{error}");
    assert_eq!(api.seen()[1].json(), json!({"status": "aborted"}));
}

#[tokio::test]
async fn ids_and_tokens_of_servers_stay_at_their_place() {
    let storage = storage(|_, _| None).await;
    let upload = |id: &str, asset: &str, domain: &str, token: &str| json!({"id": id, "package_asset_id": asset, "upload_domain": domain, "token": "t", "url_encoded_token": token});
    let url = storage.url();
    let file = file();
    let release = upload("../u?1", "../as#1", url, "t");
    let api = Server::start([Answer::json(201, &release), finished(), ready()]).await;
    let one = client(&api, &TestClock::at(0));
    one.upload_release(begin(&one), file.path()).send().await.unwrap();
    assert_eq!(api.seen()[1].line, "PATCH /v0.1/apps/o/a/uploads/releases/..%2Fu%3F1");
    assert!(
        blocks(&storage).iter().all(|block| block.line.starts_with("POST /upload/upload_chunk/..%2Fas%231?"))
    );
    storage.forget();
    for begun in [
        upload("..", "as", url, "t"),
        upload("", "as", url, "t"),
        upload("u1", "..", url, "t"),
        upload("u1", "", url, "t"),
        upload("u1", "as", &format!("{url}/?x="), "t"),
        upload("u1", "as", &format!("{url}/#"), "t"),
        upload("u1", "as", url, "t&file_size=1"),
        upload("u1", "as", url, "t#"),
    ] {
        let api = Server::start([Answer::json(201, &begun)]).await;
        let two = client(&api, &TestClock::at(0));
        let error = two.upload_release(begin(&two), file.path()).send().await.unwrap_err();
        assert_eq!((error.kind(), api.seen().len()), (ErrorKind::Rejected, 1), "{begun} {error}");
        assert!(blocks(&storage).is_empty(), "{begun}");
    }
}
