//! Moves operations that the typed model has no place for, those of other methods and webhooks, into path items of their own.
//!
//! Each becomes the `post` of a path item whose name is no path of a document, with an extension that `lower` reads.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Origins;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// The extension that has the method of a moved operation.
pub(crate) const METHOD: &str = "x-storewright-method";
/// The extension that has the name of a webhook.
pub(crate) const WEBHOOK: &str = "x-storewright-webhook";
/// The extension that has the name of a call of a webhook with several methods, which has no payload type.
pub(crate) const FURTHER: &str = "x-storewright-further";

/// The methods of OpenAPI 3.0.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Moves the operations of the methods that `paths` has no member for.
pub(super) fn methods(paths: &mut Map<String, Value>, origins: &mut Origins, out: &mut Sink) {
    let mut moved: Vec<(String, Value)> = Vec::new();
    for (path, item) in paths.iter_mut() {
        let Some(item) = item.as_object_mut() else { continue };
        let at = Pointer::new("/paths").child(path);
        let query = item.shift_remove("query").map(|query| ("QUERY".to_owned(), query, at.child("query")));
        let others = item.shift_remove("additionalOperations");
        let others = others.and_then(|others| match others {
            Value::Object(others) => Some(others),
            _ => None,
        });
        let others = others.into_iter().flatten().map(|(method, operation)| {
            let at = at.child("additionalOperations").child(&method);
            (method, operation, at)
        });
        for (method, operation, from) in query.into_iter().chain(others) {
            let member = method.to_ascii_lowercase();
            if METHODS.contains(&member.as_str()) && !item.contains_key(&member) {
                origins.copied(from, at.child(&member));
                item.insert(member, operation);
                continue;
            }
            let Value::Object(mut operation) = operation else { continue };
            let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            if method.is_empty() || !method.chars().all(is_token) || METHODS.contains(&member.as_str()) {
                let message = format!("`{method}` is not another method of HTTP; the operation is ignored");
                let help = "correct the method in the overlay";
                let at = origins.origin(&from);
                out.push(Diagnostic::notice(Code::InvalidDocument, &at, message).help(help));
                continue;
            }
            let name = format!("{path}#{method}");
            let to = Pointer::new("/paths").child(&name);
            operation.insert(METHOD.to_owned(), json!(method));
            let mut own = Map::new();
            for shared in ["parameters", "servers"] {
                if let Some(value) = item.get(shared) {
                    origins.copied(at.child(shared), to.child(shared));
                    own.insert(shared.to_owned(), value.clone());
                }
            }
            origins.copied(from, to.child("post"));
            own.insert("post".to_owned(), Value::Object(operation));
            moved.push((name, Value::Object(own)));
        }
    }
    paths.extend(moved);
}

/// Moves webhooks: each is an operation of a path that no document can have.
pub(super) fn webhooks(webhooks: Value, paths: &mut Map<String, Value>, origins: &mut Origins) {
    let Value::Object(webhooks) = webhooks else { return };
    let names: BTreeSet<String> = webhooks.keys().cloned().collect();
    for (webhook, item) in webhooks {
        let from = Pointer::new("/webhooks").child(&webhook);
        let Value::Object(mut item) = item else { continue };
        let shared = item.shift_remove("parameters").filter(Value::is_array);
        let is_method = |name: &str| METHODS.contains(&name) || name == "query";
        let calls = item.into_iter().filter_map(|(method, operation)| match operation {
            Value::Object(operation) if is_method(&method) => Some((method, operation)),
            _ => None,
        });
        let mut calls: Vec<(String, Map<String, Value>)> = calls.collect();
        // The payload of a webhook is that of one method: of several, of `post`, or of the first one that has a body.
        calls.sort_by_cached_key(|(method, operation)| {
            (!operation.contains_key("requestBody"), method != "post", method.clone())
        });
        for (index, (method, mut operation)) in calls.into_iter().enumerate() {
            let further = (index > 0).then(|| format!("{webhook} {method}"));
            if further.as_ref().is_some_and(|name| names.contains(name)) {
                continue;
            }
            let name = match further {
                Some(_) => format!("/#webhooks.{method}/{webhook}"),
                None => format!("/#webhooks/{webhook}"),
            };
            let to = Pointer::new("/paths").child(&name);
            origins.collapsed(to.clone(), from.clone());
            let mut moved = Map::new();
            moved.insert(METHOD.to_owned(), json!(method.to_ascii_uppercase()));
            moved.insert(WEBHOOK.to_owned(), json!(webhook));
            moved.extend(further.map(|name| (FURTHER.to_owned(), Value::String(name))));
            moved.insert("responses".to_owned(), json!({}));
            for part in ["requestBody", "parameters", "responses", "deprecated", "security"] {
                if let Some(value) = operation.shift_remove(part) {
                    origins.copied(from.child(&method).child(part), to.child("post").child(part));
                    moved.insert(part.to_owned(), value);
                }
            }
            let mut own = Map::new();
            own.insert("post".to_owned(), Value::Object(moved));
            if let Some(shared) = &shared {
                origins.copied(from.child("parameters"), to.child("parameters"));
                own.insert("parameters".to_owned(), shared.clone());
            }
            paths.insert(name, Value::Object(own));
        }
    }
}
