//! Keeps the keywords of JSON Schema that validate a value without changing its type, since versions are compared by them.

use serde_json::{Map, Value, json};

use super::VALIDATION;

/// Keywords that are kept unchanged.
const KEPT: &[&str] = &[
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "dependentRequired",
    "unevaluatedItems",
    "contentSchema",
];
/// Keywords that other steps read, with a part that these do not read.
const READ: &[&str] =
    &["prefixItems", "items", "patternProperties", "if", "then", "else", "dependentSchemas", "dependencies"];

/// Moves the keywords of a schema that only validate into an extension.
pub(super) fn keep(map: &mut Map<String, Value>) {
    if !map.keys().any(|key| KEPT.contains(&key.as_str()) || READ.contains(&key.as_str())) {
        return;
    }
    let mut kept = Map::new();
    for key in KEPT {
        kept.extend(map.shift_remove(*key).map(|value| ((*key).to_owned(), value)));
    }
    contained(&mut kept);
    tuple(map, &mut kept);
    patterns(map, &mut kept);
    conditions(map, &mut kept);
    if !kept.is_empty() {
        map.insert(VALIDATION.to_owned(), Value::Object(kept));
    }
}

/// Takes out numbers of items that `contains` implies, and a `contains` that no item has to meet.
fn contained(kept: &mut Map<String, Value>) {
    let least = kept.get("minContains").and_then(Value::as_f64);
    let is_bounded = kept.contains_key("maxContains");
    if least == Some(0.0) && !is_bounded {
        kept.shift_remove("contains");
    }
    if !kept.contains_key("contains") || least == Some(1.0) {
        kept.shift_remove("minContains");
    }
    if !kept.contains_key("contains") {
        kept.shift_remove("maxContains");
    }
}

/// Keeps the items of a tuple where they differ, and its length where it is closed.
fn tuple(map: &mut Map<String, Value>, kept: &mut Map<String, Value>) {
    let (items, rest) = match (map.get("prefixItems"), map.get("items")) {
        (Some(Value::Array(items)), rest) => (items, rest),
        (None, Some(Value::Array(items))) => (items, map.get("additionalItems")),
        _ => return,
    };
    let is_closed = rest == Some(&json!(false));
    let length = items.len();
    let all = items.iter().chain(rest.filter(|rest| rest.is_object()));
    if let Some(first) = items.first()
        && !all.clone().all(|item| item == first)
    {
        kept.insert("prefixItems".to_owned(), json!(items));
    }
    if is_closed {
        map.entry("maxItems").or_insert(json!(length));
    }
}

/// Keeps patterns of names, with their schemas where these differ.
fn patterns(map: &Map<String, Value>, kept: &mut Map<String, Value>) {
    let Some(Value::Object(patterns)) = map.get("patternProperties") else { return };
    if patterns.is_empty() {
        return;
    }
    let mut schemas =
        patterns.values().chain(map.get("additionalProperties").filter(|rest| rest.is_object()));
    let first = schemas.next();
    let is_one = schemas.all(|other| Some(other) == first);
    let names: Vec<&String> = patterns.keys().collect();
    let value = if is_one { json!(names) } else { json!(patterns) };
    kept.insert("patternProperties".to_owned(), value);
}

/// Keeps conditions without the properties that they add, which are read as optional ones.
fn conditions(map: &Map<String, Value>, kept: &mut Map<String, Value>) {
    let own = map.get("properties").and_then(Value::as_object);
    let rest = |part: &Value| -> Option<Value> {
        let mut part = part.as_object()?.clone();
        if let Some(Value::Object(properties)) = part.get_mut("properties") {
            properties
                .retain(|name, schema| schema.is_boolean() || own.is_some_and(|own| own.contains_key(name)));
            if properties.is_empty() {
                part.shift_remove("properties");
            }
        }
        (!part.is_empty()).then_some(Value::Object(part))
    };
    let parts = ["then", "else"].into_iter();
    let parts: Vec<(&str, Value)> = parts.filter_map(|key| Some((key, rest(map.get(key)?)?))).collect();
    if let (Some(condition), false) = (map.get("if"), parts.is_empty()) {
        kept.insert("if".to_owned(), condition.clone());
        kept.extend(parts.into_iter().map(|(key, part)| (key.to_owned(), part)));
    }
    for key in ["dependentSchemas", "dependencies"] {
        let Some(Value::Object(all)) = map.get(key) else { continue };
        let part = |(name, part): (&String, &Value)| {
            let kept = if part.is_array() { Some(part.clone()) } else { rest(part) };
            Some((name.clone(), kept?))
        };
        let all: Map<String, Value> = all.iter().filter_map(part).collect();
        if !all.is_empty() {
            kept.insert(key.to_owned(), Value::Object(all));
        }
    }
}
