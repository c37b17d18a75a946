//! Sends and reads values: lists with pipes, booleans, unions and integer enums.

use app_center_client::models::{
    ErrorRetentionSettingsRetentionInDays, NotificationConfig, NotificationConfigGoogle,
    NotificationConfigResult, SharedConnectionResponse, SharedConnectionResponseApple,
};
use app_center_client::runtime::Location;
use serde_json::{Value, json};
use storewright_tests::Answer;

use crate::serve;

#[tokio::test]
async fn lists_with_bars_between() {
    let (server, client) = serve([Answer::json(200, &json!([]))]).await;
    let start = "2020-01-01T00:00:00Z";
    let call = client.analytics().session_counts(("ann", "caravan"), "P1D", start);
    call.versions(["1.0", "2.0|beta"]).send().await.unwrap();
    assert_eq!(
        server.one().line,
        "GET /v0.1/apps/ann/caravan/analytics/session_counts\
         ?interval=P1D&start=2020-01-01T00%3A00%3A00Z&versions=1.0|2.0%7Cbeta"
    );
}

#[tokio::test]
async fn head_answers_yes_or_no() {
    let (server, client) = serve([Answer::empty(204), Answer::empty(404), Answer::empty(403)]).await;
    let exists = |name: &str| client.analytics().audience_name_exists(("ann", "caravan"), name).send();
    assert!(exists("testers").await.unwrap());
    assert!(!exists("nobody").await.unwrap());
    assert_eq!(exists("secret").await.unwrap_err().status().unwrap(), 403);
    assert_eq!(server.seen()[0].line, "HEAD /v0.1/apps/ann/caravan/analytics/audiences/testers");
}

#[tokio::test]
async fn one_of_several_types_is_told_by_its_discriminator() {
    let (server, client) = serve([
        Answer::json(200, &json!({"google_api_key": "k", "type": "gcm_config"})),
        Answer::json(200, &json!({"type": "huawei_config", "more": [1]})),
    ])
    .await;
    let config: NotificationConfig = NotificationConfigGoogle::new("k").into();
    let known = client.push().set_config(("ann", "caravan"), config).send().await.unwrap().0;
    assert!(matches!(&known, NotificationConfigResult::NotificationConfigGoogleResult(_)), "{known:?}");
    let unknown = client.push().get_config(("ann", "caravan")).send().await.unwrap().0;
    assert_eq!(serde_json::to_value(&unknown).unwrap(), json!({"type": "huawei_config", "more": [1]}));
    assert_eq!(server.seen()[0].json(), json!({"google_api_key": "k", "type": "gcm_config"}));
}

#[tokio::test]
async fn one_value_of_a_discriminator_can_stand_for_several_types() {
    let connection = |data: Value, kind: &str, service: &str| {
        json!({"id": "c", "serviceType": service, "credentialType": kind, "displayName": "d", "isValid": true,
               "is2FA": false, "data": data})
    };
    let certificate = json!({"base64Certificate": "AA==", "password": "p", "displayName": "d",
                             "certificateValidityStartDate": "s", "certificateValidityEndDate": "e"});
    let all = json!([
        connection(certificate, "certificate", "apple"),
        connection(json!({"username": "ann"}), "credentials", "apple"),
        connection(json!({}), "credentials", "gitlab"),
    ]);
    let (_, client) = serve([Answer::json(200, &all)]).await;
    let read = client.sharedconnection().connections().send().await.unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), all);
    let SharedConnectionResponse::SharedConnectionResponseApple(apple) = &read[0] else { panic!("{read:?}") };
    assert!(
        matches!(&**apple, SharedConnectionResponseApple::AppleCertificateSecretDetailsResponse(_)),
        "{apple:?}"
    );
    let SharedConnectionResponse::SharedConnectionResponseApple(apple) = &read[1] else { panic!("{read:?}") };
    assert!(
        !matches!(&**apple, SharedConnectionResponseApple::AppleCertificateSecretDetailsResponse(_)),
        "{apple:?}"
    );
    assert!(matches!(&read[2], SharedConnectionResponse::Unrecognized(_)), "{read:?}");
}

#[tokio::test]
async fn a_number_that_stands_for_a_word() {
    let answer = |days: i64| Answer::json(200, &json!({"retention_in_days": days}));
    let (_, client) = serve([answer(28), answer(365)]).await;
    let settings = || client.errors().get_retention_settings(("ann", "caravan")).send();
    assert_eq!(settings().await.unwrap().retention_in_days, ErrorRetentionSettingsRetentionInDays::Value28);
    assert_eq!(settings().await.unwrap().retention_in_days.as_i64(), 365);
}

#[tokio::test]
async fn text_and_files() {
    let (server, client) = serve([
        Answer::new(200, "text/csv", "udid,name\r\n"),
        Answer::new(200, "application/octet-stream", &b"\x1f\x8b"[..]),
    ])
    .await;
    let csv = client.devices().list_csv_format(("ann", "caravan"), "beta testers").send().await.unwrap();
    assert_eq!(csv, "udid,name\r\n");
    let log = client.errors().error_download(("ann", "caravan"), "g", "e").send().await.unwrap();
    assert_eq!(log, &b"\x1f\x8b"[..]);
    let seen = server.seen();
    assert_eq!(seen[0].header("accept"), Some("text/csv"));
    assert_eq!(
        seen[0].line,
        "GET /v0.1/apps/ann/caravan/distribution_groups/beta%20testers/devices/download_devices_list"
    );
    assert_eq!(seen[1].header("accept"), Some("application/octet-stream"));
}

#[test]
fn an_app_is_named_in_two_ways() {
    use app_center_client::AppRef;
    let app = AppRef::new("AlexLerxst", "Caravan-01");
    for text in [
        "AlexLerxst/Caravan-01",
        "https://appcenter.ms/users/AlexLerxst/apps/Caravan-01",
        "https://appcenter.ms/orgs/AlexLerxst/apps/Caravan-01/distribute/releases",
    ] {
        assert_eq!(text.parse(), Ok(app.clone()), "{text}");
    }
    assert_eq!(app.to_string(), "AlexLerxst/Caravan-01");
    for text in
        ["", "a", "/a", "a/", "a/b/c", "https://appcenter.ms/users/a", "https://appcenter.ms/teams/a/apps/b"]
    {
        let error = text.parse::<AppRef>().unwrap_err();
        assert!(error.to_string().contains("`owner/app`"), "{text}");
    }
}

#[tokio::test]
async fn an_app_is_one_argument_in_three_forms() {
    use app_center_client::AppRef;
    let (server, client) = serve([(); 3].map(|()| Answer::json(200, &json!([])))).await;
    let (app, releases) = (AppRef::new("ann & co", "caravan/1"), client.releases());
    releases.list(&app).send().await.unwrap();
    releases.list(("ann & co", String::from("caravan/1"))).send().await.unwrap();
    releases.list(app).send().await.unwrap();
    for seen in server.seen() {
        assert_eq!(seen.line, "GET /v0.1/apps/ann%20%26%20co/caravan%2F1/releases");
    }
}

#[tokio::test]
async fn what_only_a_header_says() {
    let made = Answer::empty(201).header("location", "https://api.example.com/test_runs/t1");
    let (_, client) = serve([made, Answer::empty(201)]).await;
    let create = || client.test().create_test_run(("ann", "caravan")).answering::<Location>().send();
    assert_eq!(create().await.unwrap().0, "https://api.example.com/test_runs/t1");
    let error = create().await.unwrap_err();
    assert!(error.to_string().contains("no `Location`"), "{error}");
}
