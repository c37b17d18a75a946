// {{ mark }}; edits are lost.
//! A kit for tests of programs that use the client: responses and error bodies in App Center's forms.
//!
//! ```
//! use app_center_client::runtime::serde_json::json;
//! use app_center_client::runtime::testing::{Reply, Script};
//! use app_center_client::{Client, Credentials, testing};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let next = "/v0.1/apps/o/a/analytics/audiences?after=1";
//! let script = Script::new([
//!     testing::page([json!({"name": "one"})], Some(next)),
//!     testing::page([json!({"name": "two"})], None),
//!     testing::error(404, "NotFound", "There is no such app."),
//! ]);
//! let client = Client::builder(Credentials::token("token")).transport(script.clone()).build()?;
//! let mut audiences = client.analytics().list_audiences(("o", "a")).items();
//! let mut names = Vec::new();
//! while let Some(audience) = audiences.try_next().await? {
//!     names.extend(audience.name);
//! }
//! assert_eq!(names, ["one", "two"]);
//! let error = client.apps().get(("o", "a")).send().await.unwrap_err();
//! assert_eq!(error.fault().unwrap().code().as_deref(), Some("NotFound"));
//! assert_eq!(script.requests()[1].target, next);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use storewright_runtime::Value;
use storewright_runtime::serde_json::json;
use storewright_runtime::testing::Reply;

/// An error in the commonest of App Center's twelve forms.
pub fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"error": {"code": code, "message": message}}))
}

/// A page of a list that goes on by a link.
pub fn page(values: impl IntoIterator<Item = Value>, next_link: Option<&str>) -> Reply {
    let values: Vec<Value> = values.into_iter().collect();
    Reply::json(200, &json!({"values": values, "nextLink": next_link}))
}
