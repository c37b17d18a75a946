// {{ mark }}; edits are lost.
//! A kit for tests of programs that use the client: apps and errors in App47's envelope with the right md5 hash.
//!
//! ```
//! use app47_client::runtime::serde_json::json;
//! use app47_client::runtime::testing::Script;
//! use app47_client::{AccessToken, Client, testing};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let script = Script::new([
//!     testing::page([json!({"id": "1"})], 0, 2),
//!     testing::page([json!({"id": "2"})], 1, 2),
//!     testing::error(404, "No such app"),
//! ]);
//! let client = Client::builder(AccessToken::new("token")).transport(script.clone()).build()?;
//! let mut apps = client.apps().list().items();
//! let mut ids = Vec::new();
//! while let Some(app) = apps.try_next().await? {
//!     ids.push(app.id);
//! }
//! assert_eq!(ids, ["1", "2"]);
//! assert!(script.requests()[1].target.ends_with("/apps?skip=1"));
//! let error = client.apps().show("3").send().await.unwrap_err();
//! assert_eq!(error.fault().unwrap().results.message.as_deref(), Some("No such app"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use md5::{Digest, Md5};
use storewright_runtime::Value;
use storewright_runtime::serde_json::json;
use storewright_runtime::testing::Reply;

/// One app.
pub fn app(app: &Value) -> Reply {
    results(200, &json!({"app": app, "success": true}))
}

/// A page of apps that follows so many others, of a list with so many altogether.
pub fn page(apps: impl IntoIterator<Item = Value>, skip: usize, total: usize) -> Reply {
    let list: Vec<Value> = apps.into_iter().collect();
    let count = list.len();
    results(200, &json!({"skip": skip, "total": total, "count": count, "list": list, "success": true}))
}

/// A message, as it answers the deletion of an app.
pub fn message(message: &str) -> Reply {
    results(200, &json!({"message": message, "success": true}))
}

/// An error.
pub fn error(status: u16, message: &str) -> Reply {
    results(status, &json!({"message": message, "success": false}))
}

fn results(status: u16, results: &Value) -> Reply {
    let md5: String = Md5::digest(results.to_string()).iter().map(|byte| format!("{byte:02x}")).collect();
    Reply::json(status, &json!({"results": results, "md5": md5}))
}
