//! Checks the md5 hash of `results` if the caller requests it.

use app47_client::models::{App, Message};
use app47_client::runtime::testing::Script;
use app47_client::{AccessToken, ChecksumError, Client, Results, testing, verify_md5};
use storewright_tests::Answer;

use crate::serve;

/// The one sample of the vendor's page whose hash fits.
const DELETED: &str = r#"{"message":"App was deleted","success":true}"#;
const DELETED_MD5: &str = "f3d0a22e47ce6158551f483e07b16fe1";
/// Text that no JSON writer would give back the same, and the hash that `md5sum` gives for it.
const APP: &str =
    r#"{ "app": {"id":"1", "name":"Caf\u00e9 \/ é","rating":1.50,"results":{"md5":"x"}}, "success":true }"#;
const APP_MD5: &str = "b108c4677359eef9a8c77c9a8bbf73a2";

async fn deleted(body: String) -> Results<Message> {
    let (_server, client) = serve([Answer::new(200, "application/json", body)]).await;
    client.apps().delete("1").send().await.unwrap()
}

async fn shown(body: String) -> Results<App> {
    let (_server, client) = serve([Answer::new(200, "application/json", body)]).await;
    client.apps().show("1").send().await.unwrap()
}

#[tokio::test]
async fn right() {
    for body in [
        format!(r#"{{"results":{DELETED},"md5":"{DELETED_MD5}"}}"#),
        // Space around the value is not part of it, and a hash is a number.
        format!("{{ \"md5\" : \"{}\",\n \"results\" :\t{DELETED} \n}}\n", DELETED_MD5.to_uppercase()),
    ] {
        let answer = deleted(body.clone()).await;
        assert_eq!(answer.verify(), Ok(()), "{body}");
        assert_eq!(answer.body(), body.as_bytes());
    }
}

#[tokio::test]
async fn the_bytes_count_and_not_what_they_mean() {
    let answer = shown(format!(r#"{{"results": {APP}, "md5": "{APP_MD5}"}}"#)).await;
    assert_eq!(answer.name.as_deref(), Some("Café / é"));
    assert_eq!(answer.verify(), Ok(()));

    let spaced = DELETED.replace(':', ": ");
    let answer = deleted(format!(r#"{{"results":{spaced},"md5":"{DELETED_MD5}"}}"#)).await;
    assert!(matches!(answer.verify(), Err(ChecksumError::Mismatch { .. })));
}

#[tokio::test]
async fn wrong_and_asked() {
    let stated = "7232f70a2678e2b4ba959fd853488ab1";
    let answer = deleted(format!(r#"{{"results":{DELETED},"md5":"{stated}"}}"#)).await;
    let error = answer.verify().unwrap_err();
    let ChecksumError::Mismatch { stated: of_answer, found, .. } = &error else { panic!("{error:?}") };
    assert_eq!((of_answer.as_str(), found.as_str()), (stated, DELETED_MD5));
    assert_eq!(
        error.to_string(),
        format!("the md5 hash of the results is {DELETED_MD5}, and the answer says {stated}")
    );
}

#[tokio::test]
async fn wrong_and_not_asked() {
    let answer = deleted(format!(r#"{{"results":{DELETED},"md5":"7232"}}"#)).await;
    assert_eq!(answer.message, "App was deleted");
}

#[tokio::test]
async fn none() {
    for body in [
        format!(r#"{{"results":{DELETED}}}"#),
        format!(r#"{{"results":{DELETED},"md5":null}}"#),
        format!(r#"{{"results":{DELETED},"md5":7}}"#),
    ] {
        let answer = deleted(body).await;
        assert_eq!(answer.message, "App was deleted");
        assert_eq!(answer.verify(), Err(ChecksumError::NoMd5));
    }
}

#[test]
fn a_body_that_is_no_answer() {
    for body in ["", "[]", "{}", "null", r#"{"md5":"x"}"#, "{\"results\":\"\u{7f}"] {
        assert_eq!(verify_md5(body.as_bytes()), Err(ChecksumError::NoResults), "{body}");
    }
    assert_eq!(verify_md5(b"{\"results\":\"\xff\"}"), Err(ChecksumError::NoResults));
}

#[tokio::test]
async fn answers_of_the_kit_for_tests_are_right() {
    let app = serde_json::json!({"id": "1", "name": "Café / é"});
    let script = Script::new([testing::app(&app), testing::message("App was deleted")]);
    let client = Client::builder(AccessToken::new("x")).transport(script.clone()).build().unwrap();
    let shown = client.apps().show("1").send().await.unwrap();
    assert_eq!((shown.verify(), shown.name.as_deref()), (Ok(()), Some("Café / é")));
    let deleted = client.apps().delete("1").send().await.unwrap();
    assert_eq!((deleted.verify(), deleted.message.as_str()), (Ok(()), "App was deleted"));
    assert_eq!(script.requests()[0].url, "https://cirrus.app47.com/api/v2/apps/1");
}
