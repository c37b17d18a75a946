//! The App Asset Library: attributes in every state, relationships of placements, and the required sets of members.

use app_store_connect_client::models::{
    AppAssetLibraryAssetState, AppAssetLibraryImage, AppAssetLibraryImageCreate,
    AppAssetLibraryImageCreateRequest, AppAssetLibraryImageField, AppAssetLibraryMediaType,
    AppAssetLibraryPlacementCreateRequest, AppAssetLibraryPlacementInclude,
    AppAssetLibraryPlacementOrderingRequestCreateRequest, AppAssetLibraryPlacementState,
    AppAssetLibraryPlacementType, AppAssetLibraryVideoCreate, AppAssetLibraryVideoCreateRequest,
};
use app_store_connect_client::runtime::{ErrorKind, Patch};
use serde_json::{Value, json};
use storewright_tests::{Answer, Server};

use crate::{client_of, serve};

const IMAGES: &str = "appAssetLibraryImages";
const PLACEMENTS: &str = "appAssetLibraryPlacements";

fn image(attributes: &Value) -> Answer {
    Answer::json(200, &json!({"data": {"type": IMAGES, "id": "i1", "attributes": attributes}}))
}

#[tokio::test]
async fn attributes_are_read_without_the_state_that_selects_their_schema() {
    let attributes = json!({"fileName": "a.png", "specId": null,
        "imageAsset": {"templateUrl": "https://example.com/{w}x{h}bb.{f}", "width": 1290, "height": 2796}});
    let (server, client) = serve([image(&attributes)]).await;
    let fields = [AppAssetLibraryImageField::FILE_NAME, AppAssetLibraryImageField::IMAGE_ASSET];
    let get = client.app_asset_library_images().get("i1").fields_app_asset_library_images(fields);
    let read = get.send().await.unwrap().data.attributes;
    assert_eq!(read.file_name.as_deref(), Some("a.png"));
    assert_eq!(read.image_asset.unwrap().width, Some(1290));
    assert_eq!((read.state, read.spec_id), (None, None));
    let line = "GET /v1/appAssetLibraryImages/i1?fields%5BappAssetLibraryImages%5D=fileName,imageAsset";
    assert_eq!(server.one().line, line);
}

#[tokio::test]
async fn attributes_are_read_in_every_state_and_in_one_that_is_new() {
    let states = [
        ("AWAITING_UPLOAD", AppAssetLibraryAssetState::AwaitingUpload),
        ("PREPARE_FOR_SUBMISSION", AppAssetLibraryAssetState::PrepareForSubmission),
        ("FAILED", AppAssetLibraryAssetState::Failed),
        ("ARCHIVING", AppAssetLibraryAssetState::Unrecognized("ARCHIVING".into())),
    ];
    for (name, state) in states {
        let part = json!({"method": "PUT", "url": "https://example.com/1", "length": 5, "offset": 0});
        let attributes = json!({"category": "APP_SCREENSHOTS_AND_PREVIEWS", "fileSize": 5, "state": name,
            "stateDetails": [{"code": "A", "description": "B"}], "uploadOperations": [part]});
        let (_server, client) = serve([image(&attributes)]).await;
        let response = client.app_asset_library_images().get("i1").full().send().await.unwrap();
        assert!(response.mismatches().is_empty(), "{name}: {:?}", response.mismatches());
        let read = &response.data.attributes;
        assert_eq!(read.state, Some(state));
        assert_eq!(read.file_size, Some(5));
        assert_eq!(read.state_details.as_ref().unwrap()[0].code.as_deref(), Some("A"));
        assert_eq!(read.upload_operations.as_ref().unwrap()[0].length, Some(5));
    }
}

#[tokio::test]
async fn a_placement_has_its_asset_and_localization() {
    let body = json!({
        "data": {"type": PLACEMENTS, "id": "p1",
            "attributes": {"mediaType": "IMAGE", "placementType": "APP_SCREENSHOT", "placementGroup": "MAC_PROFILE",
                "state": "ACTIVE", "stateDetails": null},
            "relationships": {"image": {"data": {"type": IMAGES, "id": "i1"}}, "video": {"data": null},
                "appStoreVersionLocalization": {"data": {"type": "appStoreVersionLocalizations", "id": "l1"}}}},
        "included": [{"type": IMAGES, "id": "i1", "attributes": {"referenceName": "Home"}}],
    });
    let (server, client) = serve([Answer::json(200, &body)]).await;
    let get = client.app_asset_library_placements().get("p1");
    let document = get.include([AppAssetLibraryPlacementInclude::IMAGE]).send().await.unwrap();
    assert_eq!(server.one().line, "GET /v1/appAssetLibraryPlacements/p1?include=image");
    let attributes = &document.data.attributes;
    assert_eq!(attributes.media_type, Some(AppAssetLibraryMediaType::Image));
    // The live API sends this value, which the document does not list.
    assert_eq!(attributes.state, Some(AppAssetLibraryPlacementState::Unrecognized("ACTIVE".into())));
    let relationships = &document.data.relationships;
    assert_eq!(relationships.app_store_version_localization.id(), Some("l1"));
    assert_eq!(relationships.video.data, Patch::Null);
    assert_eq!(relationships.app_event_localization.data, Patch::Absent);
    let image: &AppAssetLibraryImage =
        document.find_included(relationships.image.data.value().unwrap()).unwrap();
    assert_eq!(image.attributes.reference_name.as_deref(), Some("Home"));
}

fn placement() -> AppAssetLibraryPlacementCreateRequest {
    AppAssetLibraryPlacementCreateRequest::new().placement_type(AppAssetLibraryPlacementType::AppPreview)
}

#[tokio::test]
async fn a_placement_without_one_of_its_sets_is_not_sent() {
    let server = Server::start([]).await;
    let client = client_of(&server);
    let incomplete = [
        AppAssetLibraryPlacementCreateRequest::new(),
        placement(),
        placement().video("v1"),
        placement().app_event_localization("e1"),
        AppAssetLibraryPlacementCreateRequest::new().video("v1").app_event_localization("e1"),
    ];
    for request in incomplete {
        let error = client.app_asset_library_placements().create(request).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Build);
        let said = error.to_string();
        assert!(said.starts_with("POST /v1/appAssetLibraryPlacements: the request needs `"), "{said}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_order_without_its_members_is_not_sent() {
    let server = Server::start([]).await;
    let client = client_of(&server);
    let order = AppAssetLibraryPlacementOrderingRequestCreateRequest::new;
    let incomplete = [
        order().placement_group("MAC_PROFILE").ordered_placements(["p1"]),
        order().placement_group("MAC_PROFILE").app_store_version_localization("l1"),
        order().ordered_placements(["p1"]).app_store_version_localization("l1"),
    ];
    for request in incomplete {
        let call = client.app_asset_library_placement_ordering_requests().create(request);
        assert_eq!(call.send().await.unwrap_err().kind(), ErrorKind::Build);
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn complete_requests_are_sent_as_they_are() {
    let placed = json!({"data": {"type": PLACEMENTS, "id": "p1"}});
    let ordered = json!({"data": {"type": "appAssetLibraryPlacementOrderingRequests", "id": "o1"}});
    let (server, client) = serve([Answer::json(201, &placed), Answer::json(201, &ordered)]).await;
    let request = placement().video("v1").app_custom_product_page_localization("c1");
    assert_eq!(client.app_asset_library_placements().create(request).send().await.unwrap().data.id, "p1");
    let request = AppAssetLibraryPlacementOrderingRequestCreateRequest::new()
        .placement_group("MAC_PROFILE")
        .ordered_placements(["p2", "p1"])
        .app_custom_product_page_localization("c1");
    client.app_asset_library_placement_ordering_requests().create(request).send().await.unwrap();
    let seen = server.seen();
    let page = json!({"data": {"type": "appCustomProductPageLocalizations", "id": "c1"}});
    assert_eq!(
        seen[0].json(),
        json!({"data": {"type": PLACEMENTS, "attributes": {"placementType": "APP_PREVIEW"},
            "relationships": {"appCustomProductPageLocalization": page,
                "video": {"data": {"type": "appAssetLibraryVideos", "id": "v1"}}}}})
    );
    let ids = ["p2", "p1"].map(|id| json!({"type": PLACEMENTS, "id": id}));
    assert_eq!(
        seen[1].json(),
        json!({"data": {"type": "appAssetLibraryPlacementOrderingRequests",
            "attributes": {"placementGroup": "MAC_PROFILE"},
            "relationships": {"appCustomProductPageLocalization": page, "orderedPlacements": {"data": ids}}}})
    );
}

/// A video has two states: its own, and that of the frame that is shown before it plays, which may fail alone.
#[tokio::test]
async fn an_upload_ends_with_the_state_of_the_asset() {
    let storage = Server::with(|_, _| Answer::empty(200)).await;
    let video = |attributes: Value| {
        Answer::json(
            200,
            &json!({"data": {"type": "appAssetLibraryVideos", "id": "v1", "attributes": attributes}}),
        )
    };
    let part = json!({"method": "PUT", "url": format!("{}/v1", storage.url()), "length": 5, "offset": 0,
        "requestHeaders": []});
    let frame = json!({"state": {"state": "FAILED", "errors": []}});
    let (server, client) = serve([
        video(json!({"state": "AWAITING_UPLOAD", "uploadOperations": [part]})),
        video(json!({"state": "UPLOAD_COMPLETE"})),
        video(json!({"state": "PREPARE_FOR_SUBMISSION", "previewFrameImage": frame})),
    ])
    .await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "video").unwrap();
    let request = AppAssetLibraryVideoCreateRequest::new(AppAssetLibraryVideoCreate {
        category: "CREATIVE_ASSETS".into(),
        file_name: "a.mov".into(),
        file_size: 5,
        asset_library: "a1".into(),
    });
    let create = client.app_asset_library_videos().create(request);
    let done = client.upload(create, file.path()).send().await.unwrap().data;
    assert_eq!(done.attributes.state, Some(AppAssetLibraryAssetState::PrepareForSubmission));
    assert_eq!(
        server.seen()[1].json(),
        json!({"data": {"type": "appAssetLibraryVideos", "id": "v1", "attributes": {"uploaded": true}}})
    );
    assert_eq!(storage.one().body, "video");

    let reasons = json!([{"code": "TOO_LARGE", "description": "It is 3 by 3."}]);
    let part = json!({"method": "PUT", "url": format!("{}/v1", storage.url()), "length": 5, "offset": 0});
    let (_server, client) = serve([
        image(&json!({"state": "AWAITING_UPLOAD", "uploadOperations": [part]})),
        image(&json!({"state": "UPLOAD_COMPLETE"})),
        image(&json!({"state": "FAILED", "stateDetails": reasons})),
    ])
    .await;
    let request = AppAssetLibraryImageCreateRequest::new(AppAssetLibraryImageCreate {
        category: "CREATIVE_ASSETS".into(),
        file_name: "a.png".into(),
        file_size: 5,
        asset_library: "a1".into(),
    });
    let create = client.app_asset_library_images().create(request);
    let error = client.upload(create, file.path()).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(error.to_string(), "Apple refused /v1/appAssetLibraryImages/i1: TOO_LARGE: It is 3 by 3.");
}
