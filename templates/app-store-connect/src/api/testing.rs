// {{ mark }}; edits are lost.
//! A kit for tests of programs that use the client: responses with Apple's error bodies.
//!
//! [`Script`](storewright_runtime::testing::Script) and [`Reply`] are those of the runtime, whose
//! `page`, `resource` and `error` have Apple's form.
//!
//! ```
//! use app_store_connect_client::runtime::testing::{Reply, Script, TestClock};
//! use app_store_connect_client::runtime::{StaticToken, Value, serde_json::json};
//! use app_store_connect_client::{Client, Error, testing};
//!
//! // The code under test takes its client as a parameter.
//! async fn submit(client: &Client, item: Value) -> Result<Value, Error> {
//!     use app_store_connect_client::runtime::Method;
//!     let mut call = client.runtime().raw(Method::Post, "/v1/reviewSubmissionItems");
//!     call.json(&item);
//!     call.send().await
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! // The test.
//! let missing = ("/v1/appStoreVersions/1", "ENTITY_ERROR.ATTRIBUTE.REQUIRED", "The copyright is missing.");
//! let script = Script::new([
//!     Reply::error(429, "RATE_LIMIT_EXCEEDED", "Slow down."),
//!     testing::error(409, "STATE_ERROR.ENTITY_STATE_INVALID", "The version is not ready.", [missing]),
//! ]);
//! let client = Client::builder(StaticToken::bearer("token"));
//! let client = client.transport(script.clone()).clock(TestClock::at(0)).build()?;
//! let error = submit(&client, json!({"data": {"type": "reviewSubmissionItems"}})).await.unwrap_err();
//! assert!(error.fault().unwrap().find("STATE_ERROR").is_some());
//! assert!(error.to_string().contains("The copyright is missing."));
//! assert_eq!(script.requests()[1].json()["data"]["type"], "reviewSubmissionItems");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use storewright_runtime::Value;
use storewright_runtime::serde_json::json;
use storewright_runtime::testing::Reply;

/// An error with others that Apple associates with it: of each the path that it stands under, its code and its detail.
pub fn error<'a>(
    status: u16,
    code: &str,
    detail: &str,
    associated: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>,
) -> Reply {
    let status_text = status.to_string();
    let one = |code: &str, detail: &str| json!({"status": status_text, "code": code, "title": detail, "detail": detail});
    let mut paths = storewright_runtime::serde_json::Map::new();
    for (path, code, detail) in associated {
        let errors = paths.entry(path).or_insert_with(|| Value::Array(Vec::new()));
        if let Some(errors) = errors.as_array_mut() {
            errors.push(one(code, detail));
        }
    }
    let mut error = one(code, detail);
    if let Some(error) = error.as_object_mut().filter(|_| !paths.is_empty()) {
        error.insert("meta".to_owned(), json!({"associatedErrors": paths}));
    }
    Reply::json(status, &json!({"errors": [error]}))
}
