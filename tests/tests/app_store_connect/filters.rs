//! Filters: lists without values, and values with the separator of the list.

use std::io;
use std::sync::{Arc, Mutex};

use app_store_connect_client::models::{AppInclude, BuildField, BuildProcessingStateFilter, BuildSort};
use serde_json::json;
use storewright_tests::Answer;

use crate::serve;

fn nothing() -> Answer {
    Answer::json(200, &json!({"data": [], "links": {"self": "x"}}))
}

const NONE: [&str; 0] = [];

#[tokio::test]
async fn a_filter_without_values_is_not_sent_as_no_filter() {
    let (server, client) = serve([nothing()]).await;
    let error = client.apps().list().filter_bundle_id(NONE).limit(1).send().await.unwrap_err();
    assert!(error.to_string().contains("`filter[bundleId]` needs at least one value"), "{error}");
    let states: [BuildProcessingStateFilter; 0] = [];
    let error = client.builds().list().filter_processing_state(states).send().await.unwrap_err();
    assert!(error.to_string().contains("`filter[processingState]` needs at least one value"), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_filter_that_is_set_again_is_sent() {
    let (server, client) = serve([nothing(), nothing()]).await;
    client.apps().list().filter_name(NONE).filter_name(["Tea"]).send().await.unwrap();
    assert_eq!(server.one().line, "GET /v1/apps?filter%5Bname%5D=Tea");
    // The problem of another filter stays.
    let call = client.apps().list().filter_name(NONE).filter_sku(["T"]).filter_name(["Tea"]).filter_sku(NONE);
    let error = call.send().await.unwrap_err();
    assert!(error.to_string().contains("`filter[sku]` needs at least one value"), "{error}");
}

#[tokio::test]
async fn what_only_shapes_the_response_may_be_empty() {
    let (server, client) = serve([nothing(), nothing()]).await;
    let none: [AppInclude; 0] = [];
    client.apps().list().include(none).send().await.unwrap();
    assert_eq!(server.one().line, "GET /v1/apps");
    let (fields, orders): ([BuildField; 0], [BuildSort; 0]) = ([], []);
    client.builds().list().fields_builds(fields).sort(orders).send().await.unwrap();
    assert_eq!(server.seen()[1].line, "GET /v1/builds");
}

/// A log that can be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The lines that are logged by `f` on this thread.
    fn of(f: impl FnOnce()) -> String {
        let log = Self::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
        tracing::subscriber::with_default(subscriber, f);
        let bytes = log.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }
}

#[tokio::test]
async fn a_comma_within_a_value_is_logged_without_the_value() {
    let (server, client) = serve([nothing()]).await;
    let mut call = None;
    let log = Log::of(|| call = Some(client.apps().list().filter_name(["Tea, black", "Coffee"])));
    assert!(
        log.contains("WARN") && log.contains("filter[name]") && log.contains("apps_getCollection"),
        "{log}"
    );
    assert!(!log.contains("Tea"), "{log}");
    call.unwrap().send().await.unwrap();
    assert_eq!(server.one().line, "GET /v1/apps?filter%5Bname%5D=Tea%2C%20black,Coffee");

    let log = Log::of(|| drop(client.apps().list().filter_name(["Tea", "Coffee"])));
    assert_eq!(log, "");
}
