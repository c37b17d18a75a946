//! `app-center-code-push`: content that is uploaded in blocks and becomes a release.

use std::io::Write;

use serde_json::json;
use storewright_tests::Answer;

use super::{run_beside, storage, stored};
use crate::program::program;
use crate::script::{Script, send};

const CONTENT: &[u8] = b"PK.. twenty-five bytes ..";

#[tokio::test]
async fn an_update_becomes_a_release() {
    let storage = storage(CONTENT.len()).await;
    let begun = json!({"id": "as1", "upload_domain": storage.url(), "token": "t0k"});
    let api = Script::start([
        send("POST /v0.1/apps/ann/caravan/deployments/Staging/uploads", json!({}), Answer::json(200, &begun)),
        send(
            "POST /v0.1/apps/ann/caravan/deployments/Staging/releases",
            json!({"release_upload": begun, "target_binary_version": "1.2.x", "mandatory": false,
                "description": "Faster.", "rollout": 25}),
            Answer::json(201, &json!({"label": "v3"})),
        ),
    ])
    .await;
    let mut file = tempfile::Builder::new().suffix(".zip").tempfile().unwrap();
    file.write_all(CONTENT).unwrap();
    let path = file.path().to_str().unwrap();
    let args = ["ann/caravan", "Staging", path, "--target", "1.2.x", "--notes", "Faster.", "--rollout", "25"];
    run_beside(program!("app-center-code-push"), &args, &api, &[&storage])
        .await
        .printed([&format!("{path} is uploaded as as1"), "Staging has the release v3"]);
    assert_eq!(stored(&storage), CONTENT);
}
