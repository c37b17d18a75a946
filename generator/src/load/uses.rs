//! Lists the components that each operation and each component of a document refers to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Spec;
use crate::diagnostic::Pointer;

impl Spec {
    /// The components that operations and components refer to, by the locations of both in the document.
    pub fn uses(&self) -> BTreeMap<Pointer, BTreeSet<Pointer>> {
        let tree = serde_json::to_value(&self.document).unwrap_or_default();
        let mut out = BTreeMap::new();
        for base in ["/paths", "/components"] {
            let groups = tree.pointer(base).and_then(Value::as_object).into_iter().flatten();
            for (group, members) in groups {
                let group = Pointer::new(base).child(group);
                for (name, part) in members.as_object().into_iter().flatten() {
                    let mut found = BTreeSet::new();
                    references(part, &mut found);
                    if !found.is_empty() {
                        out.insert(group.child(name), found);
                    }
                }
            }
        }
        out
    }
}

/// Collects the references below a node. The document's nesting is bounded when its text is read.
fn references(node: &Value, out: &mut BTreeSet<Pointer>) {
    match node {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            out.extend(reference.and_then(|reference| reference.strip_prefix('#')).map(Pointer::new));
            members.values().for_each(|value| references(value, out));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, out)),
        _ => {}
    }
}
