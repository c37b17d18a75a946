//! Responses that deviate from the document in a part: a variant without a required member, a value of another type in a
//! map. The rest is read, and each deviation is listed.

use app_center_client::models::{BranchConfiguration, ExportConfiguration, NotificationTarget};
use serde_json::{Value, json};
use storewright_tests::Answer;

use crate::serve;

/// The paths of the mismatches of one response.
macro_rules! mismatches {
    ($response:expr) => {
        $response.mismatches().iter().map(|mismatch| mismatch.path().to_string()).collect::<Vec<_>>()
    };
}

/// Its variant requires `connection_string`.
fn export() -> Value {
    json!({
        "id": "e", "export_type": "BlobStorageConnectionString", "creation_time": "2020-01-01", "state": "Enabled",
        "export_configuration": {"type": "blob_storage_connection_string", "resource_group": "g"},
    })
}

#[tokio::test]
async fn a_configuration_of_exports_without_its_secret_is_read() {
    let (_, client) =
        serve([Answer::json(200, &export()), Answer::json(200, &json!({"values": [export()]}))]).await;
    let exports = client.export_configurations();
    let one = exports.get(("ann", "caravan"), "e").full().send().await.unwrap();
    assert_eq!(mismatches!(one), ["export_configuration.connection_string"]);
    let all = exports.list(("ann", "caravan")).full().send().await.unwrap();
    assert_eq!(mismatches!(all), ["values[0].export_configuration.connection_string"]);
    for export in [&one.into_inner(), &all.into_inner().values[0]] {
        let Some(ExportConfiguration::ExportConfigurationBlobStorageConnectionString(blob)) =
            &export.export_configuration
        else {
            panic!("{export:?}");
        };
        assert_eq!((blob.resource_group.as_deref(), blob.connection_string.as_str()), (Some("g"), ""));
    }
}

#[tokio::test]
async fn a_notification_to_unnamed_audiences_is_read() {
    let notification = json!({
        "notification_id": "n", "state": "Completed", "notification_content": {"name": "hello"},
        "notification_target": {"type": "audiences_target"},
    });
    let list = json!({"values": [notification], "total": 1});
    let (_, client) = serve([Answer::json(200, &notification), Answer::json(200, &list)]).await;
    let one = client.push().get(("ann", "caravan"), "n").full().send().await.unwrap();
    assert_eq!(mismatches!(one), ["notification_target.audiences"]);
    let target = one.into_inner().notification_target;
    assert!(matches!(target, Some(NotificationTarget::NotificationTargetAudiences(_))), "{target:?}");
    let all = client.push().list(("ann", "caravan")).full().send().await.unwrap();
    assert_eq!(mismatches!(all), ["values[0].notification_target.audiences"]);
    assert_eq!(all.into_inner().values[0].notification_id, "n");
}

#[tokio::test]
async fn a_branch_with_another_kind_of_property_is_read() {
    let branch = json!({"id": 7, "signed": true, "master": {"enabled": true}, "environment": "production"});
    let (_, client) = serve([200, 200, 200].map(|status| Answer::json(status, &branch))).await;
    let branches = client.branch_configurations();
    let read = branches.get(("ann", "caravan"), "main").full().send().await.unwrap();
    let created =
        branches.create(("ann", "caravan"), "main", BranchConfiguration::new()).full().send().await.unwrap();
    let updated =
        branches.update(("ann", "caravan"), "main", BranchConfiguration::new()).full().send().await.unwrap();
    for response in [read, created, updated] {
        assert_eq!(mismatches!(response), ["environment"]);
        let branch = response.into_inner();
        assert_eq!((branch.id, branch.signed), (7, Some(true)));
        assert_eq!(branch.additional.keys().collect::<Vec<_>>(), ["master"]);
        assert_eq!(branch.additional["master"].enabled, Some(true));
    }
}
