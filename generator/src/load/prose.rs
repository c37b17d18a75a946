//! Removes the vendor's descriptions and examples from a tree.

use serde_json::Value;

use super::keywords::{Kind, Role, is_prose};

/// Removes `description`, `summary`, `title`, `example` and `examples` where they are keywords: a property,
/// path or schema of such a name stays, and so does the title of the API.
pub(super) fn strip(tree: &mut Value) {
    strip_node(tree, Role::Object(Kind::Document));
}

/// The same for a part of a tree.
pub(super) fn strip_node(node: &mut Value, shape: Role) {
    match node {
        // Invariant: a name that is not a keyword is never removed, so data is not even walked.
        _ if shape == Role::Data => {}
        Value::Object(map) => {
            if let Role::Object(kind) = shape {
                map.retain(|key, _| !is_prose(kind, key));
            }
            for (key, value) in map.iter_mut() {
                strip_node(value, shape.member(key));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip_node(item, shape.item())),
        _ => {}
    }
}
