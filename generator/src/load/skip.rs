//! A tree with `x-skip: "reason"` marks goes in; the tree without the marked elements and the list of them comes out.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Origins;
use super::trail::Trail;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// Something that was left out because the overlay says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skip {
    /// Where it stands in the vendor's file.
    pub at: Pointer,
    /// Why.
    pub reason: String,
}

/// Takes out what is marked.
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
            let mut gone: Vec<String> = Vec::new();
            for (key, value) in map.iter_mut() {
                let at = at.key(key);
                match reason(value, &at, origins, out) {
                    Some(skip) => {
                        skipped.push(skip);
                        gone.push(key.clone());
                    }
                    None => remove_below(value, &at, origins, out, skipped),
                }
            }
            for key in &gone {
                map.shift_remove(key);
            }
        }
        Value::Array(items) => {
            let mut index = 0;
            while let Some(item) = items.get_mut(index) {
                let here = at.index(index);
                match reason(item, &here, origins, out) {
                    Some(skip) => {
                        skipped.push(skip);
                        items.remove(index);
                        origins.removed(at.pointer(), index);
                    }
                    None => {
                        remove_below(item, &here, origins, out, skipped);
                        index += 1;
                    }
                }
            }
        }
        _ => {}
    }
}

/// A property that is left out cannot be required.
fn forget_required(schema: &mut Map<String, Value>) {
    let skipped: Vec<String> = schema
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
        required.retain(|name| !name.as_str().is_some_and(|name| skipped.iter().any(|s| s == name)));
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
