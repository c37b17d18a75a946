//! Removes the elements marked `x-skip: "reason"` and lists them.

use foldhash::{HashSet, HashSetExt as _};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Origins;
use super::location::Trail;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// A part that is skipped because the overlay says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skip {
    /// The location in the vendor's file.
    pub at: Pointer,
    /// The reason.
    pub reason: String,
}

/// Removes the marked parts.
pub(super) fn remove(tree: &mut Value, origins: &mut Origins, out: &mut Sink) -> Vec<Skip> {
    let mut skipped = Vec::new();
    if tree.get("x-skip").is_some() {
        out.push(Diagnostic::error(
            Code::InvalidOverlay,
            &Pointer::new("/x-skip"),
            "the document itself cannot be skipped",
        ));
        return skipped;
    }
    remove_below(tree, &Trail::Root, origins, out, &mut skipped);
    skipped
}

fn remove_below(
    node: &mut Value,
    at: &Trail<'_>,
    origins: &mut Origins,
    out: &mut Sink,
    skipped: &mut Vec<Skip>,
) {
    match node {
        Value::Object(map) => {
            forget_required(map);
            let mut gone: HashSet<String> = HashSet::new();
            for (key, value) in map.iter_mut() {
                let at = at.key(key);
                match reason(value, &at, origins, out) {
                    Some(skip) => {
                        skipped.push(skip);
                        gone.insert(key.clone());
                    }
                    None => remove_below(value, &at, origins, out, skipped),
                }
            }
            if !gone.is_empty() {
                map.retain(|key, _| !gone.contains(key));
            }
        }
        Value::Array(items) => {
            for mut item in std::mem::take(items) {
                let here = at.index(items.len());
                match reason(&item, &here, origins, out) {
                    Some(skip) => {
                        skipped.push(skip);
                        origins.removed(at.pointer(), items.len());
                    }
                    None => {
                        remove_below(&mut item, &here, origins, out, skipped);
                        items.push(item);
                    }
                }
            }
        }
        _ => {}
    }
}

/// A property that is skipped cannot be required.
fn forget_required(schema: &mut Map<String, Value>) {
    let skipped: HashSet<String> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(_, property)| property.get("x-skip").is_some())
        .map(|(name, _)| name.clone())
        .collect();
    if skipped.is_empty() {
        return;
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !name.as_str().is_some_and(|name| skipped.contains(name)));
    }
}

fn reason(node: &Value, at: &Trail<'_>, origins: &Origins, out: &mut Sink) -> Option<Skip> {
    match node.as_object()?.get("x-skip")? {
        Value::String(reason) if !reason.trim().is_empty() => {
            Some(Skip { at: origins.origin(&at.pointer()), reason: reason.clone() })
        }
        _ => {
            let at = origins.origin(&at.pointer());
            out.push(
                Diagnostic::error(Code::InvalidOverlay, &at, "`x-skip` gives no reason")
                    .help("write why this is left out: the reason is listed in the README of the crate"),
            );
            None
        }
    }
}
