//! `asc-provisioning`: uses existing resources, creates missing ones, and both files are readable.

use serde_json::{Value, json};
use storewright_tests::Answer;

use super::{id, list, one, run};
use crate::program::{Ended, program};
use crate::script::{Exchange, Script, call, send};

const REQUEST: &str = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n";
const BUNDLE_IDS: &str = "GET /v1/bundleIds?filter[identifier]=com.example.app";
const CAPABILITIES: &str = "GET /v1/bundleIds/b1/bundleIdCapabilities";
const PROFILES: &str = "GET /v1/profiles?include=devices&fields[profiles]=name,devices";

/// The output of the example, and the folder with its files.
async fn provision(devices: &[&str], api: &Script) -> (Ended, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let request = folder.path().join("request");
    std::fs::write(&request, REQUEST).unwrap();
    let path = folder.path().to_str().unwrap();
    let mut args = vec!["com.example.app", "Example", request.to_str().unwrap(), "--folder", path];
    args.extend(["--capability", "PUSH_NOTIFICATIONS", "--capability", "A_NEW_ONE"]);
    devices.iter().for_each(|device| args.extend(["--device", device]));
    let mut ended = run(program!("asc-provisioning"), &args, api).await;
    let shown = format!("{path}{}", std::path::MAIN_SEPARATOR);
    ended.out = ended.out.replace(&shown, "");
    (ended, folder)
}

fn capability(kind: &str) -> Exchange {
    send(
        "POST /v1/bundleIdCapabilities",
        json!({"data": {"type": "bundleIdCapabilities", "attributes": {"capabilityType": kind},
            "relationships": {"bundleId": id("bundleIds", "b1")}}}),
        one(201, "bundleIdCapabilities", "k1", json!({"capabilityType": kind})),
    )
}

fn certificate(answer: Answer) -> Exchange {
    send(
        "POST /v1/certificates",
        json!({"data": {"type": "certificates", "attributes": {"certificateType": "DEVELOPMENT", "csrContent": REQUEST}}}),
        answer,
    )
}

fn profile(devices: &[&str]) -> Exchange {
    let devices: Vec<Value> = devices.iter().map(|device| json!({"type": "devices", "id": device})).collect();
    send(
        "POST /v1/profiles",
        json!({"data": {"type": "profiles",
            "attributes": {"name": "Example", "profileType": "IOS_APP_DEVELOPMENT"},
            "relationships": {"bundleId": id("bundleIds", "b1"), "devices": {"data": devices},
                "certificates": {"data": [{"type": "certificates", "id": "c1"}]}}}}),
        one(201, "profiles", "p1", json!({"profileContent": "YSBwcm9maWxl"})),
    )
}

/// A page in which two profiles have one device in common.
fn profiles() -> Exchange {
    let profile = |id: &str, name: &str, devices: Value| {
        json!({"type": "profiles", "id": id, "attributes": {"name": name},
            "relationships": {"devices": {"data": devices}}})
    };
    let device = |id: &str| json!({"type": "devices", "id": id});
    call(
        PROFILES,
        Answer::json(
            200,
            &json!({
                "data": [profile("p0", "Old", json!([device("d1")])),
                    profile("p1", "Example", json!([device("d1"), device("d2")]))],
                "included": [{"type": "devices", "id": "d1", "attributes": {"name": "Ada's phone"}},
                    {"type": "devices", "id": "d2", "attributes": {"name": "Grace's phone"}}],
                "links": {"self": "https://example.com"},
            }),
        ),
    )
}

#[tokio::test]
async fn everything_is_made() {
    let api = Script::start([
        call("GET /v1/devices?filter[udid]=U1", list("devices", [])),
        send(
            "POST /v1/devices",
            json!({"data": {"type": "devices", "attributes": {"name": "Ada's phone", "platform": "IOS", "udid": "U1"}}}),
            one(201, "devices", "d1", json!({"status": "PROCESSING"})),
        ),
        call("GET /v1/devices?filter[udid]=U2", list("devices", [("d2", json!({"status": "DISABLED"}))])),
        send(
            "PATCH /v1/devices/d2",
            json!({"data": {"type": "devices", "id": "d2", "attributes": {"status": "ENABLED"}}}),
            one(200, "devices", "d2", json!({"status": "ENABLED"})),
        ),
        // The filter also finds ids that only begin with it.
        call(BUNDLE_IDS, list("bundleIds", [("b0", json!({"identifier": "com.example.app.clip"}))])),
        send(
            "POST /v1/bundleIds",
            json!({"data": {"type": "bundleIds",
                "attributes": {"identifier": "com.example.app", "name": "Example", "platform": "IOS"}}}),
            one(201, "bundleIds", "b1", json!({})),
        ),
        call(CAPABILITIES, list("bundleIdCapabilities", [])),
        capability("PUSH_NOTIFICATIONS"),
        capability("A_NEW_ONE"),
        certificate(one(201, "certificates", "c1", json!({"certificateContent": "YSBjZXJ0aWZpY2F0ZQ=="}))),
        profile(&["d1", "d2"]),
        profiles(),
    ])
    .await;
    let (ended, folder) = provision(&["Ada's phone=U1", "Grace's phone=U2"], &api).await;
    ended.printed([
        "Ada's phone is the device d1",
        "Grace's phone is the device d2",
        "PUSH_NOTIFICATIONS is on",
        "A_NEW_ONE is on",
        "the certificate is c1.cer",
        "the profile is p1.mobileprovision",
        "Old: Ada's phone",
        "Example: Ada's phone, Grace's phone",
    ]);
    assert_eq!(std::fs::read(folder.path().join("c1.cer")).unwrap(), b"a certificate");
    assert_eq!(std::fs::read(folder.path().join("p1.mobileprovision")).unwrap(), b"a profile");
}

#[tokio::test]
async fn what_is_there_is_used_and_a_certificate_too_many_is_told() {
    let many = json!({"errors": [{"status": "409", "code": "ENTITY_ERROR", "title": "There is a problem",
        "detail": "You already have a current Development certificate."}]});
    let api = Script::start([
        call("GET /v1/devices?filter[udid]=U1", list("devices", [("d1", json!({"status": "ENABLED"}))])),
        call(BUNDLE_IDS, list("bundleIds", [("b1", json!({"identifier": "com.example.app"}))])),
        call(
            CAPABILITIES,
            list("bundleIdCapabilities", [("k1", json!({"capabilityType": "PUSH_NOTIFICATIONS"}))]),
        ),
        capability("A_NEW_ONE"),
        certificate(Answer::json(409, &many)),
    ])
    .await;
    let (ended, folder) = provision(&["Ada's phone=U1"], &api).await;
    ended.failed(
        ["Ada's phone is the device d1", "A_NEW_ONE is on"],
        "POST /v1/certificates: 409 Conflict: ENTITY_ERROR: You already have a current Development certificate.",
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_device_without_a_udid_is_no_device() {
    let api = Script::start([]).await;
    let (ended, _folder) = provision(&["U1"], &api).await;
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("a device is given as NAME=UDID"), "{}", ended.err);
}
