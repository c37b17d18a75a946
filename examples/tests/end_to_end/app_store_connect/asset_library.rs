//! `asc-asset-library`: uploads that are placed and ordered, an upload that fails, and an incomplete placement.

use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use super::{APPS, apps, id, list, one, run, run_beside, storage, stored};
use crate::program::{Ended, program};
use crate::script::{Exchange, Script, call, send};

const GROUP: &str = "IPHONE_DYNAMIC_ISLAND_LARGE_PROFILE";
const IMAGES: &str = "appAssetLibraryImages";
const PLACEMENTS: &str = "appAssetLibraryPlacements";

/// Shows files with these contents, which are called `1` and so on.
async fn show(contents: &[&str], api: &Script, storage: &Server) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let mut args: Vec<String> =
        ["show", "com.example.app", "1.2", GROUP, "--poll-seconds", "0"].map(str::to_owned).into();
    for (number, content) in contents.iter().enumerate() {
        let file = folder.path().join((number + 1).to_string());
        std::fs::write(&file, content).unwrap();
        args.push(file.display().to_string());
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut ended = run_beside(program!("asc-asset-library"), &args, api, &[storage]).await;
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
        call("GET /v1/apps/a1/assetLibrary", one(200, "appAssetLibraries", "a1", json!({}))),
    ]
}

/// An image as Apple sends it: most attributes are null until it is processed.
fn image(status: u16, image: &str, state: &str, more: Value) -> Answer {
    let mut attributes = json!({"category": "APP_SCREENSHOTS_AND_PREVIEWS", "imageAsset": null, "specId": null,
        "state": state, "stateDetails": null});
    attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one(status, IMAGES, image, attributes)
}

/// The upload of a file in one part, to its commit, which has no checksum, in contrast to screenshots.
fn upload(name: &str, size: usize, asset: &str, storage: &Server) -> [Exchange; 2] {
    let part = json!({"method": "PUT", "url": format!("{}/{asset}/0?signature=s1gned", storage.url()),
        "offset": 0, "length": size, "requestHeaders": [{"name": "Content-Type", "value": "image/png"}]});
    [
        send(
            format!("POST /v1/{IMAGES}"),
            json!({"data": {"type": IMAGES,
                "attributes": {"category": "APP_SCREENSHOTS_AND_PREVIEWS", "fileName": name, "fileSize": size},
                "relationships": {"assetLibrary": id("appAssetLibraries", "a1")}}}),
            image(201, asset, "AWAITING_UPLOAD", json!({"uploadOperations": [part]})),
        ),
        send(
            format!("PATCH /v1/{IMAGES}/{asset}"),
            json!({"data": {"type": IMAGES, "id": asset, "attributes": {"uploaded": true}}}),
            image(200, asset, "UPLOAD_COMPLETE", json!({})),
        ),
    ]
}

fn poll(asset: &str, state: &str) -> Exchange {
    call(format!("GET /v1/{IMAGES}/{asset}"), image(200, asset, state, json!({})))
}

fn placement(image: &str, placement: &str) -> Exchange {
    send(
        format!("POST /v1/{PLACEMENTS}"),
        json!({"data": {"type": PLACEMENTS,
            "attributes": {"placementGroup": GROUP, "placementType": "APP_SCREENSHOT"},
            "relationships": {"appStoreVersionLocalization": id("appStoreVersionLocalizations", "l1"),
                "image": id(IMAGES, image)}}}),
        one(
            201,
            PLACEMENTS,
            placement,
            json!({"state": "PARENT_PREPARE_FOR_SUBMISSION", "mediaType": "IMAGE"}),
        ),
    )
}

#[tokio::test]
async fn images_are_uploaded_placed_and_ordered_behind_the_present_ones() {
    let storage = storage().await;
    let mut calls = begin();
    calls.extend(upload("1", 5, "i1", &storage));
    calls.extend(["UPLOAD_COMPLETE", "PREPARE_FOR_SUBMISSION"].map(|state| poll("i1", state)));
    calls.extend(upload("2", 6, "i2", &storage));
    calls.push(poll("i2", "PREPARE_FOR_SUBMISSION"));
    calls.push(call(
        format!(
            "GET /v1/appStoreVersionLocalizations/l1/placements?filter[placementGroup]={GROUP}&sort=placementGroupPosition"
        ),
        list(PLACEMENTS, [("old", json!({"placementType": "APP_PREVIEW"}))]),
    ));
    calls.extend([placement("i1", "p1"), placement("i2", "p2")]);
    let ids = ["old", "p1", "p2"].map(|id| json!({"type": PLACEMENTS, "id": id}));
    calls.push(send(
        "POST /v1/appAssetLibraryPlacementOrderingRequests",
        json!({"data": {"type": "appAssetLibraryPlacementOrderingRequests", "attributes": {"placementGroup": GROUP},
            "relationships": {"orderedPlacements": {"data": ids},
                "appStoreVersionLocalization": id("appStoreVersionLocalizations", "l1")}}}),
        one(201, "appAssetLibraryPlacementOrderingRequests", "o1", json!({})),
    ));
    let api = Script::start(calls).await;
    let ended = show(&["first", "second"], &api, &storage).await;
    ended.printed([
        "1 is i1: PREPARE_FOR_SUBMISSION",
        "2 is i2: PREPARE_FOR_SUBMISSION",
        "the order is old, p1, p2",
    ]);
    assert_eq!((stored(&storage, "i1"), stored(&storage, "i2")), (b"first".to_vec(), b"second".to_vec()));
}

#[tokio::test]
async fn an_image_that_cannot_be_processed_ends_it_with_the_reasons_and_places_nothing() {
    let storage = storage().await;
    let mut calls = begin();
    calls.extend(upload("1", 5, "i1", &storage));
    let details = json!({"stateDetails": [
        {"code": "IMAGE_TOO_SMALL", "description": "It is 1 by 1."},
        {"code": "IMAGE_HAS_ALPHA", "description": "It is transparent."}]});
    calls.push(call(format!("GET /v1/{IMAGES}/i1"), image(200, "i1", "FAILED", details)));
    let api = Script::start(calls).await;
    let ended = show(&["first", "second"], &api, &storage).await;
    ended.failed(
        [],
        "Apple refused /v1/appAssetLibraryImages/i1: IMAGE_TOO_SMALL: It is 1 by 1.; IMAGE_HAS_ALPHA: It is transparent.",
    );
}

#[tokio::test]
async fn a_placement_is_made_for_an_event() {
    let api = Script::start([send(
        format!("POST /v1/{PLACEMENTS}"),
        json!({"data": {"type": PLACEMENTS,
            "attributes": {"placementGroup": "IPHONE_PROFILE", "placementType": "EVENT_CARD_ASSET"},
            "relationships": {"appEventLocalization": id("appEventLocalizations", "e1"),
                "video": id("appAssetLibraryVideos", "m1")}}}),
        one(201, PLACEMENTS, "p1", json!({"state": "ASSET_PROCESSING"})),
    )])
    .await;
    let args = ["place", "EVENT_CARD_ASSET", "IPHONE_PROFILE", "--video", "m1", "--event-localization", "e1"];
    run(program!("asc-asset-library"), &args, &api).await.printed(["p1 is ASSET_PROCESSING"]);
}

#[tokio::test]
async fn an_incomplete_placement_is_not_sent() {
    let missing = [("--image", "appCustomProductPageLocalization"), ("--version-localization", "image")];
    for (option, needs) in missing {
        let api = Script::start([]).await;
        let args = ["place", "APP_SCREENSHOT", GROUP, option, "1"];
        let ended = run(program!("asc-asset-library"), &args, &api).await;
        let error = format!(
            "POST /v1/appAssetLibraryPlacements: the request needs `{needs}`, or to complete another of its 8 sets of members"
        );
        ended.failed([], &error);
    }
}

#[tokio::test]
async fn groups_come_from_the_reference_data() {
    let data = json!({"features": [{"featureId": "APP_STORE_VERSIONS", "placementPolicies": [
        {"placementType": "APP_SCREENSHOT", "groupLimits": [{"groupIds": [GROUP, "MAC_PROFILE"], "maxCount": 10}]},
        {"placementType": "APP_PREVIEW", "groupLimits": [{"groupIds": [GROUP], "maxCount": 3}]}]}]});
    let api = Script::start([call(
        "GET /v1/appAssetLibraryRefData?filter[features]=APP_STORE_VERSIONS",
        list("appAssetLibraryRefData", [("1", data)]),
    )])
    .await;
    run(program!("asc-asset-library"), &["groups"], &api).await.printed([
        "APP_SCREENSHOT: IPHONE_DYNAMIC_ISLAND_LARGE_PROFILE, MAC_PROFILE: at most 10",
        "APP_PREVIEW: IPHONE_DYNAMIC_ISLAND_LARGE_PROFILE: at most 3",
    ]);
}
