//! Generates crates from unusual documents and looks for each of their operations; `compile.rs` compiles the crates.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::odd;
use crate::support::stages::{Texts, report};
use serde_json::Value;
use storewright_generator::diagnostic::Sink;

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

#[test]
fn no_unusual_document_is_refused_and_none_loses_an_operation() {
    let documents = odd::documents();
    assert!(documents.len() > 70);
    for (name, document) in documents {
        let texts = Texts {
            name: name.clone(),
            document: Some(("document.json", document.to_string().into_bytes())),
            ..Texts::default()
        };
        let mut out = Sink::new();
        let made = texts.make(|_| false, &mut out);
        assert!(!out.has_errors(), "{name}\n{}", report(&out));
        let (api, names) = (made.api.unwrap(), made.names.unwrap());
        let mut lost = Vec::new();
        let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        for (path, item) in paths.filter(|(path, _)| path.starts_with('/')) {
            for method in METHODS.iter().filter(|method| item.get(**method).is_some_and(Value::is_object)) {
                let is_there = api.operations.iter().any(|(id, operation)| {
                    operation.path == *path
                        && operation.method.eq_ignore_ascii_case(method)
                        && !names.operations[id].methods.is_empty()
                });
                if !is_there {
                    lost.push(format!("{method} {path}"));
                }
            }
        }
        assert!(lost.is_empty(), "{name}: {lost:?}\n{}", report(&out));
    }
}
