//! Merges an update into a selected node.

use std::fmt;

use serde_json::{Map, Value};

use super::Edition;
use crate::diagnostic::Pointer;
use crate::load::Origins;

/// The value that an action puts into its targets.
#[derive(Clone, Copy)]
pub(super) struct Update<'a> {
    pub(super) value: &'a Value,
    /// The location that it was copied from, for a `copy` action.
    pub(super) from: Option<&'a Pointer>,
    pub(super) edition: Edition,
}

/// The three kinds of nodes that the specification distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Object,
    List,
    Single,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "an object",
            Self::List => "a list",
            Self::Single => "a single value",
        })
    }
}

pub(super) fn target(value: &Value) -> Target {
    match value {
        Value::Object(_) => Target::Object,
        Value::Array(_) => Target::List,
        _ => Target::Single,
    }
}

/// Merges the update into the node at `at`; returns the parts that do not fit.
pub(super) fn merge(
    node: &mut Value,
    update: &Update<'_>,
    at: &Pointer,
    origins: &mut Origins,
) -> Vec<String> {
    let mut faults = Vec::new();
    match (node, update.value) {
        (Value::Object(node), Value::Object(value)) => {
            merge_objects(node, value, at, update.from, origins, &mut faults);
        }
        (Value::Array(node), Value::Array(value)) if update.edition == Edition::V1_1 => {
            append(node, value, at, update.from, origins);
        }
        (Value::Array(node), value) => {
            let place = at.child(node.len());
            match update.from {
                Some(from) => origins.copied(from.clone(), place),
                None => origins.inserted(place),
            }
            node.push(value.clone());
        }
        (node, value) if target(node) == Target::Single && target(value) == Target::Single => {
            if update.edition == Edition::V1_0 {
                faults.push(format!("the target {at} is a single value, which Overlay 1.0 cannot update: write `overlay: 1.1.0`"));
            } else {
                *node = value.clone();
            }
        }
        (node, value) => faults.push(misfit(node, value, at)),
    }
    faults
}

fn merge_objects(
    node: &mut Map<String, Value>,
    update: &Map<String, Value>,
    at: &Pointer,
    from: Option<&Pointer>,
    origins: &mut Origins,
    faults: &mut Vec<String>,
) {
    for (key, value) in update {
        let place = at.child(key);
        let from = from.map(|from| from.child(key));
        match (node.get_mut(key), value) {
            (None, _) => {
                match from {
                    Some(from) => origins.copied(from, place),
                    None => origins.inserted(place),
                }
                node.insert(key.clone(), value.clone());
            }
            (Some(Value::Object(node)), Value::Object(value)) => {
                merge_objects(node, value, &place, from.as_ref(), origins, faults);
            }
            (Some(Value::Array(node)), Value::Array(value)) => {
                append(node, value, &place, from.as_ref(), origins)
            }
            (Some(node), value) if target(node) == Target::Single && target(value) == Target::Single => {
                *node = value.clone();
            }
            (Some(node), value) => faults.push(misfit(node, value, &place)),
        }
    }
}

fn append(
    node: &mut Vec<Value>,
    items: &[Value],
    at: &Pointer,
    from: Option<&Pointer>,
    origins: &mut Origins,
) {
    for (index, item) in items.iter().enumerate() {
        let place = at.child(node.len());
        match from {
            Some(from) => origins.copied(from.child(index), place),
            None => origins.inserted(place),
        }
        node.push(item.clone());
    }
}

fn misfit(node: &Value, value: &Value, at: &Pointer) -> String {
    format!("{at} is {} and the update {}: they cannot be merged", target(node), target(value))
}
